// From moments to statements: means with standard errors, extrapolation in 1/width, p-values of a family of tests.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "montecarlo/moments.hpp"

namespace widegeo {

struct MeanEstimate {
  double mean = 0;
  double standard_error = 0;      ///< of the mean, by independent networks
  double degrees_of_freedom = 0;  ///< of Student's t that (mean - truth) / standard_error follows
  /// Of one network's value (with control variates: of the value itself, not the residual). 0 for a fitted limit.
  double variance = 0;
  /// Of the law of the mean: those of the values averaged over sqrt(N) and N. 0: not known, taken for normal.
  double skewness = 0, excess_kurtosis = 0;
};

/// Sample mean of component i. Throws Error(input) for fewer than two samples.
MeanEstimate plain_mean(const Moments& moments, std::size_t i);

/// The same of a stream of numbers, with the skewness and excess kurtosis of their mean.
MeanEstimate mean_of(const ValueMoments& values);

/// Mean of component i with the components first_control..size-1 as control variates of known mean 0: the intercept of
/// the least-squares fit value = mean + beta . controls, with its standard error from the residuals
/// (count - 1 - rank degrees of freedom) [Glasserman 2004, section 4.1]. Controls without variance, or linearly
/// dependent ones, are dropped. Falls back to plain_mean when count < 8 (controls + 1). Exact when value and controls
/// are jointly Gaussian; else the bias is O(1/count), and the error too small where the residual's spread depends on
/// the controls: the coefficients are fitted to the very values that are averaged. For verdicts take
/// control_coefficients from other networks than those averaged.
MeanEstimate controlled_mean(const Moments& moments, std::size_t i, std::size_t first_control);

/// beta of the least-squares fit above, one number a control in its own unit, by the controls alone whose
/// `least_samples` (none: 0) are reached; 0 for the others and for those that are dropped. Empty for fewer than
/// 4 (controls used + 1) samples, or where nothing varies. For networks that did not enter it, value - beta . controls
/// is an unbiased value of the mean, whatever beta is.
std::vector<double> control_coefficients(const Moments& moments, std::size_t i, std::size_t first_control,
                                         std::span<const std::uint64_t> least_samples = {});

/// mean(n) = limit + slope / n (+ c / n^2 at degree 2) over several widths, by weighted least squares with the weights
/// 1 / standard_error^2.
struct WidthPoint {
  double width = 0;  ///< n > 0
  MeanEstimate estimate;
};
struct WidthFit {
  MeanEstimate limit;  ///< at n = infinity; degrees of freedom by Welch and Satterthwaite
  double slope = 0, slope_error = 0;
  double second = 0, second_error = 0;  ///< coefficient of 1 / n^2 at degree 2
  /// Goodness of fit: probability of a larger chi^2 when the model is right; none with degree + 1 points.
  std::optional<double> fit_p_value;
  /// What the fit leaves out: a further term c / n^(degree + 1) in the means moves the limit by c times this.
  double next_order = 0;
};
/// degree: 1 or 2. Throws Error(input) for fewer than degree + 1 different widths or a standard error of 0.
WidthFit extrapolate_in_width(std::span<const WidthPoint> points, unsigned degree = 1);

/// Two-sided p-value of T = (mean - exact) / standard_error under Student's t: the larger one of T's and that of
///     H(T) = T + g T^2 / 3 + g^2 T^3 / 27 + g / 6,   g = estimate.skewness,
/// which takes the skewness out of a studentised mean [Hall 1992] and is monotone. H is right where the kurtosis goes
/// with the skewness, as for sums of squares, and rejects too often for heavy symmetric tails, whose g is noise; there
/// T itself is on the safe side. `exact_error` (of the theory, a bound) widens the agreement: only what exceeds it
/// counts as a deviation. Equal values give 1; different values with standard error 0 give 0. z and p_value are never
/// NaN. A standard error that is infinite says nothing: z = 0, p = 1. A p-value with a positive standard error is at
/// least the smallest normal double. Throws Error(input) for values that are not finite.
struct Comparison {
  double z = 0;  ///< (mean - exact) / standard_error, 0 when equal; infinite when they differ and the error is 0
  double p_value = 1;
};
Comparison compare(const MeanEstimate& estimate, double exact, double exact_error = 0);

/// Holm's step-down procedure [Holm 1979]: which of the p-values are rejected when the probability of one or more false
/// rejections, under any dependence, is at most family_error.
std::vector<bool> holm_rejections(std::span<const double> p_values, double family_error);

/// The smallest |mean - exact| that would have been rejected with probability `power` at the strictest level of Holm's
/// procedure, family_error / tests (two-sided). With t that level's upper quantile of Student's t of nu degrees of
/// freedom and z the normal quantile of the power,
///     (t (1 - 1/(4 nu)) + z sqrt(1 + t^2/(2 nu))) standard_error
/// inverts the noncentral t distribution [Johnson and Welch 1940, Abramowitz and Stegun 26.7.10]; (t + z) for large nu.
/// With a skewness g, on the side where compare() asks for more: t such that H = t at the quantile (sign of g changed),
/// and 1 + t^2/(2 nu) + t |g| + t^2 k / 4 under the root, the covariance of a mean with its own standard error and the
/// excess kurtosis k.
double detectable_difference(const MeanEstimate& estimate, double family_error, std::size_t tests, double power = 0.9);

/// Distribution of one quantity over networks in fixed memory: equal bins around the first samples, and two for what
/// falls outside.
class Histogram {
 public:
  static constexpr std::size_t bins = 200;
  /// Range: mean +- 8 standard deviations of the pilot samples (a width of at least a few ulp of the mean).
  explicit Histogram(std::span<const double> pilot = {});
  void add(double value);
  void merge(const Histogram& other);  ///< same range

