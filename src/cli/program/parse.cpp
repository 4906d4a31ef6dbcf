#include "cli/program/parse.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "number/error.hpp"
#include "report/decimal.hpp"

namespace widegeo::cli {
namespace {

std::string shown(const std::string& text) {
  std::string result;
  for (const char c : text.substr(0, 40)) result += static_cast<unsigned char>(c) < 32 ? '?' : c;
  return "'" + result + (text.size() > 40 ? "...'" : "'");
}

Rational power_of_ten(unsigned exponent) {
  mpz_class power;
  mpz_ui_pow_ui(power.get_mpz_t(), 10, exponent);
  return Rational(power);
}

}  // namespace

std::string joined(const std::vector<std::string>& parts) { return fmt::format("{}", fmt::join(parts, ", ")); }

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (const char c : text) {
    depth += c == '[' ? 1 : c == ']' ? -1 : 0;
    if (c == separator && depth <= 0) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

unsigned long parse_count(const std::string& text, const std::string& option, unsigned long low, unsigned long high) {
  unsigned long value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = end == text.data() + text.size() && !text.empty();
  if (!whole || status == std::errc::invalid_argument) {
    throw Error(ErrorCode::input, shown(text) + " is not a whole number", option,
                "give one from " + std::to_string(low) + " to " + std::to_string(high));
  }
  if (status != std::errc() || value < low || value > high) {
    throw Error(ErrorCode::input, shown(text) + " is out of range", option,
                "allowed: " + std::to_string(low) + " to " + std::to_string(high));
  }
  return value;
}

Rational parse_number(const std::string& text, const std::string& option) {
  static const Rational largest = power_of_ten(150), smallest = 1 / power_of_ten(150);
  const std::size_t begin = text.find_first_not_of(' '), end = text.find_last_not_of(' ');
  const std::string trimmed = begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
  const auto value = parse_rational(trimmed);
  if (!value) {
    throw Error(ErrorCode::input, trimmed.empty() ? "a number is missing" : shown(trimmed) + " is not a finite number",
                option, "write numbers as 0.3, -1e-3 or 2/3, separated by commas");
  }
  const Rational size = abs(*value);
  if (size > largest || (size != 0 && size < smallest)) {
    throw Error(ErrorCode::input, shown(trimmed) + " is out of range", option,
                "allowed: 0 and 1e-150 to 1e150 in size");
  }
  return *value;
}

std::vector<Rational> parse_numbers(const std::string& text, const std::string& option) {
  std::vector<Rational> numbers;
  for (const std::string& part : split(text, ',')) numbers.push_back(parse_number(part, option));
  return numbers;
}

std::size_t parse_choice(const std::string& text, const std::string& option, const std::vector<std::string>& names) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  const std::string near = nearest_name(text, names);
  throw Error(ErrorCode::input, "unknown value " + shown(text), option,
              (near.empty() ? "" : "did you mean '" + near + "'? ") + ("known: " + joined(names)));
}

Rational rounded_decimal(double value, unsigned digits) {
  return parse_rational(report::decimal(value, digits)).value_or(Rational(value));
}

}  // namespace widegeo::cli
