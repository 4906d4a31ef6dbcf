#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "expr/tape/tape.hpp"
#include "jet/jet.hpp"
#include "kernel/checks.hpp"
#include "number/ball/ball.hpp"
#include "number/error.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Ball ball(double low, double high) { return Ball::between(low, high); }
Ball ratio(long numerator, long denominator) { return from_rational<Ball>(Rational(numerator, denominator)); }

/// Ends within 1e-7 of the width (radii have 30 bits, each rounded upward) outside of [low, high].
void check_range(const Ball& x, double low, double high) {
  INFO(x.text());
  const double room = 1e-7 * (high - low) + 1e-15 * std::fmax(std::fabs(low), std::fabs(high));
  CHECK(x.lower() <= low);
  CHECK(x.lower() >= low - room);
  CHECK(x.upper() >= high);
  CHECK(x.upper() <= high + room);
}

}  // namespace

TEST_CASE("ball: exact numbers are exact, others enclosed") {
  CHECK(Ball(3).radius() == 0);
  CHECK(Ball(0.1).radius() == 0);
  CHECK(Ball(0.1).midpoint() == 0.1);
  CHECK(ratio(1, 4).radius() == 0);
  CHECK(ratio(1, 3).radius() > 0);
  CHECK((ratio(1, 3) * Ball(3)).contains(Ball(1)));
  CHECK((ratio(1, 3) * Ball(3)).radius() < 1e-18);
  // pi from its decimal expansion.
  CHECK(pi<Ball>().overlaps(ball(0x1.921fb54442d18p+1, 0x1.921fb54442d19p+1)));
  CHECK(pi<Ball>().lower() == 0x1.921fb54442d18p+1);
  CHECK(pi<Ball>().upper() == 0x1.921fb54442d19p+1);
}

TEST_CASE("ball: lower and upper are doubles on the outer side") {
  const Ball third = ratio(1, 3);
  CHECK(Rational(third.lower()) < Rational(1, 3));
  CHECK(Rational(third.upper()) > Rational(1, 3));
  CHECK(std::nextafter(third.lower(), 1.0) == third.upper());
  CHECK(Ball(7).lower() == 7);
  CHECK(Ball(7).upper() == 7);
  CHECK((Ball(1) / Ball(0)).lower() == -infinity);
  CHECK((Ball(1) / Ball(0)).upper() == infinity);
  CHECK(exp(Ball(1000)).upper() == infinity);
  CHECK(exp(Ball(1000)).lower() == std::numeric_limits<double>::max());
  CHECK(exp(Ball(-1000)).lower() == 0);
  CHECK(exp(Ball(-1000)).upper() == std::numeric_limits<double>::denorm_min());
}

TEST_CASE("ball: erfc keeps its digits however far out") {
  const BallPrecision precision(200);
  for (const double x : {1.1e6, 3e9, 1e25, 1e80}) {
    CAPTURE(x);
    // x sqrt(pi) exp(x^2) erfc(x) lies between 1 - y + 3 y^2 - 15 y^3 and 1 - y + 3 y^2, y = 1/(2 x^2).
    const BallPrecision more(200 + 2 * std::ilogb(x));
    const Ball b(x), y = Ball(1) / (Ball(2) * b * b), ratio = erfc(b) * exp(b * b) * b * sqrt(pi<Ball>());
    const Ball above = Ball(1) - y + Ball(3) * y * y - ratio;
    CHECK(ratio.radius() < 1e-55);
    CHECK(!above.certainly_negative());
    CHECK(!(above - Ball(15) * y * y * y).certainly_positive());
  }
  // On both sides of where the asymptotic series begins.
  const Ball near(1048575.75), far(1048576.25);
  const Ball step = erfc(far) / erfc(near) * exp(far * far - near * near);
  CHECK(step.radius() < 1e-40);
  CHECK(std::fabs(step.midpoint() - 1048575.75 / 1048576.25) < 1e-12);
}

