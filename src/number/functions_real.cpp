// Functions of Real at the working precision of the calling thread: from Arb's balls where those are several times as
// fast as MPFR (exp 4, erfc 10 to 30 times at 60 digits), else MPFR's, rounded once.

#include <limits>

#include "number/ball/arb.hpp"
#include "number/ball/interval.hpp"
#include "number/functions.hpp"
#include "number/mpfr_call.hpp"

namespace widegeo {

namespace {

using real_detail::call;
using real_detail::Unary;
using BallUnary = void (*)(arb_t, const arb_t, slong);

/// f(x) within 0.51 units in the last place; MPFR's where x is 0, huge or no number, or cancellation is deep.
template <BallUnary f, Unary otherwise>
Real by_ball(const Real& x) {
  constexpr long guard = 12, largest = 64, furthest = 1L << 30;
  const mpfr_srcptr from = x.get();
  if (mpfr_regular_p(from) == 0 || mpfr_get_exp(from) > largest || mpfr_get_exp(from) < -furthest)
    return call<otherwise>(x);
  ball_detail::release_caches_with_thread();
  Real r;
  const mpfr_ptr to = r.get();
  const auto bits = static_cast<slong>(mpfr_get_prec(to));
  Ball in, out;
  arf_set_mpfr(arb_midref(in.get()), from);
  for (long extra = guard; extra <= 16 * guard; extra *= 4) {
    f(out.get(), in.get(), bits + extra);
    if (arb_rel_accuracy_bits(out.get()) < bits + guard / 2) continue;
    if (arf_cmpabs_2exp_si(arb_midref(out.get()), furthest) > 0 ||
        arf_cmpabs_2exp_si(arb_midref(out.get()), -furthest) < 0)
      break;  // overflow and underflow as MPFR has them
    arf_get_mpfr(to, arb_midref(out.get()), MPFR_RNDN);
    return r;
  }
  return call<otherwise>(x);
}

/// A number of so many bits before its point would cost as many digits of pi; not a number, as for balls.
constexpr long most_bits_before_point = 16'384;

Real wave(const Real& x, Real (*f)(const Real&)) {
  if (mpfr_regular_p(x.get()) == 0 || mpfr_get_exp(x.get()) <= most_bits_before_point) return f(x);
  return Real(std::numeric_limits<double>::quiet_NaN());
}

/// Digits lost when x^2 is rounded and then exponentiated.
unsigned digits_of_square(const Real& x) {
  if (!is_finite(x) || x == 0) return 3;
  const long bits = 2 * mpfr_get_exp(x.get());
  // Beyond 2^200 the exponential is zero whatever the digits.
  return 3 + static_cast<unsigned>(bits <= 0 ? 0 : bits > 200 ? 60 : bits * 3 / 10);
}

}  // namespace

Real exp(const Real& x) { return by_ball<arb_exp, mpfr_exp>(x); }
Real log(const Real& x) { return by_ball<arb_log, mpfr_log>(x); }
Real sqrt(const Real& x) { return call<mpfr_sqrt>(x); }
Real sin(const Real& x) { return wave(x, by_ball<arb_sin, mpfr_sin>); }
Real cos(const Real& x) { return wave(x, by_ball<arb_cos, mpfr_cos>); }
Real tan(const Real& x) { return wave(x, call<mpfr_tan>); }
Real sinh(const Real& x) { return by_ball<arb_sinh, mpfr_sinh>(x); }
Real cosh(const Real& x) { return by_ball<arb_cosh, mpfr_cosh>(x); }
Real tanh(const Real& x) { return by_ball<arb_tanh, mpfr_tanh>(x); }
Real asin(const Real& x) { return call<mpfr_asin>(x); }
Real acos(const Real& x) { return call<mpfr_acos>(x); }
Real atan(const Real& x) { return by_ball<arb_atan, mpfr_atan>(x); }
Real asinh(const Real& x) { return call<mpfr_asinh>(x); }
Real erf(const Real& x) { return by_ball<arb_hypgeom_erf, mpfr_erf>(x); }
Real erfc(const Real& x) { return by_ball<arb_hypgeom_erfc, mpfr_erfc>(x); }
Real log1p(const Real& x) { return by_ball<arb_log1p, mpfr_log1p>(x); }
Real expm1(const Real& x) { return by_ball<arb_expm1, mpfr_expm1>(x); }
Real abs(const Real& x) {
  Real r;
  mpfr_abs(r.get(), x.get(), MPFR_RNDN);
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
  mpfr_const_pi(pi.get(), MPFR_RNDN);
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
  mpfr_pow_si(r.get(), x.get(), n, MPFR_RNDN);
  return r;
}

void multiply_add(Real& sum, const Real& a, const Real& b) {
  mpfr_fma(sum.get(), a.get(), b.get(), sum.get(), MPFR_RNDN);
}

bool is_finite(const Real& x) { return mpfr_number_p(x.get()) != 0; }

double value_of(const Real& x) { return mpfr_get_d(x.get(), MPFR_RNDN); }

}  // namespace widegeo
