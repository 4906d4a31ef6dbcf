// PATH.part.sums: a checksum of the numbers of every finished piece, so that a resumed run does not accept data that
// have changed on disk in the meantime.
//
// Layout: 16 bytes "widegeo-sums 1" and zeros, then one record per finished piece, in native 8-byte words:
//     number of the piece, count of rectangles, for each: offset in the file, rows, bytes of a row, bytes from row to
//     row; checksum of their bytes, checksum of all words before
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "storage/system_file.hpp"

namespace widegeo::storage {

constexpr std::string_view sums_magic = "widegeo-sums";

/// A rectangle of bytes in a file.
struct ByteRectangle {
  std::uint64_t offset = 0, rows = 0, row_bytes = 0, stride = 0;
};

/// Injective in each word: a change of a single bit, or of a single word, is always detected.
std::uint64_t checksum(std::uint64_t start, const char* file, const ByteRectangle& rectangle);

class PieceSums {
 public:
  PieceSums();
  /// Begin a new file, or continue an existing one; an interrupted earlier run may have left none. Throw Error(io),
  /// also if a file of that name was not made by this program.
  void create(const std::string& path, const std::string& name);
  void reopen(const std::string& path, const std::string& name);

  /// add(): the calling thread has written this rectangle of the mapped file; finish(): it belonged to this piece.
  /// Thread-safe.
  void add(const char* file, const ByteRectangle& rectangle);
  void finish(std::uint64_t piece);

  /// Among the pieces below `pieces`, those whose bytes in the mapped file of `size` bytes differ from what was
  /// written. A damaged record is dropped, and then every piece without a valid one counts as changed.
  std::vector<std::uint64_t> changed(const char* file, std::uint64_t size, std::uint64_t pieces);

 private:
  std::string path_;
  Descriptor file_;
  std::uint64_t id_;  ///< unique over all objects ever created
};

}  // namespace widegeo::storage
