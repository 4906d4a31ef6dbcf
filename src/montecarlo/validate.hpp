// The induced metric estimated from explicitly drawn finite networks, to be put beside the exact one.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "network/spec.hpp"

namespace widegeo {

struct ValidateOptions {
  NetworkSpec model;  ///< depth, variances, scales; its width is replaced by `width`
  Activation activation;
  std::vector<double> x;
  std::uint64_t width = 1000;   ///< of every hidden layer, >= 1
  std::uint64_t samples = 100;  ///< networks, 2..2^32 - 1
  std::uint64_t seed = 0;
  unsigned threads = 0;  ///< 0: all cores
  /// Called now and then from the calling thread with the number of networks done; false stops the work with
  /// Error(input).
  std::function<bool(std::uint64_t done)> progress;
};

struct MetricSamples {
  std::size_t dimension = 0;
  std::uint64_t samples = 0;
  std::vector<double> mean;            ///< of g = J^T J, d x d, row by row
  std::vector<double> standard_error;  ///< of each entry's mean: sqrt(sample variance / samples)
  bool unbiased = true;  ///< E g_n = g at every width: depth 1. Deeper: mean - exact contains a bias O(1/n), see
                         ///< docs/math section 7

  double mean_at(std::size_t a, std::size_t b) const { return mean[a * dimension + b]; }
  double standard_error_at(std::size_t a, std::size_t b) const { return standard_error[a * dimension + b]; }
};

/// The sample mean of the pullback metric at x over independent networks. The same bits for any number of threads:
/// network i is a pure function of (seed, i), and sums run in the order of i. Throws Error(input) for samples < 2,
/// width < 1 and what check_simulation refuses.
MetricSamples validate_metric(const ValidateOptions& options);

/// z = (mean - exact) / standard_error; 0 when mean and exact are equal; none when they differ though the standard
/// error is 0.
std::optional<double> z_score(double mean, double standard_error, double exact);

}  // namespace widegeo
