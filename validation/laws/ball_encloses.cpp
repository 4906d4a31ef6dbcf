// The law of balls: a result encloses the results at every point. Points are drawn at random and evaluated with 60
// digits by MPFR, which shares no code with Arb's functions.
#include <doctest/doctest.h>

#include <map>

#include "../unit/expr_random.hpp"
#include "ball_random.hpp"
#include "expr/tape/tape.hpp"

using namespace widegeo;
using namespace widegeo::testing;

namespace {

constexpr unsigned digits = 60;

/// What 60 digits may lose in one function of the list: tan next to a pole and pow lose the most.
Real rounding() { return pow_int(Real(10), -50); }

}  // namespace

TEST_CASE("ball: every function of one variable encloses its range") {
  const PrecisionScope scope(digits);
  RandomBalls random(generator_of_test("unary functions of balls"));
  const Real slack = rounding();
  for (const UnaryCase& f : unary_cases()) {
    std::size_t finite = 0, inside = 0;
    const std::size_t count = trials(1500);
    for (std::size_t i = 0; i < count; ++i) {
      const Ball x = random.ball(f.size);
      const BallPrecision precision(i % 3 == 0 ? 128 : 64);
      const Ball y = f.ball(x);
      const bool in_domain = midpoint_of(x) - radius_of(x) > f.low && midpoint_of(x) + radius_of(x) < f.high;
      inside += in_domain ? 1 : 0;
      INFO(f.name, " of ", x.text(20), " is ", y.text(20));
      // Poles are the only reason for tan.
      if (in_domain && f.name != "tan") CHECK(is_finite(y));
      if (!is_finite(y)) continue;
      ++finite;
      for (int k = 0; k < 4; ++k) {
        const Real point = random.point(x);
        if (point < Real(f.low) || point > Real(f.high)) continue;  // the rounding of an end
        INFO("at ", point.text(30), ": ", f.real(point).text(40));
        CHECK(holds(y, f.real(point), slack));
      }
    }
    INFO(f.name);
    CHECK(inside * 8 > count);
    CHECK(finite * 8 > count);
  }
}

TEST_CASE("ball: every function of two variables encloses its range") {
  const PrecisionScope scope(digits);
  RandomBalls random(generator_of_test("binary functions of balls"));
  const Real slack = rounding();
  for (const BinaryCase& f : binary_cases()) {
    std::size_t finite = 0;
    const std::size_t count = trials(f.name == "owens_t" ? 300 : 2000);
    for (std::size_t i = 0; i < count; ++i) {
      const Ball x = random.ball(f.size), y = random.ball(f.size);
      const BallPrecision precision(i % 3 == 0 ? 128 : 64);
      const Ball z = f.ball(x, y);
      INFO(x.text(20), " ", f.name, " ", y.text(20), " = ", z.text(20));
      if (f.everywhere) CHECK(is_finite(z));
      if (!is_finite(z)) continue;
      ++finite;
      for (int k = 0; k < 4; ++k) {
        const Real a = random.point(x), b = random.point(y), truth = f.real(a, b);
        INFO("at ", a.text(30), ", ", b.text(30), ": ", truth.text(40));
        CHECK(holds(z, truth, slack));
      }
    }
    INFO(f.name);
    CHECK(finite * 8 > count);
  }
}

TEST_CASE("ball: a tape over balls encloses the tape at every point") {
  RandomBalls random(generator_of_test("trees over balls"));
  RandomTrees trees(generator_of_test("trees"));
  std::size_t finite = 0, compared = 0;
  const std::size_t count = trials(4000);
  for (std::size_t i = 0; i < count; ++i) {
    const expr::Expr tree = trees.tree(1 + trees.below(5));
    const expr::Tape tape(std::vector<expr::Expr>{tree}, {"x", "y"});
    const Ball in[2] = {random.ball(3), random.ball(3)};
    Ball out;
    expr::Tape::Workspace<Ball> workspace;
    tape.evaluate<Ball>(in, std::span<Ball>(&out, 1), workspace);
    if (!is_finite(out)) continue;
    ++finite;
    const PrecisionScope low(digits);
    const Real x = random.point(in[0]), y = random.point(in[1]);
    // MPFR has a zero of each sign, and atan2 at the origin depends on them; a ball has one zero.
    if ((x == 0 || y == 0) && to_text(tree).find("atan2") != std::string::npos) continue;
    const auto value = [&](unsigned precision) {
      const PrecisionScope scope(precision);
      const Real point[2] = {at_working_precision(x), at_working_precision(y)};
      Real r;
      expr::Tape::Workspace<Real> reals;
      tape.evaluate<Real>(point, std::span<Real>(&r, 1), reals);
      return r;
    };
    // Where two precisions disagree the tree cancels, or a branch hangs on a rounding.
    const Real coarse = value(digits), fine = value(2 * digits), slack = pow_int(Real(10), -30);
    if (!is_finite(coarse) || !is_finite(fine) || abs(coarse - fine) > abs(fine) * slack) continue;
    ++compared;
    INFO(to_text(tree), " over ", in[0].text(20), ", ", in[1].text(20), " is ", out.text(20));
    INFO("at ", x.text(30), ", ", y.text(30), ": ", fine.text(40));
    CHECK(holds(out, fine, slack));
  }
  CHECK(finite * 4 > count);
  CHECK(compared * 5 > count);
}

