// A real number enclosed in [midpoint - radius, midpoint + radius]: Arb's balls as a scalar type of the library. Every
// operation encloses: x in X and y in Y imply x op y in X op Y, including rounding (F. Johansson, IEEE Trans. Computers
// 66 (2017) 1281). A function not defined on the whole ball (log of a ball containing 0) gives a result that is not
// finite; nothing throws.
//
// A comparison that the balls do not decide is `undecided`, and select() then returns the union of both sides, so
// functions with kinks are enclosed too. min, max, abs, relu, sign, step enclose their range.
#pragma once

#include <string>

#include "number/ball/arb.hpp"
#include "number/function_list.hpp"
#include "number/scalar.hpp"

namespace widegeo {

/// Sets the precision of midpoints, in bits, of every Ball computed by this thread until the end of the scope. Default:
/// 64.
class BallPrecision {
 public:
  explicit BallPrecision(long bits);
  ~BallPrecision();
  BallPrecision(const BallPrecision&) = delete;
  BallPrecision& operator=(const BallPrecision&) = delete;

 private:
  long saved_;
};

/// The working precision of this thread's balls in bits.
long ball_bits();

class Ball {
 public:
  Ball() { arb_init(ball_); }
  Ball(int constant) : Ball() { arb_set_si(ball_, constant); }  // NOLINT: exact constants mix freely
  explicit Ball(double exact);                                  ///< not finite if the double is not
  Ball(const Ball& other) : Ball() { arb_set(ball_, other.ball_); }
  Ball(Ball&& other) noexcept : Ball() { arb_swap(ball_, other.ball_); }
  Ball& operator=(const Ball& other) {
    arb_set(ball_, other.ball_);
    return *this;
  }
  Ball& operator=(Ball&& other) noexcept {
    arb_swap(ball_, other.ball_);
    return *this;
  }
  ~Ball() { arb_clear(ball_); }

  /// Encloses the interval between two doubles, or two exact numbers, low <= high.
  static Ball between(double low, double high);
  static Ball between(const Rational& low, const Rational& high);
  /// Encloses the union of both.
  static Ball hull(const Ball& a, const Ball& b);
  /// The whole real line (indeterminate). Not finite.
  static Ball anything();

  /// Doubles below and above all points of the ball; infinite if it is not finite.
  double lower() const;
  double upper() const;
  double midpoint() const;  ///< the double nearest to the midpoint
  double radius() const;    ///< an upper bound
  /// The midpoint as an exact ball.
  Ball centre() const;

  bool contains(const Ball& other) const { return arb_contains(ball_, other.ball_) != 0; }
  bool overlaps(const Ball& other) const { return arb_overlaps(ball_, other.ball_) != 0; }
  bool contains_zero() const { return arb_contains_zero(ball_) != 0; }
  /// True if it holds for all points of the ball; false if undecided or if the ball is not finite.
  bool certainly_positive() const { return arb_is_positive(ball_) != 0; }
  bool certainly_non_negative() const { return arb_is_nonnegative(ball_) != 0; }
  bool certainly_negative() const { return arb_is_negative(ball_) != 0; }
  bool certainly_non_positive() const { return arb_is_nonpositive(ball_) != 0; }
  bool is_exactly_zero() const { return arb_is_zero(ball_) != 0; }

  /// "[1.2345 +/- 3.2e-18]"
  std::string text(unsigned digits = 15) const;

  arb_ptr get() { return ball_; }
  arb_srcptr get() const { return ball_; }

  Ball& operator+=(const Ball& b);
  Ball& operator-=(const Ball& b);
  Ball& operator*=(const Ball& b);
  Ball& operator/=(const Ball& b);
  friend Ball operator+(const Ball& a, const Ball& b);
  friend Ball operator-(const Ball& a, const Ball& b);
  friend Ball operator*(const Ball& a, const Ball& b);
  friend Ball operator/(const Ball& a, const Ball& b);
  friend Ball operator-(const Ball& a);

 private:
  arb_t ball_;
};

Ball operator+(const Ball& a, const Ball& b);
Ball operator-(const Ball& a, const Ball& b);
Ball operator*(const Ball& a, const Ball& b);
Ball operator/(const Ball& a, const Ball& b);
Ball operator-(const Ball& a);

/// Intersection with x >= 0, for a quantity that is >= 0 in theory; x unchanged if that is empty.
Ball non_negative_part(const Ball& x);
/// Intersection of two enclosures of the same number. Returns a if they are disjoint (a contradiction that the caller
/// has to report: see overlaps()).
Ball intersection(const Ball& a, const Ball& b);

template <>
Ball from_rational<Ball>(const Rational& value);
template <>
Ball pi<Ball>();

template <>
struct MaskOf<Ball> {
  using type = TrackedMask<bool>;
};
TrackedMask<bool> less(const Ball& a, const Ball& b);
TrackedMask<bool> less_equal(const Ball& a, const Ball& b);
TrackedMask<bool> equal(const Ball& a, const Ball& b);
Ball select(const TrackedMask<bool>& mask, const Ball& if_true, const Ball& if_false);

// The functions of number/functions.hpp.
#define WIDEGEO_DECLARE(f) Ball f(const Ball& x);
WIDEGEO_FUNCTIONS_OF_ONE(WIDEGEO_DECLARE)
#undef WIDEGEO_DECLARE
#define WIDEGEO_DECLARE(f) Ball f(const Ball& x, const Ball& y);
WIDEGEO_FUNCTIONS_OF_TWO(WIDEGEO_DECLARE)
#undef WIDEGEO_DECLARE
/// An even power of a ball around 0 is >= 0; likewise for its jet.
template <>
Ball pow_int(const Ball& x, long n);
template <class T>
class Jet;
template <>
Jet<Ball> pow_int(const Jet<Ball>& x, long n);  // jet_ball.cpp

void multiply_add(Ball& sum, const Ball& a, const Ball& b);
bool is_finite(const Ball& x);
double value_of(const Ball& x);  ///< the midpoint
double error_of(const Ball& x);  ///< the largest distance from value_of(x), rounded up
template <>
unsigned digits10_of<Ball>();

}  // namespace widegeo
