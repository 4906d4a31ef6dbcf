#include "number/real.hpp"

#include <cmath>
#include <limits>
#include <memory>
#include <ostream>

#include "number/error.hpp"
#include "number/mpfr_call.hpp"

namespace widegeo {
namespace {

/// Working precision outside any scope.
constexpr unsigned digits_at_first = 20;

/// At least so many decimal digits: log2(10) < 1000 / 301.
constexpr mpfr_prec_t bits_of(unsigned digits10) {
  const unsigned long thousands = digits10 * 1000UL;
  return static_cast<mpfr_prec_t>(thousands / 301 + (thousands % 301 != 0 ? 2 : 1));
}

struct Precision {
  unsigned digits10 = digits_at_first;
  mpfr_prec_t bits = bits_of(digits_at_first);
};
thread_local Precision working;

using real_detail::Binary;
using real_detail::call;

template <Binary f>
Real apply_in_place(Real&& a, const Real& b) {
  if (mpfr_get_prec(a.get()) != working.bits) return call<f>(a, b);
  f(a.get(), a.get(), b.get(), MPFR_RNDN);
  return std::move(a);
}

}  // namespace

PrecisionScope::PrecisionScope(unsigned digits10) : saved_(working.digits10) {
  constexpr unsigned most = 1'000'000;
  if (digits10 < 1 || digits10 > most)
    throw Error(ErrorCode::input, "working precision out of range", std::to_string(digits10) + " digits",
                "use 1 to " + std::to_string(most));
  working = {digits10, bits_of(digits10)};
}

PrecisionScope::~PrecisionScope() { working = {saved_, bits_of(saved_)}; }

unsigned working_digits() { return working.digits10; }

Real::Real() {
  mpfr_init2(number_, working.bits);
  mpfr_set_zero(number_, 1);
}

Real::Real(double value) {
  mpfr_init2(number_, working.bits);
  mpfr_set_d(number_, value, MPFR_RNDN);
}

Real::Real(const char* text) {
  mpfr_init2(number_, working.bits);
  if (mpfr_set_str(number_, text, 10, MPFR_RNDN) == 0) return;
  mpfr_clear(number_);
  throw Error(ErrorCode::input, "'" + std::string(text) + "' is not a decimal number");
}

Real::Real(const Real& other) {
  mpfr_init2(number_, mpfr_get_prec(other.number_));
  mpfr_set(number_, other.number_, MPFR_RNDN);
}

Real& Real::operator=(const Real& other) {
  if (this == &other) return *this;
  const mpfr_prec_t bits = mpfr_get_prec(other.number_);
  if (number_->_mpfr_d == nullptr) {
    mpfr_init2(number_, bits);
  } else if (mpfr_get_prec(number_) != bits) {
    mpfr_set_prec(number_, bits);
  }
  mpfr_set(number_, other.number_, MPFR_RNDN);
  return *this;
}

bool Real::has_working_precision() const { return mpfr_get_prec(number_) == working.bits; }

unsigned Real::precision() const { return static_cast<unsigned>((mpfr_get_prec(number_) - 1) * 301 / 1000); }

std::string Real::text(unsigned digits) const {
  char* buffer = nullptr;
  if (mpfr_asprintf(&buffer, "%.*Rg", static_cast<int>(digits), number_) < 0) throw std::bad_alloc();
  const std::unique_ptr<char, void (*)(char*)> owner(buffer, mpfr_free_str);
  return buffer;
}

Real operator+(const Real& a, const Real& b) { return call<mpfr_add>(a, b); }
Real operator-(const Real& a, const Real& b) { return call<mpfr_sub>(a, b); }
Real operator*(const Real& a, const Real& b) { return call<mpfr_mul>(a, b); }
Real operator/(const Real& a, const Real& b) { return call<mpfr_div>(a, b); }
Real operator+(Real&& a, const Real& b) { return apply_in_place<mpfr_add>(std::move(a), b); }
Real operator-(Real&& a, const Real& b) { return apply_in_place<mpfr_sub>(std::move(a), b); }
Real operator*(Real&& a, const Real& b) { return apply_in_place<mpfr_mul>(std::move(a), b); }
Real operator/(Real&& a, const Real& b) { return apply_in_place<mpfr_div>(std::move(a), b); }

Real operator-(const Real& a) { return call<mpfr_neg>(a); }

Real operator-(Real&& a) {
  if (mpfr_get_prec(a.get()) != working.bits) return -std::as_const(a);
  mpfr_neg(a.get(), a.get(), MPFR_RNDN);
  return std::move(a);
}

std::partial_ordering operator<=>(const Real& a, const Real& b) {
  if (mpfr_unordered_p(a.get(), b.get()) != 0) return std::partial_ordering::unordered;
  return mpfr_cmp(a.get(), b.get()) <=> 0;
}

std::partial_ordering operator<=>(const Real& a, double b) {
  if (isnan(a) || std::isnan(b)) return std::partial_ordering::unordered;
  return mpfr_cmp_d(a.get(), b) <=> 0;
}

std::ostream& operator<<(std::ostream& out, const Real& x) {
  return out << x.text(static_cast<unsigned>(out.precision()));
}

Real floor(const Real& x) { return call<mpfr_rint_floor>(x); }

Real ceil(const Real& x) { return call<mpfr_rint_ceil>(x); }

Real round(const Real& x) { return call<mpfr_rint_round>(x); }

Real log10(const Real& x) { return call<mpfr_log10>(x); }

Real ldexp(const Real& x, long exponent) {
  Real r;
  mpfr_mul_2si(r.get(), x.get(), exponent, MPFR_RNDN);
  return r;
}

bool isnan(const Real& x) { return mpfr_nan_p(x.get()) != 0; }
bool isfinite(const Real& x) { return mpfr_number_p(x.get()) != 0; }
bool isinf(const Real& x) { return mpfr_inf_p(x.get()) != 0; }

Real to_real(const Rational& value) {
  Real r;
  mpfr_set_q(r.get(), value.get_mpq_t(), MPFR_RNDN);
  return r;
}

Real at_working_precision(const Real& x) {
  Real r;
  mpfr_set(r.get(), x.get(), MPFR_RNDN);
  return r;
}

double log10_size(const Real& x) {
  if (!isfinite(x)) return std::numeric_limits<double>::infinity();
  if (x == 0) return -std::numeric_limits<double>::infinity();
  long exponent = 0;
  const double mantissa = mpfr_get_d_2exp(&exponent, x.get(), MPFR_RNDN);
  return std::log10(std::abs(mantissa)) + static_cast<double>(exponent) * std::log10(2.0);
}

}  // namespace widegeo
