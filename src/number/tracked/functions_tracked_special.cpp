// Special functions of Tracked, as in functions_tracked.cpp.
#include "number/scalar.hpp"
#include "number/tracked/tracked_bounds.hpp"

namespace widegeo {

using namespace tracked_bounds;  // NOLINT: internal helpers of this file only

// |erf'| = 2/sqrt(pi) exp(-z^2), largest at the point nearest to zero
template <class T>
T bound_of_erf(const Tracked<T>& x) {
  const T z = nearest_to_zero(x.value, x.error);
  const T slope = T(two_over_sqrt_pi) * (exp(-z * z) * T(1 + 8 * tracked_unit) * (T(1) + T(2 * tracked_unit) * z * z));
  return min(x.error * slope, T(2));
}

template <class T>
Tracked<T> erf(const Tracked<T>& x) {
  const T y = erf(x.value);
  return {y, bound_of_erf(x) + ulps(2, y)};
}

template <class T>
Tracked<T> erfc(const Tracked<T>& x) {
  const T y = erfc(x.value);
  return {y, bound_of_erf(x) + ulps(6, y)};
}

template <class T>
Tracked<T> normal_cdf(const Tracked<T>& x) {
  const T y = normal_cdf(x.value), z = nearest_to_zero(x.value, x.error);
  const T slope = normal_pdf(z) * T(1 + 16 * tracked_unit);
  return {y, min(x.error * slope, T(1)) + ulps(10, y)};
}

// |pdf'(t)| = |t| pdf(t) <= (|x| + d) pdf(z), and nowhere above pdf(1) < 1/4
template <class T>
Tracked<T> normal_pdf(const Tracked<T>& x) {
  const T y = normal_pdf(x.value), z = nearest_to_zero(x.value, x.error);
  const T slope = min((abs(x.value) + x.error) * normal_pdf(z) * T(1 + 16 * tracked_unit), T(0.25));
  return {y, x.error * slope + ulps(5, y)};
}

// sigmoid' = sigmoid(x) sigmoid(-x) changes by at most exp(d) over the interval
template <class T>
Tracked<T> sigmoid(const Tracked<T>& x) {
  const T y = sigmoid(x.value);
  return {y, min(y * sigmoid(-x.value) * T(1 + 16 * tracked_unit) * growth(x.error), T(1)) + ulps(4, y)};
}

// softplus' = sigmoid < 1 changes by at most exp(d)
template <class T>
Tracked<T> softplus(const Tracked<T>& x) {
  const T y = softplus(x.value);
  return {y, min(sigmoid(x.value) * T(1 + 8 * tracked_unit) * growth(x.error), x.error) + ulps(4, y)};
}

// |sinc'(t)| <= |t| / 3, 2 / |t| and 0.4362 < 7/16
template <class T>
Tracked<T> sinc(const Tracked<T>& x) {
  const T y = sinc(x.value), far = abs(x.value) + x.error, z = nearest_to_zero(x.value, x.error);
  const T slope = min(min(far * T(0.3334), T(0.4375)), T(2) / z);
  return {y, x.error * slope + ulps(3, y)};
}

// dT/dh = -pdf(h) (Phi(ah) - 1/2), dT/da = exp(-h^2 (1+a^2)/2) / (2 pi (1+a^2)), each at its largest over the box
template <class T>
Tracked<T> owens_t(const Tracked<T>& h, const Tracked<T>& a) {
  const T y = owens_t(h.value, a.value);
  const T h_near = nearest_to_zero(h.value, h.error), a_near = nearest_to_zero(a.value, a.error);
  const T product = (abs(h.value) + h.error) * (abs(a.value) + a.error);
  const T slope_h = normal_pdf(h_near) * min(T(0.5), product * T(0.4));
  const T factor = T(1) + a_near * a_near;
  const T slope_a = exp(-h_near * h_near * factor * T(0.5)) / factor * T(0.16);
  return {y, (h.error * slope_h + a.error * slope_a) * T(1 + 64 * tracked_unit) + ulps(10, y)};
}

template Tracked<double> erf(const Tracked<double>&);
template Tracked<double> erfc(const Tracked<double>&);
template Tracked<double> normal_cdf(const Tracked<double>&);
template Tracked<double> normal_pdf(const Tracked<double>&);
template Tracked<double> sigmoid(const Tracked<double>&);
template Tracked<double> softplus(const Tracked<double>&);
template Tracked<double> sinc(const Tracked<double>&);
template Tracked<double> owens_t(const Tracked<double>&, const Tracked<double>&);
template Tracked<Block> erf(const Tracked<Block>&);
template Tracked<Block> erfc(const Tracked<Block>&);
template Tracked<Block> normal_cdf(const Tracked<Block>&);
template Tracked<Block> normal_pdf(const Tracked<Block>&);
template Tracked<Block> sigmoid(const Tracked<Block>&);
template Tracked<Block> softplus(const Tracked<Block>&);
template Tracked<Block> sinc(const Tracked<Block>&);
template Tracked<Block> owens_t(const Tracked<Block>&, const Tracked<Block>&);

}  // namespace widegeo
