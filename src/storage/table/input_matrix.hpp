// A matrix of numbers in a file, read by rows: .npy is memory-mapped (float64, float32 and integers of either byte
// order, C or Fortran order), .csv and .csv.gz are read completely.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/table/numeric_table.hpp"

namespace widegeo::storage {

class InputMatrix {
 public:
  /// Checks the file: complete, not empty, rows of equal length, all numbers finite (the first bad one is named by row
  /// and column). Throws Error(io).
  explicit InputMatrix(const std::string& path, std::optional<ColumnRange> columns = {},
                       const TableFormat& format = {});
  ~InputMatrix();
  InputMatrix(InputMatrix&&) noexcept;
  InputMatrix& operator=(InputMatrix&&) noexcept;

  const std::string& path() const;
  std::size_t rows() const, columns() const;
  /// Rows first .. first + count - 1 as doubles, row-major. Thread-safe.
  void read(std::size_t first, std::size_t count, double* out) const;
  Rational exact(std::size_t row, std::size_t column) const;
  bool exact_in_double() const;                   ///< every number as written is exactly a double
  const std::vector<std::string>& notes() const;  ///< assumptions made by the reader of a .csv
  std::uint64_t digest() const;                   ///< of shape and numbers, to identify the data

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace widegeo::storage
