// PATH.part.sums: a checksum of the numbers of every finished piece, so that a run that goes on does not take over what
// has changed on the disk meanwhile.
//
// Layout: 16 bytes "widegeo-sums 1" and zeros, then one record a finished piece, in 8-byte words of the machine:
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

/// Rows of bytes in a file.
struct ByteRectangle {
  std::uint64_t offset = 0, rows = 0, row_bytes = 0, stride = 0;
};

/// One-to-one in each word: a change of one bit, or of one word, always shows.
std::uint64_t checksum(std::uint64_t start, const char* file, const ByteRectangle& rectangle);

class PieceSums {
 public:
  PieceSums();
  /// Begins a new file, or goes on with one that exists; of an older run there may be none. Throws Error(io), also for
  /// a file of that name that is not ours.
  void create(const std::string& path, const std::string& name);
  void reopen(const std::string& path, const std::string& name);

  /// The calling thread has written this rectangle of the mapped file; finish() says of which piece. Thread-safe.
  void add(const char* file, const ByteRectangle& rectangle);
  void finish(std::uint64_t piece);

  /// Of the pieces below `pieces`, those whose bytes in the mapped file of `size` bytes are not what was written.
  /// Records that are damaged themselves speak against all pieces without one, and are dropped.
  std::vector<std::uint64_t> changed(const char* file, std::uint64_t size, std::uint64_t pieces);

 private:
  std::string path_;
  Descriptor file_;
  std::uint64_t id_;  ///< of this object among all that there ever were
};

}  // namespace widegeo::storage
