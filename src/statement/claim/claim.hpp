// The language of claims: comparisons of expressions joined by `and`, `or`, `not`, `implies` and brackets.
//
//   claim       := disjunction [ "implies" claim ]         (implies binds weakest, to the right)
//   disjunction := conjunction { "or" conjunction }
//   conjunction := negation { "and" negation }
//   negation    := "not" negation | "(" claim ")" | comparison
//   comparison  := expression ( < | <= | > | >= | == | != ) expression { same }      (0 < A <= B is "0 < A and A <= B")
// An expression is one of the expression language (docs/guide/language.md) whose free names are variables of the
// statement or quantities, and which may call V(q), D(q), K(a, b, n), Kdot(a, b, n), kernel(xx, yy, xy), ntk(xx, yy,
// xy), derivative(E) and derivative(E, k) (the k-th derivative in t of E).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "expr/expr.hpp"
#include "statement/claim/existence.hpp"

namespace widegeo::statement {

/// A function call in a claim; its value is a variable of the expression in which it occurs.
struct Call {
  std::string function;               ///< V, D, K, Kdot, kernel, ntk, derivative
  std::vector<expr::Expr> arguments;  ///< may use earlier calls
  unsigned order = 0;                 ///< derivative: k
  std::string variable;               ///< its name in expressions: never a name that a user can write
  std::string text;                   ///< as written
};

struct Comparison {
  expr::Op op;  ///< less, less_equal, greater, greater_equal, equal, not_equal
  expr::Expr left, right;
  std::string text;
};

/// A tree of `and`, `or`, `not` over comparisons; `P implies Q` is `not P or Q`.
struct Formula {
  enum class Kind { comparison, conjunction, disjunction, negation };
  Kind kind = Kind::comparison;
  std::size_t comparison = 0;  ///< index into Claim::comparisons
  std::vector<Formula> parts;
};

struct Claim {
  std::vector<Call> calls;  ///< arguments first
  std::vector<Comparison> comparisons;
  Formula formula;
  /// Every part has a value, whether or not the formula needs it.
  std::vector<Condition> conditions;

  /// Number of sides, which are compared with 0: left - right of the comparisons, then the values of the conditions.
  std::size_t sides() const { return comparisons.size() + conditions.size(); }
  expr::Op op(std::size_t side) const {
    return side < comparisons.size() ? comparisons[side].op : conditions[side - comparisons.size()].op();
  }
};

/// What a claim may call beside the functions of the expression language.
struct Function {
  std::string usage, meaning;  ///< usage: V(q), ...
};
std::span<const Function> functions();

/// Throws expr::ParseError (an Error(input) with a column) if there is no comparison or a function is unknown; unknown
/// names are left to Program, which knows the statement's variables. The calls' variables begin with `prefix`.
Claim parse_claim(const std::string& text, const std::string& prefix = "__");

enum class Truth { holds, fails, undecided };
Truth logical_not(Truth a);
Truth logical_and(Truth a, Truth b);
Truth logical_or(Truth a, Truth b);
/// The truth of the formula given that of its comparisons.
Truth truth_of(const Formula& formula, std::span<const Truth> comparisons);

/// Distance of a true claim from failing, from the margins of its comparisons (positive: holds by that much): min over
/// `and`, max over `or`, minus for `not`.
double margin_of(const Formula& formula, std::span<const double> margins);

}  // namespace widegeo::statement
