// Tables in .npy files, read into memory as a whole.
#include <cmath>

#include "number/error.hpp"
#include "storage/array/array_file.hpp"
#include "storage/array/npy_format.hpp"
#include "storage/table/numeric_table.hpp"

namespace widegeo::storage {

NumericTable parse_npy(std::string_view data, const std::string& name, std::optional<ColumnRange> columns) {
  const NpyMatrix matrix = parse_npy_matrix(data, name);
  const ColumnRange range = columns.value_or(ColumnRange{1, matrix.columns});
  check_columns(range, matrix.columns, name);
  NumericTable table;
  table.rows = matrix.rows;
  table.columns = range.last - range.first + 1;
  table.values.reserve(table.rows * table.columns);
  const char* numbers = data.data() + matrix.data_begin;
  for (std::size_t i = 0; i < table.rows; ++i) {
    for (std::size_t k = range.first - 1; k < range.last; ++k) {
      const char* from = numbers + matrix.index(i, k) * matrix.number.size;
      double value = 0;
      decode(matrix.number, from, 1, &value);
      if (!std::isfinite(value)) {
        throw Error(ErrorCode::io, "the number is not finite",
                    name + ", row " + std::to_string(i + 1) + ", column " + std::to_string(k + 1));
      }
      // Integers beyond 2^53 are kept as they were written.
      const bool inexact = matrix.number.may_exceed_double() && decode_exact(matrix.number, from) != value;
      if (inexact && table.text.empty()) table.text.resize(table.values.size());
      table.values.push_back(value);
      if (inexact || !table.text.empty())
        table.text.push_back(inexact ? to_text(decode_exact(matrix.number, from)) : std::string());
    }
  }
  return table;
}

std::string npy_header(std::size_t rows, std::size_t columns) {
  return array_header(ArrayShape{{rows, columns}, ElementType::float64});
}

}  // namespace widegeo::storage
