// The conditional sampler and explicit weights draw from one law. They share the activation and the random number
// generator, and use different numbers of it (campaigns 1 and 2).
#include <doctest/doctest.h>

#include <Eigen/LU>
#include <algorithm>
#include <boost/math/distributions/kolmogorov_smirnov.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "montecarlo/statistics.hpp"
#include "network/conditional/conditional_factor.hpp"
#include "network/conditional/conditional_sampler.hpp"
#include "network/explicit_network.hpp"
#include "network/pullback/pullback.hpp"
#include "number/error.hpp"
#include "random/random.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

constexpr std::uint64_t seed = 20230127;

// All seeds are fixed, so every verdict is decided once. Family: all p-values of a test together, by Holm.
constexpr double family_error = 1e-3;

struct Case {
  const char* activation;
  std::vector<double> x;
  NetworkSpec spec;
  bool curvature = true;  ///< false: the curvature is 0, or g is degenerate now and then
};

/// Statistics of one network, in the coordinates of x.
constexpr const char* names[] = {"kernel", "g_11", "g_12", "g_22", "|dd Phi|^2", "log det g", "scalar curvature"};
constexpr std::size_t linear = 5;  // the first ones have moments at any width

std::vector<double> statistics_of(const FeatureGram& gram, const Eigen::MatrixXd& frame, bool curvature) {
  const Eigen::MatrixXd g = frame * gram.metric() * frame.transpose();
  std::vector<double> out{gram.gram(0, 0), g(0, 0), g(0, 1), g(1, 1)};
  if (!curvature) return out;
  double second = 0;  // sum over a and b: the same in every frame
  for (Eigen::Index a = 0; a < gram.dimension; ++a)
    for (Eigen::Index b = 0; b < gram.dimension; ++b) {
      const Eigen::Index ab = pair_index(gram.dimension, a, b);
      second += gram.hessian_products()(ab, ab);
    }
  out.insert(out.end(), {second, std::log(g.determinant()), ricci_curvature(gram).scalar});
  return out;
}

/// Columns of values, one a statistic.
using Samples = std::vector<std::vector<double>>;

template <class Draw>
Samples collect(std::size_t count, const Draw& draw) {
  Samples columns;
  for (std::size_t i = 0; i < count; ++i) {
    const std::vector<double> values = draw(static_cast<std::uint32_t>(i));
    columns.resize(values.size());
    for (std::size_t k = 0; k < values.size(); ++k) columns[k].push_back(values[k]);
  }
  return columns;
}

Samples conditional_samples(const Case& c, std::size_t count) {
  const ConditionalSampler sampler(c.spec, make_activation(c.activation), c.x, c.curvature ? 2 : 1);
  ConditionalSampler::Workspace workspace;
  FeatureGram gram;
  const Eigen::MatrixXd frame = sampler.frame();
  return collect(count, [&](std::uint32_t i) {
    sampler.draw({seed, 1, i}, gram, {}, workspace);
    return statistics_of(gram, frame, c.curvature);
  });
}

Samples explicit_samples(const Case& c, std::size_t count) {
  const ExplicitSampler sampler(c.spec, make_activation(c.activation), c.x, c.curvature ? 2 : 1);
  const auto d = static_cast<Eigen::Index>(c.x.size());
  const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(d, d);
  return collect(count, [&](std::uint32_t i) {
    return statistics_of(gram_of(sampler.draw({seed, 2, i})), identity, c.curvature);
  });
}

/// Two-sample Kolmogorov-Smirnov test, by the limit law at the effective size (conservative for ties).
double distribution_p_value(std::vector<double> a, std::vector<double> b) {
  std::ranges::sort(a);
  std::ranges::sort(b);
  const auto n = static_cast<double>(a.size()), m = static_cast<double>(b.size());
  double distance = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const double at = std::min(a[i], b[j]);
    while (i < a.size() && a[i] <= at) ++i;
    while (j < b.size() && b[j] <= at) ++j;
    distance = std::max(distance, std::abs(static_cast<double>(i) / n - static_cast<double>(j) / m));
  }
  if (distance == 0) return 1;
  return cdf(complement(boost::math::kolmogorov_smirnov_distribution<double>(n * m / (n + m)), distance));
}

