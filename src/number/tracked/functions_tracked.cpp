// Elementary functions of Tracked: every error is a bound over the whole interval, not only a first-order term.
#include "number/scalar.hpp"
#include "number/tracked/tracked_bounds.hpp"

namespace widegeo {

using namespace tracked_bounds;  // NOLINT: internal helpers of this file only

template <class T>
Tracked<T> exp(const Tracked<T>& x) {
  const T y = exp(x.value);
  return {y, (y + T(tracked_underflow)) * (growth(x.error) + T(4 * tracked_unit))};
}

template <class T>
Tracked<T> expm1(const Tracked<T>& x) {
  const T y = expm1(x.value);
  return {y, (y + T(1 + 4 * tracked_unit)) * growth(x.error) + ulps(2, y)};
}

// |log(x + d) - log x| <= d / (x - d)
template <class T>
Tracked<T> log(const Tracked<T>& x) {
  const T y = log(x.value), left = x.value - x.error;
  return {y, if_less(T(0), left, x.error / left) + ulps(2, y)};
}

template <class T>
Tracked<T> log1p(const Tracked<T>& x) {
  const T y = log1p(x.value), left = (T(1) + x.value) - x.error;
  return {y, if_less(T(0), left, x.error / left * T(1 + 4 * tracked_unit)) + ulps(2, y)};
}

// sqrt(x) - sqrt(x - d) = (d / sqrt x) / (1 + sqrt(1 - t)) <= (d / sqrt x) (1 + t) / 2, t = d / x <= 1; beyond, the
// whole of [0, sqrt(x + d)]. A slightly negative x whose interval reaches zero counts as zero.
template <class T>
Tracked<T> sqrt(const Tracked<T>& x) {
  const T reach = x.value + x.error;
  const T clipped = select(less(x.value, T(0)), select(less_equal(T(0), reach), T(0), x.value), x.value);
  const T y = sqrt(clipped);
  const T t = x.error / clipped;
  const T inside = x.error / y * (T(1) + t) * T(0.5);
  const T inherited = select(less_equal(t, T(1)), inside, sqrt(select(less(T(0), reach), reach, T(0))));
  return {y, select(equal(x.error, T(0)), T(0), inherited) + T(tracked_unit) * y};
}

// |sin(x + d) - sin x| <= |cos x| d + d^2 / 2, d, and 2
template <class T>
T bound_of_wave(const T& y, const T& d) {
  const T slope = sqrt(max((T(1) - y) * (T(1) + y), T(0)) + T(8 * tracked_unit));
  return min(min(d * (slope + d * T(0.5)), d), T(2)) + ulps(2, y);
}

template <class T>
Tracked<T> sin(const Tracked<T>& x) {
  const T y = sin(x.value);
  return {y, bound_of_wave(y, x.error)};
}

template <class T>
Tracked<T> cos(const Tracked<T>& x) {
  const T y = cos(x.value);
  return {y, bound_of_wave(y, x.error)};
}

// tan(x + d) - tan x = (1 + y^2) s / (1 - y s), s = tan d <= d + d^3 for d <= 1; infinite when a pole may be inside
template <class T>
Tracked<T> tan(const Tracked<T>& x) {
  const T y = tan(x.value), d = x.error;
  const T s = if_less(d, T(1), d + d * d * d);
  const T left = T(1) - abs(y) * s;
  return {y, if_less(T(0), left, (T(1) + y * y) * s / left) + ulps(3, y)};
}

// |sinh(x + d) - sinh x| <= cosh x (exp d - 1), cosh x <= 1 + |sinh x|
template <class T>
Tracked<T> sinh(const Tracked<T>& x) {
  const T y = sinh(x.value);
  return {y, (T(1) + abs(y)) * growth(x.error) + ulps(3, y)};
}

// |cosh(x + d) - cosh x| <= |sinh x| sinh d + cosh x (cosh d - 1), |sinh x| <= min(1, |x|) cosh x, cosh d - 1 <= d sinh
// d
template <class T>
Tracked<T> cosh(const Tracked<T>& x) {
  const T y = cosh(x.value);
  return {y, y * growth(x.error) * (min(abs(x.value), T(1)) + x.error) + ulps(3, y)};
}

// sech^2 changes by at most exp(2 d) over the interval
template <class T>
Tracked<T> tanh(const Tracked<T>& x) {
  const T y = tanh(x.value), size = abs(y);
  const T slope = (T(1) - size) * (T(1) + size) + T(8 * tracked_unit);
  return {y, min(slope * growth(T(2) * x.error) * T(0.5), T(2)) + ulps(3, y)};
}

// Three bounds, the least is taken: d / sqrt(1 - z^2) with z = |x| + d < 1; |asin a - asin b| <= pi sqrt(|a - b| / 2);
// pi. An argument beyond the end whose interval reaches the end counts as the end.
template <class T>
T bound_of_arc(const T& x, const T& d) {
  // 1 - |x| is exact near the end, where |x| + d may round to 1.
  const T gap = (T(1) - abs(x)) - d, sum = (T(1) + abs(x)) + d;
  const T inside = if_less(T(0), gap, d / sqrt(max(gap * sum, T(0))) * T(1 + 8 * tracked_unit));
  const T bound = min(min(inside, T(pi_up) * sqrt(d * T(0.5))), T(pi_up));
  return select(equal(d, T(0)), T(0), bound);
}

template <class T>
T clipped_to_unit(const Tracked<T>& x) {
  const Mask<T> reaches = less_equal(abs(x.value) - x.error, T(1));
  return select(reaches, max(min(x.value, T(1)), T(-1)), x.value);
}

template <class T>
Tracked<T> asin(const Tracked<T>& x) {
  const T inside = clipped_to_unit(x), y = asin(inside);
  return {y, bound_of_arc(inside, x.error) + ulps(2, y)};
}

template <class T>
Tracked<T> acos(const Tracked<T>& x) {
  const T inside = clipped_to_unit(x), y = acos(inside);
  return {y, bound_of_arc(inside, x.error) + ulps(2, y)};
}

template <class T>
Tracked<T> atan(const Tracked<T>& x) {
  const T y = atan(x.value), z = nearest_to_zero(x.value, x.error);
  return {y, min(x.error / (T(1) + z * z), T(pi_up)) + ulps(2, y)};
}

template <class T>
Tracked<T> asinh(const Tracked<T>& x) {
  const T y = asinh(x.value), z = nearest_to_zero(x.value, x.error);
  return {y, x.error / sqrt(T(1) + z * z) + ulps(3, y)};
}

// The angle turns by at most atan(N / (r^2 - M)), N = |x| dy + |y| dx, M = |x| dx + |y| dy, everything over max(|x|,
// |y|)^2; pi when the origin may be inside. A segment across the cut (x < 0, y of either sign) may lie a whole turn
// away.
template <class T>
Tracked<T> atan2(const Tracked<T>& y, const Tracked<T>& x) {
  const T angle = atan2(y.value, x.value);
  const T abs_x = abs(x.value), abs_y = abs(y.value), size = max(abs_x, abs_y);
  const T xs = abs_x / size, ys = abs_y / size, dx = x.error / size, dy = y.error / size;
  const T across = xs * dy + ys * dx;
  const T left = (xs * xs + ys * ys) - (xs * dx + ys * dy);
  const T small = select(less(T(0), left), min(across / left * T(1 + 8 * tracked_unit), T(pi_up)), T(pi_up));
  const Mask<T> cut = logical_and(less(x.value - x.error, T(0)), less(abs_y, y.error));
  const T turned = select(cut, T(2 * pi_up), small);
  const Mask<T> exact = logical_and(equal(x.error, T(0)), equal(y.error, T(0)));
  return {angle, select(exact, T(0), turned) + ulps(2, angle)};
}

// v = x^y: log v changes by at most |y| l + (|log |x|| + l) dy, l = dx / (|x| - dx); an exact power >= 0 also crosses
// zero.
template <class T>
Tracked<T> pow(const Tracked<T>& x, const Tracked<T>& y) {
  const T v = pow(x.value, y.value), size = abs(x.value), left = size - x.error;
  const T l = x.error / left;
  const T logarithm = select(equal(size, T(0)), T(0), abs(log(size)));
  const T change = abs(y.value) * l + (logarithm + l) * y.error;
  const T away = (abs(v) + T(tracked_underflow)) * growth(change);
  const T across = select(logical_and(equal(y.error, T(0)), less_equal(T(0), y.value)),
                          abs(v) + pow(size + x.error, y.value), T(infinity));
  const T inherited = select(less(T(0), left), away, across);
  const Mask<T> exact = logical_and(equal(x.error, T(0)), equal(y.error, T(0)));
  return {v, select(exact, T(0), inherited) + ulps(2, v)};
}

template <class T>
Tracked<T> abs(const Tracked<T>& x) {
  return {abs(x.value), x.error};
}

template <class T>
Tracked<T> min(const Tracked<T>& a, const Tracked<T>& b) {
  const T y = min(a.value, b.value);
  const Mask<T> first = less(a.value, b.value);
  const T other = select(first, b.error, a.error), own = select(first, a.error, b.error);
  return {y, or_unknown(y, select(within_errors(a, b), max(own, other), own))};
}

template <class T>
Tracked<T> max(const Tracked<T>& a, const Tracked<T>& b) {
  return -min(-a, -b);
}

template <class T>
Tracked<T> relu(const Tracked<T>& x) {
  return {relu(x.value), or_unknown(x.value, relu(min(x.error, x.value + x.error)))};
}

/// f jumps at zero by 2 (sign) or 1 (step): the error is what a sign of x other than its value's would change.
template <class T>
T bound_of_jump(const Tracked<T>& x, double jump) {
  const Mask<T> decided = logical_or(less(x.error, abs(x.value)), equal(x.error, T(0)));
  const T size = select(equal(x.value, T(0)), T(jump / 2), T(jump));
  return or_unknown(x.value, select(decided, T(0), size));
}

template <class T>
Tracked<T> sign(const Tracked<T>& x) {
  return {sign(x.value), bound_of_jump(x, 2)};
}

template <class T>
Tracked<T> step(const Tracked<T>& x) {
  return {step(x.value), bound_of_jump(x, 1)};
}

template Tracked<double> exp(const Tracked<double>&);
template Tracked<double> log(const Tracked<double>&);
template Tracked<double> sqrt(const Tracked<double>&);
template Tracked<double> sin(const Tracked<double>&);
template Tracked<double> cos(const Tracked<double>&);
template Tracked<double> tan(const Tracked<double>&);
template Tracked<double> sinh(const Tracked<double>&);
template Tracked<double> cosh(const Tracked<double>&);
template Tracked<double> tanh(const Tracked<double>&);
template Tracked<double> asin(const Tracked<double>&);
template Tracked<double> acos(const Tracked<double>&);
template Tracked<double> atan(const Tracked<double>&);
template Tracked<double> asinh(const Tracked<double>&);
template Tracked<double> log1p(const Tracked<double>&);
template Tracked<double> expm1(const Tracked<double>&);
template Tracked<double> abs(const Tracked<double>&);
template Tracked<double> relu(const Tracked<double>&);
template Tracked<double> sign(const Tracked<double>&);
template Tracked<double> step(const Tracked<double>&);
template Tracked<double> atan2(const Tracked<double>&, const Tracked<double>&);
template Tracked<double> pow(const Tracked<double>&, const Tracked<double>&);
template Tracked<double> min(const Tracked<double>&, const Tracked<double>&);
template Tracked<double> max(const Tracked<double>&, const Tracked<double>&);
template Tracked<Block> exp(const Tracked<Block>&);
template Tracked<Block> log(const Tracked<Block>&);
template Tracked<Block> sqrt(const Tracked<Block>&);
template Tracked<Block> sin(const Tracked<Block>&);
template Tracked<Block> cos(const Tracked<Block>&);
template Tracked<Block> tan(const Tracked<Block>&);
template Tracked<Block> sinh(const Tracked<Block>&);
template Tracked<Block> cosh(const Tracked<Block>&);
template Tracked<Block> tanh(const Tracked<Block>&);
template Tracked<Block> asin(const Tracked<Block>&);
template Tracked<Block> acos(const Tracked<Block>&);
template Tracked<Block> atan(const Tracked<Block>&);
template Tracked<Block> asinh(const Tracked<Block>&);
template Tracked<Block> log1p(const Tracked<Block>&);
template Tracked<Block> expm1(const Tracked<Block>&);
template Tracked<Block> abs(const Tracked<Block>&);
template Tracked<Block> relu(const Tracked<Block>&);
template Tracked<Block> sign(const Tracked<Block>&);
template Tracked<Block> step(const Tracked<Block>&);
template Tracked<Block> atan2(const Tracked<Block>&, const Tracked<Block>&);
template Tracked<Block> pow(const Tracked<Block>&, const Tracked<Block>&);
template Tracked<Block> min(const Tracked<Block>&, const Tracked<Block>&);
template Tracked<Block> max(const Tracked<Block>&, const Tracked<Block>&);

}  // namespace widegeo
