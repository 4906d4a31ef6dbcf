#include "storage/table/numeric_table.hpp"

#include "number/error.hpp"
#include "storage/table/csv_parser.hpp"

namespace widegeo::storage {
Rational NumericTable::exact(std::size_t row, std::size_t column) const {
  const std::size_t index = row * columns + column;
  if (!text.empty() && !text[index].empty()) {
    if (const auto value = parse_rational(text[index])) return *value;
  }
  return Rational(values[index]);
}

bool NumericTable::is_exact(std::size_t row, std::size_t column) const {
  return text.empty() || text[row * columns + column].empty();
}

void check_columns(const ColumnRange& range, std::size_t columns, const std::string& where) {
  if (range.last <= columns) return;
  throw Error(ErrorCode::io, "there is no column " + std::to_string(range.last), where,
              "the table has " + std::to_string(columns) + " columns");
}

NumericTable read_table(const std::string& path, std::optional<ColumnRange> columns, const TableFormat& format) {
  const bool npy = path.ends_with(".npy");
  const bool gzip = path.ends_with(".csv.gz");
  if (!npy && !gzip && !path.ends_with(".csv")) {
    throw Error(ErrorCode::input, "unknown type of file", path, "known: .csv, .csv.gz, .npy");
  }
  if (npy) {
    std::string data;
    read_pieces(path, false, [&data](std::string_view piece) { data += piece; });
    return parse_npy(data, path, columns);
  }
  CsvParser parser(path, columns, format);
  read_pieces(path, gzip, [&parser](std::string_view piece) { parser.feed(piece); });
  return parser.finish();
}

}  // namespace widegeo::storage
