// Functions of Real: MPFR's, rounded once to the working precision of the calling thread.
#include "core/functions.hpp"

namespace widegeo {

namespace {

using Unary = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);
using Binary = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t);

template <Unary f>
Real call(const Real& x) {
  Real r;
  f(r.backend().data(), x.backend().data(), MPFR_RNDN);
  return r;
}

template <Binary f>
Real call(const Real& x, const Real& y) {
  Real r;
  f(r.backend().data(), x.backend().data(), y.backend().data(), MPFR_RNDN);
  return r;
}

/// Digits lost when x^2 is rounded and then exponentiated.
unsigned digits_of_square(const Real& x) {
  if (!is_finite(x) || x == 0) return 3;
  const long bits = 2 * mpfr_get_exp(x.backend().data());
  // Beyond 2^200 the exponential is zero whatever the digits.
  return 3 + static_cast<unsigned>(bits <= 0 ? 0 : bits > 200 ? 60 : bits * 3 / 10);
}

}  // namespace

Real exp(const Real& x) { return call<mpfr_exp>(x); }
Real log(const Real& x) { return call<mpfr_log>(x); }
Real sqrt(const Real& x) { return call<mpfr_sqrt>(x); }
Real sin(const Real& x) { return call<mpfr_sin>(x); }
Real cos(const Real& x) { return call<mpfr_cos>(x); }
Real tan(const Real& x) { return call<mpfr_tan>(x); }
Real sinh(const Real& x) { return call<mpfr_sinh>(x); }
Real cosh(const Real& x) { return call<mpfr_cosh>(x); }
Real tanh(const Real& x) { return call<mpfr_tanh>(x); }
Real asin(const Real& x) { return call<mpfr_asin>(x); }
Real acos(const Real& x) { return call<mpfr_acos>(x); }
Real atan(const Real& x) { return call<mpfr_atan>(x); }
Real asinh(const Real& x) { return call<mpfr_asinh>(x); }
Real erf(const Real& x) { return call<mpfr_erf>(x); }
Real erfc(const Real& x) { return call<mpfr_erfc>(x); }
Real log1p(const Real& x) { return call<mpfr_log1p>(x); }
Real expm1(const Real& x) { return call<mpfr_expm1>(x); }
Real abs(const Real& x) {
  Real r;
  mpfr_abs(r.backend().data(), x.backend().data(), MPFR_RNDN);
  return r;
}
// What is not a number stays so, as for double.
Real relu(const Real& x) { return x < 0 ? Real(0) : x; }
Real sign(const Real& x) { return x > 0 ? Real(1) : x < 0 ? Real(-1) : x; }
Real step(const Real& x) { return x > 0 ? Real(1) : x < 0 ? Real(0) : Real(x + Real(1) / 2); }
Real atan2(const Real& y, const Real& x) { return call<mpfr_atan2>(y, x); }
Real pow(const Real& x, const Real& y) { return call<mpfr_pow>(x, y); }
Real min(const Real& a, const Real& b) { return b < a || b != b ? b : a; }
Real max(const Real& a, const Real& b) { return a < b || b != b ? b : a; }

Real normal_cdf(const Real& x) {
  const unsigned digits = working_digits();
  const PrecisionScope scope(digits + digits_of_square(x));
  const Real exact = at_working_precision(x);
  const Real r = erfc(-exact / sqrt(Real(2))) / 2;
  const PrecisionScope back(digits);
  return at_working_precision(r);
}

Real normal_pdf(const Real& x) {
  const unsigned digits = working_digits();
  const PrecisionScope scope(digits + digits_of_square(x));
  const Real exact = at_working_precision(x);
  Real pi;
  mpfr_const_pi(pi.backend().data(), MPFR_RNDN);
  const Real r = exp(-exact * exact / 2) / sqrt(2 * pi);
  const PrecisionScope back(digits);
  return at_working_precision(r);
}

Real sigmoid(const Real& x) {
  const Real e = exp(-abs(x));
  return x < 0 ? Real(e / (1 + e)) : Real(1 / (1 + e));
}

Real softplus(const Real& x) { return relu(x) + log1p(exp(-abs(x))); }

Real sinc(const Real& x) { return x == 0 ? Real(1) : Real(sin(x) / x); }

template <>
Real pow_int(const Real& x, long n) {
  Real r;
  mpfr_pow_si(r.backend().data(), x.backend().data(), n, MPFR_RNDN);
  return r;
}

void multiply_add(Real& sum, const Real& a, const Real& b) {
  mpfr_fma(sum.backend().data(), a.backend().data(), b.backend().data(), sum.backend().data(), MPFR_RNDN);
}

bool is_finite(const Real& x) { return mpfr_number_p(x.backend().data()) != 0; }

double value_of(const Real& x) { return mpfr_get_d(x.backend().data(), MPFR_RNDN); }

}  // namespace widegeo
