#include <Eigen/LU>
#include <Eigen/QR>
#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "montecarlo/statistics.hpp"
#include "network/pullback/decompositions.hpp"
#include "number/error.hpp"

namespace widegeo {
namespace {
/// A direction in the space of standardised controls counts as linearly dependent if its variance is below this.
/// Moments of N samples carry relative rounding errors of about sqrt(N) epsilon, 1e-12 at N = 10^8.
constexpr double dependent_below = 1e-10;

struct Controls {
  std::vector<std::size_t> component;
  Eigen::VectorXd deviation;
  Eigen::MatrixXd correlation;
  Eigen::VectorXd with_value;  ///< covariance with the value, over the control's standard deviation
  Eigen::VectorXd mean;        ///< over the control's standard deviation
};

/// The controls that vary and for which there are samples enough, in units of their standard deviations.
Controls standardised(const Moments& moments, std::size_t i, std::size_t first,
                      std::span<const std::uint64_t> least_samples = {}) {
  std::vector<std::size_t> varying;
  std::vector<double> deviation;
  for (std::size_t c = first; c < moments.size(); ++c) {
    if (c == i || (c - first < least_samples.size() && moments.count() < least_samples[c - first])) continue;
    const double s = std::sqrt(moments.variance(c));
    if (!(s > 0) || !std::isfinite(s)) continue;
    varying.push_back(c);
    deviation.push_back(s);
  }
  const auto k = static_cast<Eigen::Index>(varying.size());
  Controls out{varying, Eigen::Map<const Eigen::VectorXd>(deviation.data(), k), Eigen::MatrixXd(k, k),
               Eigen::VectorXd(k), Eigen::VectorXd(k)};
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
  if (i >= moments.size()) throw Error(ErrorCode::input, "the moments have no such component");
  if (moments.count() < 2)
    throw Error(ErrorCode::input, "no standard error from fewer than two samples", {}, "ask for more networks");
  const auto n = static_cast<double>(moments.count());
  const double variance = moments.variance(i);
  return {moments.mean(i), std::sqrt(variance / n), n - 1, variance};
}

MeanEstimate mean_of(const ValueMoments& values) {
  if (values.count() < 2)
    throw Error(ErrorCode::input, "no standard error from fewer than two samples", {}, "ask for more networks");
  const auto n = static_cast<double>(values.count());
  const double variance = values.variance();
  return {values.mean(), std::sqrt(variance / n),          n - 1,
          variance,      values.skewness() / std::sqrt(n), values.excess_kurtosis() / n};
}

MeanEstimate controlled_mean(const Moments& moments, std::size_t i, std::size_t first_control) {
  MeanEstimate plain = plain_mean(moments, i);
  if (first_control >= moments.size() || moments.count() < 8 * (moments.size() - first_control + 1)) return plain;
  if (!(plain.variance > 0) || !std::isfinite(plain.variance)) return plain;
  const Controls controls = standardised(moments, i, first_control);
  if (controls.mean.size() == 0 || !controls.correlation.allFinite() || !controls.with_value.allFinite()) return plain;
  const std::optional<Eigenpairs> basis = eigenpairs(controls.correlation);
  if (!basis) return plain;

  // In the basis of the principal directions u, of variance lambda, the regression falls apart into single ones:
  //     mean = mean_value - sum_u beta_u mean_u,   beta_u = cov_u / lambda_u,   explained variance = sum_u cov_u^2 /
  //     lambda_u
  const auto n = static_cast<double>(moments.count());
  double shift = 0, explained = 0, leverage = 0, rank = 0;
  for (Eigen::Index u = 0; u < controls.mean.size(); ++u) {
    const double lambda = basis->values(u);
    if (lambda < dependent_below) continue;
    const double covariance = basis->vectors.col(u).dot(controls.with_value);
    const double mean = basis->vectors.col(u).dot(controls.mean);
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

std::vector<double> control_coefficients(const Moments& moments, std::size_t i, std::size_t first_control,
                                         std::span<const std::uint64_t> least_samples) {
  if (i >= moments.size()) throw Error(ErrorCode::input, "the moments have no such component");
  if (first_control >= moments.size() || moments.count() < 8) return {};
  const double variance = moments.variance(i);
  if (!(variance > 0) || !std::isfinite(variance)) return {};
  const Controls controls = standardised(moments, i, first_control, least_samples);
  if (controls.mean.size() == 0 || moments.count() < 4 * (controls.component.size() + 1)) return {};
  if (!controls.correlation.allFinite() || !controls.with_value.allFinite()) return {};
  const std::optional<Eigenpairs> basis = eigenpairs(controls.correlation);
  if (!basis) return {};
  Eigen::VectorXd beta = Eigen::VectorXd::Zero(controls.mean.size());
  for (Eigen::Index u = 0; u < beta.size(); ++u) {
    const double lambda = basis->values(u);
    if (lambda < dependent_below) continue;
    beta += basis->vectors.col(u) * (basis->vectors.col(u).dot(controls.with_value) / lambda);
  }
  std::vector<double> out(moments.size() - first_control, 0.0);
  for (Eigen::Index c = 0; c < beta.size(); ++c)
    out[controls.component[static_cast<std::size_t>(c)] - first_control] = beta(c) / controls.deviation(c);
  if (!std::ranges::all_of(out, [](double v) { return std::isfinite(v); })) return {};
  return out;
}

namespace {
/// Coefficients of the polynomial in u = least width / width that fits the means: coefficient_k = sum_i G(k, i) mean_i.
Eigen::MatrixXd fit_weights(std::span<const WidthPoint> points, double least, double smallest, Eigen::Index count) {
  const auto m = static_cast<Eigen::Index>(points.size());
  Eigen::MatrixXd powers(m, count);
  Eigen::VectorXd weight(m);
  for (Eigen::Index i = 0; i < m; ++i) {
    const WidthPoint& p = points[static_cast<std::size_t>(i)];
    weight(i) = smallest / p.estimate.standard_error;  // the root, in units of the largest: nothing overflows
    powers(i, 0) = 1;
    for (Eigen::Index k = 1; k < count; ++k) powers(i, k) = powers(i, k - 1) * (least / p.width);
  }
  if (m == count) return powers.fullPivLu().inverse();  // through all points, whatever their weights
  // Householder's method is stable under weights of any size when heavy rows come first [Bjorck 1996, section 4.4].
  std::vector<Eigen::Index> order(points.size());
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Eigen::Index i, Eigen::Index j) { return weight(i) > weight(j); });
  Eigen::MatrixXd rows(m, count), units = Eigen::MatrixXd::Zero(m, m);
  for (Eigen::Index r = 0; r < m; ++r) {
    const Eigen::Index i = order[static_cast<std::size_t>(r)];
    rows.row(r) = weight(i) * powers.row(i);
    units(r, i) = weight(i);
  }
  return rows.colPivHouseholderQr().solve(units);
}
}  // namespace

WidthFit extrapolate_in_width(std::span<const WidthPoint> points, unsigned degree) {
  if (degree < 1 || degree > 2) throw Error(ErrorCode::input, "an extrapolation in width is of degree 1 or 2");
  double smallest = std::numeric_limits<double>::infinity(), least = smallest;
  std::set<double> widths;
  for (const WidthPoint& p : points) {
    if (!(p.width > 0) || !std::isfinite(p.width)) throw Error(ErrorCode::input, "a width must be positive");
    if (!(p.estimate.standard_error > 0) || !std::isfinite(p.estimate.standard_error) ||
        !std::isfinite(p.estimate.mean) || !(p.estimate.degrees_of_freedom > 0))
      throw Error(ErrorCode::input, "an extrapolation in width needs means with positive, finite standard errors");
    smallest = std::min(smallest, p.estimate.standard_error);
    least = std::min(least, p.width);
    widths.insert(p.width);
  }
  if (widths.size() < degree + 1)
    throw Error(ErrorCode::input, "an extrapolation in width of degree " + std::to_string(degree) + " needs at least " +
                                      std::to_string(degree + 1) + " different widths");
  const Eigen::Index count = static_cast<Eigen::Index>(degree) + 1;
  const Eigen::MatrixXd G = fit_weights(points, least, smallest, count);

  // Means about one of them, so that their common part does not round.
  const double origin = points[0].estimate.mean;
  Eigen::VectorXd coefficient = Eigen::VectorXd::Zero(count);
  for (std::size_t i = 0; i < points.size(); ++i)
    coefficient += G.col(static_cast<Eigen::Index>(i)) * (points[i].estimate.mean - origin);
  // limit = sum_i c_i mean_i. Welch and Satterthwaite: (sum v_i)^2 / sum(v_i^2 / nu_i), v_i = c_i^2 standard_error_i^2.
  // Third and fourth cumulants add in the same way, with c_i^3 and c_i^4.
  double third = 0, fourth = 0;
  double variance = 0, spread = 0, slope_variance = 0, second_variance = 0, chi_squared = 0;
  WidthFit fit;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto column = static_cast<Eigen::Index>(i);
    const MeanEstimate& estimate = points[i].estimate;
    const double relative = estimate.standard_error / smallest, u = least / points[i].width;
    const double c = G(0, column) * relative, g = G(1, column) * relative;
    variance += c * c;
    slope_variance += g * g;
    if (degree == 2) second_variance += G(2, column) * relative * G(2, column) * relative;
    spread += c * c * c * c / estimate.degrees_of_freedom;
    third += c * c * c * estimate.skewness;
    fourth += c * c * c * c * estimate.excess_kurtosis;
    fit.next_order += G(0, column) * std::pow(1 / points[i].width, static_cast<double>(count));
    double fitted = 0;
    for (Eigen::Index k = count; k-- > 0;) fitted = fitted * u + coefficient(k);
    const double miss = (estimate.mean - origin - fitted) / estimate.standard_error;
    chi_squared += miss * miss;
  }
  fit.limit.mean = origin + coefficient(0);
  fit.limit.standard_error = smallest * std::sqrt(variance);
  fit.limit.degrees_of_freedom = variance * variance / spread;
  fit.limit.skewness = third / (variance * std::sqrt(variance));
  fit.limit.excess_kurtosis = fourth / (variance * variance);
  fit.slope = coefficient(1) * least;
  fit.slope_error = smallest * std::sqrt(slope_variance) * least;
  if (degree == 2) {
    fit.second = coefficient(2) * least * least;
    fit.second_error = smallest * std::sqrt(second_variance) * least * least;
  }
  if (points.size() > degree + 1) {
    const boost::math::chi_squared law(static_cast<double>(points.size() - degree - 1));
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
