// Pairs over panels: against closed forms at any distance from coincidence, from both ends, and against the average of
// two unlike routes.
#include <doctest/doctest.h>

#include <cmath>

#include "closedform/closedform.hpp"
#include "gaussian/gaussian.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

/// Both signs of rho, 1 - |rho| from 1e-15 to 1, variances from 1e-2 to 1e2.
Covariance<TrackedDouble> random_covariance(std::mt19937_64& random) {
  const double a = testing::log_uniform(random, 1e-2, 1e2), b = testing::log_uniform(random, 1e-2, 1e2);
  const double gap = testing::log_uniform(random, 1e-15, 1), sign = random() % 2 == 0 ? 1 : -1;
  const double n = sign * std::sqrt(a * b) * (1 - gap);
  // ab - n^2 of the doubles themselves: what the routes are given has to be one law.
  const Rational exact_a(a), exact_b(b), exact_n(n);
  const Rational minor = exact_a * exact_b - exact_n * exact_n;
  return {TrackedDouble(a), TrackedDouble(b), TrackedDouble(n), from_rational<TrackedDouble>(minor), false};
}

void compare(const char* what, const std::string& name, const TrackedDouble& mine, const TrackedDouble& other) {
  INFO(name, " ", what, ": ", mine.value, " +- ", mine.error, ", closed form ", other.value, " +- ", other.error);
  CHECK(std::fabs(mine.value - other.value) <= mine.error + other.error);
}

}  // namespace

TEST_CASE("pairs: the quadrature agrees with every closed form within the stated errors, near coincidence too") {
  auto random = testing::generator_of_test("pair_panels closed");
  for (const char* name : {"relu", "leaky-relu", "abs", "erf", "gelu", "sin", "cos", "gaussian", "relu(x-0.3)",
                           "max(-1,min(1,x))", "x^3", "x*relu(x)", "erf(3*(x-0.5))"}) {
    const Activation activation = make_activation(name);
    const auto form = find_closed_form(activation);
    if (!form) continue;
    const auto closed = closed_form_expectations<TrackedDouble>(*form);
    const auto quadrature = quadrature_expectations<TrackedDouble>(activation);
    for (std::size_t trial = 0; trial < testing::trials(12); ++trial) {
      const auto c = random_covariance(random);
      if (!(c.minor.value > 0)) continue;
      const auto need = trial % 3 == 0 ? TwoPointNeed::derivatives : TwoPointNeed::kernel;
      const auto mine = quadrature->two_point(c, need), other = closed->two_point(c, need);
      compare("K", name, mine.K, other.K);
      compare("Kdot", name, mine.Kdot, other.Kdot);
      if (need == TwoPointNeed::kernel) continue;
      compare("Ka", name, mine.Ka, other.Ka);
      compare("Kb", name, mine.Kb, other.Kb);
      compare("radial", name, mine.radial, other.radial);
      compare("mixed", name, mine.mixed, other.mixed);
      compare("normal", name, mine.normal, other.normal);
    }
  }
}

TEST_CASE("pairs: double and 25 digits agree within the stated errors, for bumps, steps and corners anywhere") {
  auto random = testing::generator_of_test("pair_panels real");
  for (std::size_t trial = 0; trial < testing::trials(12); ++trial) {
    const double centre = testing::uniform(random, -2, 2), width = testing::log_uniform(random, 1e-6, 1);
    char text[200];
    constexpr const char* forms[] = {"tanh(x)+exp(-((x-(%.6g))/(%.6g))^2)", "x+atan((x-(%.6g))/(%.6g))",
                                     "sin(x)+abs(x-(%.6g))*%.6g", "erf((x-(%.6g))/(%.6g))"};
    std::snprintf(text, sizeof text, forms[trial % 4], centre, width);
    const Activation activation = make_activation(text);
    const auto c = random_covariance(random);
    if (!(c.minor.value > 0)) continue;
    const auto mine = quadrature_expectations<TrackedDouble>(activation)->two_point(c, TwoPointNeed::kernel);
    const PrecisionScope precision(35);
    const Covariance<Real> fine{Real(c.a.value), Real(c.b.value), Real(c.n.value), Real(c.minor.value), false};
    const auto other = quadrature_expectations<Real>(activation)->two_point(fine, TwoPointNeed::kernel);
    const double K = static_cast<double>(other.K), Kdot = static_cast<double>(other.Kdot);
    // The rounded minor is one of a law that differs by its own rounding.
    compare("K", text, mine.K, TrackedDouble(K, 3e-16 * std::fabs(K)));
    compare("Kdot", text, mine.Kdot, TrackedDouble(Kdot, 3e-16 * std::fabs(Kdot)));
  }
}
