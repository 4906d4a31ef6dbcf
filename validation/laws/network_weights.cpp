// The laws of explicit weights, seen through linear networks: for phi(x) = x the Jacobian is a product of the matrices.
//
// All seeds are fixed, so each verdict is decided once. 5 standard errors are exceeded by chance in 6e-7 of the checks;
// there are about 50.
#include <doctest/doctest.h>

#include <Eigen/LU>
#include <cmath>

#include "montecarlo/moments.hpp"
#include "network/explicit_network.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

constexpr double limit = 5;
constexpr std::uint64_t seed = 4711;

struct Law {
  const char* name;
  WeightLaw law;
  double parameter, kurtosis;  ///< E w^4 / (E w^2)^2
};
constexpr Law laws[] = {
    {"gaussian", WeightLaw::gaussian, 0, 3},        {"uniform", WeightLaw::uniform, 0, 9. / 5},
    {"rademacher", WeightLaw::rademacher, 0, 1},    {"sparse(3/10)", WeightLaw::sparse, 0.3, 3 / 0.3},
    {"student_t(9)", WeightLaw::student_t, 9, 4.2},  // 3 + 6 / (nu - 4)
};

/// W_1, ..., W_depth as entries of a linear network without biases; the matrices before W_depth must be invertible.
Eigen::MatrixXd last_matrix(NetworkSpec spec, unsigned depth, const NetworkId& id, std::size_t dimension) {
  static const Activation linear = make_activation("x");
  const std::vector<double> x(dimension, 0.5);
  const auto product = [&](unsigned layers) {
    NetworkSpec part = spec;
    part.depth = layers;
    if (part.width.size() > layers) part.width.resize(layers);
    if (part.weight_variance.size() > layers) part.weight_variance.resize(layers);
    part.activate_last = false;
    double scale = 1;  // of 1 / sqrt(n_l) in every layer
    for (unsigned l = 1; l <= layers; ++l) scale *= std::sqrt(static_cast<double>(part.n(l)));
    return Eigen::MatrixXd(scale * feature_jet(part, linear, id, x).jacobian);
  };
  if (depth == 1) return product(1);
  return product(depth) * product(depth - 1).inverse();
}

double z_of(double value, double exact, double error) { return (value - exact) / error; }

}  // namespace

TEST_CASE("network: weights of every law have mean 0 and the variance of their layer") {
  for (const Law& law : laws)
    for (const unsigned layer : {1U, 2U})
      for (const bool fan_in : {true, false}) {
        NetworkSpec spec{.depth = 2, .width = {7, 3000}, .weight_variance = {1.7, 0.6}, .input_fan_in = fan_in};
        if (layer == 1) spec.width = {3000, 1};
        spec.weight_law = law.law;
        spec.weight_parameter = law.parameter;
        const Eigen::MatrixXd w = last_matrix(spec, layer, {seed, 0, layer}, 7);
        const double variance = layer == 1 ? 1.7 / (fan_in ? 7 : 1) : 0.6;
        REQUIRE(w.rows() == 3000);
        const auto count = static_cast<double>(w.size());
        const double mean = w.mean(), second = w.squaredNorm() / count;
        CAPTURE(law.name);
        CHECK(std::abs(z_of(mean, 0, std::sqrt(variance / count))) < limit);
        if (law.law == WeightLaw::rademacher)  // |w| is constant; W_1^-1 loses digits by its condition number
          CHECK((w.cwiseAbs().array() - std::sqrt(variance)).abs().maxCoeff() < 1e-10);
        else
          CHECK(std::abs(z_of(second, variance, variance * std::sqrt((law.kurtosis - 1) / count))) < limit);
        const double zeros = static_cast<double>((w.cwiseAbs().array() < 1e-10).count()) / count;
        if (law.law == WeightLaw::sparse)
          CHECK(std::abs(z_of(zeros, 0.7, std::sqrt(0.7 * 0.3 / count))) < limit);
        else
          CHECK(zeros < 1e-3);
        if (law.law == WeightLaw::uniform) CHECK(w.cwiseAbs().maxCoeff() <= std::sqrt(3 * variance) * (1 + 1e-10));
      }
}

