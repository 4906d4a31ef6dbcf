// Module-internal: the node behind an Expr, and helpers shared by the passes over trees.
#pragma once

#include <unordered_map>

#include "expr/expr.hpp"

namespace widegeo::expr {

struct Expr::Node {
  Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node();

  Op op = Op::number;
  std::vector<Expr> args;
  Rational value;
  std::string name;
  std::size_t hash = 0, count = 1, depth = 1;
};

/// How tightly the outermost operation of a printed text binds; the loosest first.
enum Tightness { comparison_level, sum_level, product_level, unary_level, power_level, atom_level };

/// One result per distinct node of a tree.
template <class V>
using NodeMap = std::unordered_map<const void*, V>;

/// The operator that a function name denotes; nullptr if there is none.
const Op* find_function(std::string_view name);
std::vector<std::string> function_names();
bool is_identifier(std::string_view text);
bool is_reserved(std::string_view text);

/// Within the limits of exact arithmetic (max_number_bits)?
bool fits(const Rational& value);

// The exact base^exponent or square root; false if it is not rational or too large.
bool exact_power(const Rational& base, const Rational& exponent, Rational& result);
bool exact_sqrt(const Rational& value, Rational& result);

/// Whether a comparison holds between two numbers.
template <class T>
bool comparison_holds(Op comparison, const T& a, const T& b) {
  switch (comparison) {
    case Op::less:
      return a < b;
    case Op::less_equal:
      return a <= b;
    case Op::greater:
      return a > b;
    case Op::greater_equal:
      return a >= b;
    case Op::equal:
      return a == b;
    default:
      return a != b;
  }
}

inline Expr make1(Op op, Expr a) { return Expr::make(op, {std::move(a)}); }
inline Expr make2(Op op, Expr a, Expr b) { return Expr::make(op, {std::move(a), std::move(b)}); }
inline Expr num(long n) { return Expr::number(n); }
inline Expr half(const Expr& u) { return u / num(2); }
inline Expr square(const Expr& u) { return make2(Op::power, u, num(2)); }

}  // namespace widegeo::expr