TEST_CASE("ball: Owen's T where most of its integral is cut off agrees with all of it") {
  const auto at = [](const Ball& h, const Ball& a, long bits) {
    const BallPrecision precision(bits);
    return owens_t(h, a);
  };
  for (const double h : {25.0, 40.0, 90.0})
    for (const double a : {0.75, 0.9, 1.0, 1.25}) {
      CAPTURE(h);
      CAPTURE(a);
      // At 2000 bits nothing is cut, at 64 and 128 what is below them.
      const BallPrecision precision(2000);
      const Ball whole = at(Ball(h), Ball(a), 2000);
      for (const long bits : {64L, 128L}) {
        const Ball part = at(Ball(h), Ball(a), bits);
        CHECK(part.contains(whole));
        CHECK((part / whole).radius() <= std::ldexp(1.0, static_cast<int>(14 - bits)));
      }
    }
  // T(h, 1) = Phi(h) Phi(-h) / 2.
  const BallPrecision precision(200);
  for (const double h : {30.0, 1e3, 1e10, 1e25}) {
    CAPTURE(h);
    const Ball x(h), ratio = owens_t(x, Ball(1)) / (normal_cdf(x) * normal_cdf(-x) / Ball(2));
    CHECK(ratio.contains(Ball(1)));
    CHECK(ratio.radius() < 1e-15);
  }
}

TEST_CASE("ball: the ends of a range keep their sign") {
  for (const auto& range : {std::pair{0.0, 1.0}, {1e-30, 1.0}, {0.1, 0.3}, {0.0, 0.1}, {5e-324, 1e300}, {2.0, 2.0}}) {
    const double low = range.first, high = range.second;
    const Ball x = ball(low, high), negative = ball(-high, -low);
    INFO(low, " ", high, " ", x.text());
    CHECK(x.certainly_non_negative());
    CHECK(negative.certainly_non_positive());
    CHECK(x.contains(Ball(low)));
    CHECK(x.contains(Ball(high)));
    CHECK(negative.contains(Ball(-low)));
    CHECK(x.lower() == low);
    CHECK(sqrt(x).certainly_non_negative());
  }
  CHECK(ball(1e-30, 1.0).certainly_positive());
  check_range(ball(-1, 3), -1, 3);
  CHECK(Ball::between(Rational(1, 3), Rational(2, 3)).contains(Ball::hull(ratio(1, 3), ratio(2, 3))));
  CHECK_THROWS_AS(ball(1, 0), Error);
  CHECK_THROWS_AS(Ball::between(Rational(1), Rational(1, 2)), Error);
  CHECK_FALSE(is_finite(ball(0, infinity)));
}

TEST_CASE("ball: hull, intersection and the part above 0") {
  check_range(Ball::hull(Ball(1), ball(3, 4)), 1, 4);
  CHECK_FALSE(is_finite(Ball::hull(Ball(1), Ball::anything())));
  check_range(intersection(ball(0, 2), ball(1, 3)), 1, 2);
  check_range(intersection(ball(0, 1), ball(2, 3)), 0, 1);
  check_range(intersection(Ball::anything(), ball(2, 3)), 2, 3);
  check_range(non_negative_part(ball(-1, 2)), 0, 2);
  check_range(non_negative_part(ball(-2, -1)), -2, -1);
  CHECK(non_negative_part(ball(-1, 2)).certainly_non_negative());
  CHECK(Ball::anything().contains(Ball(5)));
  CHECK(Ball::anything().contains_zero());
}

TEST_CASE("ball: products and quotients of coarse balls are their ranges") {
  check_range(ball(0.5, 1.5) * ball(0.5, 1.5), 0.25, 2.25);
  check_range(ball(0.5, 1.5) * ball(-1.5, -0.5), -2.25, -0.25);
  check_range(ball(-3, -2) * ball(4, 5), -15, -8);
  check_range(ball(-3, -2) * ball(-5, -4), 8, 15);
  check_range(ball(0, 1) * ball(0, 1), 0, 1);
  CHECK((ball(0, 1) * ball(0, 1)).certainly_non_negative());
  check_range(ball(-1, 3) * ball(2, 4), -4, 12);
  check_range(ball(-3, -1) * ball(-3, 2), -6, 9);
  check_range(Ball(1) / ball(0.5, 2), 0.5, 2);
  check_range(ball(-1, 1) / ball(-4, -0.5), -2, 2);
  CHECK_FALSE(is_finite(Ball(1) / ball(0, 1)));
  Ball sum(1);
  multiply_add(sum, ball(0.5, 1.5), ball(0.5, 1.5));
  check_range(sum, 1.25, 3.25);
}

