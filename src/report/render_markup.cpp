// Markdown and LaTeX tables. A single record becomes rows (quantity, value, error); several become one row each, with
// the worst relative error of the row in the last column. LaTeX uses plain `tabular`: no package is needed.
#include <functional>

#include "report/printable.hpp"
#include "report/record.hpp"

namespace widegeo::report {
namespace {

using Cells = std::vector<std::string>;

std::string escape_markdown(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '|' || c == '\\' || c == '*' || c == '_' || c == '`' || c == '<') result += '\\';
    result += c;
  }
  return result;
}

std::string escape_latex(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '\\':
        result += "\\textbackslash{}";
        break;
      case '^':
        result += "\\textasciicircum{}";
        break;
      case '~':
        result += "\\textasciitilde{}";
        break;
      case '<':
        result += "\\textless{}";
        break;
      case '>':
        result += "\\textgreater{}";
        break;
      case '|':
        result += "\\textbar{}";
        break;
      case '&':
      case '%':
      case '$':
      case '#':
      case '_':
      case '{':
      case '}':
        result += '\\';
        result += c;
        break;
      default:
        result += c;
    }
  }
  return result;
}

/// "-1.25e-7" as mathematics; other text as text.
std::string latex_number(const std::string& text) {
  const std::size_t mark = text.find('e');
  if (mark == std::string::npos) return "$" + text + "$";
  return "$" + text.substr(0, mark) + "\\times 10^{" + text.substr(mark + 1) + "}$";
}

bool numeric(const Value& value) {
  return std::holds_alternative<Number>(value.data) || std::holds_alternative<Exact>(value.data);
}

/// Lists of computed numbers get a row (and an error) each; lists of given numbers stay in one cell.
bool computed(const Value& value) {
  return std::holds_alternative<Number>(value.data) || std::holds_alternative<Null>(value.data) ||
         std::holds_alternative<List>(value.data);
}

class Writer {
 public:
  Writer(Format format, const Sink& sink) : latex_(format == Format::latex), sink_(sink) {}

  std::string text(const std::string& value) const { return latex_ ? escape_latex(value) : escape_markdown(value); }
  std::string number(const std::string& value) const { return latex_ && !value.empty() ? latex_number(value) : value; }
  std::string value(const Value& value) const { return numeric(value) ? number(cell(value)) : text(cell(value)); }

  void begin(const Cells& header) {
    if (latex_) {
      sink_("\\begin{tabular}{" + std::string(header.size(), 'l') + "}\n\\hline\n");
      row(header);
      sink_("\\hline\n");
    } else {
      row(header);
      row(Cells(header.size(), "---"));
    }
  }
  void row(const Cells& cells) {
    std::string line = latex_ ? "" : "| ";
    for (std::size_t i = 0; i < cells.size(); ++i) line += (i == 0 ? "" : latex_ ? " & " : " | ") + cells[i];
    sink_(line + (latex_ ? " \\\\\n" : " |\n"));
  }
  void end() {
    if (latex_) sink_("\\hline\n\\end{tabular}\n");
  }

 private:
  bool latex_;
  const Sink& sink_;
};

void single(const std::string& name, const Value& value, Writer& writer) {
  if (const auto* list = std::get_if<List>(&value.data); list != nullptr && !list->empty() && computed(list->front())) {
    for (std::size_t i = 0; i < list->size(); ++i) single(name + "[" + std::to_string(i + 1) + "]", (*list)[i], writer);
  } else if (const auto* number = std::get_if<Number>(&value.data)) {
    writer.row({writer.text(name), writer.number(number->value), writer.number(number->error)});
  } else if (const auto* null = std::get_if<Null>(&value.data)) {
    writer.row({writer.text(name), writer.text("does not exist: " + printable(null->reason)), ""});
  } else {
    writer.row({writer.text(name), writer.value(value), ""});
  }
}

}  // namespace

void render_markup(const Document& document, Format format, const Sink& sink) {
  Writer writer(format, sink);
  if (document.count == 0) return;
  if (document.count == 1) {
    writer.begin({"quantity", "value", "error"});
    for (const auto& [name, value] : document.row(0)) single(name, value, writer);
    writer.end();
    return;
  }
  Cells header;
  for (const auto& [name, value] : document.row(0)) header.push_back(writer.text(name));
  bool errors = false;
  for (std::size_t i = 0; i < document.count && !errors; ++i) errors = !worst_error(document.row(i)).empty();
  if (errors) header.push_back(writer.text("relative_error"));
  writer.begin(header);
  for (std::size_t i = 0; i < document.count; ++i) {
    const Record record = document.row(i);
    Cells cells;
    for (const auto& [name, value] : record) cells.push_back(writer.value(value));
    if (errors) cells.push_back(writer.number(worst_error(record)));
    writer.row(cells);
  }
  writer.end();
}

}  // namespace widegeo::report
