#include "statement/names.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/error.hpp"
#include "expr/expr.hpp"
#include "statement/claim.hpp"

namespace widegeo::statement {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// The l of PREFIX_l, 0 when the name is not of that form.
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

std::string trim(const std::string& text) {
  const char* blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

}  // namespace widegeo::statement
