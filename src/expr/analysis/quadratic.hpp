// Trees that are polynomials of degree 2 at most by their form.
#pragma once

#include <optional>

#include "expr/expr.hpp"

namespace widegeo::expr {

/// c2 x^2 + c1 x + c0.
struct Quadratic {
  Rational c2, c1, c0;
};

/// Nothing where the tree is not of this form; its one variable is x.
std::optional<Quadratic> as_quadratic(const Expr& e);

}  // namespace widegeo::expr
