#include "number/ball/ball.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <thread>

#include "number/ball/interval.hpp"
#include "number/ball/reduction.hpp"
#include "number/constants.hpp"
#include "number/error.hpp"

namespace widegeo {

namespace {

thread_local long working_bits = 64;

/// Arb caches constants and quadrature nodes per thread; frees them when a thread ends. Those of the main thread are
/// kept for numbers that live until the end of the program.
class ThreadCaches {
 public:
  ~ThreadCaches() {
    if (std::this_thread::get_id() != first_thread) flint_cleanup();
  }

 private:
  inline static const std::thread::id first_thread = std::this_thread::get_id();
};

class FlintInteger {
 public:
  explicit FlintInteger(const mpz_class& value) {
    fmpz_init(number_);
    fmpz_set_mpz(number_, value.get_mpz_t());
  }
  FlintInteger(const FlintInteger&) = delete;
  FlintInteger& operator=(const FlintInteger&) = delete;
  ~FlintInteger() { fmpz_clear(number_); }
  const fmpz* get() const { return number_; }

 private:
  fmpz_t number_;
};

}  // namespace

namespace ball_detail {

void release_caches_with_thread() {
  // Named by use alone: what counts is its end.
  thread_local const ThreadCaches caches;
  static_cast<void>(&caches);
}

Ball not_a_number() {
  Ball r;
  arb_indeterminate(r.get());
  return r;
}

// The radius r is rounded up to Arb's 30 bits; midpoint low + r then keeps the lower end where it is, and with it the
// sign of the ball.
Ball interval(const Float& low, const Float& high) {
  Ball r;
  if (arf_equal(low.get(), high.get()) != 0) {
    arb_set_arf(r.get(), low.get());
    return r;
  }
  if (arf_sgn(low.get()) < 0 && arf_sgn(high.get()) > 0) {
    arb_set_interval_arf(r.get(), low.get(), high.get(), working_bits);
    return r;
  }
  const bool positive = arf_sgn(high.get()) > 0;
  Float near, far, width;  // the ends by their distance from 0
  arf_abs(near.get(), positive ? low.get() : high.get());
  arf_abs(far.get(), positive ? high.get() : low.get());
  // A near end far below the width would cost a midpoint of many bits: 0 is taken for it.
  constexpr long most_bits = 4096;
  if (arf_is_zero(near.get()) == 0) {
    fmpz_t gap;
    fmpz_init(gap);
    fmpz_sub(gap, ARF_EXPREF(far.get()), ARF_EXPREF(near.get()));
    if (fmpz_cmp_si(gap, most_bits) > 0) arf_zero(near.get());
    fmpz_clear(gap);
  }
  arf_sub(width.get(), far.get(), near.get(), MAG_BITS, ARF_RND_UP);
  arf_mul_2exp_si(width.get(), width.get(), -1);
  arf_get_mag(arb_radref(r.get()), width.get());
  arf_set_mag(width.get(), arb_radref(r.get()));
  arf_add(arb_midref(r.get()), near.get(), width.get(), ARF_PREC_EXACT, ARF_RND_DOWN);
  if (!positive) arb_neg(r.get(), r.get());
  return r;
}

Ball lowest(const Ball& x) {
  Ball r;
  arb_get_lbound_arf(arb_midref(r.get()), x.get(), working_bits);
  return r;
}

Ball highest(const Ball& x) {
  Ball r;
  arb_get_ubound_arf(arb_midref(r.get()), x.get(), working_bits);
  return r;
}

Ball span(const Ball& low, const Ball& high) {
  if (!is_finite(low) || !is_finite(high)) return not_a_number();
  Float a, b;
  arb_get_lbound_arf(a.get(), low.get(), working_bits);
  arb_get_ubound_arf(b.get(), high.get(), working_bits);
  return interval(a, b);
}

bool is_reducible(const Ball& x) {
  constexpr long most_bits = 16'384;
  return arf_cmpabs_2exp_si(arb_midref(x.get()), most_bits) < 0 && mag_cmp_2exp_si(arb_radref(x.get()), most_bits) < 0;
}

bool is_wide(const Ball& x) {
  const mag_srcptr radius = arb_radref(x.get());
  if (mag_is_zero(radius) != 0) return false;
  return mag_cmp_2exp_si(radius, -20) > 0 || arb_rel_error_bits(x.get()) > -20;
}

}  // namespace ball_detail

using ball_detail::Float;

BallPrecision::BallPrecision(long bits) : saved_(working_bits) {
  constexpr long least = 16, most = 10'000'000;
  if (bits < least || bits > most)
    throw Error(ErrorCode::input, "precision of balls out of range", std::to_string(bits) + " bits",
                "use " + std::to_string(least) + " to " + std::to_string(most));
  working_bits = bits;
  ball_detail::release_caches_with_thread();
}

BallPrecision::~BallPrecision() { working_bits = saved_; }

long ball_bits() { return working_bits; }

Ball::Ball(double exact) : Ball() {
  if (std::isfinite(exact))
    arb_set_d(ball_, exact);
  else
    arb_indeterminate(ball_);
}

Ball Ball::between(double low, double high) {
  if (low > high) throw Error(ErrorCode::input, "an empty range", std::to_string(low) + " to " + std::to_string(high));
  if (!std::isfinite(low) || !std::isfinite(high)) return anything();
  Float a, b;
  arf_set_d(a.get(), low);
  arf_set_d(b.get(), high);
  return ball_detail::interval(a, b);
}

Ball Ball::between(const Rational& low, const Rational& high) {
  if (low > high) throw Error(ErrorCode::input, "an empty range", to_text(low) + " to " + to_text(high));
  if (low == high) return from_rational<Ball>(low);
  return ball_detail::span(from_rational<Ball>(low), from_rational<Ball>(high));
}

Ball Ball::hull(const Ball& a, const Ball& b) {
  if (!is_finite(a) || !is_finite(b)) return anything();
  if (a.contains(b)) return a;
  if (b.contains(a)) return b;
  Float low, high, other;
  arb_get_lbound_arf(low.get(), a.get(), working_bits);
  arb_get_lbound_arf(other.get(), b.get(), working_bits);
  if (arf_cmp(other.get(), low.get()) < 0) arf_swap(low.get(), other.get());
  arb_get_ubound_arf(high.get(), a.get(), working_bits);
  arb_get_ubound_arf(other.get(), b.get(), working_bits);
  if (arf_cmp(other.get(), high.get()) > 0) arf_swap(high.get(), other.get());
  return ball_detail::interval(low, high);
}

Ball Ball::anything() {
  Ball r;
  arb_zero_pm_inf(r.ball_);
  return r;
}

double Ball::lower() const {
  if (arb_is_finite(ball_) == 0) return -infinity;
  Float end;
  arb_get_lbound_arf(end.get(), ball_, 64);
  return arf_get_d(end.get(), ARF_RND_FLOOR);
}

double Ball::upper() const {
  if (arb_is_finite(ball_) == 0) return infinity;
  Float end;
  arb_get_ubound_arf(end.get(), ball_, 64);
  return arf_get_d(end.get(), ARF_RND_CEIL);
}

double Ball::midpoint() const { return arf_get_d(arb_midref(ball_), ARF_RND_NEAR); }

double Ball::radius() const {
  if (arb_is_finite(ball_) == 0) return infinity;
  Float bound;
  arf_set_mag(bound.get(), arb_radref(ball_));
  return arf_get_d(bound.get(), ARF_RND_CEIL);
}

Ball Ball::centre() const {
  Ball r;
  arb_get_mid_arb(r.ball_, ball_);
  return r;
}

std::string Ball::text(unsigned digits) const {
  // Of a ball of few certain digits Arb writes [+/- bound] unless it is asked for more.
  const bool coarse = arb_rel_accuracy_bits(ball_) < 10;
  char* const raw =
      arb_get_str(ball_, static_cast<slong>(coarse ? std::min(digits, 6U) : digits), coarse ? ARB_STR_MORE : 0);
  std::string r(raw);
  flint_free(raw);
  return r;
}

Ball non_negative_part(const Ball& x) {
  if (!is_finite(x) || x.certainly_non_negative() || x.certainly_negative()) return x;
  return ball_detail::span(Ball(0), x);
}

Ball intersection(const Ball& a, const Ball& b) {
  if (!is_finite(b)) return a;
  if (!is_finite(a)) return b;
  if (b.contains(a) || !a.overlaps(b)) return a;
  if (a.contains(b)) return b;
  Float low, high, other;
  arb_get_lbound_arf(low.get(), a.get(), working_bits);
  arb_get_lbound_arf(other.get(), b.get(), working_bits);
  if (arf_cmp(other.get(), low.get()) > 0) arf_swap(low.get(), other.get());
  arb_get_ubound_arf(high.get(), a.get(), working_bits);
  arb_get_ubound_arf(other.get(), b.get(), working_bits);
  if (arf_cmp(other.get(), high.get()) < 0) arf_swap(high.get(), other.get());
  return ball_detail::interval(low, high);
}

template <>
Ball from_rational<Ball>(const Rational& value) {
  const FlintInteger numerator(value.get_num()), denominator(value.get_den());
  Ball r;
  arb_fmpz_div_fmpz(r.get(), numerator.get(), denominator.get(), working_bits);
  return r;
}

template <>
Ball pi<Ball>() {
  ball_detail::release_caches_with_thread();
  Ball r;
  arb_const_pi(r.get(), working_bits);
  return r;
}

TrackedMask<bool> less(const Ball& a, const Ball& b) {
  const bool holds = arb_lt(a.get(), b.get()) != 0;
  return {holds, !holds && arb_ge(a.get(), b.get()) == 0};
}

TrackedMask<bool> less_equal(const Ball& a, const Ball& b) {
  const bool holds = arb_le(a.get(), b.get()) != 0;
  return {holds, !holds && arb_gt(a.get(), b.get()) == 0};
}

TrackedMask<bool> equal(const Ball& a, const Ball& b) {
  const bool holds = arb_eq(a.get(), b.get()) != 0;
  return {holds, !holds && arb_ne(a.get(), b.get()) == 0};
}

Ball select(const TrackedMask<bool>& mask, const Ball& if_true, const Ball& if_false) {
  if (mask.undecided) return Ball::hull(if_true, if_false);
  return mask.holds ? if_true : if_false;
}

bool is_finite(const Ball& x) { return arb_is_finite(x.get()) != 0; }

double value_of(const Ball& x) { return x.midpoint(); }

double error_of(const Ball& x) {
  if (!is_finite(x)) return infinity;
  // From the double that value_of() gives, which is a rounding away from the midpoint.
  Ball nearest;
  arb_set_d(nearest.get(), x.midpoint());
  const Ball distance = x - nearest;
  return std::max(distance.upper(), -distance.lower());
}

template <>
unsigned digits10_of<Ball>() {
  return static_cast<unsigned>(working_bits * 30103 / 100000);
}

}  // namespace widegeo
