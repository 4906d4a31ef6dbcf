#include "montecarlo/validate.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <string>
#include <thread>

#include "core/error.hpp"
#include "network/explicit_network.hpp"
#include "parallel/parallel.hpp"
#include "random/random.hpp"

namespace widegeo {
namespace {

/// Mean and sum of squared deviations of each entry, one sample after the other (Welford 1962): no cancellation, and
/// the same bits whatever the grouping of the work, as long as samples come in the order of their index.
class RunningMoments {
 public:
  explicit RunningMoments(std::size_t entries) : mean_(entries), deviations_(entries) {}

  void add(const Eigen::MatrixXd& sample) {
    ++count_;
    const auto n = static_cast<double>(count_);
    for (std::size_t i = 0; i < mean_.size(); ++i) {
      const double delta = sample.data()[i] - mean_[i];  // symmetric: the storage order does not matter
      mean_[i] += delta / n;
      deviations_[i] += delta * (sample.data()[i] - mean_[i]);
    }
  }
  const std::vector<double>& mean() const { return mean_; }
  std::vector<double> standard_error() const {
    const auto n = static_cast<double>(count_);
    std::vector<double> out(deviations_.size());
    std::ranges::transform(deviations_, out.begin(), [n](double m2) { return std::sqrt(m2 / (n - 1) / n); });
    return out;
  }

 private:
  std::uint64_t count_ = 0;
  std::vector<double> mean_, deviations_;
};

void check(const ValidateOptions& options) {
  if (options.samples < 2)
    throw Error(ErrorCode::input, "a standard error needs at least 2 samples",
                "samples " + std::to_string(options.samples));
  if (options.samples > std::numeric_limits<std::uint32_t>::max())
    throw Error(ErrorCode::input, "too many samples", "samples " + std::to_string(options.samples),
                "use fewer than 2^32");
}

}  // namespace

MetricSamples validate_metric(const ValidateOptions& options) {
  check(options);
  NetworkSpec spec = options.model;
  spec.width = {options.width};
  const ExplicitSampler sampler(spec, options.activation, options.x);

  const std::size_t d = options.x.size();
  RunningMoments moments(d * d);
  // Batches bound the memory and let a long run report and stop; the result does not depend on their length.
  const std::uint64_t batch =
      std::uint64_t{16} * (options.threads > 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency()));
  std::vector<Eigen::MatrixXd> metrics;
  for (std::uint64_t first = 0; first < options.samples; first += batch) {
    metrics.assign(std::min(batch, options.samples - first), {});
    parallel_for_ordered(metrics.size(), options.threads, [&](std::size_t i) {
      const NetworkId id{options.seed, campaigns::explicit_weights, static_cast<std::uint32_t>(first + i)};
      const FeatureGram gram = gram_of(sampler.draw(id));
      if (!gram.finite())
        throw Error(ErrorCode::input, "a simulated network leaves the range of double",
                    "network " + std::to_string(id.index), "use smaller variances or fewer layers");
      metrics[i] = gram.metric();
    });
    for (const Eigen::MatrixXd& metric : metrics) moments.add(metric);
    if (options.progress && !options.progress(first + metrics.size()))
      throw Error(ErrorCode::input, "stopped before all networks were drawn",
                  std::to_string(first + metrics.size()) + " of " + std::to_string(options.samples) + " networks");
  }

  MetricSamples result;
  result.dimension = d;
  result.samples = options.samples;
  result.mean = moments.mean();
  result.standard_error = moments.standard_error();
  result.unbiased = spec.depth == 1;
  return result;
}

std::optional<double> z_score(double mean, double standard_error, double exact) {
  if (mean == exact) return 0.0;
  if (!(standard_error > 0)) return std::nullopt;
  return (mean - exact) / standard_error;
}

}  // namespace widegeo
