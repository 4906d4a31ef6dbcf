// Inside the module: finding the parameter values for which one tree in x equals another.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "expr/expr.hpp"
#include "number/real.hpp"

namespace widegeo::match {

/// A tree as a sum of products: sum of coefficient * product of base^exponent. Coefficients and exponents are free of
/// x, bases are not.
struct Factor {
  expr::Expr base, exponent;
};
struct Term {
  expr::Expr coefficient;
  std::vector<Factor> factors;
};
using Sum = std::vector<Term>;

/// Which functions stand for others: none; or erf for erfc, Phi, and exp for pdf.
enum class Dialect { plain, erf };

/// Products of sums and small powers of sums are multiplied out, constant parts of exponents become factors, like
/// terms are added up. An equal function, not a stable one.
Sum collect_terms(const expr::Expr& e, Dialect dialect);

/// Two trees free of x, the first with parameters, that have to be equal.
struct Equation {
  expr::Expr pattern, value;
};
using Equations = std::vector<Equation>;
/// Alternatives: each is enough for equality of the trees. At most max_alternatives are followed.
using Alternatives = std::vector<Equations>;
inline constexpr std::size_t max_alternatives = 64;

Alternatives match_sums(const Sum& pattern, const Sum& wanted, Dialect dialect);

/// Both have to hold.
Alternatives both(const Alternatives& a, const Alternatives& b);

/// The values of all parameters when the equations determine them one after another, each standing at one place of its
/// equation; nullopt when they do not, or contradict each other.
std::optional<std::map<std::string, expr::Expr>> solve(Equations equations, std::span<const std::string> parameters);

/// A tree without variables, at the working precision.
Real value_of(const expr::Expr& constant);

/// Equal as exact numbers, or to 150 digits.
bool equal_constants(const expr::Expr& a, const expr::Expr& b);

/// e without its kinked functions and conditions, as it is for all x on one side of 0; nullopt when some condition
/// depends on a parameter. Right only if e is analytic on that side.
std::optional<expr::Expr> on_side(const expr::Expr& e, int side);
bool has_branches(const expr::Expr& e);

}  // namespace widegeo::match
