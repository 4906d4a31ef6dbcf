// An .npy array larger than memory, filled piece by piece in any order, by threads and processes, and resumable.
//
// While it is being filled the array is PATH.part, and PATH.part.done says which pieces are in it (a header with the
// digest of the job, then one byte a piece, written after the piece). commit() forces it to disk and renames it.
// PATH.part.sums holds a checksum of every finished piece (piece_sums.hpp): what has changed since is not taken over.
// A process that is killed leaves exactly the pieces it had marked. After a crash of the machine only those count that
// were forced to disk, which the destructor does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "storage/byte_sink.hpp"

namespace widegeo::storage {

enum class ElementType { float64, float32 };

struct ArrayShape {
  std::vector<std::size_t> extents;  ///< C order, 1 to 3 axes
  ElementType type = ElementType::float64;
  std::size_t elements() const;  ///< throws Error(input): not 1 to 3 axes, an empty one, or more than a file can hold
  std::size_t bytes() const;     ///< of the data, without the header
};

/// The header of a version 1.0 .npy file, its length a multiple of 64.
std::string array_header(const ArrayShape& shape);

struct ArrayFileOptions {
  bool force = false;        ///< replace an existing PATH
  bool resume = false;       ///< go on with PATH.part of the same job, or begin when there is none
  std::uint64_t digest = 0;  ///< of everything that the numbers depend on
  std::size_t pieces = 0;
};

class ArrayFile {
 public:
  /// Creates PATH.part at its full size, its space reserved: a full disk is found now (Error(io), nothing left behind).
  /// PATH exists and no force, or another process is filling it: Error(io). A PATH.part of another job, or without
  /// `resume`: replaced with `force`, else Error(input) that says how to go on.
  ArrayFile(const std::string& path, const ArrayShape& shape, const ArrayFileOptions& options);
  /// One more process of the same job: opens what another one has created.
  static ArrayFile join(const std::string& path, const ArrayShape& shape, const ArrayFileOptions& options);
  /// The same on another machine: everything goes through sinks of PATH.part and PATH.part.done, which the creator's
  /// process has made; `marks` are its marks().
  static ArrayFile through(const std::string& path, const ArrayShape& shape, std::vector<std::uint8_t> marks,
                           std::unique_ptr<ByteSink> numbers, std::unique_ptr<ByteSink> pieces);
  /// Without commit() of its creator: forces the pieces marked so far to disk.
  ~ArrayFile();
  ArrayFile(ArrayFile&&) noexcept;

  bool done(std::size_t piece) const;  ///< by an earlier run, or marked since (by this process)
  /// Writes a rectangle of the last two axes of `plane` (0 for two axes): rows x columns doubles, converted to the
  /// element type, from `values` at `stride`. transposed: values[j * stride + i] goes to row i, column j. Thread-safe
  /// for rectangles that do not overlap. An array of one axis is one row. Throws Error(input) for what is outside of
  /// the array or of the range of float, Error(io).
  void write(std::size_t plane, std::size_t first_row, std::size_t rows, std::size_t first_column, std::size_t columns,
             const double* values, std::size_t stride, bool transposed = false);
  void mark(std::size_t piece);             ///< all of its numbers are written, by this thread
  std::vector<std::uint8_t> marks() const;  ///< of each piece, as they stand in the file
  /// Takes these rows of all planes, as far as they are whole pages, out of the process's memory; they stay in the
  /// file.
  void release(std::size_t first_row, std::size_t rows);
  /// Nobody of this process writes these rows any more: begins to bring them to disk, so that commit() waits for less.
  /// Rows of an array that is not small beside the machine's memory are released.
  void complete(std::size_t first_row, std::size_t rows);
  /// An array that is small beside the machine's memory is filled faster when its pages are mapped in stretches, before
  /// anything is written: prepare(0), ..., prepare(stretches() - 1), in any order, from any thread. It changes nothing
  /// else. Of a larger one there are no stretches.
  std::size_t stretches() const;
  void prepare(std::size_t stretch);
  /// To disk, renamed to PATH. Throws Error(io), also when a piece is not marked. Without it PATH.part stays, to be
  /// resumed. For processes that joined nothing is left to do; through sinks: they are synced. A second call does
  /// nothing.
  void commit();
  void discard();  ///< removes PATH.part and PATH.part.done (the creator alone)

 private:
  ArrayFile();
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace widegeo::storage
