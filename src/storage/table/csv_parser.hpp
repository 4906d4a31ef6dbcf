// Tables in text, read as they stream in: https://www.rfc-editor.org/rfc/rfc4180, with other separators and decimal
// signs, comments (#), and a first line of names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/table/csv_cell.hpp"
#include "storage/table/numeric_table.hpp"

namespace widegeo::storage {

/// Pieces of the text in order, of any size, then finish(). Memory is bounded: by the longest row that is read (64
/// MiB), and by the numbers and texts kept (2 GiB). Everything wrong is Error(io) naming the file, the row (the line of
/// the file, from 1) and the column.
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

  /// A whole row has arrived (or a blank line, or a comment).
  void take(std::string_view row);
  void take_first(std::string_view row);
  void take_numbers(const std::vector<Field>& fields);
  std::vector<Field> split(std::string_view row);
  void choose_separator(std::string_view row);
  bool is_separator(char c) const;
  /// A first line of numbers that may be names all the same: 0, 1, ..., as pandas writes them.
  void look_at_numbers(const std::vector<Field>& fields, const std::vector<Field>& whole);
  void select(std::vector<Field>& fields) const;
  [[noreturn]] void refuse(Cell kind, const std::vector<Field>& fields, std::size_t k) const;
  [[noreturn]] void fail(const std::string& what, std::size_t column = 0, const std::string& hint = {}) const;

  std::string name_;
  std::optional<ColumnRange> columns_;
  TableFormat format_;
  NumericTable table_;
  std::string rest_;               ///< the beginning of a row whose end has not arrived
  std::vector<std::string> held_;  ///< cells of the present row that had doubled quotes
  std::string exact_;
  std::size_t scanned_ = 0;  ///< of rest_
  std::size_t line_ = 0, lines_in_row_ = 0;
  std::size_t header_lines_ = 0;  ///< taken as names so far
  char separator_ = 0;
  bool started_ = false, any_text_ = false;
  // Of the scan for the end of a row: at its beginning; inside of quotes, behind them, where a cell begins; a comment.
  bool fresh_ = true, in_quotes_ = false, after_quote_ = false, at_cell_ = true, in_comment_ = false,
       after_return_ = false;
};

}  // namespace widegeo::storage
