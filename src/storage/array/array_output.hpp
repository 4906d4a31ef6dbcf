// Where the numbers of an array go, rectangle by rectangle: a file (array_file.hpp) or memory of the caller.
#pragma once

#include <cstddef>
#include <vector>

#include "storage/array/array_rows.hpp"

namespace widegeo::storage {

class ArrayOutput {
 public:
  virtual ~ArrayOutput() = default;
  /// Writes a rectangle of the last two axes of `plane` (0 for two axes): rows x columns doubles, converted to the
  /// element type, from `values` at `stride`. transposed: values[j * stride + i] goes to row i, column j. Thread-safe
  /// for disjoint rectangles. An array of one axis is a single row. Throws Error(input) outside the array or the range
  /// of float, Error(io).
  virtual void write(std::size_t plane, std::size_t first_row, std::size_t rows, std::size_t first_column,
                     std::size_t columns, const double* values, std::size_t stride, bool transposed = false) = 0;
  /// Releases these rows of all planes, as far as they are whole pages, from the process's memory; they stay in the
  /// file.
  virtual void release(std::size_t /*first_row*/, std::size_t /*rows*/) {}
  /// Declares that this process will not write these rows again: starts writing them to disk, so that a commit has less
  /// to wait for. Also releases them if the array is not small relative to the machine's memory.
  virtual void complete(std::size_t /*first_row*/, std::size_t /*rows*/) {}
};

/// Doubles of the caller, row after row, plane after plane; rectangles are trusted.
class MemoryOutput final : public ArrayOutput {
 public:
  /// 1 to 3 extents.
  MemoryOutput(double* values, const std::vector<std::size_t>& extents)
      : values_(values), rows_(extents.size() < 2 ? 1 : extents[extents.size() - 2]), columns_(extents.back()) {}
  void write(std::size_t plane, std::size_t first_row, std::size_t rows, std::size_t first_column, std::size_t columns,
             const double* values, std::size_t stride, bool transposed = false) override {
    double* const out = values_ + (plane * rows_ + first_row) * columns_ + first_column;
    (void)store_rows(rows, columns, values, stride, transposed, out, columns_);
  }

 private:
  double* values_;
  std::size_t rows_, columns_;
};

}  // namespace widegeo::storage
