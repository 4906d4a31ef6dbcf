#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <vector>

#include "montecarlo/statistics.hpp"
#include "number/error.hpp"

namespace widegeo {
namespace {
void check_degrees(double degrees) {
  if (!(degrees > 0)) throw Error(ErrorCode::input, "a standard error without degrees of freedom");
}

void check_probability(double p, const char* what) {
  if (!(p > 0 && p < 1)) throw Error(ErrorCode::input, std::string(what) + " must be between 0 and 1");
}

/// P(T > t), t >= 0.
double upper_tail(double t, double degrees) {
  if (std::isinf(t)) return 0;
  if (std::isinf(degrees)) return cdf(complement(boost::math::normal(), t));
  return cdf(complement(boost::math::students_t(degrees), t));
}

/// t with P(T > t) = p.
double upper_quantile(double p, double degrees) {
  if (std::isinf(degrees)) return quantile(complement(boost::math::normal(), p));
  return quantile(complement(boost::math::students_t(degrees), p));
}

/// Hall's transformation of a studentised mean of skewness g.
double without_skewness(double t, double g) { return t + g / 3 * t * t * (1 + g * t / 9) + g / 6; }

/// The t > 0 with without_skewness(-t, g) = -q, where g > 0 and q > 0: (1 - g t / 3)^3 = 1 - g (q + g / 6).
double before_transformation(double q, double g) { return 3 / g * (1 - std::cbrt(1 - g * (q + g / 6))); }
}  // namespace

TestResult compare(const MeanEstimate& estimate, double exact, double exact_error) {
  const double error = estimate.standard_error;
  if (!std::isfinite(estimate.mean) || !std::isfinite(exact)) throw Error(ErrorCode::input, "a value is not finite");
  if (!(error >= 0) || !(exact_error >= 0)) throw Error(ErrorCode::input, "an error must not be negative");
  const double difference = estimate.mean - exact;
  if (difference == 0 || std::isinf(error)) return {0, 1};
  const double excess = std::max(0.0, std::fabs(difference) - exact_error);
  TestResult out;
  out.z = difference / error;
  if (excess == 0) return out;
  if (error == 0) {
    out.p_value = 0;
    return out;
  }
  check_degrees(estimate.degrees_of_freedom);
  double t = excess / error;
  if (estimate.skewness != 0) {
    const double corrected = std::fabs(without_skewness(std::copysign(t, difference), estimate.skewness));
    // Far out, where the powers leave the range of double, T decides alone.
    if (corrected < t) t = corrected;
  }
  const double p = 2 * upper_tail(t, estimate.degrees_of_freedom);
  out.p_value = std::clamp(p, std::numeric_limits<double>::min(), 1.0);
  return out;
}

double critical_value(double level) {
  check_probability(level, "the level of a test");
  return upper_quantile(level / 2, std::numeric_limits<double>::infinity());
}

double deviation_by_rare_values(std::vector<std::pair<double, double>> law, double draws, double level) {
  check_probability(level, "the level of a test");
  constexpr double most_expected = 300;
  double mean = 0, square = 0;
  for (const auto& [f, probability] : law) mean += probability * f;
  if (!(mean > 0) || !std::isfinite(mean)) return 0;
  for (auto& [f, probability] : law) {
    f /= mean;
    square += probability * f * f;
  }
  if (!std::isfinite(square)) return std::numeric_limits<double>::infinity();
  std::ranges::sort(law, std::greater<>());
  double worst = 0;
  for (double expected = -std::log(level); expected < std::min(draws, most_expected); expected *= 1.5) {
    const boost::math::poisson shown(expected);
    double k = 0;
    while (cdf(shown, k) < level * (1 - 1e-9)) ++k;
    double left = expected / draws, rare = 0, rare_square = 0;
    for (const auto& [f, probability] : law) {
      const double part = std::min(probability, left);
      rare += part * f;
      rare_square += part * f * f;
      left -= part;
      if (left <= 0) break;
    }
    const double seen = k / expected, others = 1 - rare;
    const double variance = square - rare_square - others * others + rare_square * seen;
    worst = std::max(worst, rare * (1 - seen) / std::sqrt(std::max(variance, 0.0) / draws));
  }
  return worst;
}

double tail_factor(const MeanEstimate& estimate, double level) {
  const double z = critical_value(level);
  if (!(std::fabs(estimate.skewness) < std::numeric_limits<double>::infinity()))
    return std::numeric_limits<double>::infinity();
  return std::cosh(estimate.skewness * z * z * z / 3);
}

std::vector<bool> holm_rejections(std::span<const double> p_values, double family_error) {
  check_probability(family_error, "the family-wise error rate");
  for (const double p : p_values)
    if (!(p >= 0 && p <= 1)) throw Error(ErrorCode::input, "a p-value must be between 0 and 1");
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<bool> rejected(p_values.size(), false);
  for (std::size_t k = 0; k < order.size(); ++k) {
    if (p_values[order[k]] > family_error / static_cast<double>(order.size() - k)) break;
    rejected[order[k]] = true;
  }
  return rejected;
}

double detectable_difference(const MeanEstimate& estimate, double family_error, std::size_t tests, double power) {
  check_probability(family_error, "the family-wise error rate");
  check_probability(power, "the power");
  if (tests == 0) throw Error(ErrorCode::input, "no tests");
  if (!(estimate.standard_error >= 0)) throw Error(ErrorCode::input, "an error must not be negative");
  if (estimate.standard_error == 0) return 0;
  check_degrees(estimate.degrees_of_freedom);
  const double nu = estimate.degrees_of_freedom;
  const double g = std::fabs(estimate.skewness), k = std::max(0.0, estimate.excess_kurtosis);
  double t = upper_quantile(family_error / (2 * static_cast<double>(tests)), nu);
  if (g > 0) t = std::max(t, before_transformation(t, g));
  const double z = -upper_quantile(power, std::numeric_limits<double>::infinity());
  const double spread = std::sqrt(1 + t * t / (2 * nu) + t * g + t * t * k / 4);
  return std::max(0.0, t * (1 - 1 / (4 * nu)) + z * spread) * estimate.standard_error;
}

}  // namespace widegeo
