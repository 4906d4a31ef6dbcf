#include "statement/claim/names.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "expr/expr.hpp"
#include "number/error.hpp"
#include "statement/claim/claim.hpp"

namespace widegeo::statement {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// The l of PREFIX_l, 0 if the name is not of that form.
unsigned index_after(const std::string& name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return 0;
  const std::string digits = name.substr(prefix.size());
  if (digits.empty() || digits.size() > 6 || digits.front() == '0' ||
      !std::all_of(digits.begin(), digits.end(), is_digit))
    return 0;
  return static_cast<unsigned>(std::stoul(digits));
}

}  // namespace

unsigned layer_of(const std::string& name) {
  return std::max(index_after(name, "weight_variance_"), index_after(name, "bias_variance_"));
}

bool is_weight_variance(const std::string& name) {
  return name == "weight_variance" || index_after(name, "weight_variance_") > 0;
}
bool is_bias_variance(const std::string& name) {
  return name == "bias_variance" || index_after(name, "bias_variance_") > 0;
}

bool is_known_variable(const std::string& name) {
  return name == "activation" || name == "depth" || name == "dimension" || name == "radius" || name == "t" ||
         is_weight_variance(name) || is_bias_variance(name);
}

bool is_name(const std::string& text) {
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

bool is_keyword(const std::string& name) { return name == "and" || name == "or" || name == "not" || name == "implies"; }

bool is_function(const std::string& name) {
  for (auto op = expr::Op::choose; op <= expr::Op::sinc; op = static_cast<expr::Op>(static_cast<int>(op) + 1))
    if (expr::name_of(op) == name) return true;
  return false;
}

bool is_call(const std::string& name) {
  static constexpr std::array<std::string_view, 7> names{"V", "D", "K", "Kdot", "kernel", "ntk", "derivative"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_reserved(const std::string& name) {
  return is_keyword(name) || is_function(name) || is_call(name) || name == "pi" || name == "if";
}

std::optional<GeometricQuantity> quantity_of(const std::string& name) {
  return name == "q" ? GeometricQuantity::preactivation_variance : find_quantity(name);
}

std::string no_dimension_reason(GeometricQuantity q, unsigned long dimension) {
  const std::string_view reason = absent_reason(q, dimension);
  if (dimension == 0 || q == GeometricQuantity::tangential_eigenvalue || reason.empty()) return {};
  if (dimension == 1 && entry_of(q).order == 2) return name_of(q) + " needs planes: dimension 2 or more";
  if (q == GeometricQuantity::sectional_tangential) return "no plane stands across x in dimension 2";
  return std::string(reason);
}

std::string trim(const std::string& text) {
  const char* blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

namespace {

/// The bytes of the UTF-8 sequence at `at`, and its character; a byte that begins none is one of its own (size 0).
std::pair<std::size_t, char32_t> sequence_at(const std::string& text, std::size_t at) {
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return {1, first};
  const std::size_t size = first >= 0xF0 && first < 0xF5 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (size == 0 || first >= 0xF5 || at + size > text.size()) return {0, first};
  char32_t c = first & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) return {0, first};
    c = c << 6U | (byte(at + i) & 0x3FU);
  }
  const bool shortest = c >= (size == 2 ? 0x80U : size == 3 ? 0x800U : 0x10000U);
  return {shortest && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF) ? size : 0, first < 0x80 ? first : c};
}

/// Characters that a terminal acts on or does not show: controls, marks of direction, invisible ones and separators of
/// lines, private use and what is no character.
bool is_hidden(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || c == 0x180E ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) ||
         (c >= 0xE000 && c <= 0xF8FF) || c == 0xFEFF || (c >= 0xFFF0 && c <= 0xFFFB) || c >= 0xE0000;
}

std::string escaped(char32_t c) {
  constexpr std::string_view digits = "0123456789abcdef";
  const int width = c < 0x100 ? 2 : c < 0x10000 ? 4 : 8;
  std::string text = width == 2 ? "\\x" : width == 4 ? "\\u" : "\\U";
  for (int i = width; i-- > 0;) text += digits[c >> (4 * i) & 0xFU];
  return text;
}

}  // namespace

std::string printable(const std::string& text) {
  std::string line;
  for (std::size_t at = 0; at < text.size();) {
    const auto [size, c] = sequence_at(text, at);
    if (size == 0)
      line += escaped(static_cast<unsigned char>(text[at]));
    else if (is_hidden(c))
      line += escaped(c);
    else
      line += text.substr(at, size);
    at += std::max<std::size_t>(size, 1);
  }
  return line;
}

}  // namespace widegeo::statement
