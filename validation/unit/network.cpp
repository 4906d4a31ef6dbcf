// Explicit networks against docs/math/explicit-networks.md, "Definition", written out entry by entry.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "network/activation_jet.hpp"
#include "network/explicit_network.hpp"
#include "number/error.hpp"
#include "random/random.hpp"
#include "testing/checks.hpp"
#include "testing/networks.hpp"

using namespace widegeo;
using testing::NetworkCase;
using testing::random_network;

namespace {

struct Scalar {
  const char* name;
  std::function<double(double)> f, f1, f2;
};
const double root_pi = std::sqrt(std::acos(-1.0));
const Scalar scalars[] = {
    {"tanh", [](double x) { return std::tanh(x); }, [](double x) { return 1 / (std::cosh(x) * std::cosh(x)); },
     [](double x) { return -2 * std::tanh(x) / (std::cosh(x) * std::cosh(x)); }},
    {"erf", [](double x) { return std::erf(x); }, [](double x) { return 2 / root_pi * std::exp(-x * x); },
     [](double x) { return -4 * x / root_pi * std::exp(-x * x); }},
    {"relu", [](double x) { return x > 0 ? x : 0; }, [](double x) { return x > 0 ? 1 : 0; }, [](double) { return 0; }},
    {"x^2 - x/3", [](double x) { return x * x - x / 3; }, [](double x) { return 2 * x - 1. / 3; },
     [](double) { return 2; }},
};

using Columns = std::vector<std::vector<double>>;  // per unit: f, d_1 f, ..., d_d f, d_11 f, d_12 f, ...

/// The entry of a weight of variance 1, one number at a time.
double weight(const NetworkSpec& spec, const RandomAddress& unit, std::size_t j) {
  double out = 0;
  const std::span<double> one(&out, 1);
  switch (spec.weight_law) {
    case WeightLaw::gaussian:
      fill_normals(unit, j, one);
      break;
    case WeightLaw::uniform:
      fill_uniform_symmetric(unit, j, one);
      break;
    case WeightLaw::rademacher:
      fill_rademacher(unit, j, one);
      break;
    case WeightLaw::sparse:
      fill_sparse(unit, j, spec.weight_parameter, one);
      break;
    case WeightLaw::student_t:
      fill_student_t(unit, j, spec.weight_parameter, one);
      break;
    case WeightLaw::orthogonal:
      FAIL("not a law of single entries");
  }
  return out;
}

/// Phi and its derivatives by the definition: one entry at a time, libm's functions; only the random numbers are
/// shared.
Columns plain_features(const NetworkCase& c, const Scalar& phi) {
  const std::size_t d = c.x.size();
  Columns below(d, std::vector<double>(1 + d + d * (d + 1) / 2));
  for (std::size_t i = 0; i < d; ++i) {
    below[i][0] = c.x[i];
    below[i][1 + i] = 1;
  }
  for (unsigned l = 1; l <= c.spec.depth; ++l) {
    const double fan = l > 1 || c.spec.input_fan_in ? static_cast<double>(below.size()) : 1;
    Columns here(c.spec.n(l), std::vector<double>(below[0].size()));
    for (std::size_t i = 0; i < here.size(); ++i) {
      const RandomAddress unit{c.id.seed, c.id.campaign, c.id.index, l, static_cast<std::uint32_t>(i)};
      std::vector<double>& h = here[i];
      for (std::size_t j = 0; j < below.size(); ++j) {
        const double w = std::sqrt(c.spec.s(l) / fan) * weight(c.spec, unit, j);
        for (std::size_t k = 0; k < h.size(); ++k) h[k] += w * below[j][k];
      }
      h[0] += std::sqrt(c.spec.b(l)) * normal(unit, RandomAddress::max_entry);
      if (l == c.spec.depth && !c.spec.activate_last) continue;
      const double f1 = phi.f1(h[0]), f2 = phi.f2(h[0]);
      std::size_t k = 1 + d;
      for (std::size_t a = 0; a < d; ++a)
        for (std::size_t b = a; b < d; ++b, ++k) h[k] = f2 * h[1 + a] * h[1 + b] + f1 * h[k];
      for (std::size_t a = 0; a < d; ++a) h[1 + a] *= f1;
      h[0] = phi.f(h[0]);
    }
    below = here;
  }
  for (auto& unit : below)
    for (double& v : unit) v /= std::sqrt(static_cast<double>(below.size()));
  return below;
}

/// Largest difference of the columns [first, first + count) relative to the largest entry of the expected.
double relative_difference(const Eigen::MatrixXd& got, const Columns& expected, std::size_t first) {
  double scale = 0, difference = 0;
  for (std::size_t i = 0; i < expected.size(); ++i)
    for (Eigen::Index k = 0; k < got.cols(); ++k) {
      const double value = expected[i][first + static_cast<std::size_t>(k)];
      scale = std::max(scale, std::abs(value));
      difference = std::max(difference, std::abs(got(static_cast<Eigen::Index>(i), k) - value));
    }
  return scale > 0 ? difference / scale : difference;
}

bool refused(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.code() == ErrorCode::input;
  }
  return false;
}

}  // namespace