TEST_CASE("ball: ranges of functions with bends") {
  check_range(abs(ball(-3, 2)), 0, 3);
  check_range(abs(ball(-3, -2)), 2, 3);
  check_range(relu(ball(-3, 2)), 0, 2);
  check_range(relu(ball(-3, -2)), 0, 0);
  check_range(sign(ball(-3, 2)), -1, 1);
  check_range(sign(ball(0, 2)), 0, 1);
  check_range(sign(ball(-2, 0)), -1, 0);
  check_range(sign(Ball(0)), 0, 0);
  check_range(step(Ball(0)), 0.5, 0.5);
  check_range(step(ball(-1, 1)), 0, 1);
  check_range(step(ball(0, 1)), 0.5, 1);
  check_range(min(ball(0, 3), ball(1, 2)), 0, 2);
  check_range(max(ball(0, 3), ball(1, 2)), 1, 3);
  check_range(pow_int(ball(-1, 2), 2), 0, 4);
  check_range(pow_int(ball(-2, 1), 3), -8, 1);
  check_range(pow_int(ball(1, 2), -2), 0.25, 1);
  check_range(pow_int(ball(-2, -1), -1), -1, -0.5);
  check_range(pow_int(ball(-2, 1), 0), 1, 1);
  CHECK_FALSE(is_finite(pow_int(ball(-1, 2), -2)));
  check_range(cosh(ball(-1, 2)), 1, std::cosh(2.0));
  check_range(sin(ball(1, 2)), std::sin(1.0), 1);
  check_range(sin(ball(4, 5)), -1, std::sin(4.0));
  check_range(cos(ball(-0.5, 1)), std::cos(1.0), 1);
  check_range(cos(ball(3, 3.5)), -1, std::cos(3.5));
  check_range(sin(ball(-10, 10)), -1, 1);
  check_range(sinc(ball(-1, 2)), std::sin(2.0) / 2, 1);
  check_range(normal_pdf(ball(-1, 0.5)), normal_pdf(1.0), normal_pdf(0.0));
  check_range(pow(ball(0, 4), ratio(1, 2)), 0, 2);
  check_range(pow(ball(0.5, 2), ball(-1, 2)), 0.25, 4);
  check_range(pow(ball(-1, 2), Ball(2)), 0, 4);
  CHECK_FALSE(is_finite(pow(ball(-1, 2), ratio(1, 2))));
  check_range(owens_t(ball(-1, 2), ball(-1, 2)), owens_t(0.0, -1.0), owens_t(0.0, 2.0));
  check_range(owens_t(ball(1, 2), ball(1, 2)), owens_t(2.0, 1.0), owens_t(1.0, 2.0));
}

TEST_CASE("ball: the angle of a box") {
  const double half = std::acos(-1.0) / 2;
  check_range(atan2(ball(-1, 1), ball(1, 2)), -half / 2, half / 2);
  check_range(atan2(ball(1, 2), ball(-1, 1)), half / 2, 3 * half / 2);
  CHECK(atan2(ball(0, 1), ball(-1, 1)).certainly_non_negative());
  CHECK(atan2(Ball(0), ball(-2, -1)).overlaps(pi<Ball>()));
  // Across the cut: both ends.
  CHECK(atan2(ball(-1, 1), ball(-2, -1)).contains(pi<Ball>()));
  CHECK(atan2(ball(-1, 1), ball(-2, -1)).contains(-pi<Ball>()));
}

TEST_CASE("ball: what is not defined on all of the ball is not finite") {
  for (const Ball& x : {log(ball(0, 1)), log(ball(-1, 1)), sqrt(ball(-1, 1)), asin(ball(0, 1.5)), acos(ball(-2, 0)),
                        tan(ball(1, 2)), log1p(ball(-2, 0)), Ball(1) / ball(-1, 1), pow(Ball(0), Ball(-1)),
                        exp(Ball::anything()), sign(Ball::anything()), Ball(0) * (Ball(1) / Ball(0))}) {
    INFO(x.text());
    CHECK_FALSE(is_finite(x));
    CHECK_FALSE(x.certainly_positive());
    CHECK_FALSE(x.certainly_negative());
    CHECK_FALSE(x.certainly_non_negative());
    CHECK_FALSE(x.certainly_non_positive());
    CHECK(x.radius() == infinity);
    CHECK(error_of(x) == infinity);
  }
  for (const double x : {infinity, -infinity, std::nan("")}) {
    CHECK_FALSE(is_finite(Ball(x)));
    CHECK_FALSE(Ball(x).certainly_positive());
    CHECK_FALSE(Ball(x).certainly_negative());
  }
}

