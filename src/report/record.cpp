#include "report/record.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>

#include "number/error.hpp"
#include "report/decimal.hpp"
#include "report/printable.hpp"

namespace widegeo::report {
namespace {

/// Decimal logarithm of |text| for any exponent ("1e-5000"); -infinity for zero.
double log10_of(const std::string& text) {
  const std::size_t mark = text.find('e');
  const double mantissa = std::abs(std::strtod(text.substr(0, mark).c_str(), nullptr));
  const double exponent = mark == std::string::npos ? 0 : std::strtod(text.c_str() + mark + 1, nullptr);
  return std::log10(mantissa) + exponent;
}

/// The largest log10(error / |value|); zero values count by their absolute error.
void gather_worst(const Value& value, double& worst, bool& any) {
  if (const auto* number = std::get_if<Number>(&value.data)) {
    any = true;
    const double scale = log10_of(number->value);
    worst = std::max(worst, log10_of(number->error) - (std::isfinite(scale) ? scale : 0));
  } else if (const auto* list = std::get_if<List>(&value.data)) {
    for (const Value& item : *list) gather_worst(item, worst, any);
  }
}

}  // namespace

void Document::set_rows(std::vector<Record> rows) {
  count = rows.size();
  auto shared = std::make_shared<std::vector<Record>>(std::move(rows));
  row = [shared](std::size_t i) { return (*shared)[i]; };
}

void Document::select(const std::vector<std::string>& fields) {
  expendable.clear();
  row = [fields, whole = std::move(row)](std::size_t i) {
    const Record record = whole(i);
    Record kept;
    for (const std::string& field : fields) {
      const auto found = std::ranges::find(record, field, &Record::value_type::first);
      kept.emplace_back(field, found == record.end() ? Null{"not part of this answer"} : found->second);
    }
    return kept;
  };
}

Format parse_format(const std::string& name) {
  static constexpr const char* names[] = {"text", "json", "csv", "markdown", "latex"};
  for (int i = 0; i < 5; ++i) {
    if (name == names[i]) return static_cast<Format>(i);
  }
  const std::string near = nearest_name(name, std::vector<std::string>(std::begin(names), std::end(names)));
  throw Error(
      ErrorCode::input, "unknown format '" + name + "'", "--format",
      (near.empty() ? "" : "did you mean '" + near + "'? ") + std::string("known: text, json, csv, markdown, latex"));
}

void render(const Document& document, Format format, const Sink& sink, const TextLayout& layout) {
  switch (format) {
    case Format::json:
      return render_json(document, sink);
    case Format::csv:
      return render_csv(document, sink);
    case Format::text:
      return render_text(document, layout, sink);
    case Format::markdown:
    case Format::latex:
      return render_markup(document, format, sink);
  }
}

std::string digits_of(const Number& number) { return number.value; }

std::string cell(const Value& value, std::string (*number_text)(const Number&)) {
  struct Visitor {
    std::string (*number_text)(const Number&);
    std::string of(const Value& value) const { return std::visit(*this, value.data); }

    std::string operator()(const std::string& text) const { return printable(text); }
    std::string operator()(bool flag) const { return flag ? "yes" : "no"; }
    std::string operator()(long long number) const { return std::to_string(number); }
    std::string operator()(const Exact& exact) const { return exact.text; }
    std::string operator()(const Number& number) const { return number_text(number); }
    std::string operator()(const Null&) const { return "-"; }
    std::string operator()(const List& list) const {
      std::string text;
      for (const Value& item : list) {
        const bool nested = std::holds_alternative<List>(item.data) || std::holds_alternative<Record>(item.data);
        if (!text.empty()) text += ", ";
        text += nested ? "[" + of(item) + "]" : of(item);
      }
      return text;
    }
    std::string operator()(const Record& record) const {
      std::string text;
      for (const auto& [name, value] : record) text += (text.empty() ? "" : ", ") + printable(name) + " " + of(value);
      return text;
    }
  };
  return Visitor{number_text}.of(value);
}

std::string worst_error(const Record& record) {
  double worst = -INFINITY;
  bool any = false;
  for (const auto& [name, value] : record) gather_worst(value, worst, any);
  if (!any) return {};
  if (worst == -INFINITY) return "0";
  const double exponent = std::floor(worst);
  if (exponent > -300) return error_text(std::pow(10.0, worst));
  return error_text(std::pow(10.0, worst - exponent)).substr(0, 3) + "e" + std::to_string(static_cast<long>(exponent));
}

}  // namespace widegeo::report
