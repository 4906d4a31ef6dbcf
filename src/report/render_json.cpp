// JSON: {"schema", "version", "model", "results"}; rows are written one at a time.
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "report/decimal.hpp"
#include "report/record.hpp"

namespace widegeo::report {
namespace {

using Json = nlohmann::ordered_json;

/// A decimal as a JSON number when a double carries it (finite, not flushed to zero), else as its text.
Json json_number(const std::string& text, bool as_text) {
  if (as_text) return text;
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return text;
  // Integers stay integers: 0 and not 0.0.
  if (value == std::floor(value) && std::abs(value) < 1e15) return static_cast<long long>(value);
  return value;
}

bool is_shortest_of_double(const std::string& text) {
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  return status == std::errc() && end == text.data() + text.size() && std::isfinite(value) && shortest(value) == text;
}

Json to_json(const Record& record);

Json to_json(const Value& value) {
  struct Visitor {
    Json operator()(const std::string& text) const { return text; }
    Json operator()(bool flag) const { return flag; }
    Json operator()(long long number) const { return number; }
    Json operator()(const Exact& exact) const {
      // Significant digits: zeros in front do not count.
      std::size_t digits = 0;
      for (const char c : exact.text.substr(0, exact.text.find('e')))
        digits += (c >= '1' && c <= '9') || (c == '0' && digits > 0) ? 1 : 0;
      // A large double may be written with all digits of its whole part.
      return json_number(exact.text, digits > 17 && !is_shortest_of_double(exact.text));
    }
    Json operator()(const Number& number) const {
      return Json{{"value", json_number(number.value, number.as_text)},
                  {"error", json_number(number.error, number.as_text)},
                  {"kind", std::string(to_text(number.kind))}};
    }
    Json operator()(const Null& null) const { return Json{{"value", nullptr}, {"reason", null.reason}}; }
    Json operator()(const List& list) const {
      Json array = Json::array();
      for (const Value& item : list) array.push_back(to_json(item));
      return array;
    }
    Json operator()(const Record& record) const { return to_json(record); }
  };
  return std::visit(Visitor{}, value.data);
}

Json to_json(const Record& record) {
  Json object = Json::object();
  for (const auto& [name, value] : record) object[name] = to_json(value);
  return object;
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

void render_json(const Document& document, const Sink& sink) {
  std::string head = "{\"schema\": " + dump(document.schema) + ", \"version\": " + dump(WIDEGEO_VERSION);
  if (!document.model.empty()) head += ",\n \"model\": " + dump(to_json(document.model));
  if (!document.notes.empty()) head += ",\n \"notes\": " + dump(document.notes);
  sink(head + ",\n \"results\": [");
  for (std::size_t i = 0; i < document.count; ++i) sink((i == 0 ? "\n  " : ",\n  ") + dump(to_json(document.row(i))));
  sink("\n ]}\n");
}

}  // namespace widegeo::report
