// Bounds of an expression in x over a range of the real line, finite or not, by recursion on its tree:
//   low <= f(x) <= high   and   |f(x)| <= exp(log_factor) (1 + |x|)^power exp(rate |x|)   for every x of the range
// where f is defined. Computed in doubles, every step widened by more than its rounding.
#pragma once

#include "expr/expr.hpp"

namespace widegeo::expr {

struct Envelope {
  double low, high;  ///< possibly infinite
  double log_factor, power, rate;
  /// False where the recursion finds no such bound (exp(x^2), 1/x around 0).
  bool exists() const;
  /// The bound at |x|, as a logarithm.
  double log_bound(double x) const;
};

/// low < high; either may be infinite.
Envelope envelope(const Expr& f, double low, double high);

}  // namespace widegeo::expr
