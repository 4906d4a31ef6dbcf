#include "storage/table/csv_cell.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "number/rational.hpp"

namespace widegeo::storage {
namespace {

/// More digits than any double needs; exact numbers of this size are still small.
constexpr std::size_t longest_cell = 10'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Integers of at most 15 digits are doubles exactly.
bool exactly_a_double(std::string_view text) {
  return text.size() <= 15 && text.find_first_not_of("+-0123456789") == std::string_view::npos;
}

/// The code of the first character of UTF-8; 0 where none begins.
std::uint32_t first_code(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (length == 0 || text.size() < length) return 0;
  std::uint32_t code = length == 1 ? lead : lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) code = code << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
  return code;
}

/// Characters beyond ASCII that numbers are written with: minus and other signs, digits of other scripts, currencies.
bool begins_a_number(std::uint32_t code) {
  constexpr std::array<std::array<std::uint32_t, 2>, 12> ranges{{{0, 0x7F},
                                                                 {0x80, 0xBF},
                                                                 {0xD7, 0xD7},
                                                                 {0xF7, 0xF7},
                                                                 {0x660, 0x669},
                                                                 {0x6F0, 0x6F9},
                                                                 {0x7C0, 0x7C9},
                                                                 {0x966, 0x96F},
                                                                 {0x9E6, 0x9EF},
                                                                 {0x2000, 0x2BFF},
                                                                 {0x3000, 0x3004},
                                                                 {0xFE50, 0xFF20}}};
  return std::any_of(ranges.begin(), ranges.end(),
                     [code](const auto& range) { return range[0] <= code && code <= range[1]; });
}

Cell finite(double value) {
  if (std::isinf(value)) return Cell::overflow;
  return std::isfinite(value) ? Cell::number : Cell::not_finite;
}

}  // namespace

Cell parse_cell(std::string_view text, char decimal, double& value, std::string& exact) {
  exact.clear();
  if (text.empty()) return Cell::blank;
  if (text.size() > longest_cell) return Cell::too_long;
  if (text.front() == '+') {
    text.remove_prefix(1);
    if (text.empty() || !(is_digit(text.front()) || text.front() == decimal)) return Cell::not_numeric;
  }
  std::string with_point;
  if (decimal != '.') {
    if (text.find('.') != std::string_view::npos) return Cell::not_numeric;
    with_point = text;
    std::replace(with_point.begin(), with_point.end(), decimal, '.');
    text = with_point;
  }
  if (text.find('/') != std::string_view::npos) {
    const auto ratio = parse_rational(text);
    if (!ratio) return Cell::not_numeric;
    value = nearest_double(*ratio);
    if (Rational(0) != *ratio && value == 0) return Cell::overflow;
    exact = text;
    return finite(value);
  }
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || (status == std::errc::invalid_argument)) return Cell::not_numeric;
  if (status == std::errc::result_out_of_range) return Cell::overflow;
  if (!std::isfinite(value)) return Cell::not_finite;
  if (!exactly_a_double(text)) exact = text;
  return Cell::number;
}

bool is_missing_word(std::string_view text) {
  std::string word(text);
  std::transform(word.begin(), word.end(), word.begin(), lower);
  constexpr std::array words{"na",   "n/a", "#n/a", "<na>",    "null",  "nil",
                             "none", "nan", "nat",  "missing", "empty", "void"};
  return std::any_of(words.begin(), words.end(), [&](const char* known) { return word == known; });
}

/// A number that is refused, not the name of a column.
bool is_infinity(std::string_view text) {
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  return status == std::errc() && end == text.data() + text.size() && std::isinf(value);
}

bool begins_like_name(std::string_view text, bool quoted) {
  if (text.empty() || is_missing_word(text) || is_infinity(text)) return false;
  const char first = text.front();
  if (is_letter(first) || first == '_') return true;
  if (static_cast<unsigned char>(first) >= 0x80) return !begins_a_number(first_code(text));
  // A text in quotes may begin with a bracket or a # as well, but not like a number or an amount.
  return quoted && !is_digit(first) && std::string_view("+-.,$%/ ").find(first) == std::string_view::npos &&
         std::any_of(text.begin(), text.end(), is_letter);
}

std::string number_hint(std::string_view text, char decimal) {
  if (text.empty()) return {};
  const bool any_digit = std::any_of(text.begin(), text.end(), is_digit);
  if (is_missing_word(text)) return "missing values are not supported: leave the row or the column out";
  if (!any_digit) return {};
  const std::size_t letter = text.find_first_of("dDqQ");
  if (letter != std::string_view::npos && letter > 0 && is_digit(text.front()) &&
      text.find_first_not_of("0123456789+-") >= std::min(letter, text.find('.')))
    return "write exponents with e, as in 1.5e0";
  if (text.back() == '%') return "write 0.12 for 12%";
  if (text.find('_') != std::string_view::npos && is_digit(text.front())) return "write 1000 for 1_000";
  if (text.find('\'') != std::string_view::npos && is_digit(text.front())) return "write 1000 for 1'000";
  const std::size_t comma = text.find(',');
  if (comma != std::string_view::npos && text.find_first_not_of("+-0123456789.,eE") == std::string_view::npos) {
    return decimal == '.' && text.find('.') == std::string_view::npos &&
                   text.find(',', comma + 1) == std::string_view::npos
               ? "if the comma is the decimal sign: --decimal ,"
               : "write numbers without thousands separators";
  }
  if (decimal != '.' && text.find('.') != std::string_view::npos)
    return std::string("with --decimal ") + decimal + " a point cannot be part of a number";
  if (text.starts_with("\xE2\x88\x92")) return "write the minus sign as an ASCII hyphen";
  if (text.front() == '$' || static_cast<unsigned char>(text.front()) >= 0x80)
    return "write numbers without units or currencies";
  return {};
}

std::string shown_cell(std::string_view text) {
  std::string result;
  for (const char c : text.substr(0, 30)) result += c >= 32 && c < 127 ? c : '?';
  return "'" + result + (text.size() > 30 ? "...'" : "'");
}

}  // namespace widegeo::storage
