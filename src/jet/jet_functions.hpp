// Definitions of the functions of Jet: Taylor coefficients of the outer function at the jet's value, then composition.
// The coefficients follow from the function's differential equation, so no derivative formula is written twice.
// With c_k the coefficients of f at x (f(x + d) = sum c_k d^k):
//   exp      c_k = c_{k-1} / k                      log      c_k = -c_{k-1} (k-1) / (k x)
//   y = P^p  k P_0 c_k = sum_{j>=1} (p j - (k - j)) P_j c_{k-j}           (power of a quadratic polynomial P)
//   tan      (k+1) c_{k+1} = [k=0] + sum c_j c_{k-j}, tanh the same with minus and c_1 = sech^2 x
//   asin, acos, asinh, atan, erf, erfc, Phi, softplus: integrals of the coefficients of their derivative
#pragma once

#include "jet/jet_arithmetic.hpp"

namespace widegeo {

namespace jet_detail {

template <class T>
using Coefficients = std::vector<T>;

template <class T>
unsigned order_of(const Jet<T>& x) {
  return is_constant_shape(x) ? 0 : x.shape().order();
}

template <class T>
T integer(unsigned k) {
  return T(static_cast<int>(k));
}

template <class T>
Jet<T> apply(const Coefficients<T>& outer, const Jet<T>& x) {
  return compose(std::span<const T>(outer), x);
}

/// Coefficients, up to `order`, of the antiderivative with value f0 of a function with coefficients `derivative`.
template <class T>
Coefficients<T> integral(const T& f0, const Coefficients<T>& derivative, unsigned order) {
  Coefficients<T> c{f0};
  for (unsigned k = 1; k <= order; ++k) c.push_back(derivative[k - 1] / integer<T>(k));
  return c;
}

/// (P_0 + P_1 d + P_2 d^2)^p, starting from its value y0.
template <class T>
Coefficients<T> quadratic_power(const T& y0, const T& p0, const T& p1, const T& p2, const T& p, unsigned order) {
  Coefficients<T> c{y0};
  for (unsigned k = 1; k <= order; ++k) {
    T s = (p - integer<T>(k - 1)) * p1 * c[k - 1];
    if (k >= 2) s += (p * T(2) - integer<T>(k - 2)) * p2 * c[k - 2];
    c.push_back(s / (integer<T>(k) * p0));
  }
  return c;
}

/// y = g0 exp(-s ((x + d)^2 - x^2)), s = 1 or 1/2: y' = -2 s (x + d) y.
template <class T>
Coefficients<T> gaussian(const T& g0, const T& x, const T& two_s, unsigned order) {
  Coefficients<T> c{g0};
  for (unsigned k = 1; k <= order; ++k) {
    T s = x * c[k - 1];
    if (k >= 2) s += c[k - 2];
    c.push_back(-(two_s * s) / integer<T>(k));
  }
  return c;
}

/// The solutions of f'' = sign f from f and f': sin, cos (sign = -1), sinh, cosh (+1).
template <class T>
Coefficients<T> oscillation(const T& f, const T& derivative, int sign, unsigned order) {
  Coefficients<T> c{f, derivative};
  for (unsigned k = 2; k <= order; ++k) c.push_back(c[k - 2] * T(sign) / integer<T>(k * (k - 1)));
  return c;
}

/// y' = [source] + sign y^2 from y and y'.
template <class T>
Coefficients<T> riccati(const T& y, const T& derivative, int sign, unsigned order) {
  Coefficients<T> c{y, derivative};
  for (unsigned k = 1; k < order; ++k) {
    T s(0);
    for (unsigned j = 0; j <= k; ++j) multiply_add(s, c[j], c[k - j]);
    c.push_back(s * T(sign) / integer<T>(k + 1));
  }
  return c;
}

/// y' = y (1 - y) with 1 - y = sigmoid(-x), accurate for both signs of x.
template <class T>
Coefficients<T> logistic(const T& x, unsigned order) {
  Coefficients<T> c{sigmoid(x)}, complement{sigmoid(-x)};
  for (unsigned k = 0; k < order; ++k) {
    T s(0);
    for (unsigned j = 0; j <= k; ++j) multiply_add(s, c[j], complement[k - j]);
    c.push_back(s / integer<T>(k + 1));
    complement.push_back(-c.back());
  }
  return c;
}

/// x c_k + c_{k-1} = s_k, the coefficients of sin. Upward recurrence loses digits for |x| < k, downward recurrence
/// (from c_K ~ 0) for large |x|.
template <class T>
Coefficients<T> cardinal_sine(const T& x, unsigned order) {
  Coefficients<T> up{sinc(x)};
  if (order == 0) return up;
  // Downwards an error at K is multiplied by x^K while c_k ~ 1/(k! (k+1)): K is chosen with X^K / K! below the
  // precision.
  const unsigned limit = order / 2 + 1, digits = digits10_of<T>();
  const unsigned start = order + 3 * limit + 20 + digits;
  const Coefficients<T> s = oscillation(sin(x), cos(x), -1, start);
  const T bound(static_cast<int>(limit));
  const Mask<T> near = logical_and(less(x, bound), less(-bound, x));
  Coefficients<T> down(start, T(0));
  for (unsigned k = start - 1; k > 0; --k) down[k - 1] = s[k] - x * down[k];
  for (unsigned k = 1; k <= order; ++k) up.push_back((s[k] - up[k - 1]) / x);
  for (unsigned k = 1; k <= order; ++k) up[k] = select(near, down[k], up[k]);
  return up;
}

/// Replaces the constant term by `value` and multiplies all other coefficients by s.
template <class T>
Jet<T> with_slope(const T& value, const T& s, const Jet<T>& x) {
  Jet<T> r = x * s;
  r.value() = value;
  return r;
}

template <class T>
T half() {
  return T(1) / T(2);
}

template <class T>
T two_over_sqrt_pi() {
  return T(2) / sqrt(pi<T>());
}

}  // namespace jet_detail

template <class T>
Jet<T> exp(const Jet<T>& x) {
  jet_detail::Coefficients<T> c{exp(x.value())};
  for (unsigned k = 1; k <= jet_detail::order_of(x); ++k) c.push_back(c[k - 1] / jet_detail::integer<T>(k));
  return jet_detail::apply(c, x);
}

template <class T>
Jet<T> expm1(const Jet<T>& x) {
  Jet<T> r = exp(x);
  r.value() = expm1(x.value());
  return r;
}

template <class T>
Jet<T> log(const Jet<T>& x) {
  const unsigned n = jet_detail::order_of(x);
  jet_detail::Coefficients<T> c{log(x.value())};
  if (n >= 1) c.push_back(T(1) / x.value());
  for (unsigned k = 2; k <= n; ++k)
    c.push_back(-c[1] * c[k - 1] * jet_detail::integer<T>(k - 1) / jet_detail::integer<T>(k));
  return jet_detail::apply(c, x);
}

template <class T>
Jet<T> log1p(const Jet<T>& x) {
  Jet<T> r = log(x + 1);
  r.value() = log1p(x.value());
  return r;
}

// r^2 = x degree by degree: 2 r_0 r_i = x_i - sum of the products of lower ones.
template <class T>
Jet<T> sqrt(const Jet<T>& x) {
  const JetShape& shape = x.shape();
  jet_detail::Coefficients<T> r{sqrt(x.value())};
  const T twice = r[0] + r[0];
  for (std::size_t i = 1; i < shape.size(); ++i) {
    T rest(0);
    for (const auto [left, right] : shape.products(i))
      if (left != 0 && right != 0) multiply_add(rest, r[left], r[right]);
    r.push_back((x.coefficient(i) - rest) / twice);
  }
  return Jet<T>::from_coefficients(shape, std::move(r));
}

template <class T>
Jet<T> sin(const Jet<T>& x) {
  return jet_detail::apply(jet_detail::oscillation(sin(x.value()), cos(x.value()), -1, jet_detail::order_of(x)), x);
}

template <class T>
Jet<T> cos(const Jet<T>& x) {
  return jet_detail::apply(jet_detail::oscillation(cos(x.value()), T(-sin(x.value())), -1, jet_detail::order_of(x)), x);
}

template <class T>
Jet<T> sinh(const Jet<T>& x) {
  return jet_detail::apply(jet_detail::oscillation(sinh(x.value()), cosh(x.value()), 1, jet_detail::order_of(x)), x);
}

template <class T>
Jet<T> cosh(const Jet<T>& x) {
  return jet_detail::apply(jet_detail::oscillation(cosh(x.value()), sinh(x.value()), 1, jet_detail::order_of(x)), x);
}

template <class T>
Jet<T> tan(const Jet<T>& x) {
  const T y = tan(x.value());
  return jet_detail::apply(jet_detail::riccati(y, T(T(1) + y * y), 1, jet_detail::order_of(x)), x);
}

template <class T>
Jet<T> tanh(const Jet<T>& x) {
  // sech^2 = 4 e / (1 + e)^2, e = exp(-2|x|): accurate where 1 - tanh^2 cancels.
  const T y = tanh(x.value()), e = exp(T(-2) * abs(x.value())), one_plus = T(1) + e;
  return jet_detail::apply(jet_detail::riccati(y, T(T(4) * e / (one_plus * one_plus)), -1, jet_detail::order_of(x)), x);
}

template <class T>
Jet<T> asin(const Jet<T>& x) {
  const unsigned n = jet_detail::order_of(x);
  const T& v = x.value();
  if (n == 0) return jet_detail::apply(jet_detail::Coefficients<T>{asin(v)}, x);
  const T p0 = (T(1) - v) * (T(1) + v);
  const auto slope =
      jet_detail::quadratic_power(T(T(1) / sqrt(p0)), p0, T(T(-2) * v), T(-1), T(-jet_detail::half<T>()), n);
  return jet_detail::apply(jet_detail::integral(asin(v), slope, n), x);
}

template <class T>
Jet<T> acos(const Jet<T>& x) {
  Jet<T> r = -asin(x);
  r.value() = acos(x.value());
  return r;
}

template <class T>
Jet<T> atan(const Jet<T>& x) {
  const unsigned n = jet_detail::order_of(x);
  const T& v = x.value();
  const T p0 = T(1) + pow_int(v, 2);
  const auto slope = jet_detail::quadratic_power(T(T(1) / p0), p0, T(T(2) * v), T(1), T(-1), n);
  return jet_detail::apply(jet_detail::integral(atan(v), slope, n), x);
}

template <class T>
Jet<T> asinh(const Jet<T>& x) {
  const unsigned n = jet_detail::order_of(x);
  const T& v = x.value();
  const T p0 = T(1) + pow_int(v, 2);
  const auto slope =
      jet_detail::quadratic_power(T(T(1) / sqrt(p0)), p0, T(T(2) * v), T(1), T(-jet_detail::half<T>()), n);
  return jet_detail::apply(jet_detail::integral(asinh(v), slope, n), x);
}

template <class T>
Jet<T> erf(const Jet<T>& x) {
  const unsigned n = jet_detail::order_of(x);
  const T& v = x.value();
  if (n == 0) return jet_detail::apply(jet_detail::Coefficients<T>{erf(v)}, x);
  const T slope0 = jet_detail::two_over_sqrt_pi<T>() * exp(-pow_int(v, 2));
  return jet_detail::apply(jet_detail::integral(erf(v), jet_detail::gaussian(slope0, v, T(2), n), n), x);
}

template <class T>
Jet<T> erfc(const Jet<T>& x) {
  Jet<T> r = -erf(x);
  r.value() = erfc(x.value());
  return r;
}

template <class T>
Jet<T> normal_pdf(const Jet<T>& x) {
  return jet_detail::apply(jet_detail::gaussian(normal_pdf(x.value()), x.value(), T(1), jet_detail::order_of(x)), x);
}

template <class T>
Jet<T> normal_cdf(const Jet<T>& x) {
  const unsigned n = jet_detail::order_of(x);
  const T& v = x.value();
  if (n == 0) return jet_detail::apply(jet_detail::Coefficients<T>{normal_cdf(v)}, x);
  return jet_detail::apply(jet_detail::integral(normal_cdf(v), jet_detail::gaussian(normal_pdf(v), v, T(1), n), n), x);
}

template <class T>
Jet<T> sigmoid(const Jet<T>& x) {
  return jet_detail::apply(jet_detail::logistic(x.value(), jet_detail::order_of(x)), x);
}

template <class T>
Jet<T> softplus(const Jet<T>& x) {
  const unsigned n = jet_detail::order_of(x);
  return jet_detail::apply(jet_detail::integral(softplus(x.value()), jet_detail::logistic(x.value(), n), n), x);
}

template <class T>
Jet<T> sinc(const Jet<T>& x) {
  return jet_detail::apply(jet_detail::cardinal_sine(x.value(), jet_detail::order_of(x)), x);
}

template <class T>
Jet<T> abs(const Jet<T>& x) {
  return jet_detail::with_slope(abs(x.value()), sign(x.value()), x);
}

template <class T>
Jet<T> relu(const Jet<T>& x) {
  return jet_detail::with_slope(relu(x.value()), step(x.value()), x);
}

template <class T>
Jet<T> sign(const Jet<T>& x) {
  return Jet<T>::constant(x.shape(), sign(x.value()));
}

template <class T>
Jet<T> step(const Jet<T>& x) {
  return Jet<T>::constant(x.shape(), step(x.value()));
}

template <class T>
Jet<T> min(const Jet<T>& a, const Jet<T>& b) {
  Jet<T> r = select(less_equal(a.value(), b.value()), a, b);
  r.value() = min(a.value(), b.value());
  return r;
}

template <class T>
Jet<T> max(const Jet<T>& a, const Jet<T>& b) {
  Jet<T> r = select(less_equal(b.value(), a.value()), a, b);
  r.value() = max(a.value(), b.value());
  return r;
}

// Rotated by the angle at the centre: atan2(y, x) = atan2(y_0, x_0) + atan(cross / dot), cross = x_0 y - y_0 x (zero at
// the centre), dot = x_0 x + y_0 y.
template <class T>
Jet<T> atan2(const Jet<T>& y, const Jet<T>& x) {
  const T y0 = y.value(), x0 = x.value(), angle = atan2(y0, x0);
  const JetShape& shape = jet_detail::common_shape(y, x);
  if (shape.size() == 1) return Jet<T>::constant(shape, angle);
  Jet<T> cross = y * x0 - x * y0, dot = x * x0 + y * y0;
  cross.value() = T(0);
  Jet<T> u = cross / dot;
  u.value() = T(0);
  const unsigned n = shape.order();
  jet_detail::Coefficients<T> c{angle};
  for (unsigned k = 1; k <= n; ++k) c.push_back(k % 2 == 0 ? T(0) : T(k % 4 == 1 ? 1 : -1) / jet_detail::integer<T>(k));
  return jet_detail::apply(c, u);
}

template <class T>
Jet<T> pow(const Jet<T>& x, const Jet<T>& y) {
  if (!jet_detail::is_constant_shape(y)) {
    Jet<T> r = exp(y * log(x));
    r.value() = pow(x.value(), y.value());
    return r;
  }
  const T& p = y.value();
  jet_detail::Coefficients<T> c{pow(x.value(), p)};
  for (unsigned k = 1; k <= jet_detail::order_of(x); ++k)
    c.push_back(c[k - 1] * (p - jet_detail::integer<T>(k - 1)) / (jet_detail::integer<T>(k) * x.value()));
  return jet_detail::apply(c, x);
}

// The jet of T in (h, a), from dT/dh = -pdf(h) erf(a h / sqrt 2) / 2 and dT/da = exp(-h^2 (1 + a^2)/2) / (2 pi (1 +
// a^2)).
template <class T>
Jet<T> owens_t(const Jet<T>& h, const Jet<T>& a) {
  const JetShape& target = jet_detail::common_shape(h, a);
  const T value = owens_t(h.value(), a.value());
  if (target.size() == 1) return Jet<T>::constant(target, value);
  const JetShape& shape = JetShape::get(2, target.order());
  const Jet<T> H = Jet<T>::variable(shape, 0, h.value()), A = Jet<T>::variable(shape, 1, a.value());
  const T two(2);
  const Jet<T> in_h = normal_pdf(H) * erf(A * H / sqrt(two)) / -2;
  const Jet<T> factor = pow_int(A, 2) + 1;
  const Jet<T> in_a = exp(pow_int(H, 2) * factor / -2) / (factor * (two * pi<T>()));
  jet_detail::Coefficients<T> c{value};
  for (std::size_t i = 1; i < shape.size(); ++i) {
    unsigned e[2] = {shape.exponents(i)[0], shape.exponents(i)[1]};
    const std::size_t along = e[0] > 0 ? 0 : 1;
    const T power = jet_detail::integer<T>(e[along]);
    --e[along];
    c.push_back((along == 0 ? in_h : in_a).coefficient(shape.index(e)) / power);
  }
  const Jet<T> inner[2] = {h, a};
  return compose(Jet<T>::from_coefficients(shape, std::move(c)), std::span<const Jet<T>>(inner));
}

}  // namespace widegeo
