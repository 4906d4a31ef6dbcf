#include <Eigen/Eigenvalues>
#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "core/error.hpp"
#include "montecarlo/statistics.hpp"

namespace widegeo {
namespace {
/// A direction in the space of standardised controls counts as dependent on the others when its variance is below this.
/// Moments of N samples carry relative rounding errors of about sqrt(N) epsilon, 1e-12 at N = 10^8.
constexpr double dependent_below = 1e-10;

struct Controls {
  Eigen::MatrixXd correlation;
  Eigen::VectorXd with_value;  ///< covariance with the value, over the control's standard deviation
  Eigen::VectorXd mean;        ///< over the control's standard deviation
};

/// The controls that vary, in units of their standard deviations.
Controls standardised(const Moments& moments, std::size_t i, std::size_t first) {
  std::vector<std::size_t> varying;
  std::vector<double> deviation;
  for (std::size_t c = first; c < moments.size(); ++c) {
    if (c == i) continue;
    const double s = std::sqrt(moments.variance(c));
    if (!(s > 0) || !std::isfinite(s)) continue;
    varying.push_back(c);
    deviation.push_back(s);
  }
  const auto k = static_cast<Eigen::Index>(varying.size());
  Controls out{Eigen::MatrixXd(k, k), Eigen::VectorXd(k), Eigen::VectorXd(k)};
  for (Eigen::Index a = 0; a < k; ++a) {
    const auto ca = varying[static_cast<std::size_t>(a)];
    const double sa = deviation[static_cast<std::size_t>(a)];
    out.with_value(a) = moments.covariance(i, ca) / sa;
    out.mean(a) = moments.mean(ca) / sa;
    for (Eigen::Index b = 0; b < k; ++b)
      out.correlation(a, b) =
          moments.covariance(ca, varying[static_cast<std::size_t>(b)]) / sa / deviation[static_cast<std::size_t>(b)];
  }
  return out;
}
}  // namespace

MeanEstimate plain_mean(const Moments& moments, std::size_t i) {
  if (i >= moments.size()) throw Error(ErrorCode::input, "no such component of the moments");
  if (moments.count() < 2)
    throw Error(ErrorCode::input, "no standard error from fewer than two samples", {}, "ask for more networks");
  const auto n = static_cast<double>(moments.count());
  const double variance = moments.variance(i);
  return {moments.mean(i), std::sqrt(variance / n), n - 1, variance};
}

MeanEstimate controlled_mean(const Moments& moments, std::size_t i, std::size_t first_control) {
  MeanEstimate plain = plain_mean(moments, i);
  if (first_control >= moments.size() || moments.count() < 4 * (moments.size() - first_control + 1)) return plain;
  if (!(plain.variance > 0) || !std::isfinite(plain.variance)) return plain;
  const Controls controls = standardised(moments, i, first_control);
  if (controls.mean.size() == 0 || !controls.correlation.allFinite() || !controls.with_value.allFinite()) return plain;
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> basis(controls.correlation);
  if (basis.info() != Eigen::Success) return plain;

  // In the basis of the principal directions u, of variance lambda, the regression falls apart into single ones:
  //     mean = mean_value - sum_u beta_u mean_u,   beta_u = cov_u / lambda_u,   explained variance = sum_u cov_u^2 /
  //     lambda_u
  const auto n = static_cast<double>(moments.count());
  double shift = 0, explained = 0, leverage = 0, rank = 0;
  for (Eigen::Index u = 0; u < controls.mean.size(); ++u) {
    const double lambda = basis.eigenvalues()(u);
    if (lambda < dependent_below) continue;
    const double covariance = basis.eigenvectors().col(u).dot(controls.with_value);
    const double mean = basis.eigenvectors().col(u).dot(controls.mean);
    shift += covariance / lambda * mean;
    explained += covariance / lambda * covariance;
    leverage += mean / lambda * mean;
    ++rank;
  }
  // A value that is a combination of the controls leaves rounding noise, which must not pass for a smaller variance.
  const double noise = 16 * std::numeric_limits<double>::epsilon() * (rank + 1) * plain.variance;
  const double degrees = n - 1 - rank;
  const double residual = std::max(plain.variance - explained, noise) * (n - 1) / degrees;
  return {plain.mean - shift, std::sqrt(residual * (1 / n + leverage / (n - 1))), degrees, plain.variance};
}

WidthFit extrapolate_in_width(std::span<const WidthPoint> points) {
  double smallest = std::numeric_limits<double>::infinity();
  for (const WidthPoint& p : points) {
    if (!(p.width > 0) || !std::isfinite(p.width)) throw Error(ErrorCode::input, "a width must be positive");
    if (!(p.estimate.standard_error > 0) || !std::isfinite(p.estimate.standard_error) ||
        !std::isfinite(p.estimate.mean) || !(p.estimate.degrees_of_freedom > 0))
      throw Error(ErrorCode::input, "an extrapolation in width needs means with positive, finite standard errors");
    smallest = std::min(smallest, p.estimate.standard_error);
  }
  const auto other_width = [&](const WidthPoint& p) { return p.width != points[0].width; };
  if (points.size() < 2 || std::none_of(points.begin(), points.end(), other_width))
    throw Error(ErrorCode::input, "an extrapolation in width needs at least two different widths");

  // Weights in units of the largest; x = 1/n about its weighted mean, so that the two parameters are uncorrelated.
  const auto weight = [&](const WidthPoint& p) {
    const double w = smallest / p.estimate.standard_error;
    return w * w;
  };
  double total = 0, x_mean = 0;
  for (const WidthPoint& p : points) total += weight(p);
  for (const WidthPoint& p : points) x_mean += weight(p) / total / p.width;
  double sxx = 0, sxy = 0, y_mean = 0;
  for (const WidthPoint& p : points) {
    const double x = 1 / p.width - x_mean;
    sxx += weight(p) * x * x;
    sxy += weight(p) * x * p.estimate.mean;
    y_mean += weight(p) / total * p.estimate.mean;
  }
  WidthFit fit;
  fit.slope = sxy / sxx;
  fit.slope_error = smallest / std::sqrt(sxx);
  fit.limit.mean = y_mean - fit.slope * x_mean;
  // limit = sum_i c_i mean_i. Welch and Satterthwaite: (sum v_i)^2 / sum(v_i^2 / nu_i), v_i = c_i^2 standard_error_i^2.
  double variance = 0, spread = 0, chi_squared = 0;
  for (const WidthPoint& p : points) {
    const double x = 1 / p.width - x_mean;
    const double c = weight(p) * (1 / total - x * x_mean / sxx);
    const double v = c * c / weight(p);
    variance += v;
    spread += v * v / p.estimate.degrees_of_freedom;
    const double miss = (p.estimate.mean - y_mean - fit.slope * x) / p.estimate.standard_error;
    chi_squared += miss * miss;
  }
  fit.limit.standard_error = smallest * std::sqrt(variance);
  fit.limit.degrees_of_freedom = variance * variance / spread;
  if (points.size() > 2) {
    const boost::math::chi_squared law(static_cast<double>(points.size() - 2));
    fit.fit_p_value = std::isfinite(chi_squared) ? cdf(complement(law, chi_squared)) : 0;
  }
  return fit;
}

MeanEstimate batch_mean(std::span<const double> batch_means) {
  Moments moments(1);
  for (const double& mean : batch_means) moments.add({&mean, 1});
  return plain_mean(moments, 0);
}

}  // namespace widegeo
