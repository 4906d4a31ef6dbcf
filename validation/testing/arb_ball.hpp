// Arb's complex balls with the functions of the language, for the oracle of the tests. Deliberately independent of the
// library's ComplexBall: an oracle that shares code with what it checks proves nothing.
//
// Every function encloses its values over the ball. With `analytic` the result is finite only if the function is
// analytic on the whole ball; kinked functions are continued to complex arguments by the sign of the real part.
#pragma once

#include "number/ball/arb.hpp"
#include "number/rational.hpp"

namespace widegeo::testing::arb {

class Acb {
 public:
  Acb() { acb_init(z_); }
  Acb(const Acb& other) : Acb() { acb_set(z_, other.z_); }
  Acb(Acb&& other) noexcept : Acb() { acb_swap(z_, other.z_); }
  explicit Acb(long n) : Acb() { acb_set_si(z_, n); }
  Acb& operator=(const Acb& other) {
    acb_set(z_, other.z_);
    return *this;
  }
  Acb& operator=(Acb&& other) noexcept {
    acb_swap(z_, other.z_);
    return *this;
  }
  ~Acb() { acb_clear(z_); }

  acb_ptr get() { return z_; }
  acb_srcptr get() const { return z_; }
  arb_ptr re() { return acb_realref(z_); }
  arb_ptr im() { return acb_imagref(z_); }
  arb_srcptr re() const { return acb_realref(z_); }
  arb_srcptr im() const { return acb_imagref(z_); }
  bool is_real() const { return acb_is_real(z_) != 0; }
  bool is_finite() const { return acb_is_finite(z_) != 0; }

