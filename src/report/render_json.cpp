// JSON: {"schema", "version", "model", "results"}; rows are written one at a time.
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "number/functions.hpp"
#include "report/decimal.hpp"
#include "report/printable.hpp"
#include "report/record.hpp"

namespace widegeo::report {
namespace {

using Json = nlohmann::ordered_json;

/// A terminal may be what reads it: characters that it would obey are escaped.
std::string dump(const Json& json) { return printable_json(json.dump(-1, ' ', false, Json::error_handler_t::replace)); }

/// A decimal as a JSON number when a double carries it (finite, not flushed to zero), else as its text. The number is
/// the decimal itself, not that of the double nearest to it: its error is stated beside it.
std::string json_number(const std::string& text, bool as_text) {
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool carried = status == std::errc() && end == text.data() + text.size() && std::isfinite(value);
  return as_text || !carried ? dump(text) : json_decimal(text);
}

bool is_shortest_of_double(const std::string& text) {
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  return status == std::errc() && end == text.data() + text.size() && std::isfinite(value) && shortest(value) == text;
}

/// Of a number that most readers take as the nearest double: what that adds to the error where the text is not the
/// shortest of a double, whose error covers both already.
std::string error_of_double(const Number& number) {
  double value = 0;
  const auto [end, status] = std::from_chars(number.value.data(), number.value.data() + number.value.size(), value);
  if (status != std::errc() || end != number.value.data() + number.value.size() || !std::isfinite(value) ||
      shortest(value) == number.value)
    return number.error;
  const PrecisionScope precision(40);
  const Real off = abs(Real(number.value) - Real(value));
  return off == 0 ? number.error : error_text(Real(Real(number.error) + off));
}

/// The error beside a value that is a JSON number is one too: below the doubles it is the least of them.
std::string number_beside(const std::string& value, const std::string& error) {
  const std::string text = json_number(error, false);
  return text.starts_with('"') && error.find("e-") != std::string::npos && !value.starts_with('"') ? "5e-324" : text;
}

std::string to_json(const Record& record);

std::string to_json(const Value& value) {
  struct Visitor {
    std::string operator()(const std::string& text) const { return dump(text); }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(long long number) const { return std::to_string(number); }
    std::string operator()(const Exact& exact) const {
      // Significant digits: zeros in front do not count.
      std::size_t digits = 0;
      for (const char c : exact.text.substr(0, exact.text.find('e')))
        digits += (c >= '1' && c <= '9') || (c == '0' && digits > 0) ? 1 : 0;
      // A large double may be written with all digits of its whole part.
      return json_number(exact.text, digits > 17 && !is_shortest_of_double(exact.text));
    }
    std::string operator()(const Number& number) const {
      const std::string value = json_number(number.value, number.as_text);
      const std::string error = number.as_text ? dump(number.error) : number_beside(value, error_of_double(number));
      return "{\"value\":" + value + ",\"error\":" + error + ",\"kind\":" + dump(std::string(to_text(number.kind))) +
             "}";
    }
    std::string operator()(const Null& null) const { return "{\"value\":null,\"reason\":" + dump(null.reason) + "}"; }
    std::string operator()(const List& list) const {
      std::string array;
      for (const Value& item : list) array += (array.empty() ? "" : ",") + to_json(item);
      return "[" + array + "]";
    }
    std::string operator()(const Record& record) const { return to_json(record); }
  };
  return std::visit(Visitor{}, value.data);
}

std::string to_json(const Record& record) {
  std::string object;
  for (const auto& [name, value] : record) object += (object.empty() ? "" : ",") + dump(name) + ":" + to_json(value);
  return "{" + object + "}";
}

}  // namespace

void render_json(const Document& document, const Sink& sink) {
  std::string head = "{\"schema\": " + dump(document.schema) + ", \"version\": " + dump(WIDEGEO_VERSION);
  if (!document.model.empty()) head += ",\n \"model\": " + to_json(document.model);
  if (!document.notes.empty()) head += ",\n \"notes\": " + dump(document.notes);
  sink(head + ",\n \"results\": [");
  for (std::size_t i = 0; i < document.count; ++i) sink((i == 0 ? "\n  " : ",\n  ") + to_json(document.row(i)));
  sink("\n ]}\n");
}

}  // namespace widegeo::report
