// The changes of variable and the error estimate of three nested trapezoid sums.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "quadrature/levels.hpp"
#include "quadrature/maps.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using namespace widegeo::quadrature;

namespace {

/// One integral through a table of unit nodes; `at` turns (t < 0, delta) into the integrand's value.
template <class T>
Integral<T> integrate(Map map, const T& h, double reach, double end_nats, const std::function<T(bool, const T&)>& at) {
  const auto table = make_node_table<T>(map, h, reach, end_nats);
  LevelSums<T> sums;
  for (long j = table.first; j <= table.last(); ++j) {
    const auto& node = table.at(j);
    sums.add(j, T(node.slope * at(j < 0, node.delta)));
  }
  return conclude(triple(sums, h), T(0));
}

}  // namespace

TEST_CASE("quadrature: the maps integrate Gaussians, algebraic ends and whole lines to double precision") {
  const auto gauss = [](bool, const double& z) { return std::exp(-z * z / 2); };
  CHECK(std::abs(integrate<double>(Map::line, 0.1, 12, 0, gauss).value - std::sqrt(2 * M_PI)) < 4e-15);
  CHECK(std::abs(integrate<double>(Map::ray, 0.1, 12, 45, gauss).value - std::sqrt(M_PI / 2)) < 4e-15);
  // int_0^1 x^(-1/2) dx = 2: the left end is singular, distances there are exact.
  const auto algebraic = [](bool left, const double& d) { return 1 / std::sqrt(left ? d : 1 - d); };
  CHECK(std::abs(integrate<double>(Map::segment, 0.05, 1, 85, algebraic).value - 2) < 4e-15);
}

TEST_CASE("quadrature: 100 digits of a Gaussian integral follow from a small enough step") {
  const PrecisionScope precision(120);
  const auto gauss = [](bool, const Real& z) { return Real(exp(Real(-z * z / 2))); };
  const auto r = integrate<Real>(Map::line, Real(1) / 64, 23, 0, gauss);
  CHECK(testing::relative_difference(r.value, Real(sqrt(Real(2 * pi<Real>())))) < 1e-100);
  CHECK(r.error < Real("1e-100"));
}

TEST_CASE("quadrature: the estimate is above the true error at every step, from useless to converged") {
  // Poles at distance 1/w of the real axis, a kink in the middle, an oscillation: convergence fast, slow and none.
  struct Case {
    const char* name;
    std::function<double(double)> f;
    double exact;
  };
  const double root = std::sqrt(2 * M_PI);
  const std::vector<Case> cases{
      {"cosine", [](double z) { return std::cos(3 * z) * std::exp(-z * z / 2); }, root * std::exp(-4.5)},
      {"pole", [](double z) { return std::exp(-z * z / 2) / (1 + 4 * z * z); },
       // int e^(-z^2/2) / (z^2 + s^2) dz = pi/s e^(s^2/2) erfc(s/sqrt 2), here s = 1/2 and a factor 1/4
       M_PI / 2 * std::exp(0.125) * std::erfc(std::sqrt(0.125))},
      {"kink", [](double z) { return std::abs(z) * std::exp(-z * z / 2); }, 2},
  };
  double worst = 0;
  for (const Case& c : cases) {
    for (double h = 0.8; h > 0.004; h *= 0.79) {
      const auto r = integrate<double>(Map::line, h, 12, 0, [&](bool, const double& z) { return c.f(z); });
      const double truth = std::abs(r.value - c.exact), stated = r.error + 2e-15;  // rounding is not asked for here
      worst = std::max(worst, truth / stated);
      CHECK_MESSAGE(truth <= stated, c.name, " h = ", h, " true ", truth, " stated ", stated);
    }
  }
  std::printf("quadrature: worst ratio of true to stated error %.3f\n", worst);
}

TEST_CASE("quadrature: sums by level are the trapezoid sums of step h, 2h and 4h") {
  LevelSums<double> sums;
  for (long j = -8; j <= 8; ++j) sums.add(j, static_cast<double>(j * j));
  const auto three = triple(sums, 0.5);
  CHECK(three.fine == 0.5 * 408);
  CHECK(three.middle == 1.0 * 240);
  CHECK(three.coarse == 2.0 * 160);
}
