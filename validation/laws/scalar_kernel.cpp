// Inputs of one norm: the polynomials of a whole deep network against its recursion, in more digits and at random
// correlations.
#include "gram/scalar/scalar_kernel.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "closedform/closedform.hpp"
#include "gaussian/gaussian.hpp"
#include "gram/scalar/scalar_source.hpp"
#include "number/error.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

struct Sources {
  std::unique_ptr<Expectations<TrackedDouble>> fast;
  std::unique_ptr<Expectations<Real>> refined;
};

Sources sources_of(const Activation& activation) {
  if (const auto form = find_closed_form(activation))
    return {closed_form_expectations<TrackedDouble>(*form), closed_form_expectations<Real>(*form)};
  GaussianOptions options;
  options.guard_digits = 12;  // 18 digits
  return {quadrature_expectations<TrackedDouble>(activation), quadrature_expectations<Real>(activation, options)};
}

/// K at exactly this double rho, and at theta of sine_squared = 1 - rho^2 rounded once.
Real exact_kernel(const Model& model, const Expectations<Real>& source, double t, double rho, bool ntk_kind) {
  const Real r(rho), one(1);
  auto pair = gram::pair_of_one_norm<Real>(Real(t), r, (one - r) * (one + r), one - r, 7);
  return ntk_kind ? ntk<Real>(model, source, pair, 0).kernel
                  : nngp<Real>(model, gram::WithoutSlope<Real>(source), pair, 0).kernel;
}

double sine_squared_of(double rho) { return (1 - rho) * (1 + rho); }

void check_model(const char* name, unsigned depth, bool ntk_kind, std::mt19937_64& random, std::size_t count) {
  Model model;
  model.depth = depth;
  model.weight_variance = {Rational(static_cast<long>(1 + random() % 4))};
  model.bias_variance = {random() % 2 == 0 ? Rational(0) : Rational(3, 10)};
  model.input_scale = random() % 2 == 0 ? InputScale::one : InputScale::fan_in;
  const double t = testing::log_uniform(random, 0.3, 10);
  const Activation activation =
      std::string(name) == "sin(3x)" ? make_activation("sin", {{"b", "3"}}) : make_activation(name);
  const Sources s = sources_of(activation);
  const std::string activation_name = name, s1 = to_text(model.weight_variance[0]), b = to_text(model.bias_variance[0]);
  CAPTURE(activation_name);
  CAPTURE(depth);
  CAPTURE(ntk_kind);
  CAPTURE(s1);
  CAPTURE(b);
  CAPTURE(t);
  // Where neighbouring inputs part by orders of magnitude a layer, double does not resolve the kernel: refused, not
  // wrong.
  // A jump makes the deeper kernel sqrt(theta) at 0.
  const bool chaotic = (activation_name == "sin(3x)" || activation_name == "sign") && depth > 1;
  const double tolerance = activation_name == "tanh" ? 1e-12 : 1e-13;
  std::optional<gram::ScalarKernel> made;
  try {
    made.emplace(model, *s.fast, t, 7, ntk_kind, tolerance, 2, activation_name == "tanh" ? nullptr : s.refined.get());
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::accuracy);
    CHECK(chaotic);
    return;
  }
  const gram::ScalarKernel& kernel = *made;
  std::vector<double> rho{1 - 1e-8, -0.5, -1 + 1e-9, 1, -1, 0};
  rho.resize(std::min(rho.size(), count));
  while (rho.size() < count) rho.push_back(testing::uniform(random, -1, 1));
  std::vector<double> sine(rho.size()), value(rho.size());
  std::transform(rho.begin(), rho.end(), sine.begin(), sine_squared_of);
  kernel.evaluate(rho, sine, value);
  const PrecisionScope scope(30);
  double worst = 0;
  for (std::size_t i = 0; i < rho.size(); ++i) {
    const double r = rho[i];
    CAPTURE(r);
    const Real truth = exact_kernel(model, *s.refined, t, r, ntk_kind);
    const double ratio = testing::honesty_ratio(truth, value[i], kernel.error());
    worst = std::max(worst, ratio);
    CHECK(ratio <= 1);
  }
  CHECK(kernel.error() <= tolerance * kernel.at_one());
  std::printf(
      "%-10s depth %2u %s s=%s b=%s t=%.2f: %s, %zu panels, degree %u, %zu samples, error %.1e, worst ratio %.2f\n",
      name, depth, ntk_kind ? "ntk " : "nngp", s1.c_str(), b.c_str(), t, kernel.in_angle() ? "angle" : "rho",
      kernel.panels(), kernel.degree(), kernel.sample_count(), kernel.error() / kernel.at_one(), worst);
}

}  // namespace

TEST_CASE("scalar kernel: closed forms at random correlations lie within the bound of the deep recursion") {
  auto random = testing::generator_of_test("scalar_closed");
  for (const char* name : {"relu", "erf", "gelu"})
    for (const unsigned depth : {1U, 3U, 10U})
      for (const bool ntk_kind : {false, true}) check_model(name, depth, ntk_kind, random, testing::trials(8));
  // Thresholds away from 0, many oscillations, a jump: layers of them part neighbouring inputs by orders of magnitude.
  for (const char* name : {"hard_tanh", "sin(3x)"})
    for (const bool ntk_kind : {false, true}) check_model(name, 1, ntk_kind, random, testing::trials(8));
  check_model("sign", 1, false, random, testing::trials(8));
}

TEST_CASE("scalar kernel: activations by quadrature lie within the bound of the deep recursion") {
  auto random = testing::generator_of_test("scalar_quadrature");
  check_model("tanh", 1, false, random, 4);
  if (testing::test_effort() >= 1) check_model("tanh", 2, true, random, 3);
}

TEST_CASE("scalar kernel: kinks and saturation without bias, where angles near pi are lost in double") {
  const Sources s = sources_of(make_activation("hard_tanh"));
  Model model;
  model.depth = 2;
  model.weight_variance = {Rational(2)};
  const double t = 1;
  const gram::ScalarKernel kernel(model, *s.fast, t, 7, false, 1e-12, 2, s.refined.get());
  CHECK(kernel.error() <= 1e-12 * kernel.at_one());
  const std::vector<double> rho{-1, -1 + 1e-14, -1 + 1e-9, -0.9, 0.9, 1};
  std::vector<double> sine(rho.size()), value(rho.size());
  std::transform(rho.begin(), rho.end(), sine.begin(), sine_squared_of);
  kernel.evaluate(rho, sine, value);
  // An odd activation without bias has an odd kernel.
  CHECK(std::fabs(value[0] + kernel.at_one()) <= kernel.error());
  CHECK(std::fabs(value[3] + value[4]) <= 2 * kernel.error());
  const PrecisionScope scope(64);
  for (std::size_t i = 1; i < 4; ++i)
    CHECK(testing::honesty_ratio(exact_kernel(model, *s.refined, t, rho[i], false), value[i], kernel.error()) <= 1);
}

TEST_CASE("scalar kernel: the value at correlation 1 is that of the one-point recursion to rounding") {
  const Sources s = sources_of(make_activation("relu"));
  for (const unsigned depth : {1U, 3U, 10U}) {
    Model model;
    model.depth = depth;
    model.bias_variance = {Rational(1, 10)};
    const gram::ScalarKernel kernel(model, *s.fast, 2, 7, true, 1e-12, 1, s.refined.get());
    const std::vector<double> rho{1}, sine{0};
    std::vector<double> value(1);
    kernel.evaluate(rho, sine, value);
    CHECK(std::fabs(value[0] - kernel.at_one()) <= 4 * 0x1p-53 * kernel.at_one());
  }
}
