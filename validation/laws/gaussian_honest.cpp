// The stated error is above the true one: doubles against multiprecision on random activations, variances and angles.
#include <doctest/doctest.h>

#include <cmath>

#include "gaussian/gaussian.hpp"
#include "number/error.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

const char* const names[] = {"tanh",       "relu",    "gelu",     "silu",     "elu",           "softplus", "arctan",
                             "gaussian",   "sin",     "softsign", "relu6",    "erf",           "mish",     "hard-tanh",
                             "leaky-relu", "sigmoid", "cube",     "abs(x-1)", "x*exp(-abs(x))"};

struct Worst {
  double ratio = 0, error = 0;
  std::string where;
  void see(const TrackedDouble& mine, const Real& truth, const std::string& at) {
    const double difference = std::abs(static_cast<double>(Real(truth - Real(mine.value))));
    CHECK_MESSAGE(difference <= mine.error, at, " value ", mine.value, " true error ", difference, " stated ",
                  mine.error);
    if (mine.error > 0 && difference / mine.error > ratio) {
      ratio = difference / mine.error;
      where = at;
    }
  }
};

}  // namespace

TEST_CASE("gaussian: the stated error of V, D and derivatives holds the true one, variances 1e-12 to 1e6") {
  auto random = testing::generator_of_test("gaussian_honest one_point");
  const PrecisionScope precision(38);
  Worst worst;
  for (const char* name : names) {
    const Activation activation = make_activation(name);
    const auto rough = quadrature_expectations<TrackedDouble>(activation);
    const auto fine = quadrature_expectations<Real>(activation);
    for (std::size_t trial = 0; trial < testing::trials(3); ++trial) {
      // sin over 10^3 radians a unit of z is resolved too, at a cost that this test need not pay.
      const double top = std::string(name) == "sin" ? 1e3 : 1e6;
      const double q = trial == 0 ? testing::log_uniform(random, 1e-12, top) : testing::log_uniform(random, 1e-2, 1e2);
      const auto o = rough->one_point(TrackedDouble(q), 2);
      const auto t = fine->one_point(Real(q), 2);
      for (std::size_t k = 0; k < 3; ++k) {
        const std::string at = std::string(name) + " q=" + std::to_string(q) + " order " + std::to_string(k);
        worst.see(o.V[k], t.V[k], at + " V");
        worst.see(o.D[k], t.D[k], at + " D");
      }
      CHECK_MESSAGE(o.V[0].error < 1e-13 * o.V[0].value + 1e-300, name, " ", q);
      CHECK_MESSAGE(o.D[0].error < 1e-13 * o.D[0].value + 1e-300, name, " ", q);
    }
  }
  std::printf("gaussian: worst true/stated error, one point: %.3f (%s)\n", worst.ratio, worst.where.c_str());
}

TEST_CASE("gaussian: the stated error of K and all that goes with it holds the true one, any angle") {
  auto random = testing::generator_of_test("gaussian_honest two_point");
  const PrecisionScope precision(28);
  Worst worst;
  std::size_t pick = 0;
  for (std::size_t trial = 0; trial < testing::trials(8); ++trial) {
    const char* name = names[pick++ * 7 % std::size(names)];
    const Activation activation = make_activation(name);
    const double a = testing::log_uniform(random, 0.05, 5), b = testing::log_uniform(random, 0.05, 5);
    // 1 - |rho| from 1 down to 1e-10
    const double gap = testing::log_uniform(random, 1e-10, 1), sign = trial % 2 == 0 ? 1 : -1;
    const double n = sign * (1 - gap) * std::sqrt(a * b);
    const double minor = std::fma(a, b, -n * n);
    const Covariance<TrackedDouble> c{TrackedDouble(a), TrackedDouble(b), TrackedDouble(n), TrackedDouble(minor),
                                      false};
    const auto o = quadrature_expectations<TrackedDouble>(activation)->two_point(c, TwoPointNeed::derivatives);
    const auto t = quadrature_expectations<Real>(activation)
                       ->two_point({Real(a), Real(b), Real(n), Real(minor), false}, TwoPointNeed::derivatives);
    const std::string at =
        std::string(name) + " a=" + std::to_string(a) + " b=" + std::to_string(b) + " gap=" + std::to_string(gap);
    worst.see(o.K, t.K, at + " K");
    worst.see(o.Kdot, t.Kdot, at + " Kdot");
    worst.see(o.Ka, t.Ka, at + " Ka");
    worst.see(o.Kb, t.Kb, at + " Kb");
    worst.see(o.radial, t.radial, at + " radial");
    worst.see(o.mixed, t.mixed, at + " mixed");
    worst.see(o.normal, t.normal, at + " normal");
    CHECK_MESSAGE(o.K.error < 1e-12, at);
  }
  std::printf("gaussian: worst true/stated error, two points: %.3f (%s)\n", worst.ratio, worst.where.c_str());
}

TEST_CASE(
    "gaussian: the stated error of K and Kdot holds what the errors of the covariance bring, narrow features too") {
  auto random = testing::generator_of_test("gaussian_honest inputs");
  const PrecisionScope precision(28);
  Worst worst;
  for (const char* name : {"tanh", "abs(x-1)", "step(x-0.3)", "exp(-1e10*(x-0.3)^2)", "erf(1e4*(x-0.4))"}) {
    const Activation activation = make_activation(name);
    const auto rough = quadrature_expectations<TrackedDouble>(activation);
    const auto fine = quadrature_expectations<Real>(activation);
    for (std::size_t trial = 0; trial < testing::trials(6); ++trial) {
      const double gap = trial == 0 ? 1 : testing::log_uniform(random, 1e-12, 1);
      // In every second one u and v meet the same feature.
      const double a = testing::log_uniform(random, 0.05, 5),
                   b = trial % 2 == 0 ? testing::log_uniform(random, 0.05, 5) : a * (1 + 2 * std::sqrt(gap));
      const double n = trial == 0 ? 0 : (random() % 2 == 0 ? 1 : -1) * (1 - gap) * std::sqrt(a * b);
      const double minor = from_rational<double>(Rational(a) * Rational(b) - Rational(n) * Rational(n));
      // Small against sigma and against the narrowest feature.
      const double relative = testing::log_uniform(random, 1e-12, 1e-8) * std::fmin(1, std::sqrt(gap));
      const double at_n = relative * std::sqrt(a * b);
      const auto o = rough->two_point({TrackedDouble(a, relative * a), TrackedDouble(b, relative * b),
                                       TrackedDouble(n, at_n), TrackedDouble(minor, relative * minor), false},
                                      TwoPointNeed::kernel);
      for (const int corner : {0, 4, 2, 7}) {
        const auto moved = [&](double x, double error, int bit) -> Real {
          return Real(x) + ((corner >> bit) % 2 == 0 ? 1 : -1) * Real(error);
        };
        const Real at = moved(a, relative * a, 0), nt = moved(n, at_n, 1), mt = moved(minor, relative * minor, 2);
        const auto t = fine->two_point({at, Real((nt * nt + mt) / at), nt, mt, false}, TwoPointNeed::kernel);
        const std::string where = std::string(name) + " a=" + std::to_string(a) + " b=" + std::to_string(b) +
                                  " gap=" + std::to_string(gap) + " corner " + std::to_string(corner);
        worst.see(o.K, t.K, where + " K");
        worst.see(o.Kdot, t.Kdot, where + " Kdot");
      }
    }
  }
  std::printf("gaussian: worst true/stated error, errors of inputs: %.3f (%s)\n", worst.ratio, worst.where.c_str());
}
