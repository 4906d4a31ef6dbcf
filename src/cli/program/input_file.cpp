#include "cli/program/input_file.hpp"

#include <algorithm>

#include "cli/program/commands.hpp"
#include "cli/program/parse.hpp"
#include "number/error.hpp"

namespace widegeo::cli {
namespace {

char make_separator(const std::string& text) {
  const std::vector<std::pair<std::string, char>> names{{"comma", ','}, {"semicolon", ';'}, {"tab", '\t'},
                                                        {"\\t", '\t'},  {"blank", ' '},     {"space", ' '}};
  for (const auto& [name, character] : names) {
    if (text == name) return character;
  }
  const std::string digits_and_quotes = "0123456789+-.eE/\"#";
  const auto code = static_cast<unsigned char>(text.front());
  if (text.size() == 1 && (code >= 32 || code == '\t') && code < 127 && std::isalpha(code) == 0 &&
      digits_and_quotes.find(text.front()) == std::string::npos)
    return text.front();
  throw Error(ErrorCode::input, "'" + text + "' cannot separate columns", "--separator",
              "give one character that cannot be part of a number, or comma, semicolon, tab, blank");
}

}  // namespace

std::optional<storage::ColumnRange> make_columns(const Options& options) {
  if (!options.columns) return {};
  const auto parts = split(*options.columns, ':');
  if (parts.size() != 2)
    throw Error(ErrorCode::input, "'" + *options.columns + "' is not FIRST:LAST", "--columns",
                "for example --columns 1:64");
  storage::ColumnRange range;
  range.first = parse_count(parts[0], "--columns", 1, 1'000'000);
  range.last = parse_count(parts[1], "--columns", range.first, 1'000'000);
  return range;
}

storage::TableFormat make_table_format(const Options& options) {
  storage::TableFormat format;
  if (options.header) format.header = *options.header == "none" ? 0 : parse_count(*options.header, "--header", 0, 1000);
  if (options.separator) format.separator = make_separator(*options.separator);
  if (options.decimal) {
    if (*options.decimal != "." && *options.decimal != ",")
      throw Error(ErrorCode::input, "'" + *options.decimal + "' is not a decimal sign", "--decimal", "give . or ,");
    format.decimal = options.decimal->front();
    if (format.separator == format.decimal)
      throw Error(ErrorCode::input, "the separator and the decimal sign are equal", "--separator, --decimal");
  }
  return format;
}

void refuse_table_options(const Options& options) {
  for (const auto& [value, name] : std::vector<std::pair<Text, std::string>>{
           {options.header, "--header"}, {options.separator, "--separator"}, {options.decimal, "--decimal"}})
    refuse_option(value, name, "it needs --input");
}

storage::InputMatrix open_input(const std::string& path, const Options& options,
                                const std::optional<storage::ColumnRange>& columns, const std::string& option) {
  try {
    return storage::InputMatrix(path, columns, make_table_format(options));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::io || !error.summary().starts_with("there is no column")) throw;
    throw Error(ErrorCode::input, error.summary(), option + ", " + error.where(), error.hint());
  }
}

void add_notes(const storage::InputMatrix& input, report::Document& document) {
  for (const std::string& note : input.notes()) {
    if (std::find(document.notes.begin(), document.notes.end(), note) == document.notes.end())
      document.notes.push_back(note);
  }
}

}  // namespace widegeo::cli
