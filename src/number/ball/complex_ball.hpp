// Complex numbers enclosed in a rectangle: Arb's complex balls as a scalar type of the language, so that the tape of an
// activation also bounds its analytic continuation off the real line.
//
// A result is finite only if the function is analytic on the whole rectangle, as error bounds of quadrature require:
// branch cuts of log, sqrt, powers, inverse functions and softplus, poles, and the switching lines of kinked functions
// (analytic on each side, selected by the real part) give a result that is not finite. An argument whose imaginary part
// is exactly 0 is real: the function of Ball then encloses it, kinks included.
#pragma once

#include "number/ball/arb.hpp"
#include "number/ball/ball.hpp"
#include "number/function_list.hpp"

namespace widegeo {

class ComplexBall {
 public:
  ComplexBall() { acb_init(ball_); }
  ComplexBall(int constant) : ComplexBall() { acb_set_si(ball_, constant); }  // NOLINT: exact constants mix freely
  explicit ComplexBall(const Ball& real) : ComplexBall() { arb_set(acb_realref(ball_), real.get()); }
  ComplexBall(const Ball& real, const Ball& imaginary) : ComplexBall(real) {
    arb_set(acb_imagref(ball_), imaginary.get());
  }
  ComplexBall(const ComplexBall& other) : ComplexBall() { acb_set(ball_, other.ball_); }
  ComplexBall(ComplexBall&& other) noexcept : ComplexBall() { acb_swap(ball_, other.ball_); }
  ComplexBall& operator=(const ComplexBall& other) {
    acb_set(ball_, other.ball_);
    return *this;
  }
  ComplexBall& operator=(ComplexBall&& other) noexcept {
    acb_swap(ball_, other.ball_);
    return *this;
  }
  ~ComplexBall() { acb_clear(ball_); }

  Ball real() const;
  Ball imaginary() const;
  bool is_real() const { return acb_is_real(ball_) != 0; }  ///< the imaginary part is exactly 0
  /// Upper bound of |z| over the rectangle; infinite if it is not finite.
  double magnitude() const;

  acb_ptr get() { return ball_; }
  acb_srcptr get() const { return ball_; }

 private:
  acb_t ball_;
};

ComplexBall operator+(const ComplexBall& a, const ComplexBall& b);
ComplexBall operator-(const ComplexBall& a, const ComplexBall& b);
ComplexBall operator*(const ComplexBall& a, const ComplexBall& b);
ComplexBall operator/(const ComplexBall& a, const ComplexBall& b);
ComplexBall operator-(const ComplexBall& a);

template <>
ComplexBall from_rational<ComplexBall>(const Rational& value);
template <>
ComplexBall pi<ComplexBall>();

/// Comparisons are of the real parts, which continues `if` analytically to each side of its switching line.
template <>
struct MaskOf<ComplexBall> {
  using type = TrackedMask<bool>;
};
TrackedMask<bool> less(const ComplexBall& a, const ComplexBall& b);
TrackedMask<bool> less_equal(const ComplexBall& a, const ComplexBall& b);
TrackedMask<bool> equal(const ComplexBall& a, const ComplexBall& b);
ComplexBall select(const TrackedMask<bool>& mask, const ComplexBall& if_true, const ComplexBall& if_false);

// The functions of number/functions.hpp. atan2 and owens_t are for real arguments only.
#define WIDEGEO_DECLARE(f) ComplexBall f(const ComplexBall& x);
WIDEGEO_FUNCTIONS_OF_ONE(WIDEGEO_DECLARE)
#undef WIDEGEO_DECLARE
#define WIDEGEO_DECLARE(f) ComplexBall f(const ComplexBall& x, const ComplexBall& y);
WIDEGEO_FUNCTIONS_OF_TWO(WIDEGEO_DECLARE)
#undef WIDEGEO_DECLARE
template <>
ComplexBall pow_int(const ComplexBall& z, long n);

bool is_finite(const ComplexBall& z);

}  // namespace widegeo
