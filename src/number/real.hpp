// Multiprecision: MPFR numbers as a scalar type of the library. The working precision is chosen at run time, per
// thread.
#pragma once

#include <mpfr.h>

#include <compare>
#include <concepts>
#include <iosfwd>
#include <string>
#include <type_traits>
#include <utility>

#include "number/rational.hpp"

namespace widegeo {

/// Sets the precision (decimal digits) of every Real computed by this thread until the end of the scope.
class PrecisionScope {
 public:
  explicit PrecisionScope(unsigned digits10);
  ~PrecisionScope();
  PrecisionScope(const PrecisionScope&) = delete;
  PrecisionScope& operator=(const PrecisionScope&) = delete;

 private:
  unsigned saved_;
};

/// The working precision of this thread in decimal digits.
unsigned working_digits();

class Real;
/// The integers that MPFR takes as they are.
template <class I>
concept Integer = std::integral<I> && sizeof(I) <= sizeof(long);
template <class A>
concept RealOperand = std::same_as<std::remove_cvref_t<A>, Real>;

/// A floating-point number of any precision. The result of every operation has the working precision of the computing
/// thread and is rounded once, to nearest, whatever the precisions of the operands; copies are exact. A double operand
/// is rounded to the working precision first. A moved-from number can only be assigned to or destroyed.
class Real {
 public:
  Real();  ///< zero
  template <Integer I>
  Real(I value) : Real() {  // NOLINT: numbers mix freely
    set(value);
  }
  Real(double value);                     // NOLINT
  explicit Real(const std::string& text)  ///< a decimal, "inf" or "nan", rounded. Throws Error(input) for other text.
      : Real(text.c_str()) {}
  explicit Real(const char* text);
  Real(const Real& other);
  Real(Real&& other) noexcept : number_{other.number_[0]} { other.number_->_mpfr_d = nullptr; }
  Real& operator=(const Real& other);
  Real& operator=(Real&& other) noexcept {
    std::swap(number_[0], other.number_[0]);
    return *this;
  }
  ~Real() {
    if (number_->_mpfr_d != nullptr) mpfr_clear(number_);
  }

  /// Decimal digits of the number's own precision.
  unsigned precision() const;
  double to_double() const { return mpfr_get_d(number_, MPFR_RNDN); }
  explicit operator double() const { return to_double(); }
  /// With this many significant digits, as printf's %g.
  std::string text(unsigned digits = 20) const;

  mpfr_ptr get() { return number_; }
  mpfr_srcptr get() const { return number_; }

  Real& operator+=(const Real& b) { return *this = std::move(*this) + b; }
  Real& operator-=(const Real& b) { return *this = std::move(*this) - b; }
  Real& operator*=(const Real& b) { return *this = std::move(*this) * b; }
  Real& operator/=(const Real& b) { return *this = std::move(*this) / b; }

  // A temporary operand of the working precision passes its memory on to the result.
  friend Real operator+(const Real& a, const Real& b);
  friend Real operator-(const Real& a, const Real& b);
  friend Real operator*(const Real& a, const Real& b);
  friend Real operator/(const Real& a, const Real& b);
  friend Real operator+(Real&& a, const Real& b);
  friend Real operator-(Real&& a, const Real& b);
  friend Real operator*(Real&& a, const Real& b);
  friend Real operator/(Real&& a, const Real& b);
  friend Real operator-(const Real& a);
  friend Real operator-(Real&& a);
  template <RealOperand A, Integer I>
  friend Real operator+(A&& a, I b) {
    return by_integer<mpfr_add_si, mpfr_add_ui>(std::forward<A>(a), b);
  }
  template <RealOperand A, Integer I>
  friend Real operator-(A&& a, I b) {
    return by_integer<mpfr_sub_si, mpfr_sub_ui>(std::forward<A>(a), b);
  }
  template <RealOperand A, Integer I>
  friend Real operator*(A&& a, I b) {
    return by_integer<mpfr_mul_si, mpfr_mul_ui>(std::forward<A>(a), b);
  }
  template <RealOperand A, Integer I>
  friend Real operator/(A&& a, I b) {
    return by_integer<mpfr_div_si, mpfr_div_ui>(std::forward<A>(a), b);
  }
  template <RealOperand A, Integer I>
  friend Real operator+(I b, A&& a) {
    return by_integer<mpfr_add_si, mpfr_add_ui>(std::forward<A>(a), b);
  }
  template <RealOperand A, Integer I>
  friend Real operator*(I b, A&& a) {
    return by_integer<mpfr_mul_si, mpfr_mul_ui>(std::forward<A>(a), b);
  }

  friend std::partial_ordering operator<=>(const Real& a, const Real& b);
  friend std::partial_ordering operator<=>(const Real& a, double b);
  template <Integer I>
  friend std::partial_ordering operator<=>(const Real& a, I b) {
    return a.compare(b);
  }
  friend bool operator==(const Real& a, const Real& b) { return mpfr_equal_p(a.number_, b.number_) != 0; }
  friend bool operator==(const Real& a, double b) { return (a <=> b) == 0; }
  template <Integer I>
  friend bool operator==(const Real& a, I b) {
    return a.compare(b) == 0;
  }

 private:
  template <Integer I>
  void set(I value) {
    if constexpr (std::signed_integral<I>) {
      mpfr_set_si(number_, value, MPFR_RNDN);
    } else {
      mpfr_set_ui(number_, value, MPFR_RNDN);
    }
  }
  template <auto signed_f, auto unsigned_f, class A, Integer I>
  static Real by_integer(A&& a, I b) {
    const auto compute = [&](mpfr_ptr to) {
      if constexpr (std::signed_integral<I>) {
        signed_f(to, a.number_, b, MPFR_RNDN);
      } else {
        unsigned_f(to, a.number_, b, MPFR_RNDN);
      }
    };
    if constexpr (std::same_as<A, Real>) {
      if (a.has_working_precision()) {
        compute(a.number_);
        return std::move(a);
      }
    }
    Real r;
    compute(r.number_);
    return r;
  }
  bool has_working_precision() const;
  template <Integer I>
  std::partial_ordering compare(I value) const {
    if (mpfr_nan_p(number_) != 0) return std::partial_ordering::unordered;
    if constexpr (std::signed_integral<I>) {
      return mpfr_cmp_si(number_, value) <=> 0;
    } else {
      return mpfr_cmp_ui(number_, value) <=> 0;
    }
  }

  mpfr_t number_;
};

// For argument-dependent look-up, and for readers searching the file.
Real operator+(const Real& a, const Real& b);
Real operator-(const Real& a, const Real& b);
Real operator*(const Real& a, const Real& b);
Real operator/(const Real& a, const Real& b);
Real operator-(const Real& a);

std::ostream& operator<<(std::ostream& out, const Real& x);

/// The largest integer not above x, the smallest not below it, and the nearest (halves away from 0).
Real floor(const Real& x);
Real ceil(const Real& x);
Real round(const Real& x);
Real log10(const Real& x);
Real ldexp(const Real& x, long exponent);

bool isnan(const Real& x);
bool isfinite(const Real& x);
bool isinf(const Real& x);

/// Rounded to nearest at the working precision.
Real to_real(const Rational& value);

Real at_working_precision(const Real& x);

/// log10 |x| for any exponent; -infinity for zero, +infinity for infinities and NaN.
double log10_size(const Real& x);

}  // namespace widegeo