  double low() const { return low_; }
  double high() const { return high_; }
  std::uint64_t below() const { return counts_.front(); }
  std::uint64_t above() const { return counts_.back(); }
  std::uint64_t count(std::size_t bin) const { return counts_[bin + 1]; }
  std::uint64_t total() const;

  /// p-quantile, 0 < p < 1, interpolated in its bin; error: half the bin and one binomial standard error of the rank,
  /// mapped through the histogram. nullopt when it, or an end of that interval, falls outside of the range or of what
  /// the samples reach.
  struct Quantile {
    double value = 0, error = 0;
  };
  std::optional<Quantile> quantile(double p) const;

  /// Skewness and excess kurtosis of the counted values, each at the middle of its bin, what lies outside at the end of
  /// the range (which understates its weight). 0 for fewer than two values or values that do not vary.
  struct Shape {
    double skewness = 0, excess_kurtosis = 0;
  };
  Shape shape() const;

  static std::size_t state_size() { return bins + 4; }
  void save(std::span<double> state) const;
  void load(std::span<const double> state);

 private:
  double low_ = 0, high_ = 0;
  std::vector<std::uint64_t> counts_;
};

/// The z that a normal deviate exceeds in size with probability `level`.
double critical_value(double level);

/// By how many standard errors the mean of so many draws of a law >= 0 may be off, as the draws estimate them, because
/// the values that are rare show less often than they should: the largest, over numbers mu of expected rare draws from
/// log(1 / level) on, of
///     E[f; rare] (1 - k / mu) / sqrt((E[f^2; others] - E[f; others]^2 + E[f^2; rare] k / mu) / draws),
/// k the number of rare draws that has at most `level` below it by Poisson's law. Where it is above
/// critical_value(level) a true theory fails more often than `level`; for laws near a normal one it is below. `law`:
/// values with their probabilities, in any order.
double deviation_by_rare_values(std::vector<std::pair<double, double>> law, double draws, double level);

/// By what factor the probability of |mean - truth| / standard_error beyond Student's quantile z of the two-sided level
/// `level` differs from that level, for a mean whose law has a skewness g (of one value, over sqrt(N)):
///     cosh(g z^3 / 3).
/// The tails of a studentised mean are off by exp(-+ g z^3 / 3) to leading order [Hall 1992, section 2.6: the term
/// g (2 z^2 + 1) / 6 of the Edgeworth expansion, over the normal tail]; their sum by the cosh, which is 1 to first
/// order. A positive excess kurtosis makes both tails lighter. compare() corrects for it.
double tail_factor(const MeanEstimate& estimate, double level);

/// Up to this factor the correction was seen to keep the level (laws/statistics.cpp): verdicts are given, and control
/// variates used, where tail_factor is at most this.
inline constexpr double largest_tail_factor = 10;

/// Standard error of the mean of a correlated stream by means of `batches` consecutive batches; `batch_means` holds
/// their means.
MeanEstimate batch_mean(std::span<const double> batch_means);

}  // namespace widegeo
