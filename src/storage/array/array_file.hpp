// An .npy array larger than memory, filled piece by piece in any order by threads and processes, and resumable.
//
// While being filled, the array is PATH.part, and PATH.part.done lists the finished pieces (a header with the digest of
// the job, then one byte per piece, written after the piece). commit() syncs it to disk and renames it. PATH.part.sums
// holds a checksum of every finished piece (piece_sums.hpp): pieces that have changed since are discarded on resume. A
// killed process leaves exactly the pieces it had marked. After a crash of the machine only pieces synced to disk
// count; the destructor syncs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "storage/array/array_output.hpp"
#include "storage/byte_sink.hpp"

namespace widegeo::storage {

enum class ElementType { float64, float32 };

struct ArrayShape {
  std::vector<std::size_t> extents;  ///< C order, 1 to 3 axes
  ElementType type = ElementType::float64;
  std::size_t elements() const;  ///< throws Error(input): not 1 to 3 axes, an empty one, or more than a file can hold
  std::size_t bytes() const;     ///< size of the data, without the header
};

/// The header of a version 1.0 .npy file, its length a multiple of 64.
std::string array_header(const ArrayShape& shape);

struct ArrayFileOptions {
  bool force = false;        ///< replace an existing PATH
  bool resume = false;       ///< continue PATH.part of the same job, or start if there is none
  std::uint64_t digest = 0;  ///< of everything the numbers depend on
  std::size_t pieces = 0;
};

class ArrayFile final : public ArrayOutput {
 public:
  /// Creates PATH.part at full size and reserves its space: a full disk is detected now (Error(io), nothing left
  /// behind). Error(io) if PATH exists without `force`, or another process is filling it. A PATH.part of another job,
  /// or without `resume`, is replaced with `force`, else Error(input) saying how to continue.
  ArrayFile(const std::string& path, const ArrayShape& shape, const ArrayFileOptions& options);
  /// For further processes of the same job: opens the array created by another one.
  static ArrayFile join(const std::string& path, const ArrayShape& shape, const ArrayFileOptions& options);
  /// The same on another machine: all access goes through sinks of PATH.part and PATH.part.done created by the
  /// creator's process; `marks` are its marks().
  static ArrayFile through(const std::string& path, const ArrayShape& shape, std::vector<std::uint8_t> marks,
                           std::unique_ptr<ByteSink> numbers, std::unique_ptr<ByteSink> pieces);
  /// Unless committed by its creator: syncs the pieces marked so far to disk.
  ~ArrayFile() override;
  ArrayFile(ArrayFile&&) noexcept;

  bool done(std::size_t piece) const;  ///< by an earlier run, or marked since by this process
  void write(std::size_t plane, std::size_t first_row, std::size_t rows, std::size_t first_column, std::size_t columns,
             const double* values, std::size_t stride, bool transposed = false) override;
  void mark(std::size_t piece);             ///< call when all its numbers are written, by this thread
  std::vector<std::uint8_t> marks() const;  ///< of each piece, as stored in the file
  void release(std::size_t first_row, std::size_t rows) override;
  void complete(std::size_t first_row, std::size_t rows) override;
  /// An array that is small relative to the machine's memory is filled faster if its pages are first mapped in
  /// stretches: prepare(0), ..., prepare(stretches() - 1), in any order, from any thread. This changes nothing else.
  /// Larger arrays have no stretches.
  std::size_t stretches() const;
  void prepare(std::size_t stretch);
  /// Syncs to disk and renames to PATH. Throws Error(io), also if a piece is not marked. Without it PATH.part remains
  /// and can be resumed. Joined processes have nothing left to do; sinks are synced. A second call does nothing.
  void commit();
  void discard();  ///< removes PATH.part and PATH.part.done (creator only)

 private:
  ArrayFile();
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace widegeo::storage
