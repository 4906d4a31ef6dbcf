// Closed forms over balls enclose what the same forms give in multiprecision at every point of the ball. (The forms
// themselves are judged by quadrature elsewhere; here it is their enclosures.)
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>

#include "ball_random.hpp"
#include "closedform/closedform.hpp"
#include "number/error.hpp"
#include "testing/checks.hpp"
#include "testing/closed_form_entries.hpp"

using namespace widegeo;
using namespace widegeo::testing;

namespace {

/// What 120 digits lose in forms that are differences of tail probabilities and of exponentials at the variances used.
constexpr unsigned digits = 120;
Real slack() { return pow_int(Real(10), -45L); }

/// In the ball up to the rounding of the reference, relative to the size of the terms.
bool encloses(const Ball& x, const Real& truth, const Real& size) {
  return is_finite(truth) && abs(truth - midpoint_of(x)) <= radius_of(x) + max(abs(truth), abs(size)) * slack();
}

std::size_t count_enclosed(const OnePoint<Ball>& x, const OnePoint<Real>& truth, bool metric,
                           const std::string& label) {
  std::size_t count = 0;
  for (std::size_t k = 0; k < x.V.size(); ++k) {
    INFO(label, " derivative ", k, " V ", x.V[k].text(20), " D ", x.D[k].text(20));
    if (is_finite(x.V[k])) CHECK(encloses(x.V[k], truth.V[k], truth.V[0]));
    if (metric && is_finite(x.D[k])) CHECK(encloses(x.D[k], truth.D[k], truth.D[0]));
    count += is_finite(x.V[k]) && (!metric || is_finite(x.D[k])) ? 1 : 0;
  }
  return count;
}

Covariance<Real> covariance(double a, double b, double n) {
  const Real A(a), B(b), N(n);
  return {A, B, N, Real(A * B - N * N), false};
}

void check_pair(const TwoPoint<Ball>& x, const TwoPoint<Real>& truth, const Real& size, bool derivatives) {
  const auto see = [&](const char* name, const Ball& ball, const Real& value) {
    INFO(name, " ", ball.text(20), " truth ", value_of(value));
    if (is_finite(ball)) CHECK(encloses(ball, value, size));
  };
  see("K", x.K, truth.K);
  see("Kdot", x.Kdot, truth.Kdot);
  if (!derivatives) return;
  see("Ka", x.Ka, truth.Ka);
  see("Kb", x.Kb, truth.Kb);
  see("radial", x.radial, truth.radial);
  see("mixed", x.mixed, truth.mixed);
  see("normal", x.normal, truth.normal);
}

}  // namespace

TEST_CASE("closedform: thin balls hold V, D and their derivatives to order 4, and are thin") {
  const PrecisionScope precision(digits);
  const BallPrecision bits(128);
  auto generator = generator_of_test("closed forms over thin balls");
  for (const ClosedFormEntry& entry : closed_form_entries()) {
    const auto form = find_closed_form(entry.make());
    REQUIRE(form.has_value());
    const unsigned order = form->metric_exists ? 4 : 0;
    const auto balls = closed_form_expectations<Ball>(*form);
    CHECK(balls->kind() == ErrorKind::rigorous);
    const auto exact = closed_form_expectations<Real>(*form);
    double widest = 0;
    for (std::size_t trial = 0; trial < trials(3); ++trial) {
      const double q = log_uniform(generator, 0.05, form->variance_limit ? 0.2 : 10.0);
      const OnePoint<Ball> o = balls->one_point(Ball(q), order);
      CHECK(count_enclosed(o, exact->one_point(Real(q), order), form->metric_exists, entry.label) == order + 1);
      widest = std::max(widest, o.V[0].radius() / std::max(o.V[0].midpoint(), 1e-6));
    }
    // 128 bits are 38 digits; differences of tails beyond kinks at 2 sigma and sums of powers lose a few.
    CHECK_MESSAGE(widest < 1e-28, entry.label, " ", widest);
  }
}

TEST_CASE("closedform: wide balls hold the values at all their points") {
  const PrecisionScope precision(digits);
  auto generator = generator_of_test("closed forms over wide balls");
  std::size_t asked = 0, finite = 0;
  for (const ClosedFormEntry& entry : closed_form_entries()) {
    const auto form = find_closed_form(entry.make());
    const unsigned order = form->metric_exists ? 4 : 0;
    const auto balls = closed_form_expectations<Ball>(*form);
    const auto exact = closed_form_expectations<Real>(*form);
    for (std::size_t trial = 0; trial < trials(4); ++trial) {
      const double q = log_uniform(generator, 0.05, form->variance_limit ? 0.15 : 10.0);
      const double relative = log_uniform(generator, 1e-8, 0.3);
      const double low = q * (1 - relative), high = q * (1 + relative);
      const OnePoint<Ball> o = balls->one_point(Ball::between(low, high), order);
      for (const double point : {low, high, uniform(generator, low, high)})
        finite += count_enclosed(o, exact->one_point(Real(point), order), form->metric_exists, entry.label);
      asked += 3 * (order + 1);
    }
  }
  std::printf("  finite: %zu of %zu\n", finite, asked);
  CHECK(finite * 10 >= asked * 9);
}

