// The parts of rigorous integration: complex balls, envelopes, branches; and what is refused.
#include "rigorous/rigorous.hpp"

#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <limits>

#include "expr/analysis/envelope.hpp"
#include "number/ball/complex_ball.hpp"
#include "partition/branches.hpp"
#include "rigorous/panel.hpp"
#include "rigorous/taylor.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using namespace widegeo::testing;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

ComplexBall box(double left, double right, double bottom, double top) {
  return ComplexBall(Ball::between(left, right), Ball::between(bottom, top));
}

ComplexBall function_of(const char* text, const ComplexBall& z) {
  return expr::Tape(std::array{expr::parse(text)}, {"x"})(z);
}

}  // namespace

TEST_CASE("complex balls: a function of a rectangle holds its values inside, or is not finite") {
  auto generator = generator_of_test("complex balls");
  std::size_t finite = 0, all = 0;
  for (const char* text : {"exp(x)",
                           "log(x)",
                           "sqrt(x)",
                           "sin(x)",
                           "cos(x)",
                           "tan(x)",
                           "sinh(x)",
                           "cosh(x)",
                           "tanh(x)",
                           "asin(x)",
                           "acos(x)",
                           "atan(x)",
                           "asinh(x)",
                           "erf(x)",
                           "erfc(x)",
                           "log1p(x)",
                           "expm1(x)",
                           "abs(x)",
                           "relu(x)",
                           "sign(x)",
                           "step(x)",
                           "Phi(x)",
                           "pdf(x)",
                           "sigmoid(x)",
                           "softplus(x)",
                           "sinc(x)",
                           "x^3",
                           "x^(-2)",
                           "x^(1/3)",
                           "min(x, 1)",
                           "max(x, x^2)",
                           "if(x < 1, x, 1/x)",
                           "(2 - x)*(x + 1/3)/(x - 3)"}) {
    CAPTURE(text);
    for (std::size_t trial = 0; trial < trials(20); ++trial) {
      const double left = uniform(generator, -3, 3), bottom = uniform(generator, -3, 3);
      const double width = log_uniform(generator, 1e-3, 1), height = log_uniform(generator, 1e-3, 1);
      const ComplexBall wide = function_of(text, box(left, left + width, bottom, bottom + height));
      ++all;
      if (!is_finite(wide)) continue;
      ++finite;
      for (int i = 0; i < 5; ++i) {
        const double x = uniform(generator, left, left + width), y = uniform(generator, bottom, bottom + height);
        const ComplexBall point = function_of(text, box(x, x, y, y));
        CHECK(acb_overlaps(wide.get(), point.get()) != 0);
        ComplexBall middle;
        acb_get_mid(middle.get(), point.get());
        CHECK(acb_contains(wide.get(), middle.get()) != 0);
      }
    }
  }
  CHECK(finite * 2 > all);
}

TEST_CASE("complex balls: not finite across branch cuts, switching lines and poles") {
  const ComplexBall across = box(-1.5, -1.2, -0.1, 0.1), imaginary = box(-0.1, 0.1, 1.5, 1.7);
  const ComplexBall right = box(1.2, 1.5, -0.1, 0.1);
  for (const char* text : {"log(x)", "sqrt(x)", "x^(1/3)", "log1p(x)"}) {
    CAPTURE(text);
    CHECK_FALSE(is_finite(function_of(text, across)));
    CHECK(is_finite(function_of(text, right)));
  }
  for (const char* text : {"asin(x)", "acos(x)"}) CHECK_FALSE(is_finite(function_of(text, right)));
  for (const char* text : {"atan(x)", "asinh(x)", "relu(x)", "abs(x)", "sign(x)", "step(x)", "min(x, 0)", "max(x, 0)",
                           "if(x < 0, 0, x)", "tanh(x)"}) {
    CAPTURE(text);
    CHECK_FALSE(is_finite(function_of(text, imaginary)));
  }
  CHECK_FALSE(is_finite(function_of("softplus(x)", box(-0.2, 0.2, 3.1, 3.2))));
  // Its branch points +-(2k + 1) i pi stand on the imaginary axis: off that axis it goes on at any height.
  CHECK(acb_contains(function_of("softplus(x)", box(5, 6, 3.1, 3.2)).get(),
                     function_of("x + log1p(exp(-x))", box(5.5, 5.5, 3.15, 3.15)).get()) != 0);
  CHECK(acb_contains(function_of("softplus(x)", box(-6, -5, 3.1, 3.2)).get(),
                     function_of("log1p(exp(x))", box(-5.5, -5.5, 3.15, 3.15)).get()) != 0);
  CHECK_FALSE(is_finite(function_of("sigmoid(x)", box(-0.2, 0.2, 3.1, 3.2))));
  // Real arguments are enclosed, kinks and all.
  CHECK(is_finite(function_of("relu(x) + abs(x)", ComplexBall(Ball::between(-1.0, 1.0)))));
}

