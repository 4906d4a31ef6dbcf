#include "storage/table/csv_parser.hpp"

#include <algorithm>
#include <cstring>

#include "number/error.hpp"
#include "storage/table/csv_cell.hpp"

namespace widegeo::storage {
namespace {

constexpr std::size_t longest_row = std::size_t{64} << 20U, most_bytes = std::size_t{2} << 30U;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// True if a cell consists of several numbers separated by blanks.
bool numbers_between_blanks(std::string_view text, char decimal) {
  std::size_t count = 0;
  double value = 0;
  std::string exact;
  for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    if (parse_cell(text.substr(0, end), decimal, value, exact) != Cell::number) return false;
    text.remove_prefix(end);
    ++count;
  }
  return count > 1;
}

constexpr const char* blank_hint = "the columns are separated by blanks: --separator ' '";
constexpr const char* comma_hint = "for decimal commas and columns between semicolons: --separator ';' --decimal ,";

/// All parts between semicolons are numbers with a decimal comma, or whole ones.
bool decimal_commas(std::string_view row) {
  double value = 0;
  std::string exact;
  while (true) {
    const std::size_t end = std::min(row.find(';'), row.size());
    if (parse_cell(trimmed(row.substr(0, end)), ',', value, exact) != Cell::number) return false;
    if (end == row.size()) return true;
    row.remove_prefix(end + 1);
  }
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < 3; ++i) text += (i == 0 ? "" : ", ") + shown_cell(names[i]);
  return text + (names.size() > 3 ? ", ..." : "");
}

}  // namespace

CsvParser::CsvParser(std::string name, std::optional<ColumnRange> columns, const TableFormat& format)
    : name_(std::move(name)), columns_(columns), format_(format), separator_(format.separator) {}

bool CsvParser::is_separator(char c) const {
  if (separator_ == ' ') return c == ' ' || c == '\t';
  if (separator_ != 0) return c == separator_;
  return (c == ',' && format_.decimal != ',') || c == ';' || c == '\t';
}

void CsvParser::feed(std::string_view piece) {
  rest_ += piece;
  std::size_t begin = 0, i = scanned_;
  const auto end_of_row = [&](std::size_t end) {
    take(std::string_view(rest_).substr(begin, end - begin));
    line_ += 1 + lines_in_row_;
    lines_in_row_ = 0;
    in_comment_ = after_quote_ = false;
    at_cell_ = fresh_ = true;
    begin = i = end + 1;
  };
  while (i < rest_.size()) {
    const char c = rest_[i];
    if (after_return_ && c == '\n') {  // of a CR LF
      begin = ++i;
      after_return_ = false;
      continue;
    }
    after_return_ = false;
    if (fresh_) {
      // Most rows hold neither quotes nor stray returns: they are found by searching for their ends.
      const auto* const row = rest_.data() + i;
      const auto* const line_end = static_cast<const char*>(std::memchr(row, '\n', rest_.size() - i));
      const std::size_t length = line_end == nullptr ? rest_.size() - i : static_cast<std::size_t>(line_end - row);
      const auto* const stray = static_cast<const char*>(std::memchr(row, '\r', length));
      if (line_end != nullptr && std::memchr(row, '"', length) == nullptr &&
          (stray == nullptr || stray + 1 == line_end)) {
        end_of_row(i + length);
        continue;
      }
      fresh_ = false;
    }
    if (in_quotes_) {
      in_quotes_ = c != '"';
      after_quote_ = c == '"';
      lines_in_row_ += c == '\n' ? 1 : 0;
    } else if (c == '\n' || c == '\r') {
      after_return_ = c == '\r';
      end_of_row(i);
      continue;
    } else if (c == '"' && !in_comment_ && (at_cell_ || after_quote_)) {
      in_quotes_ = true;
      at_cell_ = after_quote_ = false;
    } else {
      after_quote_ = false;
      if (c == '#' && trimmed(std::string_view(rest_).substr(begin, i - begin)).empty()) in_comment_ = true;
      if (is_separator(c)) {
        at_cell_ = true;
      } else if (!blank(c)) {
        at_cell_ = false;
      }
    }
    ++i;
  }
  rest_.erase(0, begin);
  scanned_ = i - begin;
  if (rest_.size() > longest_row)
    fail(in_quotes_ ? "a quoted cell is not closed" : "the row is longer than 64 MiB", 0,
         in_quotes_ ? "" : "rows must end in a newline; use .npy for tables that wide");
}

NumericTable CsvParser::finish() {
  if (in_quotes_) fail("a quoted cell is not closed", 0, "quotes must come in pairs");
  if (!rest_.empty()) take(rest_);
  rest_.clear();
  if (table_.rows == 0)
    throw Error(ErrorCode::io, "the file holds no row of numbers", name_,
                table_.header.empty() ? "" : "its first line was taken as names: " + listed(table_.header));
  return std::move(table_);
}

