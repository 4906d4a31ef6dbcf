// Human-readable text: a single record as lines `name  value +- error`, several as an aligned table.
#include <algorithm>

#include "report/printable.hpp"
#include "report/record.hpp"

namespace widegeo::report {
namespace {

/// Width on a terminal: UTF-8 continuation bytes take no room.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t to) {
  const std::size_t have = width(text);
  return have < to ? text + std::string(to - have, ' ') : text;
}

std::string with_error(const Value& value) {
  if (const auto* number = std::get_if<Number>(&value.data)) {
    return number->value + "  +- " + number->error + "  (" + std::string(to_text(number->kind)) + ")";
  }
  if (const auto* null = std::get_if<Null>(&value.data)) return "does not exist: " + printable(null->reason);
  return cell(value);
}

bool holds_number(const List& list) {
  return std::any_of(list.begin(), list.end(), [](const Value& item) {
    if (const auto* inner = std::get_if<List>(&item.data)) return holds_number(*inner);
    return std::holds_alternative<Number>(item.data) || std::holds_alternative<Null>(item.data);
  });
}

void flatten(const std::string& name, const Value& value, std::vector<std::pair<std::string, std::string>>& lines) {
  const auto* list = std::get_if<List>(&value.data);
  if (list == nullptr || !holds_number(*list)) {
    lines.emplace_back(name, with_error(value));
    return;
  }
  for (std::size_t i = 0; i < list->size(); ++i) flatten(name + "[" + std::to_string(i + 1) + "]", (*list)[i], lines);
}

void render_single(const Record& record, std::size_t column, const Sink& sink) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const auto& [name, value] : record) flatten(name, value, lines);
  for (const auto& [name, text] : lines) column = std::max(column, width(name));
  for (const auto& [name, text] : lines) sink(padded(name, column) + "  " + text + "\n");
}

std::vector<std::string> cells_of(const Record& record, bool errors) {
  std::vector<std::string> cells;
  for (const auto& [name, value] : record) cells.push_back(cell(value));
  if (errors) cells.push_back(worst_error(record));
  return cells;
}

}  // namespace

void render_text(const Document& document, const Sink& sink) {
  if (!document.model.empty()) {
    std::string line;
    for (const auto& [name, value] : document.model) {
      if (!std::holds_alternative<List>(value.data) || !std::get<List>(value.data).empty()) {
        line += (line.empty() ? "" : ", ") + name + " " + cell(value);
      }
    }
    sink("# " + line + "\n");
  }
  for (const std::string& note : document.notes) sink("# " + printable(note) + "\n");
  if (document.count == 1) {
    render_single(document.row(0), 0, sink);
    return;
  }
  if (document.count == 0) return;

  // Two passes: the widths of a long table are found without keeping its text.
  std::vector<std::string> header;
  for (const auto& [name, value] : document.row(0)) header.push_back(name);
  bool errors = false;
  for (std::size_t i = 0; i < document.count && !errors; ++i) errors = !worst_error(document.row(i)).empty();
  if (errors) header.emplace_back("relative_error");
  std::vector<std::size_t> widths;
  for (const std::string& name : header) widths.push_back(width(name));
  for (std::size_t i = 0; i < document.count; ++i) {
    const auto cells = cells_of(document.row(i), errors);
    for (std::size_t k = 0; k < cells.size() && k < widths.size(); ++k)
      widths[k] = std::max(widths[k], width(cells[k]));
  }
  const auto write = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t k = 0; k < cells.size(); ++k)
      line += k + 1 < cells.size() ? padded(cells[k], widths[k]) + "  " : cells[k];
    line.erase(line.find_last_not_of(' ') + 1);
    sink(line + "\n");
  };
  write(header);
  for (std::size_t i = 0; i < document.count; ++i) write(cells_of(document.row(i), errors));
  // The reasons of what does not exist, once each.
  std::vector<std::string> reasons;
  for (std::size_t i = 0; i < document.count; ++i) {
    for (const auto& [name, value] : document.row(i)) {
      const auto* null = std::get_if<Null>(&value.data);
      if (null == nullptr) continue;
      const std::string reason = name + ": " + null->reason;
      if (reasons.size() < 20 && std::find(reasons.begin(), reasons.end(), reason) == reasons.end())
        reasons.push_back(reason);
    }
  }
  for (const std::string& reason : reasons) sink("# does not exist (-): " + printable(reason) + "\n");
}

}  // namespace widegeo::report
