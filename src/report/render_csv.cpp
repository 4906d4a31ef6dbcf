// CSV: one line per row. A Number makes two columns, NAME and NAME_error; lists are flattened to NAME_1, NAME_1_2,
// objects to NAME_FIELD. The kind of the errors is the last column, `kind`, or `error_kind` if the table has a field
// named kind. A null is an empty cell.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "report/record.hpp"

namespace widegeo::report {
namespace {

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + "\"";
}

struct Line {
  std::vector<std::string> names, cells;
  std::optional<ErrorKind> kind;
  bool has_errors = false;  ///< numbers, or nulls in their places

  void add(const std::string& name, const Value& value) {
    if (const auto* list = std::get_if<List>(&value.data)) {
      for (std::size_t i = 0; i < list->size(); ++i) add(name + "_" + std::to_string(i + 1), (*list)[i]);
      return;
    }
    if (const auto* record = std::get_if<Record>(&value.data)) {
      for (const auto& [field, inner] : *record) add(name + "_" + field, inner);
      return;
    }
    names.push_back(name);
    if (const auto* number = std::get_if<Number>(&value.data)) {
      cells.push_back(number->value);
      names.push_back(name + "_error");
      has_errors = true;
      cells.push_back(number->error);
      kind = kind ? weaker(*kind, number->kind) : number->kind;
    } else if (std::holds_alternative<Null>(value.data)) {
      cells.emplace_back();
      names.push_back(name + "_error");
      has_errors = true;
      cells.emplace_back();
    } else {
      cells.push_back(quoted(cell(value)));
    }
  }
};

}  // namespace

void render_csv(const Document& document, const Sink& sink) {
  std::vector<std::string> names;
  bool has_kind = false;
  for (std::size_t i = 0; i < document.count; ++i) {
    Line line;
    for (const auto& [name, value] : document.row(i)) line.add(name, value);
    if (i == 0) {
      // Nulls may come first. A field whose own name ends like that of an error is none.
      has_kind = line.has_errors;
      names = line.names;
      const bool taken = std::find(names.begin(), names.end(), "kind") != names.end();
      sink(fmt::format("{}", fmt::join(names, ",")) + (!has_kind ? "\n" : taken ? ",error_kind\n" : ",kind\n"));
    }
    // A list that does not exist in this row (null) takes the place of its flattened columns.
    if (line.names != names) {
      std::vector<std::string> cells(names.size());
      for (std::size_t k = 0; k < names.size(); ++k) {
        const auto found = std::find(line.names.begin(), line.names.end(), names[k]);
        if (found != line.names.end()) cells[k] = line.cells[static_cast<std::size_t>(found - line.names.begin())];
      }
      line.cells = std::move(cells);
    }
    sink(fmt::format("{}", fmt::join(line.cells, ",")) +
         (has_kind ? "," + (line.kind ? std::string(to_text(*line.kind)) : "") + "\n" : "\n"));
  }
}

}  // namespace widegeo::report
