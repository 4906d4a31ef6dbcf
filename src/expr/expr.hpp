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

#include "number/error.hpp"
#include "number/rational.hpp"

namespace widegeo::expr {

enum class Op : std::uint8_t {
  // leaves
  number,
  pi,
  variable,
  // arithmetic
  add,
  subtract,
  multiply,
  divide,
  power,
  negate,
  // comparisons (only as the condition of `choose`, or as a claim) and if(c, a, b)
  less,
  less_equal,
  greater,
  greater_equal,
  equal,
  not_equal,
  choose,
  // kinked
  min,
  max,
  abs,
  sign,
  step,
  relu,
  // elementary
  exp,
  log,
  sqrt,
  sin,
  cos,
  tan,
  sinh,
  cosh,
  tanh,
  asin,
  acos,
  atan,
  atan2,
  asinh,
  erf,
  erfc,
  // normal distribution: Phi (CDF), pdf, Owen's T(h, a) = 1/(2 pi) int_0^a exp(-h^2 (1+x^2)/2)/(1+x^2) dx
  normal_cdf,
  normal_pdf,
  owens_t,
  // stable compounds, also reached by rewriting: log(1+x), exp(x)-1, 1/(1+exp(-x)), log(1+exp(x)), sin(x)/x
  log1p,
  expm1,
  sigmoid,
  softplus,
  sinc,
};

/// Spelling of an operator's function in the language ("Phi" for normal_cdf); number of arguments, 0 for leaves.
std::string_view name_of(Op op);
unsigned arity_of(Op op);

class Expr {
 public:
  struct Node;
  Expr();  ///< the number 0
  static Expr number(Rational value);
  static Expr number(long value);
  static Expr pi();
  /// A name is a letter or _ and then letters, digits and _; function names, `pi` and `if` are reserved.
  static Expr variable(std::string name);
  /// Builds and lightly simplifies: exact arithmetic of numbers (division by the number 0 is kept), 0 + x, 1 * x, 0 *
  /// x, x^1, -(-x), x + (-y), numbers and signs to the front of products, f(number) only where exact. Rebuilding a tree
  /// from its own nodes gives the same tree. Throws Error(input) for a wrong number of arguments, a comparison where a
  /// number is needed (or vice versa), or a tree deeper than max_tree_depth.
  static Expr make(Op op, std::vector<Expr> args);

  Op op() const;
  std::span<const Expr> args() const;
  const Expr& arg(std::size_t i) const { return args()[i]; }
  const Rational& value() const;    ///< of a number
  const std::string& name() const;  ///< of a variable
  std::size_t hash() const;         ///< structural
  std::size_t node_count() const;   ///< as a tree, without sharing; saturating
  std::size_t depth() const;
  bool is_number() const { return op() == Op::number; }
  bool is_number(long v) const;
  bool is_comparison() const { return op() >= Op::less && op() <= Op::not_equal; }
  /// Equal for shared nodes: the key for passes that visit every shared node once.
  const void* identity() const { return node_.get(); }

  friend bool operator==(const Expr& a, const Expr& b);  ///< structural

 private:
  explicit Expr(std::shared_ptr<const Node> node);
  static Expr raw(Op op, std::vector<Expr> args);
  std::shared_ptr<const Node> node_;
};

Expr operator+(const Expr& a, const Expr& b);
Expr operator-(const Expr& a, const Expr& b);
Expr operator*(const Expr& a, const Expr& b);
Expr operator/(const Expr& a, const Expr& b);
Expr operator-(const Expr& a);

/// Limits against hostile input: characters, nesting of brackets and operators, nodes of a parsed text; depth of any
/// tree (a flat sum of n terms has depth n).
inline constexpr std::size_t max_text = 100'000, max_depth = 400, max_nodes = 100'000, max_tree_depth = 5'000;
/// Largest numerator or denominator, in bits, allowed in a text or in a result of exact arithmetic.
inline constexpr std::size_t max_number_bits = 65'536;

/// An expression that does not parse. what() is one line; a terminal may show caret_text() below it.
class ParseError : public Error {
 public:
  ParseError(const std::string& problem, std::string_view text, std::size_t position, const std::string& hint = {});

  std::size_t position() const { return position_; }  ///< byte offset in the text
  /// Two lines: the text (shortened when long) and a caret under the position.
  const std::string& caret_text() const { return caret_text_; }

 private:
  std::size_t position_;
  std::string caret_text_;
};

/// Parses; throws ParseError (an Error(input) whose `where` names the column). `variables` lists the allowed free names
/// (empty: any name). Grammar: docs/guide/language.md. For unknown names the nearest is suggested. ^ is right
/// associative and binds tighter than unary minus (-x^2 = -(x^2), 2^3^2 = 2^9).
Expr parse(std::string_view text, const std::set<std::string>& variables = {});

/// Every distinct node of e once, arguments before the nodes that use them; e comes last.
std::vector<Expr> post_order(const Expr& e);

std::string to_text(const Expr& e);  ///< parse(to_text(e)) == e
std::string to_latex(const Expr& e);

std::set<std::string> variables_of(const Expr& e);
bool depends_on(const Expr& e, const std::string& variable);
Expr substitute(const Expr& e, const std::map<std::string, Expr>& replacements);

/// d e / d variable. For kinked functions, the derivative almost everywhere (abs' = sign, relu' = step, sign' = 0).
/// Stable forms: sigmoid' = sigmoid(u) sigmoid(-u), softplus' = sigmoid, tanh' = 4 sigmoid(2u) sigmoid(-2u) (1/cosh^2
/// without its overflow), Phi' = pdf.
Expr derivative(const Expr& e, const std::string& variable);

/// Rewrites e into numerically stable forms, equal to e wherever e is defined: log(1+u) -> log1p, exp(u)-1 -> expm1,
/// 1/(1+exp(-u)) -> sigmoid, log(1+exp(u)) -> softplus, log(exp(u)+exp(v)) -> u + softplus(v-u), sin(u)/u -> sinc,
/// 1-cos(u) -> 2 sin(u/2)^2, 1-tanh(u)^2 and 1/cosh(u)^2 -> 4 sigmoid(2u) sigmoid(-2u), 1+tanh(u) -> 2 sigmoid(2u),
/// 1-erf -> erfc, 1-Phi(u) -> Phi(-u), sqrt(1+u)-1 -> u/(1+sqrt(1+u)). Complete list with reasons:
/// docs/guide/language.md. No rule adds a kink, so jets of the result are jets of e.
Expr stabilise(const Expr& e);

}  // namespace widegeo::expr
