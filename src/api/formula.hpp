// Closed forms and what follows from them, symbolically. At depth 1 in t = |x|^2, s (weight variance), b (bias
// variance) and d (dimension), from docs/math/geometry.md, "The radial recursion" and "Curvature", with q = s t + b:
//   A = s D(q),  B = 2 A' = 2 A Omega',  Omega = log A,  and e^Omega = A in
//   R = -(d-1)/A  t/(1 + 2 t Omega')^2  [ (d+2) Omega'^2 + 2 t ((d-2) Omega'^3 + 2 Omega' Omega'') ].
// Deeper, the recursion layer by layer.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/prepared.hpp"
#include "expr/expr.hpp"

namespace widegeo::api {

/// The names that a question may ask for.
const std::vector<std::string>& formula_quantities();

struct FormulaQuestion {
  std::vector<std::string> quantities;  ///< empty: all but "scalar"
  /// The variances as the model has them, instead of the symbols s and b.
  bool weights_as_numbers = false, biases_as_numbers = false;
};

/// One printed equation: name(arguments) = right side, or why there is none.
struct Equation {
  std::string quantity;
  std::vector<std::string> arguments;
  std::optional<expr::Expr> right;
  std::string reason;
};

/// The equations of the quantities asked for; deeper than 1 also those that they are made of. Throws Error(input) where
/// there is no closed form, or no formula of a quantity at this depth.
std::vector<Equation> equations(const PreparedNetwork& network, const FormulaQuestion& question);

std::string left_text(const Equation& equation);  ///< "K(a, b, n, m)"
std::string left_latex(const Equation& equation);
std::string right_latex(const expr::Expr& right);

}  // namespace widegeo::api
