// Functions of balls. A thin ball goes to Arb's function, whose enclosure is the value at the midpoint plus a bound of
// the derivative. For a wide ball the range comes from the end points: exact up to rounding where the function is
// monotone.
#include "number/ball/interval.hpp"
#include "number/ball/reduction.hpp"

namespace widegeo {

using ball_detail::highest;
using ball_detail::is_wide;
using ball_detail::lowest;
using ball_detail::not_a_number;
using ball_detail::span;

namespace {

using Unary = void (*)(arb_ptr, arb_srcptr, slong);

template <Unary f>
Ball call(const Ball& x) {
  ball_detail::release_caches_with_thread();
  Ball r;
  f(r.get(), x.get(), ball_bits());
  return r;
}

template <Unary f>
Ball increasing(const Ball& x) {
  if (!is_finite(x)) return not_a_number();
  if (!is_wide(x)) return call<f>(x);
  return span(call<f>(lowest(x)), call<f>(highest(x)));
}

template <Unary f>
Ball decreasing(const Ball& x) {
  if (!is_finite(x)) return not_a_number();
  if (!is_wide(x)) return call<f>(x);
  return span(call<f>(highest(x)), call<f>(lowest(x)));
}

/// The integers in x / pi - shift/2, at most those in a slightly larger ball: their number (2: more than one) and the
/// parity of the first. x is below 2^30 in size.
struct Multiples {
  int count;
  bool odd;
};
Multiples multiples_of_pi(const Ball& low, const Ball& high, int shift) {
  const Ball offset = Ball(shift) / Ball(2), circle = pi<Ball>();
  const double first = std::ceil((low / circle - offset).lower());
  const double last = std::floor((high / circle - offset).upper());
  if (first > last) return {0, false};
  return {last > first ? 2 : 1, std::fmod(first, 2) != 0};
}

bool is_moderate(const Ball& x) {
  return arb_is_finite(x.get()) != 0 && std::fabs(x.lower()) < 0x1p30 && std::fabs(x.upper()) < 0x1p30;
}

/// sin (shift 1) and cos (shift 0): +1 at even, -1 at odd multiples.
template <Unary f>
Ball wave(const Ball& x, int shift) {
  if (!is_finite(x)) return not_a_number();
  if (!ball_detail::is_reducible(x)) return Ball::between(-1.0, 1.0);
  if (!is_wide(x)) return call<f>(x);
  if (!is_moderate(x)) return Ball::between(-1.0, 1.0);
  const Ball low = lowest(x), high = highest(x);
  const Multiples extrema = multiples_of_pi(low, high, shift);
  if (extrema.count > 1) return Ball::between(-1.0, 1.0);
  const Ball ends = Ball::hull(call<f>(low), call<f>(high));
  return extrema.count == 0 ? ends : Ball::hull(ends, Ball(extrema.odd ? -1 : 1));
}

}  // namespace

Ball exp(const Ball& x) { return increasing<arb_exp>(x); }
Ball expm1(const Ball& x) { return increasing<arb_expm1>(x); }
Ball log(const Ball& x) { return x.certainly_positive() ? increasing<arb_log>(x) : not_a_number(); }
Ball log1p(const Ball& x) { return increasing<arb_log1p>(x); }
Ball sqrt(const Ball& x) { return x.certainly_non_negative() ? increasing<arb_sqrt>(x) : not_a_number(); }
Ball sinh(const Ball& x) { return increasing<arb_sinh>(x); }
Ball tanh(const Ball& x) { return increasing<arb_tanh>(x); }
Ball asin(const Ball& x) { return increasing<arb_asin>(x); }
Ball acos(const Ball& x) { return decreasing<arb_acos>(x); }
Ball atan(const Ball& x) { return increasing<arb_atan>(x); }
Ball asinh(const Ball& x) { return increasing<arb_asinh>(x); }
Ball sin(const Ball& x) { return wave<arb_sin>(x, 1); }
Ball cos(const Ball& x) { return wave<arb_cos>(x, 0); }

Ball cosh(const Ball& x) {
  if (!is_wide(x)) return is_finite(x) ? call<arb_cosh>(x) : not_a_number();
  return increasing<arb_cosh>(abs(x));
}

// Increasing between its poles pi/2 + k pi.
Ball tan(const Ball& x) {
  if (!is_finite(x) || !ball_detail::is_reducible(x)) return not_a_number();
  if (!is_wide(x)) return call<arb_tan>(x);
  if (!is_moderate(x)) return not_a_number();
  const Ball low = lowest(x), high = highest(x);
  if (multiples_of_pi(low, high, 1).count != 0) return not_a_number();
  return span(call<arb_tan>(low), call<arb_tan>(high));
}

Ball abs(const Ball& x) {
  if (!is_finite(x)) return not_a_number();
  if (x.certainly_non_negative()) return x;
  if (x.certainly_non_positive()) return -x;
  return span(Ball(0), max(-lowest(x), highest(x)));
}

Ball relu(const Ball& x) {
  if (!is_finite(x)) return not_a_number();
  if (x.certainly_non_negative()) return x;
  if (x.certainly_non_positive()) return Ball(0);
  return span(Ball(0), x);
}

Ball sign(const Ball& x) {
  if (!is_finite(x)) return not_a_number();
  const int low = x.certainly_positive() ? 1 : x.certainly_non_negative() ? 0 : -1;
  const int high = x.certainly_negative() ? -1 : x.certainly_non_positive() ? 0 : 1;
  return Ball::hull(Ball(low), Ball(high));
}

Ball step(const Ball& x) {
  Ball r = sign(x) + Ball(1);
  arb_mul_2exp_si(r.get(), r.get(), -1);
  return r;
}

Ball min(const Ball& a, const Ball& b) {
  if (!is_finite(a) || !is_finite(b)) return not_a_number();
  if (arb_le(a.get(), b.get()) != 0) return a;
  if (arb_le(b.get(), a.get()) != 0) return b;
  const Ball a_low = lowest(a), b_low = lowest(b), a_high = highest(a), b_high = highest(b);
  return span(arb_le(a_low.get(), b_low.get()) != 0 ? a_low : b_low,
              arb_le(a_high.get(), b_high.get()) != 0 ? a_high : b_high);
}

Ball max(const Ball& a, const Ball& b) { return -min(-a, -b); }

// Along every edge of a box that leaves out the origin the angle is monotone, so that the corners hold its range, where
// the box does not cross the cut: the negative half-axis, of which the upper side belongs to y = 0.
Ball atan2(const Ball& y, const Ball& x) {
  if (!is_finite(y) || !is_finite(x)) return not_a_number();
  const bool crosses = !x.certainly_non_negative() && !y.certainly_non_negative() && !y.certainly_negative();
  if (crosses) {
    const Ball circle = pi<Ball>();
    return span(-circle, circle);
  }
  const auto angle = [](const Ball& b, const Ball& a) {
    Ball r;
    arb_atan2(r.get(), b.get(), a.get(), ball_bits());
    return r;
  };
  if (!is_wide(x) && !is_wide(y)) {
    const Ball thin = angle(y, x);
    if (is_finite(thin)) return thin;
  }
  const Ball low = lowest(x), high = highest(x), bottom = lowest(y), top = highest(y);
  return Ball::hull(Ball::hull(angle(bottom, low), angle(bottom, high)), Ball::hull(angle(top, low), angle(top, high)));
}

template <>
Ball pow_int(const Ball& x, long n) {
  if (n == 0) return Ball(1);
  if (!is_finite(x)) return not_a_number();
  const auto power = [n](const Ball& base) {
    Ball r;
    fmpz_t exponent;
    fmpz_init_set_si(exponent, n);
    arb_pow_fmpz(r.get(), base.get(), exponent, ball_bits());
    fmpz_clear(exponent);
    return r;
  };
  if (!is_wide(x)) return power(x);
  if (n < 0 && x.contains_zero()) return not_a_number();
  const Ball base = n % 2 == 0 ? abs(x) : x;
  const Ball a = power(lowest(base)), b = power(highest(base));
  return n > 0 ? span(a, b) : span(b, a);
}

// Monotone in each of x > 0 and y, so that the corners hold the range. 0^0 = 1.
Ball pow(const Ball& x, const Ball& y) {
  if (!is_finite(x) || !is_finite(y)) return not_a_number();
  if (arb_is_int(y.get()) != 0 && arf_cmpabs_2exp_si(arb_midref(y.get()), 62) < 0)
    return pow_int(x, arf_get_si(arb_midref(y.get()), ARF_RND_DOWN));
  if (!x.certainly_non_negative()) return not_a_number();
  const auto power = [](const Ball& base, const Ball& exponent) {
    if (base.is_exactly_zero())
      return exponent.certainly_positive() ? Ball(0) : exponent.is_exactly_zero() ? Ball(1) : not_a_number();
    Ball r;
    arb_pow(r.get(), base.get(), exponent.get(), ball_bits());
    return r;
  };
  if (!is_wide(x) && !is_wide(y)) return power(x, y);
  const Ball low = lowest(x), high = highest(x), bottom = lowest(y), top = highest(y);
  return Ball::hull(Ball::hull(power(low, bottom), power(low, top)), Ball::hull(power(high, bottom), power(high, top)));
}

}  // namespace widegeo
