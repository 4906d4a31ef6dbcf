// Exact moments of finite random networks, each from a formula of its own, against simulation through explicit weights.
//
// All seeds are fixed, so each verdict is decided once; 5 standard errors are exceeded by chance in 6e-7 of the checks;
// there are about 120.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "montecarlo/moments.hpp"
#include "network/explicit_network.hpp"
#include "random/random.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

constexpr double limit = 5;
constexpr std::uint64_t seed = 2301;
constexpr std::size_t fewest = 1'000;  // the standard error itself must be known to some per cent
const double pi_value = std::acos(-1.0);

std::size_t count_of(std::size_t samples) { return std::max(testing::trials(samples), fewest); }

/// Moments over `samples` networks of what measure(id) gives.
Moments simulate(std::size_t samples, std::size_t size,
                 const std::function<void(const NetworkId&, std::vector<double>&)>& measure) {
  Moments moments(size);
  std::vector<double> values(size);
  for (std::size_t i = 0; i < count_of(samples); ++i) {
    measure({seed, campaigns::explicit_weights, static_cast<std::uint32_t>(i)}, values);
    moments.add(values);
  }
  return moments;
}

/// Mean of the metric, its entries column by column.
Moments simulate_metric(const NetworkSpec& spec, const char* activation, const std::vector<double>& x,
                        std::size_t samples) {
  const ExplicitSampler sampler(spec, make_activation(activation), x);
  return simulate(samples, x.size() * x.size(), [&](const NetworkId& id, std::vector<double>& values) {
    const FeatureJet f = sampler.draw(id);
    const Eigen::MatrixXd g = f.jacobian.transpose() * f.jacobian;
    std::copy_n(g.data(), values.size(), values.data());
  });
}

double check_mean(const Moments& moments, std::size_t k, double exact) {
  const double error = std::sqrt(moments.variance(k) / static_cast<double>(moments.count()));
  const double z = (moments.mean(k) - exact) / error;
  CAPTURE(k);
  CAPTURE(exact);
  CAPTURE(moments.mean(k));
  CAPTURE(error);
  CHECK(std::abs(z) < limit);
  return std::abs(z);
}

/// D(q) = E phi'(sqrt(q) z)^2 in closed form (docs/math/closed-forms.md).
struct Slope {
  const char* name;
  std::function<double(double)> D;
};
double gelu_slope(double q) {
  const double delta = 1 + 2 * q, root = std::sqrt(delta);
  return 0.25 + std::atan2(q, root) / (2 * pi_value) +
         q * (1 / delta + (1 - q * q) / ((1 + q) * (1 + q)) + 1) / (2 * pi_value * root);
}
const Slope slopes[] = {
    {"erf", [](double q) { return 4 / (pi_value * std::sqrt(1 + 4 * q)); }},
    {"relu", [](double) { return 0.5; }},
    {"gelu", gelu_slope},
    {"sin", [](double q) { return (1 + std::exp(-2 * q)) / 2; }},
    {"x^2", [](double q) { return 4 * q; }},
    {"exp(-x^2)", [](double q) { return 4 * q / std::pow(1 + 4 * q, 1.5); }},
};

/// K(1, 1, 1/2) and Kdot(1, 1, 1/2): docs/math/kernels.md, "Reference values" (quadrature at 50 digits).
struct Reference {
  const char* name;
  double K, Kdot;
};
constexpr Reference references[] = {
    {"erf", .21634689593878546, .45015815807855303},      {"relu", .30449889052211468, 1. / 3},
    {"gelu", .22729491502199154, .34226724245944311},     {"tanh", .18632441320344809, .3847470284410389},
    {"elu", .32478364895676244, .61717421007825847},      {"silu", .18316966308815954, .3122796152935398},
    {"sigmoid", .27142832563170528, .043190020462261654},
};

}  // namespace

