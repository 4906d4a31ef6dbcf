// Statistical inference from moments: means with standard errors, extrapolation in 1/width, p-values of families of
// tests.
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
  double standard_error = 0;      ///< of the mean, from independent networks
  double degrees_of_freedom = 0;  ///< of the Student t distribution of (mean - truth) / standard_error
  /// Variance over networks (with control variates: of the value itself, not the residual). 0 for a fitted limit.
  double variance = 0;
  /// Of the distribution of the mean: those of the averaged values divided by sqrt(N) and N. 0: unknown, treated as
  /// normal.
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
/// are jointly Gaussian; otherwise the bias is O(1/count), and the error is too small where the residual's spread
/// depends on the controls, since the coefficients are fitted to the very values that are averaged. For verdicts use
/// control_coefficients from networks other than those averaged.
MeanEstimate controlled_mean(const Moments& moments, std::size_t i, std::size_t first_control);

/// beta of the least-squares fit above, one number per control in its own unit, using only the controls whose
/// `least_samples` (default: 0) are reached; 0 for the others and for dropped controls. Empty for fewer than 4
/// (controls used + 1) samples, or if nothing varies. On networks that did not enter the fit, value - beta . controls
/// is an unbiased estimate of the mean, whatever beta is.
std::vector<double> control_coefficients(const Moments& moments, std::size_t i, std::size_t first_control,
                                         std::span<const std::uint64_t> least_samples = {});

/// Fit of mean(n) = limit + slope / n (+ c / n^2 at degree 2) over several widths, by least squares with weights 1 /
/// standard_error^2.
struct WidthPoint {
  double width = 0;  ///< n > 0
  MeanEstimate estimate;
};
struct WidthFit {
  MeanEstimate limit;  ///< at n = infinity; degrees of freedom by Welch-Satterthwaite
  double slope = 0, slope_error = 0;
  double second = 0, second_error = 0;  ///< coefficient of 1 / n^2 at degree 2
  /// Goodness of fit: probability of a larger chi^2 if the model is right; nullopt for degree + 1 points.
  std::optional<double> fit_p_value;
  /// Effect of the truncation: a further term c / n^(degree + 1) in the means shifts the limit by c times this.
  double next_order = 0;
};
/// degree: 1 or 2. Throws Error(input) for fewer than degree + 1 different widths or a standard error of 0.
WidthFit extrapolate_in_width(std::span<const WidthPoint> points, unsigned degree = 1);

/// Two-sided p-value of T = (mean - exact) / standard_error under Student's t: the larger of the p-values of T and of
///     H(T) = T + g T^2 / 3 + g^2 T^3 / 27 + g / 6,   g = estimate.skewness,
/// which corrects a studentised mean for skewness [Hall 1992] and is monotone. H is right where the kurtosis goes with
/// the skewness, as for sums of squares, but rejects too often for heavy symmetric tails, whose g is noise; there T
/// itself is conservative. `exact_error` (a bound, of the theory) widens the agreement: only the excess over it counts
/// as a deviation. Equal values give p = 1; different values with standard error 0 give p = 0. z and p_value are never
/// NaN. An infinite standard error carries no information: z = 0, p = 1. With a positive standard error the p-value is
/// at least the smallest normal double. Throws Error(input) for values that are not finite.
struct TestResult {
  double z = 0;  ///< (mean - exact) / standard_error, 0 when equal; infinite when they differ and the error is 0
  double p_value = 1;
};
TestResult compare(const MeanEstimate& estimate, double exact, double exact_error = 0);

/// Holm's step-down procedure [Holm 1979]: which p-values are rejected such that the probability of one or more false
/// rejections, under any dependence, is at most family_error.
std::vector<bool> holm_rejections(std::span<const double> p_values, double family_error);

/// The smallest |mean - exact| that would be rejected with probability `power` at the strictest level of Holm's
/// procedure, family_error / tests (two-sided). With t that level's upper quantile of Student's t with nu degrees of
/// freedom, and z the normal quantile of the power,
///     (t (1 - 1/(4 nu)) + z sqrt(1 + t^2/(2 nu))) standard_error
/// inverts the noncentral t distribution [Johnson and Welch 1940, Abramowitz and Stegun 26.7.10]; (t + z) for large nu.
/// With a skewness g, on the side where compare() is stricter: t such that H = t at the quantile (with the sign of g
/// changed), and 1 + t^2/(2 nu) + t |g| + t^2 k / 4 under the root, for the covariance of a mean with its own standard
/// error and the excess kurtosis k.
double detectable_difference(const MeanEstimate& estimate, double family_error, std::size_t tests, double power = 0.9);

/// Distribution of one quantity over networks in fixed memory: equal bins around the first samples, and two overflow
/// bins.
class Histogram {
 public:
  static constexpr std::size_t bins = 200;
  /// Range: mean +- 8 standard deviations of the pilot samples (at least a few ulp of the mean wide).
  explicit Histogram(std::span<const double> pilot = {});
  void add(double value);
  void merge(const Histogram& other);  ///< requires the same range

  double low() const { return low_; }
  double high() const { return high_; }
  std::uint64_t below() const { return counts_.front(); }
  std::uint64_t above() const { return counts_.back(); }
  std::uint64_t count(std::size_t bin) const { return counts_[bin + 1]; }
  std::uint64_t total() const;

  /// p-quantile, 0 < p < 1, interpolated within its bin; error: half the bin plus one binomial standard error of the
  /// rank, mapped through the histogram. nullopt if the quantile or an end of that interval falls outside the range or
  /// beyond the samples.
  struct Quantile {
    double value = 0, error = 0;
  };
  std::optional<Quantile> quantile(double p) const;

  /// Skewness and excess kurtosis of the counted values, each taken at the middle of its bin, or for overflow bins at
  /// the end of the range (which understates their weight). 0 for fewer than two values or values that do not vary.
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

/// The z with P(|Z| > z) = level for a standard normal Z.
double critical_value(double level);

/// By how many standard errors (as estimated from the draws) the mean of `draws` draws from a non-negative distribution
/// may be off because rare values are under-represented: the maximum, over expected numbers mu of rare draws >= log(1 /
/// level), of
///     E[f; rare] (1 - k / mu) / sqrt((E[f^2; others] - E[f; others]^2 + E[f^2; rare] k / mu) / draws),
/// where k is the lower `level`-quantile of the number of rare draws (Poisson). Above critical_value(level), a true
/// theory fails more often than `level`; for nearly normal distributions it is below. `law`: values with their
/// probabilities, in any order.
double deviation_by_rare_values(std::vector<std::pair<double, double>> law, double draws, double level);

/// Factor by which P(|mean - truth| / standard_error > z), z Student's quantile of the two-sided level `level`, differs
/// from that level for a mean with skewness g (that of one value over sqrt(N)):
///     cosh(g z^3 / 3).
/// The two tails of a studentised mean are off by factors exp(-+ g z^3 / 3) to leading order [Hall 1992, section 2.6:
/// the term g (2 z^2 + 1) / 6 of the Edgeworth expansion, over the normal tail]; their sum by the cosh, which is 1 to
/// first order. A positive excess kurtosis makes both tails lighter. compare() corrects for it.
double tail_factor(const MeanEstimate& estimate, double level);

/// Up to this factor the correction was observed to keep the level (laws/statistics.cpp): verdicts are given, and
/// control variates used, only where tail_factor is at most this.
inline constexpr double largest_tail_factor = 10;

/// Standard error of the mean of a correlated stream by batch means; `batch_means`: the means of consecutive batches.
MeanEstimate batch_mean(std::span<const double> batch_means);

}  // namespace widegeo
