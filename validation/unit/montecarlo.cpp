#include <doctest/doctest.h>

#include <cmath>

#include "core/error.hpp"
#include "montecarlo/validate.hpp"
#include "network/explicit_network.hpp"
#include "random/random.hpp"

using namespace widegeo;

namespace {
ValidateOptions options(const char* activation, std::uint64_t samples = 100) {
  ValidateOptions o;
  o.model.depth = 2;
  o.model.weight_variance = {1.5};
  o.model.bias_variance = {0.1};
  o.activation = make_activation(activation);
  o.x = {0.8, -0.3, 0.1};
  o.width = 37;
  o.samples = samples;
  o.seed = 11;
  return o;
}
}  // namespace

TEST_CASE("montecarlo: 1, 2 and 7 threads and all cores agree bit for bit") {
  ValidateOptions o = options("erf", 203);  // no multiple of any batch
  o.threads = 1;
  const MetricSamples one = validate_metric(o);
  for (const unsigned threads : {2U, 7U, 0U}) {
    o.threads = threads;
    const MetricSamples many = validate_metric(o);
    CHECK(many.mean == one.mean);
    CHECK(many.standard_error == one.standard_error);
  }
}

TEST_CASE("montecarlo: mean and standard error are those of the list of metrics") {
  const ValidateOptions o = options("tanh", 50);
  const MetricSamples got = validate_metric(o);
  NetworkSpec spec = o.model;
  spec.width = {o.width};
  std::vector<Eigen::MatrixXd> metrics;
  Eigen::MatrixXd mean = Eigen::MatrixXd::Zero(3, 3), squares = mean;
  for (std::uint32_t i = 0; i < 50; ++i)
    metrics.push_back(gram_of(feature_jet(spec, o.activation, {o.seed, campaigns::explicit_weights, i}, o.x)).metric());
  for (const auto& g : metrics) mean += g / 50;
  for (const auto& g : metrics) squares += (g - mean).cwiseAbs2();
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b) {
      const auto i = static_cast<Eigen::Index>(a), j = static_cast<Eigen::Index>(b);
      // Two orders of summing 50 numbers of order 1: 50 epsilon, some of them larger than the mean.
      CHECK(std::abs(got.mean_at(a, b) - mean(i, j)) < 1e-13);
      CHECK(std::abs(got.standard_error_at(a, b) - std::sqrt(squares(i, j) / 49 / 50)) < 1e-13);
    }
  CHECK(got.samples == 50);
  CHECK(got.dimension == 3);
  CHECK_FALSE(got.unbiased);
}

TEST_CASE("montecarlo: more samples extend the campaign, another seed starts another") {
  ValidateOptions o = options("tanh", 20);
  const double short_mean = validate_metric(o).mean[0];
  CHECK(validate_metric(o).mean[0] == short_mean);
  o.seed = 12;
  CHECK(validate_metric(o).mean[0] != short_mean);
}

TEST_CASE("montecarlo: bad options are refused with exit code 2") {
  const auto refused = [](const auto& change) {
    ValidateOptions o = options("tanh", 3);
    change(o);
    try {
      validate_metric(o);
    } catch (const Error& error) {
      return error.code() == ErrorCode::input;
    }
    return false;
  };
  CHECK_FALSE(refused([](ValidateOptions&) {}));
  CHECK(refused([](ValidateOptions& o) { o.samples = 0; }));
  CHECK(refused([](ValidateOptions& o) { o.samples = 1; }));
  CHECK(refused([](ValidateOptions& o) { o.samples = 1ULL << 32; }));
  CHECK(refused([](ValidateOptions& o) { o.width = 0; }));
  CHECK(refused([](ValidateOptions& o) { o.width = ~0ULL; }));
  CHECK(refused([](ValidateOptions& o) { o.x.clear(); }));
  CHECK(refused([](ValidateOptions& o) { o.model.depth = 0; }));
  CHECK(refused([](ValidateOptions& o) { o.activation = make_activation("step"); }));
}

TEST_CASE("montecarlo: progress counts up to all samples and can stop the work") {
  ValidateOptions o = options("tanh", 100);
  o.threads = 2;
  std::vector<std::uint64_t> seen;
  o.progress = [&](std::uint64_t done) {
    seen.push_back(done);
    return true;
  };
  validate_metric(o);
  CHECK(seen.size() > 1);
  CHECK(std::is_sorted(seen.begin(), seen.end()));
  CHECK(seen.back() == 100);
  o.progress = [](std::uint64_t) { return false; };
  CHECK_THROWS_AS(validate_metric(o), Error);
}

TEST_CASE("montecarlo: z is the deviation in standard errors") {
  CHECK(z_score(1.5, 0.25, 1.0) == 2.0);
  CHECK(z_score(1.0, 0.25, 1.5) == -2.0);
  CHECK(z_score(1.0, 0.0, 1.0) == 0.0);
  CHECK_FALSE(z_score(1.0, 0.0, 1.5).has_value());
}