TEST_CASE("ball: thin balls stay thin") {
  // 128 bits are 38 digits; the functions are well conditioned at these points (|x f'/f| < 40).
  const BallPrecision precision(128);
  const Rational third(1, 3);
  for (const UnaryCase& f : unary_cases())
    for (const char* at : {"1/3", "2/7", "9/10", "-9/10", "-1/5"}) {
      const Rational point = *parse_rational(at);
      if (value_of(from_rational<double>(point)) <= f.low) continue;
      const Ball y = f.ball(from_rational<Ball>(point));
      INFO(f.name, " of ", at, " is ", y.text(40));
      CHECK(is_finite(y));
      CHECK(y.radius() <= 1e-30 * std::fabs(y.midpoint()));
    }
  for (const BinaryCase& f : binary_cases()) {
    const Ball z = f.ball(from_rational<Ball>(third), from_rational<Ball>(Rational(11, 7)));
    INFO(f.name, " is ", z.text(40));
    CHECK(z.radius() <= 1e-30 * std::fabs(z.midpoint()));
  }
  // The tails keep their relative accuracy: x^2 = 1600 costs log2(1600) bits.
  for (const Ball& tail : {erfc(Ball(40)), normal_cdf(Ball(-40)), normal_pdf(Ball(40)), sigmoid(Ball(-700)),
                           softplus(Ball(-700)), owens_t(Ball(40), from_rational<Ball>(third))}) {
    INFO(tail.text(40));
    CHECK(tail.certainly_positive());
    CHECK(arb_rel_accuracy_bits(tail.get()) > 110);
  }
}

TEST_CASE("ball: wide balls of monotone functions are their range") {
  // Outward rounding: the radius has 30 bits.
  const PrecisionScope scope(digits);
  RandomBalls random(generator_of_test("ranges of monotone functions"));
  const Real excess = Real(1) + Real(1) / Real(1 << 26);
  for (const UnaryCase& f : unary_cases()) {
    static const std::vector<std::string> monotone = {"exp",      "expm1", "sinh", "tanh",       "atan",
                                                      "asinh",    "erf",   "erfc", "normal_cdf", "sigmoid",
                                                      "softplus", "relu",  "cube"};
    if (std::find(monotone.begin(), monotone.end(), f.name) == monotone.end()) continue;
    for (std::size_t i = 0; i < trials(100); ++i) {
      const double low = random.centre(3), width = log_uniform(random.generator(), 1e-3, 3.0);
      const Ball x = Ball::between(low, low + width), y = f.ball(x);
      const Real m = midpoint_of(x), r = radius_of(x);
      const Real true_radius = abs(f.real(m + r) - f.real(m - r)) / 2;
      INFO(f.name, " of ", x.text(20), " is ", y.text(20), ", radius of the range ", true_radius.text(20));
      // The rounding of the ends at 64 bits counts where the function is flat.
      CHECK(radius_of(y) <= true_radius * excess + abs(f.real(m + r)) * Real(1e-17) + Real(1e-17));
    }
  }
}

TEST_CASE("ball: two precisions overlap") {
  RandomBalls random(generator_of_test("two precisions of balls"));
  for (const UnaryCase& f : unary_cases())
    for (std::size_t i = 0; i < trials(200); ++i) {
      const Ball x = random.ball(f.size), coarse = f.ball(x);
      const BallPrecision precision(200);
      const Ball fine = f.ball(x);
      INFO(f.name, " of ", x.text(20), ": ", coarse.text(20), ", ", fine.text(20));
      if (is_finite(coarse) && is_finite(fine)) CHECK(coarse.overlaps(fine));
    }
}
