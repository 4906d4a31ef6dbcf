// Owen's T for balls. With w = h^2/2 and x = a u,
//   2 pi T(h, a) = exp(-w) a int_0^1 exp(-w a^2 u^2) / (1 + a^2 u^2) du,
// an integral as large as its integrand, by Arb's rigorous integration (F. Johansson, LNCS 10931 (2018) 255).
// For a > 1, h >= 0 with q(x) = normal_cdf(-x) (M. Patefield, D. Tandy, J. Stat. Software 5(5) (2000), Eq. (3))
//   T(h, a) = (q(h) + q(a h))/2 - q(h) q(a h) - T(a h, 1/a).
// T is even in h and decreasing in |h|, odd and increasing in a: the end points of wide balls hold the range.

#include <algorithm>
#include <cmath>

#include "number/ball/arb.hpp"
#include "number/ball/interval.hpp"

namespace widegeo {

using ball_detail::highest;
using ball_detail::is_wide;
using ball_detail::lowest;
using ball_detail::not_a_number;
using ball_detail::span;

namespace {

struct Integrand {
  Ball square, decay;  // a^2 and w a^2
};

/// Meromorphic in u; where the ball holds a pole the result is not finite, which is what the integration asks for.
int integrand(acb_ptr out, const acb_t u, void* parameters, slong /*order*/, slong bits) {
  const Integrand& p = *static_cast<const Integrand*>(parameters);
  acb_t square, below;
  acb_init(square);
  acb_init(below);
  acb_mul(square, u, u, bits);
  acb_mul_arb(below, square, p.square.get(), bits);
  acb_add_ui(below, below, 1, bits);
  acb_mul_arb(square, square, p.decay.get(), bits);
  acb_neg(square, square);
  acb_exp(square, square, bits);
  acb_div(out, square, below, bits);
  acb_clear(square);
  acb_clear(below);
  return 0;
}

/// h >= 0, 0 < a <= 1 (or little above), both thin.
Ball reduced(const Ball& h, const Ball& a) {
  const long bits = ball_bits();
  const BallPrecision scope(bits + 16);
  const Ball w = pow_int(h, 2) / Ball(2);
  Integrand p{pow_int(a, 2), Ball()};
  p.decay = w * p.square;
  // Beyond the part s of the range where exp(-decay u^2) is below 2^-bits only a bound of it is kept: the integral from
  // s to infinity is at most exp(-decay s^2)/(2 decay s). Else the bisections begin at the scale of 1.
  const double enough = 0.7 * static_cast<double>(bits + 32);
  Ball scale(1), rest;
  if (p.decay.certainly_positive() && !(p.decay.upper() < 4 * enough)) {
    scale = min(sqrt(Ball(enough) / p.decay).centre(), Ball(1));
    const Ball s2 = pow_int(scale, 2);
    rest = Ball::hull(Ball(0), exp(-(p.decay * s2)) / (Ball(2) * p.decay * scale));
    p.square *= s2;
    p.decay *= s2;
  }
  // The integral is about min(1, 1/sqrt(decay)): the tolerance is relative to that.
  const double size = 1 / std::max(1.0, std::sqrt(std::min(p.decay.upper(), 0x1p1000)));
  acb_t low, high, value;
  mag_t tolerance;
  acb_init(low);
  acb_init(high);
  acb_init(value);
  mag_init(tolerance);
  acb_one(high);
  mag_set_d(tolerance, size);
  mag_mul_2exp_si(tolerance, tolerance, -bits - 4);
  acb_calc_integrate(value, integrand, &p, low, high, bits + 4, tolerance, nullptr, bits + 16);
  Ball integral;
  arb_set(integral.get(), acb_realref(value));
  acb_clear(low);
  acb_clear(high);
  acb_clear(value);
  mag_clear(tolerance);
  return exp(-w) * a * (scale * integral + rest) / (Ball(2) * pi<Ball>());
}

/// h >= 0, a >= 0, both thin.
Ball thin(const Ball& h, const Ball& a) {
  if (a.is_exactly_zero()) return Ball(0);
  if (h.is_exactly_zero()) return atan(a) / (Ball(2) * pi<Ball>());
  if (a.upper() < 1.5) return reduced(h, a);
  const Ball q = normal_cdf(-h), p = normal_cdf(-(a * h));
  return (q + p) / Ball(2) - q * p - reduced(a * h, Ball(1) / a);
}

}  // namespace

Ball owens_t(const Ball& h, const Ball& a) {
  if (!is_finite(h) || !is_finite(a)) return not_a_number();
  const Ball distance = abs(h);
  if (!is_wide(h) && !is_wide(a)) return a.certainly_non_negative() ? thin(distance, a) : -thin(distance, -a);
  const Ball near = lowest(distance), far = highest(distance), bottom = lowest(a), top = highest(a);
  const auto at = [](const Ball& x, const Ball& y) { return y.certainly_non_negative() ? thin(x, y) : -thin(x, -y); };
  // Least where |T| is small for a > 0, and where it is large for a < 0.
  return span(at(bottom.certainly_negative() ? near : far, bottom), at(top.certainly_negative() ? far : near, top));
}

}  // namespace widegeo