void CsvParser::take(std::string_view row) {
  if (line_ == 0) {
    if (row.starts_with("\xEF\xBB\xBF")) row.remove_prefix(3);
    if (row.starts_with("\xFF\xFE") || row.starts_with("\xFE\xFF"))
      fail("the text is in UTF-16", 0, "save it in UTF-8");
  }
  const std::string_view visible = trimmed(row);
  if (visible.empty() || visible.front() == '#') return;
  if (started_) {
    auto fields = split(row);
    if (columns_) select(fields);
    take_numbers(fields);
  } else {
    take_first(row);
  }
}

void CsvParser::choose_separator(std::string_view row) {
  if (separator_ != 0) return;
  // Outside of quotes, whose cells may hold any of them.
  std::string bare;
  bool quoted = false;
  for (const char c : row) {
    if (c == '"') quoted = !quoted;
    if (!quoted) bare += c;
  }
  const bool comma = format_.decimal != ',' && bare.find(',') != std::string::npos;
  const bool semicolon = bare.find(';') != std::string::npos;
  if (comma && semicolon && decimal_commas(bare)) fail("the commas do not separate numbers", 0, comma_hint);
  separator_ = comma ? ',' : semicolon ? ';' : bare.find('\t') != std::string::npos ? '\t' : ',';
  if (format_.decimal == ',' && separator_ == ',') separator_ = ';';
}

std::vector<CsvParser::Field> CsvParser::split(std::string_view row) {
  held_.clear();
  std::vector<Field> fields;
  std::size_t doubled = 0;  // cells with doubled quotes: views into held_ must not move
  for (const char c : row) doubled += c == '"' ? 1 : 0;
  held_.reserve(doubled / 2);
  std::size_t at = 0;
  const bool blanks = separator_ == ' ';
  if (blanks) row = trimmed(row);
  while (true) {
    while (at < row.size() && blank(row[at]) && (blanks || !is_separator(row[at]))) ++at;
    Field field;
    std::size_t end = at;
    if (at < row.size() && row[at] == '"') {
      std::size_t close = at + 1;
      bool twice = false;
      while (true) {
        close = std::min(row.find('"', close), row.size());
        if (close + 1 >= row.size() || row[close + 1] != '"') break;
        twice = true;
        close += 2;
      }
      end = std::min(close + 1, row.size());
      while (end < row.size() && !is_separator(row[end])) ++end;
      field.quoted = trimmed(row.substr(close, end - close)).size() <= 1;  // nothing after the closing quote
      field.text = field.quoted ? trimmed(row.substr(at + 1, close - at - 1)) : trimmed(row.substr(at, end - at));
      if (field.quoted && twice) {
        std::string once;
        for (std::size_t i = 0; i < field.text.size(); ++i) {
          once += field.text[i];
          if (field.text[i] == '"') ++i;
        }
        held_.push_back(std::move(once));
        field.text = held_.back();
      }
    } else {
      while (end < row.size() && !is_separator(row[end])) ++end;
      field.text = trimmed(row.substr(at, end - at));
    }
    fields.push_back(field);
    if (end >= row.size()) return fields;
    at = end + 1;
  }
}

void CsvParser::select(std::vector<Field>& fields) const {
  if (columns_->last > fields.size()) {
    const bool blanks = fields.size() == 1 && numbers_between_blanks(fields[0].text, format_.decimal);
    throw Error(ErrorCode::io, "there is no column " + std::to_string(columns_->last),
                name_ + ", row " + std::to_string(line_ + 1),
                blanks
                    ? blank_hint
                    : "the row has " + std::to_string(fields.size()) + (fields.size() == 1 ? " column" : " columns"));
  }
  fields.erase(fields.begin() + static_cast<std::ptrdiff_t>(columns_->last), fields.end());
  fields.erase(fields.begin(), fields.begin() + static_cast<std::ptrdiff_t>(columns_->first - 1));
}

void CsvParser::take_first(std::string_view row) {
  choose_separator(row);
  const std::vector<Field> whole = split(row);
  std::vector<Field> fields = whole;
  if (columns_) select(fields);
  table_.columns = fields.size();
  const auto take_names = [&] {
    table_.header.clear();
    for (const Field& field : fields) table_.header.emplace_back(field.text);
  };
  if (format_.header) {
    if (header_lines_ < *format_.header) {
      ++header_lines_;
      take_names();
      return;
    }
  } else if (table_.header.empty()) {
    if (std::all_of(fields.begin(), fields.end(),
                    [](const Field& field) { return begins_like_name(field.text, field.quoted); })) {
      take_names();
      table_.notes.push_back(name_ + ": first line taken as names (" + listed(table_.header) + ")");
      started_ = true;
      return;
    }
    look_at_numbers(fields, whole);
  }
  started_ = true;
  take_numbers(fields);
}

