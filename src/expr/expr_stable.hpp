// Module-internal: the parts of stabilise().
#pragma once

#include <optional>
#include <utility>

#include "expr/expr_node.hpp"

namespace widegeo::expr {

/// Splits e = c * f with a number c.
std::pair<Rational, Expr> scaled(const Expr& e);

/// 1/cosh(u)^2 = 4 sigmoid(2u) sigmoid(-2u), which neither overflows nor cancels.
Expr sech_squared(const Expr& u);

/// The stable form of a product, quotient or integer power, if one is known.
std::optional<Expr> product_rule(const Expr& e);

}  // namespace widegeo::expr
