#include "number/ball/complex_ball.hpp"

#include "number/ball/arb.hpp"
#include "number/ball/interval.hpp"
#include "number/ball/reduction.hpp"

namespace widegeo {

using ball_detail::not_a_number;

namespace {

ComplexBall not_analytic() { return ComplexBall(not_a_number(), not_a_number()); }

using Entire = void (*)(acb_ptr, acb_srcptr, slong);

/// The real function if z is real, else Arb's complex one, which is not finite at poles.
template <Ball (*real_function)(const Ball&), Entire f>
ComplexBall analytic(const ComplexBall& z) {
  if (z.is_real()) return ComplexBall(real_function(z.real()));
  if (is_finite(z) && !(ball_detail::is_reducible(z.real()) && ball_detail::is_reducible(z.imaginary())))
    return not_analytic();
  ComplexBall r;
  f(r.get(), z.get(), ball_bits());
  return r;
}

/// |re| < 1, certainly.
bool inside_unit(arb_srcptr part) {
  Ball size;
  arb_abs(size.get(), part);
  return arb_lt(size.get(), Ball(1).get()) != 0;
}

/// z avoids the negative half-axis and 0.
bool off_the_cut(const ComplexBall& z) {
  return arb_contains_nonpositive(acb_realref(z.get())) == 0 || arb_contains_zero(acb_imagref(z.get())) == 0;
}

}  // namespace

Ball ComplexBall::real() const {
  Ball r;
  arb_set(r.get(), acb_realref(ball_));
  return r;
}

Ball ComplexBall::imaginary() const {
  Ball r;
  arb_set(r.get(), acb_imagref(ball_));
  return r;
}

double ComplexBall::magnitude() const {
  if (acb_is_finite(ball_) == 0) return std::numeric_limits<double>::infinity();
  mag_t bound;
  mag_init(bound);
  acb_get_mag(bound, ball_);
  ball_detail::Float number;
  arf_set_mag(number.get(), bound);
  mag_clear(bound);
  return arf_get_d(number.get(), ARF_RND_CEIL);
}

ComplexBall operator+(const ComplexBall& a, const ComplexBall& b) {
  ComplexBall r;
  acb_add(r.get(), a.get(), b.get(), ball_bits());
  return r;
}
ComplexBall operator-(const ComplexBall& a, const ComplexBall& b) {
  ComplexBall r;
  acb_sub(r.get(), a.get(), b.get(), ball_bits());
  return r;
}
ComplexBall operator*(const ComplexBall& a, const ComplexBall& b) {
  ComplexBall r;
  acb_mul(r.get(), a.get(), b.get(), ball_bits());
  return r;
}
ComplexBall operator/(const ComplexBall& a, const ComplexBall& b) {
  ComplexBall r;
  acb_div(r.get(), a.get(), b.get(), ball_bits());
  return r;
}
ComplexBall operator-(const ComplexBall& a) {
  ComplexBall r;
  acb_neg(r.get(), a.get());
  return r;
}

template <>
ComplexBall from_rational<ComplexBall>(const Rational& value) {
  return ComplexBall(from_rational<Ball>(value));
}
template <>
ComplexBall pi<ComplexBall>() {
  return ComplexBall(pi<Ball>());
}

TrackedMask<bool> less(const ComplexBall& a, const ComplexBall& b) { return less(a.real(), b.real()); }
TrackedMask<bool> less_equal(const ComplexBall& a, const ComplexBall& b) { return less_equal(a.real(), b.real()); }
// Two sides that are equal on a line only: off the line `equal` is false, and on it nothing is analytic.
TrackedMask<bool> equal(const ComplexBall& a, const ComplexBall& b) { return equal(a.real(), b.real()); }

ComplexBall select(const TrackedMask<bool>& mask, const ComplexBall& if_true, const ComplexBall& if_false) {
  if (!mask.undecided) return mask.holds ? if_true : if_false;
  if (!if_true.is_real() || !if_false.is_real()) return not_analytic();
  return ComplexBall(select(mask, if_true.real(), if_false.real()));
}

ComplexBall exp(const ComplexBall& z) { return analytic<widegeo::exp, acb_exp>(z); }
ComplexBall sin(const ComplexBall& z) { return analytic<widegeo::sin, acb_sin>(z); }
ComplexBall cos(const ComplexBall& z) { return analytic<widegeo::cos, acb_cos>(z); }
ComplexBall tan(const ComplexBall& z) { return analytic<widegeo::tan, acb_tan>(z); }
ComplexBall sinh(const ComplexBall& z) { return analytic<widegeo::sinh, acb_sinh>(z); }
ComplexBall cosh(const ComplexBall& z) { return analytic<widegeo::cosh, acb_cosh>(z); }
ComplexBall tanh(const ComplexBall& z) { return analytic<widegeo::tanh, acb_tanh>(z); }
ComplexBall expm1(const ComplexBall& z) { return analytic<widegeo::expm1, acb_expm1>(z); }
ComplexBall erf(const ComplexBall& z) { return analytic<widegeo::erf, acb_hypgeom_erf>(z); }
ComplexBall erfc(const ComplexBall& z) { return analytic<widegeo::erfc, acb_hypgeom_erfc>(z); }
ComplexBall sinc(const ComplexBall& z) { return analytic<widegeo::sinc, acb_sinc>(z); }

ComplexBall log(const ComplexBall& z) {
  return z.is_real() || off_the_cut(z) ? analytic<widegeo::log, acb_log>(z) : not_analytic();
}
ComplexBall log1p(const ComplexBall& z) {
  return z.is_real() || off_the_cut(ComplexBall(1) + z) ? analytic<widegeo::log1p, acb_log1p>(z) : not_analytic();
}
ComplexBall sqrt(const ComplexBall& z) {
  return z.is_real() || off_the_cut(z) ? analytic<widegeo::sqrt, acb_sqrt>(z) : not_analytic();
}

// Cut along the real line outside of (-1, 1).
ComplexBall asin(const ComplexBall& z) {
  const bool safe = arb_contains_zero(acb_imagref(z.get())) == 0 || inside_unit(acb_realref(z.get()));
  return z.is_real() || safe ? analytic<widegeo::asin, acb_asin>(z) : not_analytic();
}
ComplexBall acos(const ComplexBall& z) {
  const bool safe = arb_contains_zero(acb_imagref(z.get())) == 0 || inside_unit(acb_realref(z.get()));
  return z.is_real() || safe ? analytic<widegeo::acos, acb_acos>(z) : not_analytic();
}
// Cut along the imaginary line outside of (-i, i).
ComplexBall atan(const ComplexBall& z) {
  const bool safe = arb_contains_zero(acb_realref(z.get())) == 0 || inside_unit(acb_imagref(z.get()));
  return z.is_real() || safe ? analytic<widegeo::atan, acb_atan>(z) : not_analytic();
}
// By the mean value form on the rectangle, which Arb's own function overestimates by far when it is large:
// asinh(z) is in asinh(m) + (z - m) / sqrt(1 + z^2).
ComplexBall asinh(const ComplexBall& z) {
  if (z.is_real()) return ComplexBall(asinh(z.real()));
  const bool safe = arb_contains_zero(acb_realref(z.get())) == 0 || inside_unit(acb_imagref(z.get()));
  if (!safe) return not_analytic();
  ComplexBall middle;
  acb_get_mid(middle.get(), z.get());
  ComplexBall at_middle;
  acb_asinh(at_middle.get(), middle.get(), ball_bits());
  // 1 + z^2 = (1 + i z)(1 - i z): the sum of squares would lose the sign of its real part on a large rectangle.
  const ComplexBall turned(-z.imaginary(), z.real());
  const ComplexBall root = sqrt(ComplexBall(1) + turned) * sqrt(ComplexBall(1) - turned);
  return at_middle + (z - middle) / root;
}

ComplexBall abs(const ComplexBall& z) {
  if (z.is_real()) return ComplexBall(abs(z.real()));
  if (z.real().certainly_positive()) return z;
  return z.real().certainly_negative() ? -z : not_analytic();
}
ComplexBall relu(const ComplexBall& z) {
  if (z.is_real()) return ComplexBall(relu(z.real()));
  if (z.real().certainly_positive()) return z;
  return z.real().certainly_negative() ? ComplexBall() : not_analytic();
}
ComplexBall sign(const ComplexBall& z) {
  if (z.is_real()) return ComplexBall(sign(z.real()));
  if (z.real().certainly_positive()) return ComplexBall(1);
  return z.real().certainly_negative() ? ComplexBall(-1) : not_analytic();
}
ComplexBall step(const ComplexBall& z) {
  if (z.is_real()) return ComplexBall(step(z.real()));
  if (z.real().certainly_positive()) return ComplexBall(1);
  return z.real().certainly_negative() ? ComplexBall() : not_analytic();
}

ComplexBall min(const ComplexBall& a, const ComplexBall& b) {
  if (a.is_real() && b.is_real()) return ComplexBall(min(a.real(), b.real()));
  const Ball gap = b.real() - a.real();
  if (gap.certainly_positive()) return a;
  return gap.certainly_negative() ? b : not_analytic();
}
ComplexBall max(const ComplexBall& a, const ComplexBall& b) { return -min(-a, -b); }

ComplexBall normal_cdf(const ComplexBall& z) {
  if (z.is_real()) return ComplexBall(normal_cdf(z.real()));
  return erfc(-z / sqrt(ComplexBall(2))) / ComplexBall(2);
}
ComplexBall normal_pdf(const ComplexBall& z) {
  if (z.is_real()) return ComplexBall(normal_pdf(z.real()));
  return exp(-(z * z) / ComplexBall(2)) / sqrt(ComplexBall(2) * pi<ComplexBall>());
}

// Not finite at the poles i pi (2 k + 1) in both forms.
ComplexBall sigmoid(const ComplexBall& z) {
  if (z.is_real()) return ComplexBall(sigmoid(z.real()));
  if (arf_sgn(arb_midref(acb_realref(z.get()))) >= 0) return ComplexBall(1) / (ComplexBall(1) + exp(-z));
  const ComplexBall e = exp(z);
  return e / (ComplexBall(1) + e);
}

// log(1 + exp z) = z + log(1 + exp(-z)) on the strip |Im z| < pi, where 1 + exp(+-z) avoids the cut. To the right of
// the imaginary axis |exp(-z)| < 1 does the same at any height, to the left of it |exp z| < 1.
ComplexBall softplus(const ComplexBall& z) {
  if (z.is_real()) return ComplexBall(softplus(z.real()));
  const Ball real = z.real();
  if (real.certainly_positive()) return z + log1p(exp(-z));
  if (real.certainly_negative()) return log1p(exp(z));
  Ball height;
  arb_abs(height.get(), acb_imagref(z.get()));
  if (arb_lt(height.get(), pi<Ball>().get()) == 0) return not_analytic();
  if (arf_sgn(arb_midref(acb_realref(z.get()))) >= 0) return z + log1p(exp(-z));
  return log1p(exp(z));
}

template <>
ComplexBall pow_int(const ComplexBall& z, long n) {
  if (z.is_real()) return ComplexBall(pow_int(z.real(), n));
  ComplexBall r;
  acb_pow_si(r.get(), z.get(), n, ball_bits());
  return r;
}

ComplexBall pow(const ComplexBall& z, const ComplexBall& exponent) {
  if (z.is_real() && exponent.is_real()) return ComplexBall(pow(z.real(), exponent.real()));
  ComplexBall r;
  acb_pow_analytic(r.get(), z.get(), exponent.get(), 1, ball_bits());
  return r;
}

ComplexBall atan2(const ComplexBall& y, const ComplexBall& x) {
  return y.is_real() && x.is_real() ? ComplexBall(atan2(y.real(), x.real())) : not_analytic();
}
ComplexBall owens_t(const ComplexBall& h, const ComplexBall& a) {
  return h.is_real() && a.is_real() ? ComplexBall(owens_t(h.real(), a.real())) : not_analytic();
}

bool is_finite(const ComplexBall& z) { return acb_is_finite(z.get()) != 0; }

}  // namespace widegeo