void CsvParser::look_at_numbers(const std::vector<Field>& fields, const std::vector<Field>& whole) {
  if (fields.size() < 2) return;
  for (std::size_t k = 0; k < fields.size(); ++k) {
    if (fields[k].text != std::to_string(k)) return;
  }
  if (whole.front().text.empty() || std::any_of(whole.begin(), whole.end(), [](const Field& field) {
        return begins_like_name(field.text, field.quoted);
      })) {
    fail("the first line has 0, 1, ... next to text: column names, as pandas writes them, or a row", 0,
         "say which: --header 1 or --header none");
  }
  table_.notes.push_back(name_ + ": first line 0,1,... taken as numbers; --header 1 takes it as names");
}

void CsvParser::take_numbers(const std::vector<Field>& fields) {
  if (fields.size() != table_.columns) {
    fail("the row has " + std::to_string(fields.size()) + " columns where " + std::to_string(table_.columns) +
         " are expected");
  }
  for (std::size_t k = 0; k < fields.size(); ++k) {
    double value = 0;
    const Cell kind = parse_cell(fields[k].text, format_.decimal, value, exact_);
    if (kind != Cell::number) refuse(kind, fields, k);
    table_.values.push_back(value);
    if (!exact_.empty() && !any_text_) {
      any_text_ = true;
      table_.text.resize(table_.values.size() - 1);
    }
    if (any_text_) table_.text.push_back(exact_);
  }
  ++table_.rows;
  if (table_.values.size() * sizeof(double) + table_.text.bytes() > most_bytes)
    fail("the table takes more than 2 GiB of memory", 0, "save it as .npy, which is not held in memory");
}

void CsvParser::refuse(Cell kind, const std::vector<Field>& fields, std::size_t k) const {
  const std::size_t first = columns_ ? columns_->first : 1;
  const std::size_t column = k + first;
  const std::string_view text = fields[k].text;
  const bool first_row = table_.rows == 0 && table_.header.empty();
  switch (kind) {
    case Cell::blank:
      if (k == 0 && fields.size() > 1 && first_row &&
          std::all_of(fields.begin() + 1, fields.end(), [](const Field& field) { return !field.text.empty(); })) {
        fail("the cell is empty", column,
             "an index without a name, as pandas writes it: --columns 2:" + std::to_string(fields.size()));
      }
      if (k > 0 && k + 1 == fields.size() && first_row && !columns_)
        fail("the cell is empty", column,
             "the row ends in a separator: --columns 1:" + std::to_string(fields.size() - 1));
      fail("the cell is empty", column, "every cell must hold a number");
    case Cell::not_finite:
      fail("the number " + shown_cell(text) + " is not finite", column, number_hint(text, format_.decimal));
    case Cell::overflow:
      fail("the number " + shown_cell(text) + " is out of the range of double", column);
    case Cell::too_long:
      fail("the cell is longer than 10000 characters", column);
    default:
      break;
  }
  std::string hint;
  if (text.find(';') != std::string_view::npos) {
    hint = comma_hint;
  } else if (numbers_between_blanks(text, format_.decimal)) {
    hint = blank_hint;
  } else {
    hint = number_hint(text, format_.decimal);
  }
  const bool trailing = first_row && fields.size() > 1 && fields.back().text.empty() && !columns_;
  if (trailing && begins_like_name(text, fields[k].quoted))
    hint = "the row ends in a separator: --columns 1:" + std::to_string(fields.size() - 1);
  if (hint.empty() && first_row && format_.header && *format_.header == 0 && begins_like_name(text, fields[k].quoted))
    hint = "--header none reads the first line as numbers: leave it out, or use --header 1";
  if (hint.empty())
    hint = first_row ? "column names begin with a letter; --header 1 takes any first line as names"
                     : "columns of numbers are chosen with --columns FIRST:LAST";
  fail("the cell " + shown_cell(text) + " is not a number", column, hint);
}

void CsvParser::fail(const std::string& what, std::size_t column, const std::string& hint) const {
  std::string where = name_ + ", row " + std::to_string(line_ + 1);
  if (column > 0) where += ", column " + std::to_string(column);
  throw Error(ErrorCode::io, what, where, hint);
}

NumericTable parse_csv(std::string_view data, const std::string& name, std::optional<ColumnRange> columns,
                       const TableFormat& format) {
  CsvParser parser(name, columns, format);
  parser.feed(data);
  return parser.finish();
}

}  // namespace widegeo::storage