 private:
  acb_t z_;
};

/// The indeterminate value, returned where the function is not analytic or not defined.
inline Acb unknown() {
  Acb r;
  acb_indeterminate(r.get());
  return r;
}

/// Settings of an evaluation: the working precision, and whether analyticity is to be checked.
struct Mode {
  slong prec = 128;
  bool analytic = false;
};

inline Acb from_rational(const Rational& value, slong prec) {
  Acb r;
  fmpq_t q;
  fmpq_init(q);
  fmpq_set_mpq(q, value.get_mpq_t());
  arb_set_fmpq(r.re(), q, prec);
  fmpq_clear(q);
  return r;
}

inline Acb add(const Acb& a, const Acb& b, Mode m) {
  Acb r;
  acb_add(r.get(), a.get(), b.get(), m.prec);
  return r;
}
inline Acb sub(const Acb& a, const Acb& b, Mode m) {
  Acb r;
  acb_sub(r.get(), a.get(), b.get(), m.prec);
  return r;
}
inline Acb mul(const Acb& a, const Acb& b, Mode m) {
  Acb r;
  acb_mul(r.get(), a.get(), b.get(), m.prec);
  return r;
}
inline Acb div(const Acb& a, const Acb& b, Mode m) {
  Acb r;
  acb_div(r.get(), a.get(), b.get(), m.prec);
  return r;
}
inline Acb neg(const Acb& a) {
  Acb r;
  acb_neg(r.get(), a.get());
  return r;
}
inline Acb scale(const Acb& a, long n) {
  Acb r;
  acb_mul_si(r.get(), a.get(), n, ARF_PREC_EXACT);
  return r;
}

namespace detail {

/// x^2 of a real ball as an interval: never below 0, unlike the midpoint-radius product of a wide ball.
inline void square_interval(arb_t r, const arb_t x, slong prec) {
  arf_t low, high;
  arf_init(low);
  arf_init(high);
  arb_get_abs_lbound_arf(low, x, prec);
  arb_get_abs_ubound_arf(high, x, prec);
  arf_mul(low, low, low, prec, ARF_RND_FLOOR);
  arf_mul(high, high, high, prec, ARF_RND_CEIL);
  arb_set_interval_arf(r, low, high, prec);
  arf_clear(low);
  arf_clear(high);
}

inline bool is_wide(const arb_t x) { return mag_cmp_2exp_si(arb_radref(x), -8) > 0; }

/// f over a real ball from the values at its two ends, for monotone f.
template <class F>
void by_ends(arb_t r, const arb_t x, slong prec, F f) {
  if (!is_wide(x) || !arb_is_finite(x)) return f(r, x, prec);
  arb_t low, high;
  arb_init(low);
  arb_init(high);
  arb_get_lbound_arf(arb_midref(low), x, prec);
  arb_get_ubound_arf(arb_midref(high), x, prec);
  f(low, low, prec);
  f(high, high, prec);
  arb_union(r, low, high, prec);
  arb_clear(low);
  arb_clear(high);
}

}  // namespace detail

inline Acb square(const Acb& a, Mode m) {
  Acb r;
  if (!detail::is_wide(a.re()) && !detail::is_wide(a.im())) {
    acb_sqr(r.get(), a.get(), m.prec);
    return r;
  }
  Acb imaginary;
  detail::square_interval(r.re(), a.re(), m.prec);
  detail::square_interval(imaginary.re(), a.im(), m.prec);
  arb_sub(r.re(), r.re(), imaginary.re(), m.prec);
  arb_mul(r.im(), a.re(), a.im(), m.prec);
  arb_mul_2exp_si(r.im(), r.im(), 1);
  return r;
}

inline Acb exp(const Acb& a, Mode m) {
  Acb r;
  acb_exp(r.get(), a.get(), m.prec);
  return r;
}
inline Acb sqrt(const Acb& a, Mode m) {
  Acb r;
  acb_sqrt_analytic(r.get(), a.get(), m.analytic, m.prec);
  return r;
}
inline Acb log(const Acb& a, Mode m) {
  Acb r;
  acb_log_analytic(r.get(), a.get(), m.analytic, m.prec);
  return r;
}

/// a^e for a base that is >= 0 where it is real (the power does not exist elsewhere), e > 0 or the base away from 0.
inline Acb power(const Acb& a, const Acb& exponent, Mode m) {
  Acb r;
  if (!m.analytic && a.is_real() && !arb_is_positive(a.re())) {
    if (!arb_is_positive(exponent.re()) || arb_is_negative(a.re()) || !arb_is_finite(a.re())) return unknown();
    Acb top;
    arb_get_ubound_arf(arb_midref(top.re()), a.re(), m.prec);
    arb_pow(top.re(), top.re(), exponent.re(), m.prec);
    arb_union(r.re(), r.re(), top.re(), m.prec);
    return r;
  }
  acb_pow_analytic(r.get(), a.get(), exponent.get(), m.analytic, m.prec);
  return r;
}

inline Acb abs(const Acb& a, Mode m) {
  Acb r;
  if (!m.analytic && a.is_real() && arb_contains_zero(a.re())) {
    arf_t high;
    arf_init(high);
    arb_get_abs_ubound_arf(high, a.re(), m.prec);
    arb_set_interval_arf(r.re(), arb_midref(r.re()), high, m.prec);
    arf_clear(high);
    return r;
  }
  acb_real_abs(r.get(), a.get(), m.analytic, m.prec);
  return r;
}
inline Acb sign(const Acb& a, Mode m) {
  Acb r;
  acb_real_sgn(r.get(), a.get(), m.analytic, m.prec);
  return r;
}
inline Acb step(const Acb& a, Mode m) {
  Acb r;
  acb_real_heaviside(r.get(), a.get(), m.analytic, m.prec);
  return r;
}
inline Acb max(const Acb& a, const Acb& b, Mode m) {
  Acb r;
  acb_real_max(r.get(), a.get(), b.get(), m.analytic, m.prec);
  return r;
}
inline Acb min(const Acb& a, const Acb& b, Mode m) {
  Acb r;
  acb_real_min(r.get(), a.get(), b.get(), m.analytic, m.prec);
  return r;
}

/// erfc(z). For Re z > 0, erfc(z) = exp(-z^2) w(iz) with |w(iz)| <= 1 (w(zeta) is the mean of exp(i zeta t) over a half
/// line, DLMF 7.7.2), so |erfc(z)| <= |exp(-z^2)|: used where Arb's series would be slow or wide.
inline Acb erfc(const Acb& a, Mode m) {
  Acb r;
  if (!a.is_finite()) return unknown();
  if (a.is_real()) {
    detail::by_ends(r.re(), a.re(), m.prec, [](arb_t y, const arb_t x, slong p) { arb_hypgeom_erfc(y, x, p); });
    return r;
  }
  const bool wide = detail::is_wide(a.re()) || detail::is_wide(a.im());
  if (wide && (arb_is_positive(a.re()) || arb_is_negative(a.re()))) {
    const Acb bound = exp(neg(square(a, m)), m);
    mag_t size;
    mag_init(size);
    acb_get_mag(size, bound.get());
    if (arb_is_negative(a.re())) acb_set_si(r.get(), 2);
    acb_add_error_mag(r.get(), size);
    mag_clear(size);
    return r;
  }
  if (wide && (mag_cmp_2exp_si(arb_radref(a.re()), 4) > 0 || mag_cmp_2exp_si(arb_radref(a.im()), 4) > 0))
    return unknown();
  acb_hypgeom_erfc(r.get(), a.get(), m.prec);
  return r;
}
inline Acb erf(const Acb& a, Mode m) {
  if (a.is_real()) {
    Acb r;
    detail::by_ends(r.re(), a.re(), m.prec, [](arb_t y, const arb_t x, slong p) { arb_hypgeom_erf(y, x, p); });
    return r;
  }
  if (arb_contains_zero(a.re())) {
    Acb r;
    if (mag_cmp_2exp_si(arb_radref(a.re()), 4) > 0 || mag_cmp_2exp_si(arb_radref(a.im()), 4) > 0) return unknown();
    acb_hypgeom_erf(r.get(), a.get(), m.prec);
    return r;
  }
  return sub(Acb(1), erfc(a, m), m);
}

/// 1/(1 + exp(-z)), from the exponential with modulus at most 1.
inline Acb sigmoid(const Acb& a, Mode m) {
  if (arb_is_negative(a.re())) {
    const Acb w = exp(a, m);
    return div(w, add(Acb(1), w, m), m);
  }
  if (a.is_real() && arb_contains_zero(a.re())) {
    Acb r;
    detail::by_ends(r.re(), a.re(), m.prec, [](arb_t y, const arb_t x, slong p) {
      arb_neg(y, x);
      arb_exp(y, y, p);
      arb_add_ui(y, y, 1, p);
      arb_inv(y, y, p);
    });
    return r;
  }
  return div(Acb(1), add(Acb(1), exp(neg(a), m), m), m);
}
/// sigmoid(z) sigmoid(-z) = w/(1+w)^2 for both w = exp(z) and w = exp(-z).
inline Acb sigmoid_derivative(const Acb& a, Mode m) {
  if (a.is_real() && arb_contains_zero(a.re())) {
    const Acb s = sigmoid(a, m);
    return mul(s, sub(Acb(1), s, m), m);
  }
  const Acb w = exp(arb_is_positive(a.re()) ? neg(a) : a, m);
  return div(w, square(add(Acb(1), w, m), m), m);
}
inline Acb tanh(const Acb& a, Mode m) { return sub(scale(sigmoid(scale(a, 2), m), 2), Acb(1), m); }

/// log(1 + exp(z)); for Re z != 0 the exponential of modulus below 1 keeps 1 + w in the right half plane.
inline Acb softplus(const Acb& a, Mode m) {
  if (arb_is_positive(a.re())) return add(a, log(add(Acb(1), exp(neg(a), m), m), m), m);
  return log(add(Acb(1), exp(a, m), m), m);
}

/// A function with branch cuts on one axis, outward from +-1: f if the ball does not touch the axis (`across` is not
/// 0), stays between the branch points (|along| < 1), or is real.
template <class F>
Acb inside(const Acb& a, arb_srcptr across, arb_srcptr along, Mode m, F f) {
  if (!a.is_real() && arb_contains_zero(across)) {
    arb_t size;
    arb_init(size);
    arb_abs(size, along);
    arb_sub_ui(size, size, 1, m.prec);
    const bool fine = arb_is_negative(size);
    arb_clear(size);
    if (!fine) return unknown();
  }
  Acb r;
  f(r.get(), a.get(), m.prec);
  return r;
}

}  // namespace widegeo::testing::arb