TEST_CASE("network: the blocked propagation equals the definition entry by entry, for every law of single entries") {
  auto rng = testing::generator_of_test("network definition");
  double worst = 0;
  for (std::size_t trial = 0; trial < testing::trials(60); ++trial) {
    const NetworkCase c = random_network(rng, 150, trial % 2 == 0);  // crosses the 64 rows and the 32 lanes of a block
    const Scalar& phi = scalars[rng() % 4];
    CAPTURE(trial);
    const Columns expected = plain_features(c, phi);
    const FeatureJet got = feature_jet(c.spec, make_activation(phi.name), c.id, c.x, 2);
    REQUIRE(static_cast<std::size_t>(got.value.size()) == expected.size());
    REQUIRE(static_cast<std::size_t>(got.jacobian.cols()) == c.x.size());
    REQUIRE(got.hessian.cols() == pair_count(got.jacobian.cols()));
    // Error of an entry: rounding of sums of at most 150 terms, through at most 4 layers that amplify by the Jacobian's
    // size (x^2 up to some hundred): below 1e-11 of the largest entry, where a wrong weight shows at 1e-2.
    const double difference =
        std::max({relative_difference(got.value, expected, 0), relative_difference(got.jacobian, expected, 1),
                  relative_difference(got.hessian, expected, 1 + c.x.size())});
    CHECK(difference < 1e-11);
    worst = std::max(worst, difference);
  }
  MESSAGE("worst relative difference ", worst);
}

TEST_CASE("network: streamed, sampled and stored networks agree bit for bit, for every law and order") {
  auto rng = testing::generator_of_test("network bits");
  for (std::size_t trial = 0; trial < testing::trials(24); ++trial) {
    NetworkCase c = random_network(rng, 150, true);
    if (trial % 3 == 0) c.spec.weight_law = WeightLaw::orthogonal;
    const Activation phi = make_activation(trial % 2 ? "gelu" : "tanh");
    const unsigned order = 1 + static_cast<unsigned>(trial) % 2;
    CAPTURE(trial);
    const FeatureJet streamed = feature_jet(c.spec, phi, c.id, c.x, order);
    const ExplicitSampler sampler(c.spec, phi, c.x, order);
    (void)sampler.draw({c.id.seed, c.id.campaign, c.id.index + 1});  // leaves no trace
    const ExplicitNetwork network(c.spec, phi, c.id, static_cast<unsigned>(c.x.size()));
    (void)network.at(std::vector<double>(c.x.size(), 0.5));
    for (const FeatureJet& other : {sampler.draw(c.id), network.at(c.x, order)}) {
      CHECK(streamed.value == other.value);
      CHECK(streamed.jacobian == other.jacobian);
      CHECK(streamed.hessian == other.hessian);
    }
    CHECK(streamed.hessian.cols() == (order == 2 ? pair_count(streamed.jacobian.cols()) : 0));
  }
}

