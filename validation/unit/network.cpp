#include "network/network.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <random>

#include "core/error.hpp"
#include "random/random.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

constexpr unsigned test_seed = 7;
using Matrix = std::vector<std::vector<double>>;

struct Scalar {
  const char* name;
  std::function<double(double)> f, df;
};
const Scalar scalars[] = {
    {"tanh", [](double x) { return std::tanh(x); }, [](double x) { return 1 / (std::cosh(x) * std::cosh(x)); }},
    {"erf", [](double x) { return std::erf(x); }, [](double x) { return 2 / std::sqrt(M_PI) * std::exp(-x * x); }},
    {"relu", [](double x) { return x > 0 ? x : 0; }, [](double x) { return x > 0 ? 1 : 0; }},
    {"x^2 - x/3", [](double x) { return x * x - x / 3; }, [](double x) { return 2 * x - 1. / 3; }},
};

struct Case {
  NetworkSpec spec;
  NetworkId id;
  std::vector<double> x;
};

Case random_case(std::mt19937& rng) {
  const auto up_to = [&](unsigned n) { return 1 + rng() % n; };
  const auto real = [&](double low, double high) { return std::uniform_real_distribution<double>(low, high)(rng); };
  Case c;
  c.spec.depth = static_cast<unsigned>(up_to(4));
  c.spec.width.clear();
  c.spec.weight_variance.clear();
  c.spec.bias_variance.clear();
  for (unsigned l = 0; l < c.spec.depth; ++l) {
    c.spec.width.push_back(up_to(150));  // crosses the 64 rows and the 32 lanes of a block
    c.spec.weight_variance.push_back(real(0.2, 2));
    c.spec.bias_variance.push_back(rng() % 3 == 0 ? 0 : real(0, 1));
  }
  c.spec.input_fan_in = rng() % 2;
  c.spec.activate_last = rng() % 2;
  c.id = {rng(), static_cast<std::uint32_t>(rng() % 5), static_cast<std::uint32_t>(rng())};
  c.x.resize(up_to(5));
  for (double& v : c.x) v = real(-1, 1);
  return c;
}

/// Phi and J by the definition: whole matrices, one entry at a time, libm's functions; only the random numbers are
/// shared.
struct Plain {
  std::vector<double> value;
  Matrix jacobian;
};
Plain plain_feature_map(const Case& c, const Scalar& phi) {
  std::vector<double> in = c.x;
  Matrix din(c.x.size(), std::vector<double>(c.x.size()));
  for (std::size_t i = 0; i < c.x.size(); ++i) din[i][i] = 1;
  Plain out;
  for (unsigned l = 1; l <= c.spec.depth; ++l) {
    const double fan = l > 1 || c.spec.input_fan_in ? static_cast<double>(in.size()) : 1;
    out.value.assign(c.spec.n(l), 0);
    out.jacobian.assign(c.spec.n(l), std::vector<double>(c.x.size()));
    for (std::size_t i = 0; i < out.value.size(); ++i) {
      const RandomAddress unit{c.id.seed, c.id.campaign, c.id.index, l, static_cast<std::uint32_t>(i)};
      out.value[i] = std::sqrt(c.spec.b(l)) * normal(unit, RandomAddress::max_entry);
      for (std::size_t j = 0; j < in.size(); ++j) {
        const double w = std::sqrt(c.spec.s(l) / fan) * normal(unit, j);
        out.value[i] += w * in[j];
        for (std::size_t a = 0; a < c.x.size(); ++a) out.jacobian[i][a] += w * din[j][a];
      }
    }
    in = out.value;
    din = out.jacobian;
    for (std::size_t i = 0; i < in.size(); ++i) {
      in[i] = phi.f(out.value[i]);
      for (double& v : din[i]) v *= phi.df(out.value[i]);
    }
  }
  if (c.spec.activate_last) out = {in, din};
  const double scale = 1 / std::sqrt(static_cast<double>(out.value.size()));
  for (double& v : out.value) v *= scale;
  for (auto& row : out.jacobian)
    for (double& v : row) v *= scale;
  return out;
}

}  // namespace

TEST_CASE("network: the blocked propagation equals the definition entry by entry") {
  MESSAGE("seed ", test_seed);
  std::mt19937 rng(test_seed);
  double worst = 0;
  for (std::size_t trial = 0; trial < testing::trials(40); ++trial) {
    const Case c = random_case(rng);
    const Scalar& phi = scalars[trial % 4];
    CAPTURE(trial);
    const Plain expected = plain_feature_map(c, phi);
    const FeatureMap got = feature_map(c.spec, make_activation(phi.name), c.id, c.x);
    REQUIRE(static_cast<std::size_t>(got.value.size()) == expected.value.size());
    REQUIRE(static_cast<std::size_t>(got.jacobian.cols()) == c.x.size());
    // Error of an entry: rounding of sums of at most 150 terms, through at most 4 layers that amplify by the Jacobian's
    // size (x^2 up to some hundred): far below 1e-9 of the layer's largest entry, where a wrong weight shows at 1e-2.
    double scale = 0, dscale = 0, difference = 0;
    for (std::size_t i = 0; i < expected.value.size(); ++i) {
      scale = std::max(scale, std::abs(expected.value[i]));
      for (double v : expected.jacobian[i]) dscale = std::max(dscale, std::abs(v));
    }
    for (std::size_t i = 0; i < expected.value.size(); ++i) {
      const auto row = static_cast<Eigen::Index>(i);
      if (scale > 0) difference = std::max(difference, std::abs(got.value(row) - expected.value[i]) / scale);
      for (std::size_t a = 0; a < c.x.size(); ++a)
        if (dscale > 0)
          difference = std::max(
              difference, std::abs(got.jacobian(row, static_cast<Eigen::Index>(a)) - expected.jacobian[i][a]) / dscale);
    }
    CHECK(difference < 1e-9);
    worst = std::max(worst, difference);
  }
  MESSAGE("worst relative difference ", worst);
}