// docs/math/theorems.md, "Mean and variance of finite metrics".
TEST_CASE("network: E g_n = A I + B x x^T at depth 1 at every width n") {
  const double s = 1.5, b = 0.1;
  const std::vector<double> x{0.8, -0.3};
  const double q = s * (0.64 + 0.09) + b, h = 1e-4;
  double worst = 0;
  for (const Slope& phi : slopes)
    for (const std::uint64_t width : {1U, 3U, 50U}) {
      CAPTURE(phi.name);
      CAPTURE(width);
      const NetworkSpec spec{.width = {width}, .weight_variance = {s}, .bias_variance = {b}};
      const Moments g = simulate_metric(spec, phi.name, x, width == 50 ? 4'000 : 40'000);
      // A = s D(q), B = 2 s^2 D'(q); the difference quotient is right to 1e-7, the simulation to 1e-3.
      const double A = s * phi.D(q), B = s * s * (phi.D(q + h) - phi.D(q - h)) / h;
      for (std::size_t i = 0; i < 2; ++i)
        for (std::size_t j = 0; j <= i; ++j)
          worst = std::max(worst, check_mean(g, 2 * j + i, (i == j ? A : 0) + B * x[i] * x[j]));
    }
  MESSAGE("seed ", seed, ", largest |z| of 54: ", worst);
}

TEST_CASE("network: at two points E Phi.Phi = K and E dPhi.dPhi = Kdot across the plane of the points") {
  // |x| = |y| = 1, x.y = 1/2, and e_3 is perpendicular to both: there d_3 h = W_i3 is independent of h.
  const std::vector<double> x{1, 0, 0}, y{0.5, std::sqrt(0.75), 0};
  const NetworkSpec spec{.width = {40}};
  double worst = 0;
  for (const Reference& phi : references) {
    CAPTURE(phi.name);
    const Activation activation = make_activation(phi.name);
    const ExplicitSampler at_x(spec, activation, x), at_y(spec, activation, y);
    const Moments moments = simulate(10'000, 2, [&](const NetworkId& id, std::vector<double>& values) {
      const FeatureJet a = at_x.draw(id), b = at_y.draw(id);
      values = {a.value.dot(b.value), a.jacobian.col(2).dot(b.jacobian.col(2))};
    });
    worst = std::max({worst, check_mean(moments, 0, phi.K), check_mean(moments, 1, phi.Kdot)});
  }
  MESSAGE("seed ", seed, ", largest |z| of 14: ", worst);
}

TEST_CASE("network: fan-in divides the first weight variance by d, and `pre` leaves the last activation out") {
  // E g = I s_1 / d * prod_{l >= 2} s_l D, with D = 1/2 for ReLU whatever the width: phi'^2 of each unit is a fair
  // coin.
  NetworkSpec spec{.depth = 3, .width = {7}, .weight_variance = {1.5, 0.7, 2.2}, .input_fan_in = true};
  for (const bool post : {true, false}) {
    spec.activate_last = post;
    const Moments g = simulate_metric(spec, "relu", {0.4, -0.9, 0.2}, 40'000);
    const double A = 1.5 / 3 * 0.7 * 2.2 / 4 * (post ? 0.5 : 1);
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j <= i; ++j) check_mean(g, 3 * j + i, i == j ? A : 0);
  }
}

TEST_CASE("network: a linear network of depth 1 has g = s chi^2_n / n in d = 1: mean s, variance 2 s^2 / n") {
  const NetworkSpec spec{.width = {9}, .weight_variance = {0.6}, .activate_last = false};
  const Moments g = simulate_metric(spec, "x", {0.3}, 50'000);
  check_mean(g, 0, 0.6);
  // The sample variance of M values has relative standard error sqrt((kurtosis - 1) / M), kurtosis 3 + 12 / n of
  // chi^2_n.
  const double exact = 2 * 0.36 / 9, error = std::sqrt((2 + 12. / 9) / static_cast<double>(g.count()));
  MESSAGE("variance ", g.variance(0), ", exact ", exact);
  CHECK(std::abs(g.variance(0) / exact - 1) < limit * error);
}

// docs/math/theorems.md, "Moments of the norm of a ReLU network".
TEST_CASE("network: He-ReLU without bias has E |Phi|^4 / (E |Phi|^2)^2 = prod (1 + 5 / n_l)") {
  const NetworkSpec spec{.depth = 3, .width = {8, 12, 20}, .weight_variance = {2}};
  const ExplicitSampler sampler(spec, make_activation("relu"), std::vector<double>{0.6, -0.8});
  const Moments moments = simulate(40'000, 2, [&](const NetworkId& id, std::vector<double>& values) {
    const double norm = sampler.draw(id).value.squaredNorm();
    values = {norm, norm * norm};
  });
  check_mean(moments, 0, 1);  // s^L |x|^2 / 2^L
  check_mean(moments, 1, (1 + 5. / 8) * (1 + 5. / 12) * (1 + 5. / 20));
}
