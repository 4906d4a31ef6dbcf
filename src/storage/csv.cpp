#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/error.hpp"
#include "storage/numeric_table.hpp"

namespace widegeo::storage {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t' || text.front() == '\r')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

enum class Cell { number, overflow, not_finite, not_numeric, blank };

/// The nearest double; a leading + is allowed as in other programs' tables.
Cell parse_cell(std::string_view text, double& value) {
  if (text.empty()) return Cell::blank;
  if (text.front() == '+') text.remove_prefix(1);
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || (status == std::errc::invalid_argument)) return Cell::not_numeric;
  if (status == std::errc::result_out_of_range) return Cell::overflow;
  return std::isfinite(value) ? Cell::number : Cell::not_finite;
}

/// Integers of at most 15 digits are doubles exactly.
bool exactly_a_double(std::string_view text) {
  return text.size() <= 15 && text.find_first_not_of("+-0123456789") == std::string_view::npos;
}

/// What stands in a cell, made safe to print on one line.
std::string shown(std::string_view text) {
  std::string result;
  for (const char c : text.substr(0, 30)) result += c >= 32 && c < 127 ? c : '?';
  return "'" + result + (text.size() > 30 ? "...'" : "'");
}

char separator_of(std::string_view line) {
  for (const char c : {',', ';', '\t'}) {
    if (line.find(c) != std::string_view::npos) return c;
  }
  return ',';
}

std::vector<std::string_view> split(std::string_view line, char separator) {
  std::vector<std::string_view> cells;
  while (true) {
    const std::size_t end = line.find(separator);
    cells.push_back(trimmed(line.substr(0, end)));
    if (end == std::string_view::npos) return cells;
    line.remove_prefix(end + 1);
  }
}

std::string place(const std::string& name, std::size_t line, std::size_t column) {
  return name + ", row " + std::to_string(line) + ", column " + std::to_string(column);
}

void select_columns(std::vector<std::string_view>& cells, const ColumnRange& range, const std::string& name,
                    std::size_t line) {
  if (range.last > cells.size()) {
    throw Error(ErrorCode::io, "there is no column " + std::to_string(range.last),
                name + ", row " + std::to_string(line), "the row has " + std::to_string(cells.size()) + " columns");
  }
  cells.erase(cells.begin() + static_cast<std::ptrdiff_t>(range.last), cells.end());
  cells.erase(cells.begin(), cells.begin() + static_cast<std::ptrdiff_t>(range.first - 1));
}

[[noreturn]] void refuse(Cell kind, std::string_view text, const std::string& where) {
  switch (kind) {
    case Cell::blank:
      throw Error(ErrorCode::io, "the cell is empty", where, "every cell must hold a number");
    case Cell::not_finite:
      throw Error(ErrorCode::io, "the number " + shown(text) + " is not finite", where);
    case Cell::overflow:
      throw Error(ErrorCode::io, "the number " + shown(text) + " is out of the range of double", where);
    default:
      throw Error(ErrorCode::io, "the cell " + shown(text) + " is not a number", where,
                  "columns of numbers are chosen with --columns FIRST:LAST");
  }
}

}  // namespace

NumericTable parse_csv(std::string_view data, const std::string& name, std::optional<ColumnRange> columns) {
  NumericTable table;
  if (data.starts_with("\xEF\xBB\xBF")) data.remove_prefix(3);
  char separator = 0;
  std::size_t line_number = 0;
  bool any_text = false;
  while (!data.empty()) {
    const std::size_t end = data.find('\n');
    std::string_view line = data.substr(0, end);
    data.remove_prefix(end == std::string_view::npos ? data.size() : end + 1);
    ++line_number;
    if (trimmed(line).empty() || trimmed(line).front() == '#') continue;
    if (separator == 0) separator = separator_of(line);
    auto cells = split(line, separator);
    if (columns) select_columns(cells, *columns, name, line_number);
    if (table.rows == 0 && table.header.empty()) {
      double value = 0;
      const bool header = std::all_of(cells.begin(), cells.end(), [&](std::string_view text) {
        return parse_cell(text, value) == Cell::not_numeric;
      });
      table.columns = cells.size();
      if (header) {
        table.header.assign(cells.begin(), cells.end());
        continue;
      }
    }
    if (cells.size() != table.columns) {
      throw Error(ErrorCode::io,
                  "the row has " + std::to_string(cells.size()) + " columns where " + std::to_string(table.columns) +
                      " are expected",
                  name + ", row " + std::to_string(line_number));
    }
    for (std::size_t k = 0; k < cells.size(); ++k) {
      double value = 0;
      const Cell kind = parse_cell(cells[k], value);
      if (kind != Cell::number) {
        refuse(kind, cells[k], place(name, line_number, k + (columns ? columns->first : 1)));
      }
      table.values.push_back(value);
      const bool exact = exactly_a_double(cells[k]);
      if (!exact && !any_text) {
        any_text = true;
        table.text.resize(table.values.size() - 1);
      }
      if (any_text) table.text.push_back(exact ? std::string_view() : cells[k]);
    }
    ++table.rows;
  }
  if (table.rows == 0) throw Error(ErrorCode::io, "the file holds no row of numbers", name);
  return table;
}

}  // namespace widegeo::storage
