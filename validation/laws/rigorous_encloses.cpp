// Rigorous expectations enclose what the other routes compute: quadrature in many digits, closed forms over balls. And
// they are narrow.
#include <doctest/doctest.h>

#include "ball_random.hpp"
#include "closedform/closedform.hpp"
#include "gaussian/gaussian.hpp"
#include "rigorous/rigorous.hpp"

using namespace widegeo;
using namespace widegeo::testing;

namespace {

constexpr unsigned digits = 40;
/// The quadrature aims at 40 digits less 8 guard digits; its derivatives lose a few more.
const char* const slack_of_quadrature = "1e-26";

std::string drawn_name(std::mt19937_64& generator) {
  // Those whose quadrature in 40 digits takes a fraction of a second.
  static const std::vector<std::string> names{"tanh",     "erf",      "gelu",           "silu",        "softplus",
                                              "sigmoid",  "sech",     "hard-swish",     "elu",         "relu6",
                                              "softsign", "isrlu",    "squareplus",     "log-cosh",    "triangle",
                                              "symlog",   "gaussian", "growing-cosine", "soft-shrink", "tanhshrink",
                                              "asinh",    "arctan",   "bent-identity",  "lorentzian",  "exp"};
  return names[generator() % names.size()];
}

double relative_radius(const Ball& x) { return x.radius() / std::fabs(x.midpoint()); }

}  // namespace

TEST_CASE("rigorous: thin variances give the numbers of the quadrature in 40 digits, derivatives included") {
  auto generator = generator_of_test("rigorous thin");
  const PrecisionScope scope(digits);
  const Real slack(slack_of_quadrature);
  for (std::size_t trial = 0; trial < trials(10); ++trial) {
    const std::string name = drawn_name(generator);
    const double q = log_uniform(generator, 0.02, 20);
    CAPTURE(name);
    CAPTURE(q);
    const Activation activation = make_activation(name);
    const unsigned order = 3;
    const OnePoint<Real> truth = quadrature_expectations<Real>(activation)->one_point(Real(q), order);
    const auto rigorous = rigorous_expectations(activation);
    const OnePoint<Ball> ball = rigorous->one_point(Ball(q), order);
    for (unsigned k = 0; k <= order; ++k) {
      CAPTURE(k);
      CHECK(holds(ball.V[k], truth.V[k], slack));
      CHECK(holds(ball.D[k], truth.D[k], slack));
    }
    CHECK(relative_radius(ball.V[0]) < 1e-14);
    CHECK(relative_radius(ball.D[0]) < 1e-14);
  }
}

TEST_CASE("rigorous: more bits give narrower balls that lie in the wider ones") {
  for (const char* name : {"tanh", "gelu", "hard-swish", "isrlu"}) {
    CAPTURE(name);
    const auto rigorous = rigorous_expectations(make_activation(name));
    const Ball q(0.8125);
    const OnePoint<Ball> few = rigorous->one_point(q, 2);
    const BallPrecision precision(128);
    const OnePoint<Ball> many = rigorous->one_point(q, 2);
    for (unsigned k = 0; k <= 2; ++k) {
      CHECK(few.V[k].overlaps(many.V[k]));
      CHECK(few.D[k].overlaps(many.D[k]));
      CHECK(many.V[k].radius() < few.V[k].radius());
      CHECK(many.D[k].radius() < few.D[k].radius());
    }
    CHECK(relative_radius(many.V[0]) < 1e-25);
    CHECK(relative_radius(many.D[0]) < 1e-25);
  }
}

