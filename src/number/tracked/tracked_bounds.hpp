// Helpers of functions_tracked*.cpp: bounds of |f(x + d) - f(x)| over |d| <= error, for T = double or Block.
// Notation there: x value, d error, y = f(x) as computed, u = tracked_unit (slightly above 2^-53). k ulp of y is at
// most 2 k u |y|. glibc documents errors of at most 1-2 ulp (erfc: 5), see "Errors in Math Functions" of its manual;
// those of blocks are stated directly in units of 2^-52 |y| = 2 u |y| in vector_math.hpp: at most 2 (erfc, normal_cdf:
// 4).
#pragma once

#include "number/constants.hpp"
#include "number/functions.hpp"

namespace widegeo::tracked_bounds {

inline constexpr double two_over_sqrt_pi = 0x1.20dd750429b6ep+0;  // rounded up
inline constexpr double inverse_sqrt_2pi = 0x1.9884533d43652p-2;  // rounded up
inline constexpr double pi_up = 0x1.921fb54442d19p+1;             // rounded up

/// k ulp of y, plus the smallest normal number to cover underflow.
template <class T>
T ulps(double k, const T& y) {
  return T(2 * k * tracked_unit) * abs(y) + T(tracked_underflow);
}

/// Bound of exp(d) - 1 for d >= 0: d (1 + d) on [0, 1], since exp(d) - 1 - d <= (e - 2) d^2 there.
template <class T>
T growth(const T& d) {
  const T small = d * (T(1) + d);
  const Mask<T> large = less(T(1), d);
  return any(large) ? select(large, expm1(d), small) : small;
}

/// The distance from zero of the point of [x - d, x + d] nearest to zero.
template <class T>
T nearest_to_zero(const T& x, const T& d) {
  return max(abs(x) - d, T(0));
}

/// `bound` where a < b, else infinity (also if NaN is involved).
template <class T>
T if_less(const T& a, const T& b, const T& bound) {
  return select(less(a, b), bound, T(infinity));
}

/// The bound, replaced by infinity where the value is NaN.
template <class T>
T or_unknown(const T& value, const T& bound) {
  return select(equal(value, value), bound, T(infinity));
}

}  // namespace widegeo::tracked_bounds
