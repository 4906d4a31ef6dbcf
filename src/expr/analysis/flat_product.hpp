// Bounds of products in which a flat exponential outweighs the poles of the other factors, such as
//   exp(-1/(1 - x^2)) x/(1 - x^2)^2   next to 1.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "expr/expr.hpp"

namespace widegeo::expr {

/// |e| <= exp(log_bound) times the product of |base|^exponent over `others`, exponents positive.
struct FlatProduct {
  struct Factor {
    Expr base;
    Rational exponent;
  };
  double log_bound;
  std::vector<Factor> others;
};

/// Combines, in a product (by its form), a factor exp(-c/u^j), c > 0, with factors u^-k, k >= 0: with v = u^-j
///   v^(k/j) exp(-c v) <= (k/(j e c))^(k/j)   for every v >= 0.
/// This requires u^j >= 0: j is even, or `non_negative` proves that u is. Returns nullopt if e is not of this form.
std::optional<FlatProduct> flat_product(const Expr& e, const std::function<bool(const Expr&)>& non_negative);

}  // namespace widegeo::expr