TEST_CASE("rigorous: the enclosure over a wide variance holds the values inside and is hardly wider than their range") {
  auto generator = generator_of_test("rigorous wide");
  for (std::size_t trial = 0; trial < trials(12); ++trial) {
    const std::string name = drawn_name(generator);
    const auto rigorous = rigorous_expectations(make_activation(name));
    const double centre = log_uniform(generator, 0.05, 10);
    const double width = log_uniform(generator, 1e-9, 0.6);
    CAPTURE(name);
    CAPTURE(centre);
    CAPTURE(width);
    const double low = centre * (1 - width), high = centre * (1 + width);
    const unsigned order = 3;
    const OnePoint<Ball> wide = rigorous->one_point(Ball::between(low, high), order);
    OnePoint<Ball> range;
    for (int i = 0; i <= 8; ++i) {
      const double q = i == 0 ? low : i == 8 ? high : uniform(generator, low, high);
      const OnePoint<Ball> point = rigorous->one_point(Ball(q), order);
      if (i == 0) range = point;
      for (unsigned k = 0; k <= order; ++k) {
        CHECK(wide.V[k].contains(point.V[k].centre()));
        CHECK(wide.D[k].contains(point.D[k].centre()));
        range.V[k] = Ball::hull(range.V[k], point.V[k]);
        range.D[k] = Ball::hull(range.D[k], point.D[k]);
      }
    }
    // Of relative width 0.1 the range is overestimated by less than 1e-3 of the value: only what a derivative of
    // undecided sign adds.
    if (width < 0.05) {
      CHECK(wide.V[0].radius() <= range.V[0].radius() + 1e-3 * std::fabs(range.V[0].midpoint()));
      CHECK(wide.D[0].radius() <= range.D[0].radius() + 1e-3 * std::fabs(range.D[0].midpoint()));
    }
  }
}

TEST_CASE("rigorous: an extremum inside of a wide variance is enclosed, though both ends lie on one side of it") {
  // V(q) = q (1 + 4q)^(-3/2) has its maximum 3^(-3/2)/2 at q = 1/2.
  const auto rigorous = rigorous_expectations(make_activation("x*exp(-x^2)"));
  const Ball maximum = Ball(1) / (Ball(2) * Ball(3) * sqrt(Ball(3)));
  for (const double width : {1e-4, 1e-2, 0.1, 0.2}) {
    CAPTURE(width);
    const OnePoint<Ball> wide = rigorous->one_point(Ball::between(0.5 * (1 - width), 0.5 * (1 + width)), 1);
    CHECK(wide.V[0].contains(maximum));
    CHECK(wide.V[1].contains(Ball(0)));
    CHECK(wide.V[0].radius() < width);
  }
}

TEST_CASE("rigorous: variances far above and far below the scale of the activation") {
  const auto clipped = rigorous_expectations(make_activation("hard-tanh"));
  for (const double q : {1e-6, 1e-3, 1e4, 1e8}) {
    CAPTURE(q);
    // D = P(|x| < 1) = erf(1/sqrt(2q)).
    const Ball D = clipped->one_point(Ball(q), 0).D[0], truth = erf(Ball(1) / sqrt(Ball(2) * Ball(q)));
    CHECK(D.overlaps(truth));
    CHECK(relative_radius(D) < 1e-14);
  }
  // tanh(x)^2 = x^2 - 2/3 x^4 + 17/45 x^6 - 62/315 x^8 + ...: the third derivative of V is 34 - 496 q at small q; the
  // next term is below 1e4 q^2.
  const auto tanh = rigorous_expectations(make_activation("tanh"));
  for (const double q : {1e-6, 1e-4}) {
    const Ball third = tanh->one_point(Ball(q), 3).V[3];
    CHECK(std::fabs(third.midpoint() - (34 - 496 * q)) < 1e4 * q * q + third.radius());
    CHECK(relative_radius(third) < 1e-8);
  }
}

TEST_CASE("rigorous: closed forms over balls meet the quadrature over balls") {
  auto generator = generator_of_test("rigorous closed forms");
  for (const char* name : {"erf", "relu", "leaky-relu", "gelu", "sin", "cube", "relu-power", "exp", "gaussian",
                           "shifted-relu", "hard-tanh", "normal-cdf", "elu", "squared-relu", "rbf", "hermite"}) {
    const Activation activation = make_activation(name);
    const std::optional<ClosedForm> form = find_closed_form(activation);
    REQUIRE(form);
    const auto closed = closed_form_expectations<Ball>(*form);
    const auto rigorous = rigorous_expectations(activation);
    const double q = log_uniform(generator, 0.02, 20);
    CAPTURE(name);
    CAPTURE(q);
    for (const double width : {0.0, 1e-3}) {
      const Ball variance = Ball::between(q * (1 - width), q * (1 + width));
      const OnePoint<Ball> a = closed->one_point(variance, 3), b = rigorous->one_point(variance, 3);
      for (unsigned k = 0; k <= 3; ++k) {
        CHECK(a.V[k].overlaps(b.V[k]));
        CHECK(a.D[k].overlaps(b.D[k]));
      }
    }
  }
}
