// Text for people: one record as lines `name  value(error)  kind`, several as an aligned table.
#include <fmt/format.h>

#include <algorithm>

#include "report/concise.hpp"
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

std::string with_error(const Number& number, bool all_digits) {
  const std::string kind(to_text(number.kind));
  const bool statistical = number.kind == ErrorKind::statistical;
  if (!all_digits && number.error == "0" && !statistical) return number.value + "  exact";
  if (all_digits || number.value == "0" || number.error == "0")
    return number.value + "  +- " + number.error + "  (" + kind + ")";
  return concise(number) + "  " + kind;
}

const std::string* reason_of(const Value& value) {
  const auto* null = std::get_if<Null>(&value.data);
  return null == nullptr ? nullptr : &null->reason;
}

/// The reason for which nothing in a list exists; nullptr when something does, or for several reasons.
const std::string* common_reason(const Value& value) {
  const auto* list = std::get_if<List>(&value.data);
  if (list == nullptr) return reason_of(value);
  if (list->empty()) return nullptr;
  const std::string* first = common_reason(list->front());
  const bool same = first != nullptr && std::all_of(list->begin(), list->end(), [&](const Value& item) {
                      const std::string* reason = common_reason(item);
                      return reason != nullptr && *reason == *first;
                    });
  return same ? first : nullptr;
}

/// Why fields do not exist: each reason once, with the fields that share it.
class Reasons {
 public:
  void add(const std::string& field, const std::string& reason) {
    auto found = std::find_if(reasons_.begin(), reasons_.end(), [&](const auto& r) { return r.first == reason; });
    if (found == reasons_.end()) {
      if (reasons_.size() == most) return;
      found = reasons_.insert(reasons_.end(), {reason, {}});
    }
    std::vector<std::string>& fields = found->second;
    if (std::find(fields.begin(), fields.end(), field) == fields.end()) fields.push_back(field);
  }

  std::size_t fields_of(const std::string& reason) const {
    const auto found = std::find_if(reasons_.begin(), reasons_.end(), [&](const auto& r) { return r.first == reason; });
    return found == reasons_.end() ? 0 : found->second.size();
  }

  /// Those of at least so many fields.
  void write(std::size_t fewest, const Sink& sink) const {
    for (const auto& [reason, fields] : reasons_) {
      if (fields.size() >= fewest)
        sink("# does not exist (-): " + fmt::format("{}", fmt::join(fields, ", ")) + ": " + printable(reason) + "\n");
    }
  }

 private:
  static constexpr std::size_t most = 20;
  std::vector<std::pair<std::string, std::vector<std::string>>> reasons_;
};

bool holds_number(const List& list) {
  return std::any_of(list.begin(), list.end(), [](const Value& item) {
    if (const auto* inner = std::get_if<List>(&item.data)) return holds_number(*inner);
    return std::holds_alternative<Number>(item.data) || std::holds_alternative<Null>(item.data);
  });
}

using Field = std::pair<std::string, Value>;

/// A list of numbers as a field an entry, unless none of them exists for one reason.
void flatten(const std::string& name, const Value& value, std::vector<Field>& fields) {
  const auto* list = std::get_if<List>(&value.data);
  if (list == nullptr || !holds_number(*list)) {
    fields.emplace_back(name, value);
  } else if (const std::string* reason = common_reason(value)) {
    fields.emplace_back(name, Null{*reason});
  } else {
    for (std::size_t i = 0; i < list->size(); ++i)
      flatten(name + "[" + std::to_string(i + 1) + "]", (*list)[i], fields);
  }
}

void render_single(const Record& record, const TextLayout& layout, const Sink& sink) {
  std::vector<Field> fields;
  for (const auto& [name, value] : record) flatten(name, value, fields);
  Reasons reasons;
  std::size_t column = 0;
  for (const auto& [name, value] : fields) {
    column = std::max(column, width(name));
    if (const std::string* reason = reason_of(value)) reasons.add(name, *reason);
  }
  for (const auto& [name, value] : fields) {
    std::string text;
    if (const auto* number = std::get_if<Number>(&value.data)) {
      text = with_error(*number, layout.all_digits);
    } else if (const std::string* reason = reason_of(value); reason != nullptr && reasons.fields_of(*reason) < 2) {
      text = "does not exist: " + printable(*reason);
    } else {
      text = cell(value);
    }
    sink(padded(name, column) + "  " + text + "\n");
  }
  reasons.write(2, sink);
}

