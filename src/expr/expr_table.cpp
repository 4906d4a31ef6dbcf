// Names and arities of the operators.
#include <algorithm>
#include <array>
#include <cctype>

#include "expr/expr_node.hpp"

namespace widegeo::expr {
namespace {

struct Entry {
  Op op;
  std::string_view name;
  unsigned arity;
  bool function;
};

// In the order of enum Op.
constexpr std::array table{
    Entry{Op::number, "number", 0, false},
    Entry{Op::pi, "pi", 0, false},
    Entry{Op::variable, "variable", 0, false},
    Entry{Op::add, "+", 2, false},
    Entry{Op::subtract, "-", 2, false},
    Entry{Op::multiply, "*", 2, false},
    Entry{Op::divide, "/", 2, false},
    Entry{Op::power, "^", 2, false},
    Entry{Op::negate, "-", 1, false},
    Entry{Op::less, "<", 2, false},
    Entry{Op::less_equal, "<=", 2, false},
    Entry{Op::greater, ">", 2, false},
    Entry{Op::greater_equal, ">=", 2, false},
    Entry{Op::equal, "==", 2, false},
    Entry{Op::not_equal, "!=", 2, false},
    Entry{Op::choose, "if", 3, true},
    Entry{Op::min, "min", 2, true},
    Entry{Op::max, "max", 2, true},
    Entry{Op::abs, "abs", 1, true},
    Entry{Op::sign, "sign", 1, true},
    Entry{Op::step, "step", 1, true},
    Entry{Op::relu, "relu", 1, true},
    Entry{Op::exp, "exp", 1, true},
    Entry{Op::log, "log", 1, true},
    Entry{Op::sqrt, "sqrt", 1, true},
    Entry{Op::sin, "sin", 1, true},
    Entry{Op::cos, "cos", 1, true},
    Entry{Op::tan, "tan", 1, true},
    Entry{Op::sinh, "sinh", 1, true},
    Entry{Op::cosh, "cosh", 1, true},
    Entry{Op::tanh, "tanh", 1, true},
    Entry{Op::asin, "asin", 1, true},
    Entry{Op::acos, "acos", 1, true},
    Entry{Op::atan, "atan", 1, true},
    Entry{Op::atan2, "atan2", 2, true},
    Entry{Op::asinh, "asinh", 1, true},
    Entry{Op::erf, "erf", 1, true},
    Entry{Op::erfc, "erfc", 1, true},
    Entry{Op::normal_cdf, "Phi", 1, true},
    Entry{Op::normal_pdf, "pdf", 1, true},
    Entry{Op::owens_t, "owens_t", 2, true},
    Entry{Op::log1p, "log1p", 1, true},
    Entry{Op::expm1, "expm1", 1, true},
    Entry{Op::sigmoid, "sigmoid", 1, true},
    Entry{Op::softplus, "softplus", 1, true},
    Entry{Op::sinc, "sinc", 1, true},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i)
    if (table[i].op != static_cast<Op>(i)) return false;
  return table.size() == static_cast<std::size_t>(Op::sinc) + 1;
}
static_assert(in_order());

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

}  // namespace

std::string_view name_of(Op op) { return table[static_cast<std::size_t>(op)].name; }
unsigned arity_of(Op op) { return table[static_cast<std::size_t>(op)].arity; }

const Op* find_function(std::string_view name) {
  for (const Entry& entry : table)
    if (entry.function && entry.name == name) return &entry.op;
  return nullptr;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const Entry& entry : table)
    if (entry.function) names.emplace_back(entry.name);
  return names;
}

bool is_identifier(std::string_view text) {
  if (text.empty() || !is_letter(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

bool is_reserved(std::string_view text) { return text == "pi" || find_function(text) != nullptr; }

}  // namespace widegeo::expr
