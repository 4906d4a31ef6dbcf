// The expression language: activations, closed forms, claims and table columns are all trees of this kind.
// Trees are immutable and shared. Numbers are exact.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/rational.hpp"

namespace widegeo::expr {

enum class Op : std::uint8_t {
  // leaves
  number, pi, variable,
  // arithmetic
  add, subtract, multiply, divide, power, negate,
  // comparisons (only as the condition of `choose`, or as a claim) and if(c, a, b)
  less, less_equal, greater, greater_equal, equal, not_equal, choose,
  // kinked
  min, max, abs, sign, step, relu,
  // elementary
  exp, log, sqrt, sin, cos, tan, sinh, cosh, tanh, asin, acos, atan, atan2, asinh, erf, erfc,
  // normal distribution: Phi (CDF), pdf, Owen's T(h, a) = 1/(2 pi) int_0^a exp(-h^2 (1+x^2)/2)/(1+x^2) dx
  normal_cdf, normal_pdf, owens_t,
  // stable compounds, also reached by rewriting: log(1+x), exp(x)-1, 1/(1+exp(-x)), log(1+exp(x)), sin(x)/x
  log1p, expm1, sigmoid, softplus, sinc,
};

/// How the language spells an operator's function ("Phi" for normal_cdf); arity 0 for leaves.
std::string_view name_of(Op op);
unsigned arity_of(Op op);

class Expr {
 public:
  struct Node;
  static Expr number(Rational value);
  static Expr number(long value);
  static Expr pi();
  static Expr variable(std::string name);
  /// Builds and lightly simplifies: exact arithmetic of numbers, 0 + x, 1 * x, 0 * x, x^1, -(-x), f(number) only where exact.
  static Expr make(Op op, std::vector<Expr> args);

  Op op() const;
  std::span<const Expr> args() const;
  const Expr& arg(std::size_t i) const { return args()[i]; }
  const Rational& value() const;       ///< of a number
  const std::string& name() const;     ///< of a variable
  std::size_t hash() const;            ///< structural
  std::size_t node_count() const;      ///< as a tree, saturating
  std::size_t depth() const;
  bool is_number() const { return op() == Op::number; }
  bool is_number(long v) const;

  friend bool operator==(const Expr& a, const Expr& b);  ///< structural

 private:
  explicit Expr(std::shared_ptr<const Node> node);
  std::shared_ptr<const Node> node_;
};

Expr operator+(const Expr& a, const Expr& b);
Expr operator-(const Expr& a, const Expr& b);
Expr operator*(const Expr& a, const Expr& b);
Expr operator/(const Expr& a, const Expr& b);
Expr operator-(const Expr& a);

/// Limits that turn hostile input into an error.
inline constexpr std::size_t max_text = 100'000, max_depth = 400, max_nodes = 100'000;

/// Parses; throws Error(input) whose `where` names the column and whose summary ends with the text and a caret under the
/// position, on further lines. `variables` are the names allowed to stand free (empty: any name). Grammar: docs/guide/language.md.
/// Unknown names suggest the nearest. ^ binds right and tighter than unary minus (-x^2 = -(x^2)).
Expr parse(std::string_view text, const std::set<std::string>& variables = {});

std::string to_text(const Expr& e);   ///< parse(to_text(e)) == e
std::string to_latex(const Expr& e);

std::set<std::string> variables_of(const Expr& e);
Expr substitute(const Expr& e, const std::map<std::string, Expr>& replacements);

/// d e / d variable. The derivative of kinked functions is the one almost everywhere (abs' = sign, relu' = step, sign' = 0).
/// Stable forms: sigmoid' = sigmoid(u) sigmoid(-u), softplus' = sigmoid, tanh' = 1/cosh^2, Phi' = pdf.
Expr derivative(const Expr& e, const std::string& variable);

/// Rewrites towards forms that keep digits: log(1+u) -> log1p, exp(u)-1 -> expm1, 1/(1+exp(-u)) -> sigmoid, log(1+exp(u)) ->
/// softplus, log(exp(u)+exp(v)) -> max + softplus(-|u-v|), sin(u)/u -> sinc, 1-cos(u) -> 2 sin(u/2)^2, 1-tanh^2 -> 1/cosh^2, ...
Expr stabilise(const Expr& e);

}  // namespace widegeo::expr
