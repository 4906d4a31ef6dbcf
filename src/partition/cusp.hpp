// Integrals near a point where a function may be unbounded, such as |x - p|^(-0.4).
#pragma once

#include "expr/expr.hpp"

namespace widegeo::partition {

/// log of a proved bound of the integral of f^2 over [p, p + delta] (side = 1) or [p - delta, p] (side = -1), delta =
/// exp(-depth), f a tree in x; infinite if none is found. With x = p +- exp(-t), powers of x - p are exponentials of t,
/// and an envelope |f| <= C (1 + t)^m exp(r t), r < 1/2, gives
///   int f^2 dx = int_depth^inf f^2 exp(-t) dt <= C^2 (1 + depth)^2m exp(-(1 - 2r) depth) / (1 - 2r - 2m/(1 + depth)).
double log_square_integral(const expr::Expr& f, const Rational& p, int side, double depth);

}  // namespace widegeo::partition