TEST_CASE("closedform: over a wide ball the enclosures of V and D are their ranges where these are monotone") {
  // erf and GELU: V rises; D of erf falls. Only the roundings of 64 bits and of a radius (30 bits) come on top.
  for (const char* name : {"erf", "gelu"}) {
    const auto form = find_closed_form(make_activation(name));
    REQUIRE(form.has_value());
    const auto balls = closed_form_expectations<Ball>(*form);
    const OnePoint<Ball> low = balls->one_point(Ball(0.9), 0), high = balls->one_point(Ball(1.1), 0);
    const OnePoint<Ball> all = balls->one_point(Ball::between(0.9, 1.1), 0);
    CHECK(all.V[0].lower() >= low.V[0].lower() - 1e-8);
    CHECK(all.V[0].upper() <= high.V[0].upper() + 1e-8);
    const double least = std::min(low.D[0].lower(), high.D[0].lower());
    const double most = std::max(low.D[0].upper(), high.D[0].upper());
    CHECK(all.D[0].lower() >= least - 1e-8);
    CHECK(all.D[0].upper() <= most + 1e-8);
  }
}

TEST_CASE("closedform: balls of covariances hold K, Kdot and the directional derivatives") {
  const PrecisionScope precision(digits);
  auto generator = generator_of_test("closed forms over balls of covariances");
  std::size_t asked = 0, finite = 0;
  for (const ClosedFormEntry& entry : closed_form_entries()) {
    const auto form = find_closed_form(entry.make());
    const bool derivatives = form->metric_exists;
    const TwoPointNeed need = derivatives ? TwoPointNeed::derivatives : TwoPointNeed::kernel;
    const auto balls = closed_form_expectations<Ball>(*form);
    const auto exact = closed_form_expectations<Real>(*form);
    for (std::size_t trial = 0; trial < trials(3); ++trial) {
      const double top = form->variance_limit ? 0.15 : 4.0;
      const double a = log_uniform(generator, 0.1, top), b = log_uniform(generator, 0.1, top);
      const double n = uniform(generator, -0.95, 0.95) * std::sqrt(a * b);
      const double relative = trial % 3 == 0 ? 0 : log_uniform(generator, 1e-10, 0.02);
      const BallPrecision bits(relative == 0 ? 128 : 64);
      const auto around = [&](double x) {
        return Ball::between(x - std::fabs(x) * relative, x + std::fabs(x) * relative);
      };
      Covariance<Ball> c{around(a), around(b), around(n), Ball(0), false};
      c.minor = c.a * c.b - c.n * c.n;
      const TwoPoint<Ball> x = balls->two_point(c, need);
      ++asked;
      finite += is_finite(x.K) && is_finite(x.Kdot) ? 1 : 0;
      const Real size = exact->one_point(Real(std::max(a, b)), 0).V[0] + 1;
      for (int point = 0; point < 2; ++point) {
        const auto moved = [&](double v) { return v + std::fabs(v) * relative * uniform(generator, -1, 1) * 0.999; };
        INFO(entry.label, " relative radius ", relative);
        check_pair(x, exact->two_point(covariance(moved(a), moved(b), moved(n)), need), size, derivatives);
      }
    }
  }
  std::printf("  finite: %zu of %zu\n", finite, asked);
  CHECK(finite * 20 >= asked * 19);
}

TEST_CASE("closedform: balls at coincidence, at zero variance and at the limit of the variance") {
  const auto erf = closed_form_expectations<Ball>(*find_closed_form(make_activation("erf")));
  const Ball q = Ball::between(0.5, 0.6);
  const TwoPoint<Ball> same = erf->two_point({q, q, q, Ball(0), true}, TwoPointNeed::derivatives);
  const OnePoint<Ball> one = erf->one_point(q, 1);
  CHECK(same.K.contains(one.V[0]));
  CHECK(same.Kdot.contains(one.D[0]));
  CHECK(same.radial.overlaps(Ball(2) * q * one.D[1]));

  // Smooth forms pass through 0; a rounding below 0 is no variance and not asked for.
  const OnePoint<Ball> zero = erf->one_point(Ball::between(-1e-20, 1e-3), 3);
  CHECK(zero.V[0].contains(Ball(0)));
  CHECK(zero.V[0].lower() >= 0);
  CHECK(is_finite(zero.D[3]));
  CHECK_THROWS_AS(erf->one_point(Ball::between(-2.0, -1.0), 1), Error);

  // A kink off 0: 1/sqrt(q) in the form, whose limit a ball does not see.
  const auto kinked = closed_form_expectations<Ball>(*find_closed_form(make_activation("hard-tanh")));
  CHECK_FALSE(is_finite(kinked->one_point(Ball::between(0.0, 0.1), 1).D[0]));
  CHECK_THROWS_AS(kinked->one_point(Ball(0), 1), Error);

  const auto relu = closed_form_expectations<Ball>(*find_closed_form(make_activation("relu")));
  CHECK(relu->one_point(Ball::between(0.0, 2.0), 2).V[0].contains(Ball(1)));

  const auto jump = closed_form_expectations<Ball>(*find_closed_form(make_activation("sign")));
  CHECK_FALSE(is_finite(jump->one_point(q, 0).D[0]));
  CHECK_THROWS_AS(jump->one_point(q, 1), Error);

  // exp(x^2/4): the average of its square exists for variances below 1.
  const auto form = find_closed_form(make_activation("gaussian", {{"b", "1/4"}}));
  REQUIRE(form.has_value());
  REQUIRE(form->variance_limit.has_value());
  const auto growing = closed_form_expectations<Ball>(*form);
  CHECK(is_finite(growing->one_point(Ball::between(0.5, 0.75), 1).V[1]));
  CHECK_FALSE(is_finite(growing->one_point(Ball::between(0.5, 1.5), 1).V[0]));
  CHECK_THROWS_AS(growing->one_point(Ball::between(1.5, 2.0), 1), Error);
}
