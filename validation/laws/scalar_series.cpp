// Coefficients of the kernel as a function of the correlation: known series, two routes, and the deep recursion.
#include "gram/scalar/scalar_series.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "api/scalar_taylor.hpp"
#include "gram/scalar/scalar_kernel.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

api::PreparedNetwork setup_of(const char* activation, unsigned depth, Rational s, Rational b) {
  api::PreparedNetwork setup;
  setup.model.depth = depth;
  setup.model.weight_variance = {s};
  setup.model.bias_variance = {b};
  setup.activation = make_activation(activation);
  setup.closed = find_closed_form(setup.activation);
  return setup;
}

std::vector<Real> power(const api::PreparedNetwork& setup, const Real& t, bool ntk_kind, unsigned order,
                        bool closed = true) {
  const auto source = make_expectations<Real>(setup, closed);
  return gram::power_series<Real>(setup.model, *source, api::taylor_of_kernel<Real>(setup, closed), t, 1, ntk_kind,
                                  order);
}

Real at(const api::PreparedNetwork& setup, const Real& t, const Real& rho, bool ntk_kind) {
  const auto source = make_expectations<Real>(setup, true);
  const Real one(1);
  const auto pair = gram::pair_of_one_norm<Real>(t, rho, (one - rho) * (one + rho), one - rho, 1);
  return ntk_kind ? ntk<Real>(setup.model, *source, pair, 0).kernel : nngp<Real>(setup.model, *source, pair, 0).kernel;
}

/// binomial(2j, j) / 4^j
Real central(unsigned j) {
  Real r(1);
  for (unsigned i = 1; i <= j; ++i) r = r * Real(2 * i - 1) / Real(2 * i);
  return r;
}

}  // namespace

TEST_CASE("power series: the coefficients of the arc-cosine kernel, of erf and of exp at depth 1 to 50 digits") {
  const PrecisionScope scope(70);
  const Real t = Real(7) / 4, pi_ = pi<Real>();
  const unsigned order = 60;
  const auto relu = power(setup_of("relu", 1, 1, 0), t, false, order);
  const auto erf_ = power(setup_of("erf", 1, 1, 0), t, false, order);
  const auto exp_ = power(setup_of("exp", 1, 1, 0), t, false, order);
  const Real c = 2 * t / (1 + 2 * t);
  Real factorial(1);
  for (unsigned k = 0; k <= order; ++k) {
    CAPTURE(k);
    if (k > 0) factorial *= k;
    // relu: t/(2 pi) (sqrt(1 - rho^2) + rho asin(rho) + pi rho/2);  erf: (2/pi) asin(c rho);  exp: e^(t + t rho)
    Real expected(0);
    const unsigned j = k / 2;
    if (k % 2 == 0)
      expected = -central(j) / (2 * Real(j) - 1) + (j > 0 ? Real(central(j - 1) / (2 * Real(j) - 1)) : Real(0));
    if (k == 1) expected = pi_ / 2;
    CHECK(abs(relu[k] - t / (2 * pi_) * expected) <= pow(Real(10), Real(-50)) * abs(expected));
    const Real odd =
        k % 2 == 0 ? Real(0) : Real(2 / pi_ * central(j) / (2 * Real(j) + 1) * pow_int(c, static_cast<long>(k)));
    CHECK(abs(erf_[k] - odd) <= pow(Real(10), Real(-50)) * abs(odd));
    const Real e = exp(t) * pow_int(t, static_cast<long>(k)) / factorial;
    CHECK(abs(exp_[k] - e) <= pow(Real(10), Real(-50)) * e);
  }
}

TEST_CASE("power series: every coefficient is >= 0, and the rest of K(1) bounds the sum on [-1, 1], at any depth") {
  auto random = testing::generator_of_test("scalar_power");
  const PrecisionScope scope(40);
  for (const char* name : {"relu", "erf", "gelu", "hard_tanh"})
    for (const unsigned depth : {1U, 2U, 3U})
      for (const bool ntk_kind : {false, true}) {
        const api::PreparedNetwork setup =
            setup_of(name, depth, Rational(3, 2), depth == 2 ? Rational(1, 5) : Rational(0));
        const Real t(testing::uniform(random, 0.3, 2));
        const unsigned order = 24;
        const auto c = power(setup, t, ntk_kind, order);
        Real rest = at(setup, t, Real(1), ntk_kind);
        const Real noise = pow(Real(10), Real(-25)) * rest;
        for (const Real& ck : c) {
          CHECK(ck >= -noise);
          rest -= ck;
        }
        CHECK(rest >= -noise);
        for (std::size_t trial = 0; trial < testing::trials(3); ++trial) {
          const Real rho(testing::uniform(random, -1, 1));
          Real sum(0), tight = rest * pow_int(Real(abs(rho)), static_cast<long>(order + 1));
          for (unsigned k = order + 1; k-- > 0;) sum = sum * rho + c[k];
          // The tail has non-negative coefficients too: it is below rest |rho|^(order + 1).
          CHECK(abs(sum - at(setup, t, rho, ntk_kind)) <= tight + noise);
        }
      }
}

