// Exact moments of finite random networks, each from a formula of its own, against simulation through explicit weights.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "montecarlo/validate.hpp"
#include "network/explicit_network.hpp"
#include "random/random.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

// All seeds are fixed, so each verdict is decided once; 5 standard errors are exceeded by chance in 6e-7 of such
// checks.
constexpr double limit = 5;
constexpr std::uint64_t seed = 2301;
constexpr std::size_t fewest = 1'000;  // the standard error itself must be known to some per cent

void check_entry(const MetricSamples& got, std::size_t a, std::size_t b, double exact) {
  const auto z = z_score(got.mean_at(a, b), got.standard_error_at(a, b), exact);
  REQUIRE(z.has_value());
  MESSAGE("g", a, b, ": exact ", exact, ", mean ", got.mean_at(a, b), " +- ", got.standard_error_at(a, b),
          ", z = ", *z);
  CHECK(std::abs(*z) < limit);
}

ValidateOptions options(const char* activation, unsigned depth, std::uint64_t width, std::size_t samples) {
  ValidateOptions o;
  o.model.depth = depth;
  o.activation = make_activation(activation);
  o.width = width;
  o.samples = std::max(testing::trials(samples), fewest);
  o.seed = seed;
  MESSAGE("seed ", seed, ", ", o.samples, " networks of width ", width);
  return o;
}

}  // namespace

TEST_CASE("network: E g = A I + B x x^T at depth 1 for erf, unbiased at any width (math section 3)") {
  for (const std::uint64_t width : {1U, 50U}) {
    ValidateOptions o = options("erf", 1, width, width == 1 ? 200'000 : 20'000);
    const double s = 1.5, b = 0.1;
    o.model.weight_variance = {s};
    o.model.bias_variance = {b};
    o.x = {0.8, -0.3};
    const MetricSamples got = validate_metric(o);
    CHECK(got.unbiased);
    // D(q) = 4 / (pi sqrt(1 + 4 q)), A = s D(q), B = 2 s^2 D'(q)
    const double q = s * (0.64 + 0.09) + b, A = s * 4 / (M_PI * std::sqrt(1 + 4 * q)), B = -4 * s * A / (1 + 4 * q);
    for (std::size_t i = 0; i < 2; ++i)
      for (std::size_t j = 0; j < 2; ++j) check_entry(got, i, j, (i == j ? A : 0) + B * o.x[i] * o.x[j]);
  }
}

TEST_CASE("network: fan-in divides the first weight variance by d, and `pre` leaves the last activation out") {
  // E g = I s_1 / d * prod_{l >= 2} s_l D, with D = 1/2 for ReLU whatever the width: phi'^2 of each unit is a fair
  // coin.
  ValidateOptions o = options("relu", 3, 7, 40'000);
  o.model.weight_variance = {1.5, 0.7, 2.2};
  o.model.input_fan_in = true;
  o.x = {0.4, -0.9, 0.2};
  for (const bool post : {true, false}) {
    o.model.activate_last = post;
    const MetricSamples got = validate_metric(o);
    const double A = 1.5 / 3 * 0.7 * 2.2 / 4 * (post ? 0.5 : 1);
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j <= i; ++j) check_entry(got, i, j, i == j ? A : 0);
  }
}

TEST_CASE("network: a linear network of depth 1 has g = s chi^2_n / n in d = 1: mean s, variance 2 s^2 / n") {
  ValidateOptions o = options("x", 1, 9, 50'000);
  o.model.weight_variance = {0.6};
  o.model.activate_last = false;
  o.x = {0.3};
  const MetricSamples got = validate_metric(o);
  check_entry(got, 0, 0, 0.6);
  // The sample variance of M values has relative standard error sqrt((kurtosis - 1) / M), kurtosis 3 + 12 / n of
  // chi^2_n.
  const auto m = static_cast<double>(got.samples);
  const double variance = got.standard_error[0] * got.standard_error[0] * m, exact = 2 * 0.36 / 9;
  MESSAGE("variance ", variance, ", exact ", exact);
  CHECK(std::abs(variance / exact - 1) < limit * std::sqrt((2 + 12. / 9) / m));
}

TEST_CASE("network: He-ReLU without bias has E |Phi|^4 / (E |Phi|^2)^2 = prod (1 + 5 / n_l) (math section 7)") {
  NetworkSpec spec;
  spec.depth = 3;
  spec.width = {8, 12, 20};
  spec.weight_variance = {2};
  const Activation relu = make_activation("relu");
  const std::vector<double> x{0.6, -0.8};
  const std::size_t samples = std::max(testing::trials(40'000), fewest);
  const auto count = static_cast<double>(samples);
  // |Phi|^2 has mean s^L |x|^2 / 2^L = 1 exactly; its square has the mean in question.
  double mean = 0, square = 0, fourth = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    const double norm = feature_jet(spec, relu, {seed, campaigns::explicit_weights, static_cast<std::uint32_t>(i)}, x)
                            .value.squaredNorm();
    mean += norm / count;
    square += norm * norm / count;
    fourth += norm * norm * norm * norm / count;
  }
  const double exact = (1 + 5. / 8) * (1 + 5. / 12) * (1 + 5. / 20);
  const double error = std::sqrt((fourth - square * square) / count),
               error_of_mean = std::sqrt((square - mean * mean) / count);
  MESSAGE("E |Phi|^2 = ", mean, " +- ", error_of_mean, " (1), E |Phi|^4 = ", square, " +- ", error, " (", exact, ")");
  CHECK(std::abs(mean - 1) < limit * error_of_mean);
  CHECK(std::abs(square - exact) < limit * error);
}
