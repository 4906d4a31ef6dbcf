// Jets of balls: every coefficient encloses the coefficients at all points of the ball. The recurrences of
// jet_functions.hpp are identities at each point and therefore enclose without change, except the one that starts from
// an approximate number.
#include "jet/jet_functions.hpp"
#include "number/ball/ball.hpp"
#include "number/function_list.hpp"

namespace widegeo {

namespace jet_detail {

// c_k(x) = sinc^(k)(x)/k! is the integral over t in [0, 1] of t^k cos(t x + k pi/2)/k!, so |c_k| <= 1/(k! (k+1)), and
// with c_k' = (k+1) c_{k+1}: |c_k(x) - c_k(m)| <= |x - m| / (k! (k+2)). At the midpoint m, x c_k + c_{k-1} = s_k (the
// coefficients of sin) upwards where |m| is large, downwards from the bound of c_K where it is small.
template <>
Coefficients<Ball> cardinal_sine(const Ball& x, unsigned order) {
  Coefficients<Ball> c{sinc(x)};
  if (order == 0 || !is_finite(x)) {
    c.resize(order + 1, Ball::anything());
    return c;
  }
  const Ball m = x.centre(), distance = abs(x - m), one = Ball::between(-1.0, 1.0);
  const unsigned limit = order / 2 + 1;
  if (std::fabs(m.midpoint()) > limit) {
    const Coefficients<Ball> s = oscillation(sin(m), cos(m), -1, order);
    Ball previous = sinc(m);
    for (unsigned k = 1; k <= order; ++k) {
      previous = (s[k] - previous) / m;
      c.push_back(previous);
    }
  } else {
    const unsigned start = order + 3 * limit + 20 + digits10_of<Ball>();
    const Coefficients<Ball> s = oscillation(sin(m), cos(m), -1, start);
    Ball factorial(1);
    for (unsigned k = 2; k <= start; ++k) factorial *= integer<Ball>(k);
    Ball current = one / (factorial * integer<Ball>(start + 1));
    c.resize(order + 1);
    for (unsigned k = start; k > 1; --k) {
      current = s[k] - m * current;
      if (k - 1 <= order) c[k - 1] = current;
    }
  }
  Ball factorial(1);
  for (unsigned k = 1; k <= order; ++k) {
    factorial *= integer<Ball>(k);
    c[k] = intersection(c[k] + one * distance / (factorial * integer<Ball>(k + 2)),
                        one / (factorial * integer<Ball>(k + 1)));
  }
  return c;
}

}  // namespace jet_detail

// By binomial coefficients: powers of a wide ball are tighter than products of it.
template <>
Jet<Ball> pow_int(const Jet<Ball>& x, long n) {
  jet_detail::Coefficients<Ball> c{pow_int(x.value(), n)};
  Ball binomial(1);
  for (unsigned k = 1; k <= jet_detail::order_of(x); ++k) {
    const long power = n - static_cast<long>(k);
    binomial = binomial * Ball(static_cast<double>(power + 1)) / jet_detail::integer<Ball>(k);
    c.push_back(binomial.is_exactly_zero() ? Ball(0) : binomial * pow_int(x.value(), power));
  }
  return jet_detail::apply(c, x);
}

// At a jump inside of the ball a function has no derivatives that bound its change: nothing is known of the
// coefficients from the first on; at a kink from the second on (the first is bounded by the slopes of both sides).
namespace jet_detail {

bool varies(const Jet<Ball>& x) {
  for (std::size_t i = 1; i < x.size(); ++i)
    if (!x.coefficient(i).is_exactly_zero()) return true;
  return false;
}

Jet<Ball> unknown_from(unsigned degree, Jet<Ball> x) {
  if (is_constant_shape(x) || degree > x.shape().order()) return x;
  for (std::size_t i = x.shape().degree_begin(degree); i < x.size(); ++i) x.coefficient(i) = Ball::anything();
  return x;
}

/// f(x), a number for all x of one sign, which is `value`.
Jet<Ball> jumping_at_zero(const Jet<Ball>& x, const Ball& value) {
  Jet<Ball> r = Jet<Ball>::constant(x.shape(), value);
  return x.value().contains_zero() && varies(x) ? unknown_from(1, std::move(r)) : r;
}

Jet<Ball> bent_at_zero(const Jet<Ball>& x, const Ball& value, const Ball& slope) {
  Jet<Ball> r = with_slope(value, slope, x);
  return x.value().contains_zero() && varies(x) ? unknown_from(2, std::move(r)) : r;
}

Jet<Ball> bent(const TrackedMask<bool>& mask, const Jet<Ball>& a, const Jet<Ball>& b, const Ball& value) {
  Jet<Ball> r = select(mask, a, b);
  r.value() = value;
  return mask.undecided ? unknown_from(2, std::move(r)) : r;
}

}  // namespace jet_detail

template <>
Jet<Ball> sign(const Jet<Ball>& x) {
  return jet_detail::jumping_at_zero(x, sign(x.value()));
}

template <>
Jet<Ball> step(const Jet<Ball>& x) {
  return jet_detail::jumping_at_zero(x, step(x.value()));
}

template <>
Jet<Ball> abs(const Jet<Ball>& x) {
  return jet_detail::bent_at_zero(x, abs(x.value()), sign(x.value()));
}

template <>
Jet<Ball> relu(const Jet<Ball>& x) {
  return jet_detail::bent_at_zero(x, relu(x.value()), step(x.value()));
}

template <>
Jet<Ball> min(const Jet<Ball>& a, const Jet<Ball>& b) {
  return jet_detail::bent(less_equal(a.value(), b.value()), a, b, min(a.value(), b.value()));
}

template <>
Jet<Ball> max(const Jet<Ball>& a, const Jet<Ball>& b) {
  return jet_detail::bent(less_equal(b.value(), a.value()), a, b, max(a.value(), b.value()));
}

// Across the cut y = 0, x < 0 the angle jumps by a circle.
template <>
Jet<Ball> atan2(const Jet<Ball>& y, const Jet<Ball>& x) {
  const Ball &b = y.value(), &a = x.value(), angle = atan2(b, a);
  const bool cut =
      !a.certainly_non_negative() && !b.certainly_non_negative() && !b.certainly_negative() && jet_detail::varies(y);
  Jet<Ball> cross = y * a - x * b, dot = x * a + y * b;
  cross.value() = Ball(0);
  Jet<Ball> u = cross / dot;
  u.value() = Ball(0);
  jet_detail::Coefficients<Ball> c{angle};
  for (unsigned k = 1; k <= jet_detail::order_of(u); ++k)
    c.push_back(k % 2 == 0 ? Ball(0) : Ball(k % 4 == 1 ? 1 : -1) / jet_detail::integer<Ball>(k));
  Jet<Ball> r = jet_detail::apply(c, u);
  return cut ? jet_detail::unknown_from(1, std::move(r)) : r;
}

template class Jet<Ball>;
template class JetPowers<Ball>;
template Jet<Ball> compose(std::span<const Ball>, const Jet<Ball>&);
template Jet<Ball> compose(const Jet<Ball>&, std::span<const Jet<Ball>>);
template Jet<Ball> select(const Mask<Jet<Ball>>&, const Jet<Ball>&, const Jet<Ball>&);
template Jet<Ball> truncated(const Jet<Ball>&, unsigned);
template Jet<Ball> partial(const Jet<Ball>&, unsigned);
#if defined(__clang__)  // the list names what is specialised above, too
#pragma clang diagnostic ignored "-Winstantiation-after-specialization"
#endif
#define WIDEGEO_INSTANCE(f) template Jet<Ball> f(const Jet<Ball>&);
WIDEGEO_FUNCTIONS_OF_ONE(WIDEGEO_INSTANCE)
#undef WIDEGEO_INSTANCE
#define WIDEGEO_INSTANCE(f) template Jet<Ball> f(const Jet<Ball>&, const Jet<Ball>&);
WIDEGEO_FUNCTIONS_OF_TWO(WIDEGEO_INSTANCE)
#undef WIDEGEO_INSTANCE

}  // namespace widegeo
