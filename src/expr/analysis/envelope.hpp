// Bounds of an expression in x over a range of the real line, finite or not, by recursion on its tree:
//   low <= f(x) <= high   and   |f(x)| <= exp(log_factor) (1 + |x|)^power exp(rate |x| + square x^2)
// for every x of the range where f is defined. Computed in doubles, every step widened by more than its rounding.
#pragma once

#include "expr/expr.hpp"

namespace widegeo::expr {

struct Envelope {
  double low, high;                            ///< possibly infinite
  double log_factor, power, rate, square = 0;  ///< square >= 0
  /// A bound with square = 0 is known (not for exp(x^2), 1/x around 0).
  bool exists() const;
  /// Some bound is known.
  bool is_bound() const;
  /// The bound at |x|, as a logarithm; infinite where none is known.
  double log_bound(double x) const;
};

/// low < high; either may be infinite.
Envelope envelope(const Expr& f, double low, double high);

}  // namespace widegeo::expr