TEST_CASE("envelope: |f| stays below it and f in its range, for every activation and its derivative") {
  auto generator = generator_of_test("envelope");
  std::size_t bounded = 0;
  for (const CatalogueEntry& entry : catalogue()) {
    const Activation activation = make_activation(entry.name);
    CAPTURE(entry.name);
    for (std::size_t trial = 0; trial < trials(12); ++trial) {
      const double start = log_uniform(generator, 0.01, 40);
      const double sign = trial % 2 == 0 ? 1 : -1;
      const bool finite = trial % 3 == 2;
      const double end = finite ? start * 1.5 : infinity;
      const double low = sign > 0 ? start : -end, high = sign > 0 ? end : -start;
      expr::Tape::Workspace<double> workspace;
      const std::array<expr::Envelope, 2> bounds{expr::envelope(activation.phi, low, high),
                                                 expr::envelope(activation.derivative, low, high)};
      for (int i = 0; i < 12; ++i) {
        const double x = sign * (i == 0 ? start : uniform(generator, start, finite ? end : start + 30));
        std::array<double, 2> value{};
        activation.tape.evaluate<double>(std::span<const double>(&x, 1), std::span<double>(value), workspace);
        for (std::size_t f = 0; f < 2; ++f) {
          CAPTURE(x);
          CAPTURE(f);
          // The value has an error of some 1e-15.
          const double margin = 1e-13 * std::fabs(value[f]) + 1e-290;
          CHECK(value[f] >= bounds[f].low - margin);
          CHECK(value[f] <= bounds[f].high + margin);
          if (!bounds[f].exists()) continue;
          ++bounded;
          CHECK(std::log(std::fabs(value[f])) <= bounds[f].log_bound(x) + 1e-12);
        }
      }
    }
  }
  CHECK(bounded > 1000);
}

TEST_CASE("envelope: growth beyond e^(r|x|) and poles have none") {
  for (const char* text : {"exp(x^2)", "exp(exp(x))", "sinh(x^3)", "1/(x - 2)", "tan(x)"}) {
    CAPTURE(text);
    CHECK_FALSE(expr::envelope(expr::parse(text), 1, infinity).exists());
  }
  CHECK(expr::envelope(expr::parse("exp(-x^2)*x^3 + exp(3*x)"), 1, infinity).exists());
  CHECK(expr::envelope(expr::parse("if(x^2 < 1, exp(-1/(1 - x^2)), 0)"), 0.5, 1.5).exists());
}

TEST_CASE("envelope: a flat exponential outweighs the poles beside it, and no others") {
  // sup of v^k exp(-c v) over v >= 0 is (k/(e c))^k: reached at v = k/c, so that the bound is sharp.
  const expr::Envelope sharp = expr::envelope(expr::parse("exp(-2/x^2)/x^6"), -1, 3);
  REQUIRE(sharp.is_bound());
  CHECK(sharp.log_bound(0) == doctest::Approx(3 * (std::log(1.5) - 1)).epsilon(1e-9));
  auto generator = generator_of_test("flat");
  expr::Tape::Workspace<double> workspace;
  for (const char* text : {"exp(-1/(1 - x^2))", "exp(-1/x^2)*sin(1/(2 + x))", "x*exp(-0.3/x^4)", "exp(-1/(3*x^2))/2"}) {
    CAPTURE(text);
    const expr::Expr f = expr::parse(text), slope = expr::derivative(f, "x");
    for (const expr::Expr& e : {f, slope}) {
      CAPTURE(to_text(e));
      const bool inside = std::string_view(text).find("1 - x^2") != std::string_view::npos;
      const expr::Expr whole =
          inside ? expr::Expr::make(expr::Op::choose, {expr::parse("x^2 < 1"), e, expr::Expr::number(0)}) : e;
      const expr::Envelope bound = expr::envelope(whole, inside ? 0.9 : -0.1, inside ? 1.1 : 0.3);
      CHECK(bound.is_bound());
      const expr::Tape tape(std::array{whole}, {"x"});
      for (std::size_t i = 0; i < trials(50); ++i) {
        const double away = log_uniform(generator, 1e-3, 0.1), x = inside ? 1 - away : away;
        double value = 0;
        tape.evaluate<double>(std::span<const double>(&x, 1), std::span<double>(&value, 1), workspace);
        if (value != 0) CHECK(std::log(std::fabs(value)) <= bound.log_bound(x) + 1e-9);
      }
    }
  }
  for (const char* text : {"exp(1/x^2)/x", "exp(-1/x)/x", "exp(-1/x^2)/(x*(x - 0.1))", "exp(-x^2)/x"}) {
    CAPTURE(text);
    CHECK_FALSE(expr::envelope(expr::parse(text), -0.2, 0.3).is_bound());
  }
}