TEST_CASE("network: the Gram matrix holds the inner products of Phi and its derivatives over the units") {
  auto rng = testing::generator_of_test("network gram");
  for (const unsigned order : {1U, 2U}) {
    NetworkCase c = random_network(rng, 150, false);
    c.spec.width = {700};  // more than one block of rows
    const FeatureJet f = feature_jet(c.spec, make_activation("tanh"), c.id, c.x, order);
    const FeatureGram gram = gram_of(f);
    const Eigen::Index d = f.jacobian.cols();
    Eigen::MatrixXd all(f.value.size(), 1 + d + f.hessian.cols());
    all << f.value, f.jacobian, f.hessian;
    REQUIRE(gram.gram.rows() == all.cols());
    CHECK(gram.order == order);
    CHECK(gram.dimension == d);
    CHECK(gram.units == 700);
    for (Eigen::Index i = 0; i < all.cols(); ++i)
      for (Eigen::Index j = 0; j < all.cols(); ++j) {
        // Cauchy and Schwarz bound the rounding of both sums: 2 n epsilon |column i| |column j|.
        const double bound = 2 * 700 * std::numeric_limits<double>::epsilon() * all.col(i).norm() * all.col(j).norm();
        CHECK(std::abs(gram.gram(i, j) - all.col(i).dot(all.col(j))) <= bound);
        CHECK(gram.gram(i, j) == gram.gram(j, i));
      }
    CHECK(gram.metric()(0, d - 1) == gram.gram(1, d));
    if (order == 2) {
      CHECK(gram.christoffel_lower()(d - 1, pair_index(d, d - 1, 0)) == gram.gram(d, 1 + d + pair_index(d, 0, d - 1)));
      CHECK(gram.hessian_products()(0, pair_count(d) - 1) == gram.gram(1 + d, all.cols() - 1));
    }
  }
}

TEST_CASE("network: 1000 input dimensions for the metric, 64 for second derivatives") {
  const Activation phi = make_activation("erf");
  const NetworkSpec spec{.depth = 2, .width = {40, 30}, .input_fan_in = true};
  const FeatureJet metric = feature_jet(spec, phi, {}, std::vector<double>(1000, 0.5));
  CHECK(metric.jacobian.cols() == 1000);
  CHECK(metric.jacobian.allFinite());
  const FeatureJet curvature = feature_jet(spec, phi, {}, std::vector<double>(64, 0.5), 2);
  CHECK(curvature.hessian.cols() == 2080);
  // Phi(x) along the diagonal: the second derivative is the sum over all pairs, the mixed ones twice.
  const auto along = [&](double t) { return feature_jet(spec, phi, {}, std::vector<double>(64, 0.5 + t)).value; };
  const double h = 1e-3;
  const Eigen::VectorXd numeric = (along(h) - 2 * along(0) + along(-h)) / (h * h);
  Eigen::VectorXd exact = Eigen::VectorXd::Zero(30);
  for (Eigen::Index a = 0; a < 64; ++a)
    for (Eigen::Index b = 0; b < 64; ++b) exact += curvature.hessian.col(pair_index(64, a, b));
  // Rounding 4 eps / h^2 = 1e-9; the fourth derivative of Phi, of the size of some hundred times Phi'', times h^2 / 12.
  CHECK((numeric - exact).lpNorm<Eigen::Infinity>() < 1e-4 * exact.lpNorm<Eigen::Infinity>());
}

TEST_CASE("network: numbers that leave the range of double are passed on, not hidden") {
  const FeatureJet f =
      feature_jet({.depth = 3, .bias_variance = {1}}, make_activation("exp(exp(x))"), {}, std::vector<double>{30});
  CHECK_FALSE(gram_of(f).finite());
}

TEST_CASE("network: phi'' misses what a jump of phi' contributes, and says so") {
  for (const char* name : {"relu", "abs", "leaky-relu", "max(x, 2*x - 1)", "abs(x)^(4/5)"})
    CHECK_MESSAGE(ActivationJet(make_activation(name), 2).misses_kinks(), name);
  for (const char* name : {"tanh", "gelu", "erf", "elu", "x^3", "x*abs(x)"})
    CHECK_MESSAGE(!ActivationJet(make_activation(name), 2).misses_kinks(), name);
  const ActivationJet square(make_activation("x*abs(x)"), 2);
  const std::vector<double> h{-1.5, -0.25, 0.5, 2};
  std::array<std::vector<double>, 3> out{std::vector<double>(4), std::vector<double>(4), std::vector<double>(4)};
  ActivationJet::Workspace workspace;
  square.evaluate(h, {out[0], out[1], out[2]}, workspace);
  CHECK(out[0] == std::vector<double>{-2.25, -0.0625, 0.25, 4});
  CHECK(out[1] == std::vector<double>{3, 0.5, 1, 4});
  CHECK(out[2] == std::vector<double>{-2, -2, 2, 2});
}

