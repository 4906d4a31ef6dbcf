// Module-internal: finds the parameter values for which one tree in x equals another.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "expr/expr.hpp"
#include "number/real.hpp"

namespace widegeo::match {

/// A tree as a sum of products, coefficient * product of base^exponent. Coefficients and exponents do not depend on x,
/// bases do.
struct Factor {
  expr::Expr base, exponent;
};
struct Term {
  expr::Expr coefficient;
  std::vector<Factor> factors;
};
using Sum = std::vector<Term>;

/// Functions rewritten before matching: none; or erfc and Phi by erf, and pdf by exp.
enum class Dialect { plain, erf };

/// Expands products and small powers of sums, turns constant parts of exponents into factors and collects like terms.
/// The result is an equal function, not a numerically stable form.
Sum collect_terms(const expr::Expr& e, Dialect dialect);

/// Two trees free of x that must be equal; only the first contains parameters.
struct Equation {
  expr::Expr pattern, value;
};
using Equations = std::vector<Equation>;
/// Alternative systems, each sufficient for equality. At most max_alternatives are followed.
using Alternatives = std::vector<Equations>;
inline constexpr std::size_t max_alternatives = 64;

Alternatives match_sums(const Sum& pattern, const Sum& wanted, Dialect dialect);

/// Conjunction of the two.
Alternatives both(const Alternatives& a, const Alternatives& b);

/// Values of all parameters if the equations determine them one after another, each occurring once in its equation;
/// nullopt if they do not or are contradictory.
std::optional<std::map<std::string, expr::Expr>> solve(Equations equations, std::span<const std::string> parameters);

/// Value of a tree without variables, at the working precision.
Real value_of(const expr::Expr& constant);

/// Equal as exact numbers, or to 150 digits.
bool equal_constants(const expr::Expr& a, const expr::Expr& b);

/// e with its kinked functions and conditions replaced by their branches on one side of 0; nullopt if a condition
/// depends on a parameter. Correct only if e is analytic on that side.
std::optional<expr::Expr> on_side(const expr::Expr& e, int side);
bool has_branches(const expr::Expr& e);

}  // namespace widegeo::match