/// Welch's test of equal means, normal limit.
double mean_p_value(const std::vector<double>& a, const std::vector<double>& b) {
  const auto moments = [](const std::vector<double>& v) {
    double mean = 0, variance = 0;
    for (const double x : v) mean += x / static_cast<double>(v.size());
    for (const double x : v) variance += (x - mean) * (x - mean) / static_cast<double>(v.size());
    return std::pair{mean, variance / static_cast<double>(v.size())};
  };
  const auto [mean_a, variance_a] = moments(a);
  const auto [mean_b, variance_b] = moments(b);
  if (mean_a == mean_b) return 1;
  return 2 * cdf(complement(boost::math::normal(), std::abs(mean_a - mean_b) / std::sqrt(variance_a + variance_b)));
}

/// p-values of equal distributions, means and covariances; `labels` says what each is.
void compare_samples(const std::string& label, const Samples& a, const Samples& b, std::vector<double>& p_values,
                     std::vector<std::string>& labels) {
  REQUIRE(a.size() == b.size());
  const auto add = [&](double p, const std::string& what) {
    p_values.push_back(p);
    labels.push_back(label + ": " + what);
  };
  const auto centred_products = [](const Samples& s, std::size_t j, std::size_t k) {
    const auto mean = [](const std::vector<double>& v) {
      double sum = 0;
      for (const double x : v) sum += x;
      return sum / static_cast<double>(v.size());
    };
    const double mean_j = mean(s[j]), mean_k = mean(s[k]);
    std::vector<double> products;
    for (std::size_t i = 0; i < s[j].size(); ++i) products.push_back((s[j][i] - mean_j) * (s[k][i] - mean_k));
    return products;
  };
  for (std::size_t k = 0; k < a.size(); ++k) {
    add(distribution_p_value(a[k], b[k]), names[k]);
    if (k >= linear) continue;
    add(mean_p_value(a[k], b[k]), std::string("mean of ") + names[k]);
    for (std::size_t j = 0; j <= k; ++j)
      add(mean_p_value(centred_products(a, j, k), centred_products(b, j, k)),
          std::string("covariance of ") + names[j] + " and " + names[k]);
  }
}

NetworkSpec spec_of(std::vector<std::uint64_t> widths, std::vector<double> s, std::vector<double> b, bool post = true,
                    bool fan_in = false) {
  NetworkSpec spec;
  spec.depth = static_cast<unsigned>(widths.size());
  spec.width = std::move(widths);
  spec.weight_variance = std::move(s);
  spec.bias_variance = std::move(b);
  spec.activate_last = post;
  spec.input_fan_in = fan_in;
  return spec;
}

std::vector<Case> cases() {
  return {
      {"erf", {0.8, -0.3}, spec_of({3}, {1.5}, {0.1})},
      {"erf", {0.8, -0.3}, spec_of({8, 3}, {1.5, 1.2}, {0})},
      {"tanh", {0.5, 0.2, -0.7}, spec_of({8, 8, 8}, {1.5, 1.2, 0.9}, {0.1, 0.2, 0.05})},
      {"tanh", {0.6, 0.9}, spec_of({3, 8}, {1.1}, {0.3}, false)},
      {"erf", {0.8, -0.3}, spec_of({40, 40, 40}, {1.5, 1.2, 0.9}, {0.1, 0.2, 0.05})},
      {"gelu", {-0.4, 0.9}, spec_of({8, 8}, {2}, {0, 0.5}, true, true)},
      {"sin", {0.3, 0.4, 1.2}, spec_of({8, 3, 8}, {1}, {0.2}, false, true)},
      {"x^2", {0.7, 0.1}, spec_of({8}, {0.8}, {0})},
      {"sigmoid", {0, 0}, spec_of({8, 8}, {1.5}, {0.2})},
      {"erf", {0, 0, 0}, spec_of({8, 8}, {1.5}, {0})},
      {"relu", {0.9, -0.2}, spec_of({3, 8, 3}, {2}, {0}), false},
      {"relu", {0.9, -0.2, 0.4}, spec_of({8, 3}, {2}, {0.3, 0}), false},
      {"erf", {0.5, 1.5}, spec_of({3}, {0.7}, {0.4}, false), false},
      {"abs", {0.5, 1.5}, spec_of({1, 2}, {0.7}, {0.4}), false},
  };
}