TEST_CASE("branches: proved where they hold, refused where they do not") {
  const BallPrecision precision(256);
  const partition::Line line = partition::cut_line(make_activation("hard-swish"), 128);
  REQUIRE(line.parts.size() == 3);
  REQUIRE(line.gaps.size() == 2);  // -3 and 3
  const partition::Branch &left = *line.parts[0].branch, &middle = *line.parts[1].branch;
  CHECK(partition::holds_on(middle, line.parts[1].low, line.parts[1].high));
  CHECK(partition::holds_on(left, Ball(-100), line.parts[0].high));
  CHECK_FALSE(partition::holds_on(middle, Ball(-4), Ball(1)));
  CHECK_FALSE(partition::holds_on(middle, Ball(0), Ball(4)));
  CHECK_FALSE(partition::holds_on(left, Ball(-100), Ball(0)));
  CHECK(left.phi.is_number(0));
}

TEST_CASE("panel: the error of the quadrature of 1/(1 + x^2) stays below its bound on every ellipse") {
  // phi^2 = 1/(1 + x^2) has poles at +-i; on [-1/2, 1/2] its integral is 2 atan(1/2).
  const BallPrecision precision(128);
  const partition::Line line = partition::cut_line(make_activation("1/sqrt(1 + x^2)"), 128);
  rigorous::Panel panel(Ball(-0.5), Ball(0.5), line.parts[0].branch);
  const Ball truth = Ball(2) * atan(Ball(0.5));
  for (const unsigned count : {4U, 8U, 12U}) {
    rigorous::Panel fresh(Ball(-0.5), Ball(0.5), line.parts[0].branch);
    const rigorous::PanelSettings settings{rigorous::gauss_rule(count), 128, 256};
    Ball sum;
    for (const auto& node : fresh.nodes(settings)) sum += node.value[0];
    const double miss = abs(sum - truth).upper();
    CHECK(miss > 1e-36);
    for (std::size_t i = 0; i < rigorous::Panel::ellipses.size(); ++i) {
      const double bound = fresh.error(i, 0, 0, count)[0];
      CHECK(miss <= bound);
      // The poles lie on the ellipse of rho = 2 + sqrt(5).
      CHECK((rigorous::Panel::ellipses[i] < 4.2) == std::isfinite(bound));
    }
  }
}

TEST_CASE("series: the remainder holds what the terms left out add") {
  // V(q) = e^(2q) of exp: at q = (1 + u)/2 it and its derivatives in u are e^(1 + u).
  rigorous::Integrals integrals(make_activation("exp"), 64);
  const double centre = 0.5;
  for (const std::size_t terms : {3U, 5U, 9U}) {
    const auto model = rigorous::Integrals(make_activation("exp"), 64).model(centre, terms);
    const auto longer = integrals.model(centre, 30);
    for (const double u : {-0.2, -0.01, 0.05, 0.2}) {
      Ball truth = exp(Ball(1) + Ball(u));
      for (unsigned i = 0; i < 3; ++i) {
        const Ball cut = model->series[0].derivative(i, Ball(u));
        CAPTURE(terms);
        CAPTURE(u);
        CAPTURE(i);
        CHECK(cut.overlaps(truth));
        CHECK(longer->series[0].derivative(i, Ball(u)).overlaps(truth));
        // The first term left out is missing, and it is not small at |u| = 0.2.
        if (std::fabs(u) > 0.1) CHECK(cut.radius() > 1e-9);
      }
    }
    for (std::size_t k = 0; k < 30; ++k) {
      for (std::size_t r = 0; r < 2; ++r)
        CHECK(std::fabs(longer->series[0].coefficients[k].midpoint()) <=
              longer->series[0].bound[r] * std::pow(rigorous::Series::reach[r], -static_cast<double>(k)));
    }
  }
  CHECK_FALSE(is_finite(integrals.model(centre, 5)->series[0].derivative(0, Ball(0.8))));
}

TEST_CASE("rigorous: what has no proof is refused with the reason") {
  const auto reason = [](const char* text) { return no_rigorous_reason(make_activation(text)); };
  CHECK(reason("sign").find("jumps") != std::string::npos);
  CHECK(reason("hard-shrink").find("jumps") != std::string::npos);
  CHECK(reason("exp(x^2/8)").find("envelope") != std::string::npos);
  CHECK_FALSE(reason("bump").empty());
  CHECK(reason("tanh").empty());
  CHECK(reason("relu(x - 1/3)*tanh(x)").empty());
  CHECK_THROWS_AS(rigorous_expectations(make_activation("step")), Error);

  const auto tanh = rigorous_expectations(make_activation("tanh"));
  CHECK_THROWS_AS(tanh->one_point(Ball(0), 0), Error);
  CHECK_THROWS_AS(tanh->one_point(Ball(-1), 0), Error);
  CHECK_FALSE(is_finite(tanh->one_point(Ball::between(-1.0, 2.0), 1).V[0]));
  CHECK_THROWS_AS(tanh->two_point({Ball(1), Ball(1), Ball(0), Ball(1), false}, TwoPointNeed::kernel), Error);
  const TwoPoint<Ball> same = tanh->two_point({Ball(1), Ball(1), Ball(1), Ball(0), true}, TwoPointNeed::kernel);
  CHECK(same.K.overlaps(tanh->one_point(Ball(1), 0).V[0]));
  CHECK(tanh->kind() == ErrorKind::rigorous);
}