TEST_CASE("network: what cannot be simulated is refused with exit code 2") {
  const auto bad = [](const NetworkSpec& spec, const char* activation, const std::vector<double>& x,
                      unsigned order = 1) {
    return refused([&] { feature_jet(spec, make_activation(activation), {}, x, order); });
  };
  const NetworkSpec good;
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  CHECK_FALSE(bad(good, "tanh", {0.5}));
  CHECK(bad(good, "tanh", {}));
  CHECK(bad(good, "tanh", {nan}));
  CHECK(bad(good, "tanh", {1, infinity}));
  CHECK_FALSE(bad(good, "tanh", {0.5}, 0));
  CHECK(bad(good, "tanh", {0.5}, 3));
  CHECK(bad(good, "tanh", std::vector<double>(65, 0.1), 2));
  CHECK(bad(good, "sign", {0.5}));
  CHECK_FALSE(bad(good, "sign", {0.5}, 0));  // the kernel alone exists
  CHECK(bad(good, "sqrt(abs(x))", {0.5}));
  CHECK(bad(good, "log(x)", {0.5}));
  CHECK(bad({.depth = 0}, "tanh", {0.5}));
  CHECK(bad({.width = {0}}, "tanh", {0.5}));
  CHECK(bad({.depth = 3, .width = {10, 10}}, "tanh", {0.5}));
  CHECK(bad({.depth = 3, .weight_variance = {1, 1}}, "tanh", {0.5}));
  CHECK(bad({.weight_variance = {0}}, "tanh", {0.5}));
  CHECK(bad({.weight_variance = {nan}}, "tanh", {0.5}));
  CHECK(bad({.bias_variance = {-1}}, "tanh", {0.5}));
  CHECK(bad({.bias_variance = {infinity}}, "tanh", {0.5}));
  CHECK(bad({.width = {1ULL << 29}}, "tanh", {0.5, 0.5, 0.5}));
  CHECK(bad({.depth = 2, .width = {1ULL << 16}, .weight_law = WeightLaw::orthogonal}, "tanh", {0.5}));
  for (const double p : {0.0, -0.5, 1.5, nan})
    CHECK(refused([&] { NetworkSpec{.weight_law = WeightLaw::sparse, .weight_parameter = p}.validate(); }));
  for (const double nu : {0.0, 2.0, -3.0, nan, infinity})
    CHECK(refused([&] { NetworkSpec{.weight_law = WeightLaw::student_t, .weight_parameter = nu}.validate(); }));
  CHECK_FALSE(bad({.weight_law = WeightLaw::sparse, .weight_parameter = 1}, "tanh", {0.5}));
  CHECK_FALSE(bad({.weight_law = WeightLaw::student_t, .weight_parameter = 2.001}, "tanh", {0.5}));
  NetworkSpec linear;
  linear.activate_last = false;
  CHECK_FALSE(bad(linear, "sign", {0.5}));  // pre, depth 1: no activation is applied

  const Activation tanh = make_activation("tanh");
  CHECK(refused([&] { ExplicitNetwork({}, tanh, {}, 0); }));
  CHECK(refused([&] { ExplicitNetwork({.depth = 2, .width = {1ULL << 16}}, tanh, {}, 2); }));  // 32 GiB of weights
  const ExplicitNetwork network({}, tanh, {}, 2);
  CHECK(refused([&] { network.at(std::vector<double>{1}); }));
  CHECK(refused([&] { network.at(std::vector<double>{1, nan}); }));
  CHECK(refused([&] { network.at(std::vector<double>{1, 1}, 3); }));
}