std::string label_of(const Case& c) {
  return std::string(c.activation) + " depth " + std::to_string(c.spec.depth) + " d " + std::to_string(c.x.size());
}

std::size_t count_rejected(const std::vector<double>& p_values, const std::vector<std::string>& labels) {
  std::size_t rejected = 0;
  const std::vector<bool> rejections = holm_rejections(p_values, family_error);
  for (std::size_t i = 0; i < p_values.size(); ++i)
    if (rejections[i]) {
      ++rejected;
      MESSAGE("rejected: ", labels[i], ", p = ", p_values[i]);
    }
  MESSAGE(p_values.size(), " tests, smallest p-value ", *std::ranges::min_element(p_values));
  return rejected;
}

}  // namespace

TEST_CASE("samplers: conditional sampling and explicit weights have the same law (family-wise false alarms 1e-3)") {
  const std::size_t count = std::max<std::size_t>(testing::trials(8'000), 2'000);
  std::vector<double> p_values;
  std::vector<std::string> labels;
  for (const Case& c : cases())
    compare_samples(label_of(c), conditional_samples(c, count), explicit_samples(c, count), p_values, labels);
  CHECK(count_rejected(p_values, labels) == 0);
}

TEST_CASE("samplers: the same tests reject a weight variance that is wrong by 2 percent, in any layer") {
  // At width 60 the kernel of a depth-2 network has a relative standard deviation of about 0.2 to 0.3: with 20000
  // networks 2 percent of one variance are more than six standard errors of the difference of means.
  const std::size_t count = 20'000;
  const Case right{"gelu", {0.8, -0.3}, spec_of({60, 60}, {1.5, 1.2}, {0.1, 0}, false), false};
  const Samples truth = explicit_samples(right, count);
  for (const int wrong_layer : {-1, 0, 1}) {
    Case c = right;
    if (wrong_layer >= 0) c.spec.weight_variance[static_cast<std::size_t>(wrong_layer)] *= 1.02;
    std::vector<double> p_values;
    std::vector<std::string> labels;
    compare_samples("layer " + std::to_string(wrong_layer + 1), conditional_samples(c, count), truth, p_values, labels);
    const std::size_t rejected = count_rejected(p_values, labels);
    if (wrong_layer < 0)
      CHECK(rejected == 0);
    else
      CHECK(rejected > 0);
  }
}

TEST_CASE("samplers: every control variate has mean 0 (5.5 standard errors: 4e-8 a control)") {
  const std::size_t count = std::max<std::size_t>(testing::trials(4'000), 1'000);
  for (const Case& c : cases()) {
    for (const unsigned order : {1U, 2U}) {
      const ConditionalSampler sampler(c.spec, make_activation(c.activation), c.x, order);
      ConditionalSampler::Workspace workspace;
      FeatureGram gram;
      const std::size_t controls = sampler.control_count();
      std::vector<double> values(controls), sum(controls), squares(controls);
      for (std::size_t i = 0; i < count; ++i) {
        sampler.draw({seed, 3, static_cast<std::uint32_t>(i)}, gram, values, workspace);
        for (std::size_t k = 0; k < controls; ++k) {
          sum[k] += values[k];
          squares[k] += values[k] * values[k];
        }
      }
      for (std::size_t k = 0; k < controls; ++k) {
        INFO(label_of(c), ", order ", order, ", control ", k);
        CHECK(std::abs(sum[k]) <= 5.5 * std::sqrt(squares[k]));
      }
    }
  }
}

TEST_CASE("samplers: at width 1000 the controls take most of the variance of the metric away") {
  // What is left is of second order in 1/n, or of Hermite degrees beyond the controls; measured factors are above 20.
  const std::size_t count = 800;
  for (const char* activation : {"erf", "tanh", "relu", "gelu"}) {
    const ConditionalSampler sampler(spec_of({1000, 1000}, {1.5}, {0.1}), make_activation(activation),
                                     std::vector<double>{0.8, 0.3});
    ConditionalSampler::Workspace workspace;
    FeatureGram gram;
    std::vector<double> row(1 + sampler.control_count());
    Moments moments(row.size());
    for (std::size_t i = 0; i < count; ++i) {
      sampler.draw({seed, 4, static_cast<std::uint32_t>(i)}, gram, std::span(row).subspan(1), workspace);
      row[0] = gram.metric()(0, 0);
      moments.add(row);
    }
    const double plain = plain_mean(moments, 0).standard_error,
                 controlled = controlled_mean(moments, 0, 1).standard_error;
    MESSAGE(std::string(activation), ": variance of the radial eigenvalue divided by ",
            plain * plain / (controlled * controlled));
    CHECK(plain > 4 * controlled);
  }
}

TEST_CASE("samplers: the law depends on |x| alone, exactly, and a network on its id alone") {
  const Activation tanh = make_activation("tanh");
  const NetworkSpec spec = spec_of({700, 20}, {1.5, 0.8}, {0.1, 0.2});
  const ConditionalSampler along(spec, tanh, std::vector<double>{5, 0}, 2),
      rotated(spec, tanh, std::vector<double>{3, 4}, 2), wider(spec, tanh, std::vector<double>{3, 4, 1}, 2);
  ConditionalSampler::Workspace fresh, used;
  FeatureGram a, b, other;
  std::vector<double> controls(along.control_count());
  for (std::uint32_t i = 0; i < 20; ++i) {
    along.draw({seed, 5, i}, a, {}, fresh);
    wider.draw({seed, 5, i + 7}, other, {}, used);
    rotated.draw({seed, 5, i}, b, controls, used);
    CHECK((a.gram.array() == b.gram.array()).all());
    CHECK(a.units == 20);
  }
  const Eigen::MatrixXd frame = rotated.frame();
  CHECK(std::abs(frame(0, 0) - 0.6) < 1e-15);
  CHECK(std::abs(frame(1, 0) - 0.8) < 1e-15);
  CHECK((wider.frame().transpose() * wider.frame() - Eigen::MatrixXd::Identity(3, 3)).norm() < 1e-14);
  CHECK(
      (ConditionalSampler(spec, tanh, std::vector<double>{0, 0}).frame().array() == Eigen::Matrix2d::Identity().array())
          .all());
}

TEST_CASE("samplers: matrix products of many dimensions and loops of few draw the same law") {
  // d = 80 at order 1 and d = 12 at order 2 go through matrix products. Linear network of depth 2, `pre`: E g = s_1 s_2
  // I at every width, each entry with variance O(1/n); 5.5 standard errors.
  for (const auto& [d, order] : {std::pair{80, 1U}, std::pair{12, 2U}}) {
    const ConditionalSampler sampler(spec_of({30, 25}, {1.5, 0.5}, {0.1}, false), make_activation("x"),
                                     std::vector<double>(static_cast<std::size_t>(d), 0.1), order);
    ConditionalSampler::Workspace workspace;
    FeatureGram gram;
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(d, d), squares = sum;
    const int count = 400;
    for (int i = 0; i < count; ++i) {
      sampler.draw({seed, 6, static_cast<std::uint32_t>(i)}, gram, {}, workspace);
      const Eigen::MatrixXd deviation = gram.metric() - 0.75 * Eigen::MatrixXd::Identity(d, d);
      sum += deviation;
      squares += deviation.cwiseAbs2();
    }
    CHECK((sum.cwiseAbs().array() / squares.cwiseSqrt().array()).maxCoeff() < 5.5);
    // Thirty units and a bias span at most 25 dimensions at the top.
    CHECK(Eigen::FullPivLU<Eigen::MatrixXd>(gram.metric()).rank() == std::min(d, 25));
  }
}

TEST_CASE("samplers: a wide layer loses no digits, and its numbers stand where the address says") {
  // Linear, depth 1, `pre`, d = 1: Phi_i = h_i / sqrt(n) with h = sqrt(q) z_0, dh = (x / sqrt q) z_0 + sqrt(b / q) z_1,
  // q = x^2 + b, z_0 and z_1 the entries 0 and 1 of unit i in layer 1. Summed here in extended precision; there, blocks
  // of 512 in 16 lanes and exact sums of blocks: 32 roundings of one lane, a few of each product, 40 u in all.
  const std::size_t n = 200'000;
  const double x = 1.5, b = 0.25, q = x * x + b;
  const ConditionalSampler sampler(spec_of({n}, {1}, {b}, false), make_activation("x"), std::vector<double>{x});
  ConditionalSampler::Workspace workspace;
  FeatureGram gram;
  sampler.draw({seed, 8, 3}, gram, {}, workspace);
  long double kernel = 0, metric = 0;
  std::vector<double> z(2);
  for (std::uint32_t i = 0; i < n; ++i) {
    fill_normals({seed, 8, 3, 1, i}, 0, z);
    const long double h = std::sqrt(q) * z[0], dh = x / std::sqrt(q) * z[0] + std::sqrt(b / q) * z[1];
    kernel += h * h;
    metric += dh * dh;
  }
  CHECK(std::abs(gram.gram(0, 0) / static_cast<double>(kernel / n) - 1) < 40 * 0x1p-53);
  CHECK(std::abs(gram.gram(1, 1) / static_cast<double>(metric / n) - 1) < 40 * 0x1p-53);
}

TEST_CASE("samplers: a covariance of low rank is factored without its missing directions") {
  // C = F F^T with F of 70 rows and 20 columns: L L^T = C to rounding, and 20 normals are enough. Row 0 is 0, row 3 is
  // a copy of row 1. The bound is what the threshold may drop: sqrt((70 + 16) 2^-50) of a standard deviation each.
  auto rng = testing::generator_of_test("samplers: low rank");
  Eigen::MatrixXd f(70, 20);
  for (Eigen::Index i = 0; i < f.size(); ++i) f(i) = testing::uniform(rng, -1, 1);
  f.row(0).setZero();
  f.row(3) = f.row(1);
  const Eigen::MatrixXd exact = f * f.transpose();
  Eigen::MatrixXd overwritten = exact;
  CovarianceFactor factor;
  factor_covariance(overwritten, factor);
  CHECK(factor.rank == 20);
  CHECK(factor.own[0] == -1);
  CHECK(factor.own[1] == 0);
  CHECK(factor.own[3] == -1);
  const Eigen::MatrixXd L = factor.L.leftCols(factor.rank);
  const double dropped = std::sqrt(86 * 0x1p-50);
  for (Eigen::Index i = 0; i < 70; ++i)
    for (Eigen::Index j = 0; j <= i; ++j)
      CHECK(std::abs(L.row(i).dot(L.row(j)) - exact(i, j)) <= dropped * std::sqrt(exact(i, i) * exact(j, j)));
}

TEST_CASE("samplers: what cannot be sampled is refused, and what leaves the range of double is passed on") {
  const std::vector<double> x{0.5, 0.5};
  NetworkSpec uniform = spec_of({5}, {1}, {0});
  uniform.weight_law = WeightLaw::uniform;
  CHECK_THROWS_AS(ConditionalSampler(uniform, make_activation("erf"), x), Error);
  CHECK_THROWS_AS(ConditionalSampler(spec_of({5}, {1}, {0}), make_activation("sign"), x), Error);
  CHECK_THROWS_AS(ConditionalSampler(spec_of({5}, {1}, {0}), make_activation("erf"), x, 3), Error);
  const ConditionalSampler huge(spec_of({5, 5, 5, 5}, {1e8}, {0}), make_activation("x^3"),
                                std::vector<double>{1e12, 0});
  ConditionalSampler::Workspace workspace;
  FeatureGram gram;
  huge.draw({seed, 7, 0}, gram, {}, workspace);
  CHECK(!gram.finite());
  std::vector<double> wrong(huge.control_count() + 1);
  CHECK_THROWS_AS(huge.draw({seed, 7, 0}, gram, wrong, workspace), Error);
}