TEST_CASE("network: orthogonal matrices have orthonormal shorter sides, scaled to the variance of their layer") {
  struct Shape {
    std::uint64_t rows;
    std::size_t columns;
  };
  for (const auto& [rows, columns] : {Shape{40, 40}, Shape{130, 9}, Shape{9, 130}, Shape{1, 3}, Shape{5, 1}}) {
    const NetworkSpec spec{
        .width = {rows}, .weight_variance = {1.7}, .input_fan_in = true, .weight_law = WeightLaw::orthogonal};
    const Eigen::MatrixXd w = last_matrix(spec, 1, {seed, 0, 3}, columns);
    const bool tall = w.rows() >= w.cols();
    const Eigen::MatrixXd gram = tall ? Eigen::MatrixXd(w.transpose() * w) : Eigen::MatrixXd(w * w.transpose());
    const double scale = 1.7 / static_cast<double>(columns) * static_cast<double>(std::max(w.rows(), w.cols()));
    // Householder's QR is orthogonal to within a small multiple of (long side) (short side) epsilon <= 3e-13.
    CHECK((gram / scale - Eigen::MatrixXd::Identity(gram.rows(), gram.cols())).cwiseAbs().maxCoeff() < 1e-12);
  }
  // Layer 2, square: W_2 W_1 is orthogonal when both are.
  const NetworkSpec deep{.depth = 2, .width = {12}, .weight_variance = {1.5, 0.5}, .weight_law = WeightLaw::orthogonal};
  const Eigen::MatrixXd w = last_matrix(deep, 2, {seed, 0, 4}, 12);
  CHECK((w.transpose() * w / (0.5 * 12) - Eigen::MatrixXd::Identity(12, 12)).cwiseAbs().maxCoeff() < 1e-12);
}

TEST_CASE("network: orthogonal matrices follow the Haar measure: moments up to the fourth in O(4)") {
  const NetworkSpec spec{.width = {4}, .weight_law = WeightLaw::orthogonal};
  const std::size_t samples = std::max<std::size_t>(testing::trials(20'000), 1'000);
  Moments moments(16 + 3);
  for (std::size_t i = 0; i < samples; ++i) {
    const Eigen::MatrixXd q = last_matrix(spec, 1, {seed, 1, static_cast<std::uint32_t>(i)}, 4) / 2;  // sqrt(n) Q
    std::vector<double> values(q.data(), q.data() + 16);
    values.push_back(std::pow(q(0, 0), 4));
    values.push_back(std::pow(q(0, 0) * q(0, 1), 2));
    values.push_back(q(0, 0) * q(0, 1) * q(1, 0) * q(1, 1));
    moments.add(values);
  }
  const auto z = [&](std::size_t k, double exact) {
    return z_of(moments.mean(k), exact, std::sqrt(moments.variance(k) / static_cast<double>(samples)));
  };
  // The diagonal has mean 0 only with the signs R_ii > 0. Fourth moments: [Collins and Sniady 2006, "Integration with
  // respect to the Haar measure"].
  for (std::size_t k = 0; k < 16; ++k) CHECK(std::abs(z(k, 0)) < limit);
  const double n = 4;
  CHECK(std::abs(z(16, 3 / (n * (n + 2)))) < limit);
  CHECK(std::abs(z(17, 1 / (n * (n + 2)))) < limit);
  CHECK(std::abs(z(18, -1 / ((n - 1) * n * (n + 2)))) < limit);
  MESSAGE("z of the fourth moments: ", z(16, 1. / 8), ", ", z(17, 1. / 24), ", ", z(18, -1. / 72));
}