TEST_CASE("network: J is the derivative of Phi along random directions") {
  MESSAGE("seed ", test_seed);
  std::mt19937 rng(test_seed);
  std::normal_distribution<double> gauss;
  for (std::size_t trial = 0; trial < testing::trials(20); ++trial) {
    const Case c = random_case(rng);
    const Activation phi = make_activation(trial % 2 ? "tanh" : "erf");
    Eigen::VectorXd v(static_cast<Eigen::Index>(c.x.size()));
    for (double& e : v) e = gauss(rng);
    const auto along = [&](double t) {
      std::vector<double> y = c.x;
      for (std::size_t i = 0; i < y.size(); ++i) y[i] += t * v(static_cast<Eigen::Index>(i));
      return feature_map(c.spec, phi, c.id, y).value;
    };
    // Central differences with steps h and h/2, extrapolated: error C h^4 + epsilon/h. With h = 2e-3 both are about
    // 1e-10 for |Phi| of order 1; C grows with the fifth power of the slope of each layer, hence 1e-5 of the largest
    // entry.
    const double h = 2e-3;
    const Eigen::VectorXd coarse = (along(h) - along(-h)) / (2 * h), fine = (along(h / 2) - along(-h / 2)) / h;
    const Eigen::VectorXd numeric = (4 * fine - coarse) / 3, exact = feature_map(c.spec, phi, c.id, c.x).jacobian * v;
    CAPTURE(trial);
    CHECK((numeric - exact).lpNorm<Eigen::Infinity>() < 1e-5 * std::max(exact.lpNorm<Eigen::Infinity>(), 1e-3));
  }
}

TEST_CASE("network: the pullback metric is the Gram matrix of the columns of J") {
  std::mt19937 rng(test_seed);
  const Case c = random_case(rng);
  const FeatureMap features = feature_map(c.spec, make_activation("tanh"), c.id, c.x);
  const Eigen::MatrixXd g = pullback_metric(features);
  for (Eigen::Index a = 0; a < g.rows(); ++a)
    for (Eigen::Index b = 0; b < g.cols(); ++b) {
      // Cauchy and Schwarz bound the rounding: n epsilon |J_a| |J_b|, n <= 150.
      const double bound = 150 * std::numeric_limits<double>::epsilon() * features.jacobian.col(a).norm() *
                           features.jacobian.col(b).norm();
      CHECK(std::abs(g(a, b) - features.jacobian.col(a).dot(features.jacobian.col(b))) <= bound);
      CHECK(g(a, b) == g(b, a));
    }
}

TEST_CASE("network: what cannot be simulated is refused with exit code 2") {
  const auto refused = [](const NetworkSpec& spec, const char* activation, const std::vector<double>& x) {
    try {
      feature_map(spec, make_activation(activation), {}, x);
    } catch (const Error& error) {
      return error.code() == ErrorCode::input;
    }
    return false;
  };
  const NetworkSpec good;
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  CHECK_FALSE(refused(good, "tanh", {0.5}));
  CHECK(refused(good, "tanh", {}));
  CHECK(refused(good, "tanh", {nan}));
  CHECK(refused(good, "tanh", {1, infinity}));
  CHECK(refused(good, "sign", {0.5}));
  CHECK(refused(good, "sqrt(abs(x))", {0.5}));
  CHECK(refused(good, "log(x)", {0.5}));
  CHECK(refused({.depth = 3, .bias_variance = {1}}, "exp(exp(x))", {30}));
  CHECK(refused({.depth = 0}, "tanh", {0.5}));
  CHECK(refused({.width = {0}}, "tanh", {0.5}));
  CHECK(refused({.depth = 3, .width = {10, 10}}, "tanh", {0.5}));
  CHECK(refused({.depth = 3, .weight_variance = {1, 1}}, "tanh", {0.5}));
  CHECK(refused({.weight_variance = {0}}, "tanh", {0.5}));
  CHECK(refused({.weight_variance = {nan}}, "tanh", {0.5}));
  CHECK(refused({.bias_variance = {-1}}, "tanh", {0.5}));
  CHECK(refused({.bias_variance = {infinity}}, "tanh", {0.5}));
  CHECK(refused({.width = {1ULL << 29}}, "tanh", {0.5, 0.5, 0.5}));
  NetworkSpec linear;
  linear.activate_last = false;
  CHECK_FALSE(refused(linear, "sign", {0.5}));  // pre, depth 1: no activation is applied
}
