// Means and covariances of a stream of vectors, in constant memory.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace widegeo {

/// Count, mean and centred second moments M = sum (v - mean)(v - mean)^T (Welford 1962, Chan, Golub and LeVeque 1983):
/// no cancellation. Merging in a fixed order gives the same bits for any number of threads.
class Moments {
 public:
  explicit Moments(std::size_t size = 0);

  /// Throws Error(input) for a sample of the wrong size or one that is not finite: the caller excludes and counts
  /// those. O(size^2 / 2).
  void add(std::span<const double> sample);
  /// Equivalent, up to rounding, to adding the samples of `later`.
  void merge(const Moments& later);

  std::size_t size() const { return mean_.size(); }
  std::uint64_t count() const { return count_; }
  double mean(std::size_t i) const { return mean_[i]; }
  /// Unbiased sample covariance; needs count() >= 2. Infinite if squares are out of the range of double.
  double covariance(std::size_t i, std::size_t j) const;
  double variance(std::size_t i) const { return covariance(i, i); }

  /// The exact state as plain numbers, for checkpoints and messages between machines. Length: state_size(size()).
  static std::size_t state_size(std::size_t size);
  void save(std::span<double> state) const;
  void load(std::span<const double> state);

 private:
  std::uint64_t count_ = 0;
  std::vector<double> mean_, centred_;  ///< centred_: rows of the lower triangle
  std::vector<double> delta_;           ///< scratch of add and merge
};

/// Mean and central moments up to order four of a stream of numbers, by the same updating [Pebay 2008]. The third and
/// fourth are stored relative to powers of the second, so that no choice of unit overflows or underflows them before
/// the variance.
class ValueMoments {
 public:
  /// Throws Error(input) for a number that is not finite.
  void add(double value);
  void merge(const ValueMoments& later);

  std::uint64_t count() const { return count_; }
  double mean() const { return mean_; }
  double variance() const;  ///< unbiased; needs count() >= 2

  /// Skewness g and excess kurtosis k of the values, (sum d^3 / N) / (sum d^2 / N)^(3/2) and
  /// (sum d^4 / N) / (sum d^2 / N)^2 - 3; those of their mean are g / sqrt(N) and k / N. 0 if all values are equal.
  double skewness() const;
  double excess_kurtosis() const;

  static constexpr std::size_t state_size() { return 5; }
  void save(std::span<double> state) const;
  void load(std::span<const double> state);

 private:
  std::uint64_t count_ = 0;
  double mean_ = 0, square_ = 0;   ///< square_ = sum d^2
  double third_ = 0, fourth_ = 0;  ///< sum d^3 / square_^(3/2), sum d^4 / square_^2
};

}  // namespace widegeo
