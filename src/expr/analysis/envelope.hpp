// Bounds of an expression in x over a finite or infinite range of the real line, by recursion over its tree:
//   low <= f(x) <= high   and   |f(x)| <= exp(log_factor) (1 + |x|)^power exp(rate |x| + square x^2)
// for every x of the range where f is defined. Computed in doubles; every step is widened by more than its rounding
// error.
#pragma once

#include "expr/expr.hpp"

namespace widegeo::expr {

struct Envelope {
  double low, high;                            ///< possibly infinite
  double log_factor, power, rate, square = 0;  ///< square >= 0
  /// True if a bound with square = 0 is known (not for exp(x^2), or for 1/x around 0).
  bool exists() const;
  /// True if any bound is known.
  bool is_bound() const;
  /// Logarithm of the bound at |x|; infinite where none is known.
  double log_bound(double x) const;
};

/// Requires low < high; either may be infinite.
Envelope envelope(const Expr& f, double low, double high);

}  // namespace widegeo::expr
