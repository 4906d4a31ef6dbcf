// Owen's T function, to any precision.
//   [Owen56]  D. B. Owen, Tables for computing bivariate normal probabilities, Ann. Math. Statist. 27 (1956) 1075-1090.
//   [PT00]    M. Patefield, D. Tandy, Fast and accurate calculation of Owen's T function, J. Stat. Softw. 5(5) (2000).
// Reduction [PT00, Eq. (2)-(3)]: T(-h, a) = T(h, a) = -T(h, -a), and for a > 1, h >= 0 with q(x) = normal_cdf(-x)
//   T(h, a) = (q(h) + q(ah))/2 - q(h) q(ah) - T(ah, 1/a).
// Then 0 < a <= 1, w = h^2/2, and one of two series, both alternating with decreasing terms (the remainder is below the
// first omitted term):
//   w small   2 pi T = atan a - sum_j (-1)^j a^(2j+1)/(2j+1) P(j+1, w)   [Owen56], P the regularised gamma function;
//             T is of size exp(-w), so w / ln 10 extra digits are carried;
//   w large   2 pi T = exp(-w)/sqrt(w) sum_k (-1)^k M_k / w^k,  M_k = int_0^Y exp(-y^2) y^(2k) dy,  Y = a sqrt(w),
//             asymptotic in w, with terms below Gamma(k + 1/2)/w^k: smallest ~ exp(-w) at k ~ w, so it is used once
//             exp(-w) < 10^-digits.
#include "number/functions.hpp"

namespace widegeo {

namespace {

Real pi_at_working_precision() {
  Real r;
  mpfr_const_pi(r.get(), MPFR_RNDN);
  return r;
}

/// 10^-digits
Real tolerance(unsigned digits) { return pow_int(Real(10), -static_cast<long>(digits)); }

Real small_w(const Real& w, const Real& a, unsigned digits) {
  const Real stop = a * tolerance(digits);
  const Real square = a * a;
  Real gamma_term = exp(-w);  // exp(-w) w^j / j!
  Real gamma_left = 1 - gamma_term;
  Real power = a;
  Real sum = 0;
  for (unsigned long j = 0;; ++j) {
    const Real term = power * gamma_left / (2 * j + 1);
    if (j % 2 == 0)
      sum += term;
    else
      sum -= term;
    if (abs(term) < stop) break;
    power *= square;
    gamma_term *= w;
    gamma_term /= j + 1;
    gamma_left -= gamma_term;
  }
  return (atan(a) - sum) / (2 * pi_at_working_precision());
}

Real large_w(const Real& w, const Real& a, unsigned digits) {
  const Real root = sqrt(w);
  const Real y = a * root, square = y * y;
  const Real pi = pi_at_working_precision();
  Real moment = sqrt(pi) * erf(y) / 2;  // M_k
  Real boundary = y * exp(-square);     // y^(2k+1) exp(-y^2)
  Real scale = 1;                       // w^-k
  Real sum = moment;
  const Real stop = moment * tolerance(digits);
  for (unsigned long k = 1;; ++k) {
    moment = ((2 * k - 1) * moment - boundary) / 2;
    boundary *= square;
    scale /= w;
    const Real term = moment * scale;
    if (k % 2 == 0)
      sum += term;
    else
      sum -= term;
    if (abs(term) < stop) break;
  }
  return exp(-w) / root * sum / (2 * pi);
}

/// h > 0, 0 < a <= 1; digits: of the result, relative.
Real reduced(const Real& h, const Real& a, unsigned digits) {
  const Real w = h * h / 2;
  const double natural_digits = 2.31 * digits;  // digits * ln 10, rounded up
  if (w > natural_digits + 10) return large_w(w, a, digits);
  const unsigned lost = static_cast<unsigned>(value_of(w) / 2.3) + 5;  // T is about exp(-w) min(a, 1/h) / (2 pi)
  const PrecisionScope scope(digits + lost);
  const Real h_exact = at_working_precision(h);
  return small_w(h_exact * h_exact / 2, at_working_precision(a), digits + lost);
}

/// h >= 0, a > 0
Real positive(const Real& h, const Real& a, unsigned digits) {
  if (h == 0) return atan(a) / (2 * pi_at_working_precision());
  if (a <= 1) return reduced(h, a, digits);
  const Real q = normal_cdf(-h), p = normal_cdf(-a * h);
  return (q + p) / 2 - q * p - reduced(a * h, 1 / a, digits);
}

}  // namespace

Real owens_t(const Real& h, const Real& a) {
  if (mpfr_nan_p(h.get()) != 0 || mpfr_nan_p(a.get()) != 0) return h + a;
  if (a == 0 || !is_finite(h)) return Real(0);
  if (!is_finite(a)) {
    const Real half = normal_cdf(-abs(h)) / 2;
    return a > 0 ? half : Real(-half);
  }
  const unsigned digits = working_digits();
  // exp(-w) with w = h^2/2 needs w to absolute accuracy: as many more digits as w has, bounded where exp(-w) is zero
  // anyway.
  const long bits = mpfr_zero_p(h.get()) != 0 ? 0 : 2 * mpfr_get_exp(h.get());
  const unsigned guard = 10 + static_cast<unsigned>(bits <= 0 ? 0 : bits > 200 ? 60 : bits * 3 / 10);
  const PrecisionScope scope(digits + guard);
  const Real r = positive(abs(h), abs(a), digits + guard - 3);
  const PrecisionScope back(digits);
  return at_working_precision(a < 0 ? Real(-r) : r);
}

}  // namespace widegeo
