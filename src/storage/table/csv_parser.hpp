// Streaming parser for text tables: https://www.rfc-editor.org/rfc/rfc4180, with other separators and decimal points,
// comments (#), and a header line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/table/csv_cell.hpp"
#include "storage/table/numeric_table.hpp"

namespace widegeo::storage {

/// Feed chunks of the text in order, of any size, then call finish(). Memory is bounded: by the longest row accepted
/// (64 MiB), and by the stored numbers and texts (2 GiB). Every problem is Error(io) naming the file, the row (line of
/// the file, 1-based) and the column.
class CsvParser {
 public:
  CsvParser(std::string name, std::optional<ColumnRange> columns, const TableFormat& format);
  void feed(std::string_view piece);
  NumericTable finish();

 private:
  struct Field {
    std::string_view text;
    bool quoted = false;
  };

  /// Processes a complete row (or a blank line, or a comment).
  void take(std::string_view row);
  void take_first(std::string_view row);
  void take_numbers(const std::vector<Field>& fields);
  std::vector<Field> split(std::string_view row);
  void choose_separator(std::string_view row);
  bool is_separator(char c) const;
  /// Detects a first line of numbers that are probably names: 0, 1, ..., as written by pandas.
  void look_at_numbers(const std::vector<Field>& fields, const std::vector<Field>& whole);
  void select(std::vector<Field>& fields) const;
  [[noreturn]] void refuse(Cell kind, const std::vector<Field>& fields, std::size_t k) const;
  [[noreturn]] void fail(const std::string& what, std::size_t column = 0, const std::string& hint = {}) const;

  std::string name_;
  std::optional<ColumnRange> columns_;
  TableFormat format_;
  NumericTable table_;
  std::string rest_;               ///< the beginning of an incomplete row
  std::vector<std::string> held_;  ///< cells of the current row that had doubled quotes
  std::string exact_;
  std::size_t scanned_ = 0;  ///< of rest_
  std::size_t line_ = 0, lines_in_row_ = 0;
  std::size_t header_lines_ = 0;  ///< lines taken as names so far
  char separator_ = 0;
  bool started_ = false, any_text_ = false;
  // State of the scan for the end of a row: at its beginning; inside quotes, after them, at the start of a cell; a
  // comment.
  bool fresh_ = true, in_quotes_ = false, after_quote_ = false, at_cell_ = true, in_comment_ = false,
       after_return_ = false;
};

}  // namespace widegeo::storage