TEST_CASE("ball: a comparison that is not decided selects both sides") {
  const auto chosen = [](const TrackedMask<bool>& mask) { return select(mask, Ball(10), Ball(20)); };
  check_range(chosen(less(ball(0, 1), ball(2, 3))), 10, 10);
  check_range(chosen(less(ball(2, 3), ball(0, 1))), 20, 20);
  check_range(chosen(less(ball(0, 2), ball(1, 3))), 10, 20);
  check_range(chosen(less(Ball(1), Ball(1))), 20, 20);
  check_range(chosen(less_equal(Ball(1), Ball(1))), 10, 10);
  check_range(chosen(less_equal(ball(0, 1), ball(1.5, 2))), 10, 10);
  check_range(chosen(less(ball(0, 1), ball(1, 2))), 10, 20);
  check_range(chosen(equal(Ball(1), Ball(1))), 10, 10);
  check_range(chosen(equal(Ball(1), Ball(2))), 20, 20);
  check_range(chosen(equal(ball(0, 1), Ball(1))), 10, 20);
  check_range(chosen(logical_not(less(ball(0, 2), Ball(1)))), 10, 20);
  check_range(chosen(less(Ball(1) / Ball(0), Ball(1))), 10, 20);
  // Series: by coefficient.
  const JetShape& shape = JetShape::get(1, 1);
  const Jet<Ball> x = Jet<Ball>::variable(shape, 0, ball(-1, 1));
  const Jet<Ball> both = select(less(x, Jet<Ball>(0)), -x, x * 2);
  check_range(both.coefficient(1), -1, 2);
  check_range(abs(x).coefficient(1), -1, 1);
  check_range(max(x, Jet<Ball>(0)).coefficient(1), 0, 1);
}

TEST_CASE("ball: the precision is the thread's and ends with its scope") {
  CHECK(ball_bits() == 64);
  {
    const BallPrecision scope(200);
    CHECK(ball_bits() == 200);
    CHECK(ratio(1, 3).radius() < 1e-59);
    CHECK(digits10_of<Ball>() == 60);
  }
  CHECK(ball_bits() == 64);
  CHECK(ratio(1, 3).radius() > 1e-21);
  CHECK_THROWS_AS(BallPrecision(1), Error);
  CHECK(ball_bits() == 64);
}

TEST_CASE("ball: a tape takes its constants anew at another precision") {
  const expr::Tape tape(std::vector<expr::Expr>{expr::parse("x/3 + pi")}, {"x"});
  expr::Tape::Workspace<Ball> workspace;
  const Ball one(1);
  Ball coarse, fine;
  tape.evaluate<Ball>(std::span(&one, 1), std::span(&coarse, 1), workspace);
  {
    const BallPrecision scope(200);
    tape.evaluate<Ball>(std::span(&one, 1), std::span(&fine, 1), workspace);
  }
  CHECK(coarse.contains(fine));
  CHECK(fine.radius() < 1e-58);
}

TEST_CASE("ball: value and error cover the ball") {
  for (const Ball& x : {ratio(1, 3), ball(1, 2), pi<Ball>(), exp(Ball(300)), exp(Ball(-700))}) {
    const BallPrecision scope(200);
    const Ball cover = Ball(value_of(x)) + ball(-error_of(x), error_of(x));
    INFO(x.text());
    CHECK(error_of(x) > 0);
    CHECK(cover.contains(x));
  }
  CHECK(error_of(Ball(2)) == 0);
}

TEST_CASE("ball: texts") {
  CHECK(ratio(1, 4).text() == "0.250000000000000");
  CHECK(ratio(1, 3).text(5) == "[0.33333 +/- 3.34e-6]");
  CHECK(ball(1, 2).text().find("1.5") != std::string::npos);
}

TEST_CASE("ball: the checks of a recursion need certainty") {
  const auto code = [](const Ball& x) {
    try {
      require_positive(x, x, "A");
    } catch (const Error& error) {
      return static_cast<int>(error.code());
    }
    return 0;
  };
  CHECK(code(ball(1e-300, 1)) == 0);
  CHECK(code(Ball(0)) == static_cast<int>(ErrorCode::input));
  CHECK(code(ball(0, 1)) == static_cast<int>(ErrorCode::accuracy));
  CHECK(code(ball(-1, 1)) == static_cast<int>(ErrorCode::accuracy));
  CHECK(code(Ball::anything()) == static_cast<int>(ErrorCode::accuracy));
  CHECK_THROWS_AS(require_finite(Ball(1) / Ball(0), "q", 1), Error);
  CHECK_NOTHROW(require_in_range(ball(-1, 1), "q", 1));
  CHECK(is_zero(Ball(0)));
  CHECK_FALSE(is_zero(ball(0, 1e-300)));
  CHECK_FALSE(is_usable(Ball::anything()));
  check_range(clamp_non_negative(ball(-1, 1)), 0, 1);
}