TEST_CASE("power series: jets of the closed form and Hermite coefficients agree, through deeper layers with biases") {
  const PrecisionScope scope(40);
  for (const char* name : {"erf", "gelu"}) {
    const api::PreparedNetwork setup = setup_of(name, 2, Rational(5, 4), Rational(1, 10));
    const auto a = power(setup, Real(1), true, 8, true), b = power(setup, Real(1), true, 8, false);
    for (unsigned k = 0; k <= 8; ++k) {
      CAPTURE(k);
      CHECK(abs(a[k] - b[k]) <= pow(Real(10), Real(-22)));  // the quadrature of V leaves 40 - 8 digits, its rules fewer
    }
  }
}

TEST_CASE("Chebyshev series: off the nodes the sum keeps its truncation, for smooth and for barely smooth functions") {
  auto random = testing::generator_of_test("scalar_chebyshev");
  const PrecisionScope scope(40);
  const auto exact = [](Real value) { return std::pair<Real, Real>(value, abs(value) * pow(Real(10), Real(-36))); };
  const gram::ChebyshevSampler functions[] = {
      [&](const Real& v) { return exact(exp(3 * v)); },
      [&](const Real& v) { return exact(Real(1) / (1 + 4 * v * v)); },
      [&](const Real& v) { return exact(Real(abs(v) * v * v * v * v)); },
  };
  const int digits[] = {30, 30, 7};
  for (int i = 0; i < 3; ++i) {
    const Real tolerance = pow(Real(10), Real(-digits[i]));
    const auto series = gram::chebyshev_series(functions[i], gram::SeriesVariable::angle, tolerance, 1024, 1);
    CHECK(series.truncation <= tolerance);
    for (std::size_t trial = 0; trial < testing::trials(20); ++trial) {
      const Real v(testing::uniform(random, -1, 1)), angle = acos(v);
      Real sum(0);
      for (std::size_t k = 0; k < series.coefficient.size(); ++k) sum += series.coefficient[k] * cos(Real(k) * angle);
      CHECK(abs(sum - functions[i](v).first) <= series.truncation + pow(Real(10), Real(-32)));
    }
  }
  CHECK_THROWS_AS(
      (void)gram::chebyshev_series(functions[2], gram::SeriesVariable::angle, pow(Real(10), Real(-30)), 64, 1), Error);
}

TEST_CASE("Chebyshev series of kernels: high powers of the correlation cannot hide between the nodes") {
  auto random = testing::generator_of_test("scalar_hidden_powers");
  const PrecisionScope scope(40);
  for (std::size_t trial = 0; trial < testing::trials(200); ++trial) {
    // exp(rho) and up to three powers up to 10^7 of any weight: a kernel, whatever its activation may be.
    std::vector<std::pair<unsigned long, Real>> powers;
    const double count = testing::uniform(random, 1, 4);
    for (int j = 1; j < count; ++j)
      powers.emplace_back(static_cast<unsigned long>(std::pow(10, testing::uniform(random, 1, 7))),
                          pow(Real(10), Real(testing::uniform(random, -25, 0))));
    const gram::ChebyshevSampler f = [&](const Real& v) {
      Real value = exp(v);
      for (const auto& [m, weight] : powers) value += weight * pow(v, m);
      return std::pair<Real, Real>(value, value * pow(Real(10), Real(-30)));
    };
    gram::ChebyshevSeries series;
    try {
      series = gram::chebyshev_series(f, gram::SeriesVariable::correlation,
                                      pow(Real(10), Real(testing::uniform(random, -25, -1))), 256, 1);
    } catch (const Error&) {
      continue;  // more powers than 256 nodes resolve
    }
    for (const double distance : {1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.3, 0.6, 1.0})
      for (const int side : {-1, 1}) {
        const Real v = side * (1 - Real(distance)), angle = acos(v);
        Real sum(0);
        for (std::size_t k = 0; k < series.coefficient.size(); ++k) sum += series.coefficient[k] * cos(Real(k) * angle);
        CHECK(abs(sum - f(v).first) <= series.truncation + pow(Real(10), Real(-29)));
      }
  }
}