/// Several records. Two passes: the widths of a long table are found without keeping its text.
class Table {
 public:
  Table(const Document& document, const TextLayout& layout)
      : document_(document), number_text_(layout.all_digits ? digits_of : concise) {
    for (const auto& [name, value] : document.row(0)) header_.push_back(name);
    for (std::size_t i = 0; i < document.count && layout.all_digits && !errors_; ++i)
      errors_ = !worst_error(document.row(i)).empty();
    if (errors_) header_.emplace_back("relative_error");
    shown_.assign(header_.size(), true);
    for (const std::string& name : header_) widths_.push_back(width(name));
    for (std::size_t i = 0; i < document.count; ++i) {
      const auto cells = cells_of(document.row(i));
      for (std::size_t k = 0; k < cells.size() && k < widths_.size(); ++k)
        widths_[k] = std::max(widths_[k], width(cells[k]));
    }
    if (layout.width) fit(*layout.width);
  }

  void write(const Sink& sink) const {
    write_line(header_, sink);
    for (std::size_t i = 0; i < document_.count; ++i) write_line(cells_of(document_.row(i)), sink);
    Reasons reasons;
    for (std::size_t i = 0; i < document_.count; ++i) {
      const Record record = document_.row(i);
      for (std::size_t k = 0; k < record.size(); ++k) {
        const std::string* reason = reason_of(record[k].second);
        if (reason != nullptr && (k >= shown_.size() || shown_[k])) reasons.add(record[k].first, *reason);
      }
    }
    reasons.write(1, sink);
    if (!left_out_.empty())
      sink("# left out to fit the terminal: " + fmt::format("{}", fmt::join(left_out_, ", ")) +
           " (name them in --fields to see them)\n");
  }

 private:
  static constexpr std::size_t gap = 2;

  std::vector<std::string> cells_of(const Record& record) const {
    std::vector<std::string> cells;
    for (const auto& [name, value] : record) cells.push_back(cell(value, number_text_));
    if (errors_) cells.push_back(worst_error(record));
    return cells;
  }

  std::size_t total() const {
    std::size_t sum = 0;
    for (std::size_t k = 0; k < widths_.size(); ++k) sum += shown_[k] ? widths_[k] + gap : 0;
    return sum - gap;
  }

  void fit(std::size_t room) {
    for (const std::string& name : document_.expendable) {
      if (total() <= room) return;
      const auto found = std::find(header_.begin(), header_.end(), name);
      if (found == header_.end()) continue;
      shown_[static_cast<std::size_t>(found - header_.begin())] = false;
      left_out_.push_back(name);
    }
  }

  void write_line(const std::vector<std::string>& cells, const Sink& sink) const {
    std::string line;
    for (std::size_t k = 0; k < cells.size(); ++k) {
      if (k >= shown_.size()) {
        line += cells[k];
      } else if (shown_[k]) {
        line += padded(cells[k], widths_[k] + gap);
      }
    }
    line.erase(line.find_last_not_of(' ') + 1);
    sink(line + "\n");
  }

  const Document& document_;
  std::string (*number_text_)(const Number&);
  std::vector<std::string> header_;
  bool errors_ = false;  ///< a last column with the worst error of each row
  std::vector<bool> shown_;
  std::vector<std::size_t> widths_;
  std::vector<std::string> left_out_;
};

}  // namespace

void render_text(const Document& document, const TextLayout& layout, const Sink& sink) {
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
  if (document.count == 0) return;
  if (document.count == 1) return render_single(document.row(0), layout, sink);
  Table(document, layout).write(sink);
}

}  // namespace widegeo::report
