#include "core/real.hpp"

#include <cmath>
#include <limits>

#include "core/error.hpp"

namespace widegeo {

PrecisionScope::PrecisionScope(unsigned digits10) : saved_(Real::thread_default_precision()) {
  constexpr unsigned most = 1'000'000;
  if (digits10 < 1 || digits10 > most)
    throw Error(ErrorCode::input, "working precision out of range", std::to_string(digits10) + " digits",
                "use 1 to " + std::to_string(most));
  Real::thread_default_precision(digits10);
}

PrecisionScope::~PrecisionScope() { Real::thread_default_precision(saved_); }

unsigned working_digits() { return Real::thread_default_precision(); }

Real to_real(const Rational& value) {
  Real r;
  mpfr_set_q(r.backend().data(), value.get_mpq_t(), MPFR_RNDN);
  return r;
}

Real at_working_precision(const Real& x) {
  Real r;
  mpfr_set(r.backend().data(), x.backend().data(), MPFR_RNDN);
  return r;
}

double log10_size(const Real& x) {
  if (mpfr_number_p(x.backend().data()) == 0) return std::numeric_limits<double>::infinity();
  if (x == 0) return -std::numeric_limits<double>::infinity();
  long exponent = 0;
  const double mantissa = mpfr_get_d_2exp(&exponent, x.backend().data(), MPFR_RNDN);
  return std::log10(std::abs(mantissa)) + static_cast<double>(exponent) * std::log10(2.0);
}

}  // namespace widegeo
