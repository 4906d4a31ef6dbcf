// Sums, products and quotients of balls.
#include <cmath>

#include "number/ball/interval.hpp"

namespace widegeo {

namespace {

/// Neither 0 nor thin: the radius is above 2^-6 of the midpoint.
bool is_coarse(arb_srcptr x) {
  const mag_srcptr radius = arb_radref(x);
  const arf_srcptr middle = arb_midref(x);
  if (mag_is_special(radius) != 0 || arf_is_special(middle) != 0) return false;
  const fmpz r = MAG_EXP(radius), m = ARF_EXP(middle);
  return COEFF_IS_MPZ(r) == 0 && COEFF_IS_MPZ(m) == 0 && r - m > -5;
}

struct Ends {
  explicit Ends(arb_srcptr x) {
    arb_get_lbound_arf(low.get(), x, ball_bits());
    arb_get_ubound_arf(high.get(), x, ball_bits());
  }
  ball_detail::Float low, high;
};

/// f(corners) rounded outward, for f monotone in each argument.
template <class F>
Ball corners(F f, const Ends& a, const Ends& b) {
  ball_detail::Float low, high, corner;
  f(low.get(), a.low.get(), b.low.get(), ARF_RND_FLOOR);
  f(high.get(), a.low.get(), b.low.get(), ARF_RND_CEIL);
  const arf_srcptr rest[3][2] = {
      {a.low.get(), b.high.get()}, {a.high.get(), b.low.get()}, {a.high.get(), b.high.get()}};
  for (const auto& [x, y] : rest) {
    f(corner.get(), x, y, ARF_RND_FLOOR);
    if (arf_cmp(corner.get(), low.get()) < 0) arf_set(low.get(), corner.get());
    f(corner.get(), x, y, ARF_RND_CEIL);
    if (arf_cmp(corner.get(), high.get()) > 0) arf_set(high.get(), corner.get());
  }
  return ball_detail::interval(low, high);
}

/// The radius is below 3/4 of the midpoint, both far inside the range of doubles.
bool is_away_from_zero(arb_srcptr x) {
  constexpr fmpz most = 900;
  const fmpz m = ARF_EXP(arb_midref(x));
  return m < most && m > -most && std::fabs(arf_get_d(arb_midref(x), ARF_RND_DOWN)) * 0.75 > mag_get_d(arb_radref(x));
}

// The product of midpoints with the radii's bound reaches below the range by 2 r_a r_b: too much for coarse balls, of
// which the sign may be lost ([0.5, 1.5]^2 would hold 0). Away from 0 the range is m_a m_b +- r_a r_b (the sign of the
// product) with the radius |m_a| r_b + |m_b| r_a.
void multiply(arb_ptr r, arb_srcptr a, arb_srcptr b) {
  if (!is_coarse(a) || !is_coarse(b)) {
    arb_mul(r, a, b, ball_bits());
    return;
  }
  if (!is_away_from_zero(a) || !is_away_from_zero(b)) {
    Ball product = corners(
        [](arf_ptr to, arf_srcptr x, arf_srcptr y, arf_rnd_t rounding) { arf_mul(to, x, y, ball_bits(), rounding); },
        Ends(a), Ends(b));
    arb_swap(r, product.get());
    return;
  }
  Ball product, shift, other;
  arf_set_mag(arb_midref(shift.get()), arb_radref(a));
  arf_set_mag(arb_midref(other.get()), arb_radref(b));
  arf_mul(arb_midref(shift.get()), arb_midref(shift.get()), arb_midref(other.get()), ARF_PREC_EXACT, ARF_RND_DOWN);
  if (arf_sgn(arb_midref(a)) != arf_sgn(arb_midref(b))) arb_neg(shift.get(), shift.get());
  arf_mul(arb_midref(product.get()), arb_midref(a), arb_midref(b), ARF_PREC_EXACT, ARF_RND_DOWN);
  arb_add(product.get(), product.get(), shift.get(), ball_bits());
  mag_t size;
  mag_init(size);
  arf_get_mag(size, arb_midref(a));
  mag_addmul(arb_radref(product.get()), size, arb_radref(b));
  arf_get_mag(size, arb_midref(b));
  mag_addmul(arb_radref(product.get()), size, arb_radref(a));
  mag_clear(size);
  arb_swap(r, product.get());
}

void divide(arb_ptr r, arb_srcptr a, arb_srcptr b) {
  if (!is_coarse(b) || arb_contains_zero(b) != 0 || arb_is_finite(a) == 0) {
    arb_div(r, a, b, ball_bits());
    return;
  }
  Ball quotient = corners(
      [](arf_ptr to, arf_srcptr x, arf_srcptr y, arf_rnd_t rounding) { arf_div(to, x, y, ball_bits(), rounding); },
      Ends(a), Ends(b));
  arb_swap(r, quotient.get());
}

}  // namespace

Ball& Ball::operator+=(const Ball& b) {
  arb_add(ball_, ball_, b.ball_, ball_bits());
  return *this;
}
Ball& Ball::operator-=(const Ball& b) {
  arb_sub(ball_, ball_, b.ball_, ball_bits());
  return *this;
}
Ball& Ball::operator*=(const Ball& b) {
  multiply(ball_, ball_, b.ball_);
  return *this;
}
Ball& Ball::operator/=(const Ball& b) {
  divide(ball_, ball_, b.ball_);
  return *this;
}
Ball operator+(const Ball& a, const Ball& b) {
  Ball r;
  arb_add(r.ball_, a.ball_, b.ball_, ball_bits());
  return r;
}
Ball operator-(const Ball& a, const Ball& b) {
  Ball r;
  arb_sub(r.ball_, a.ball_, b.ball_, ball_bits());
  return r;
}
Ball operator*(const Ball& a, const Ball& b) {
  Ball r;
  multiply(r.ball_, a.ball_, b.ball_);
  return r;
}
Ball operator/(const Ball& a, const Ball& b) {
  Ball r;
  divide(r.ball_, a.ball_, b.ball_);
  return r;
}
Ball operator-(const Ball& a) {
  Ball r;
  arb_neg(r.ball_, a.ball_);
  return r;
}

void multiply_add(Ball& sum, const Ball& a, const Ball& b) {
  if (is_coarse(a.get()) && is_coarse(b.get()))
    sum += a * b;
  else
    arb_addmul(sum.get(), a.get(), b.get(), ball_bits());
}

}  // namespace widegeo
