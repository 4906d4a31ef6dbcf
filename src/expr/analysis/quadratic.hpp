// Trees that are, by their form, polynomials of degree at most 2.
#pragma once

#include <optional>

#include "expr/expr.hpp"

namespace widegeo::expr {

/// c2 x^2 + c1 x + c0.
struct Quadratic {
  Rational c2, c1, c0;
};

/// nullopt if the tree is not of this form; its only variable must be x.
std::optional<Quadratic> as_quadratic(const Expr& e);

}  // namespace widegeo::expr
