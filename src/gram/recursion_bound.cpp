#include "gram/recursion_bound.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "number/constants.hpp"

namespace widegeo::gram {

namespace {

constexpr std::size_t variances = 33;  ///< steps of the grid in log q
constexpr std::size_t coarse = 5;      ///< variances of a side where pairs are tried
constexpr double between = 1.5;        ///< for what lies between the nodes of a grid
constexpr double step = 0x1p-10;       ///< relative step of a difference
constexpr double large_angle = 3.1;
constexpr double large_chi = 4;  ///< above it the slope in the angle may be much less than chi

/// 0 * infinity = 0: an exact quantity contributes no error.
double times(double a, double b) { return a == 0 || b == 0 ? 0 : a * b; }

/// Geometric, both ends included.
std::vector<double> grid(double low, double high, std::size_t count) {
  std::vector<double> q(count);
  const double ratio = std::log(high / low) / static_cast<double>(count - 1);
  for (std::size_t k = 0; k < count; ++k) q[k] = std::clamp(low * std::exp(ratio * static_cast<double>(k)), low, high);
  q.back() = high;
  return q;
}

PointBatch batch_of(const EntryLayer& layer, std::vector<double> q) {
  PointBatch batch;
  batch.variance = std::move(q);
  layer.prepare(batch);
  return batch;
}

/// Point i of a batch `count` times: a point may cost milliseconds to prepare.
PointBatch repeated(const PointBatch& batch, std::size_t i, std::size_t count) {
  PointBatch r;
  r.variance.assign(count, batch.variance[i]);
  r.V.assign(count, batch.V[i]);
  r.root_V.assign(count, batch.root_V[i]);
  r.D.assign(count, batch.D[i]);
  if (batch.stride == 0) return r;
  const std::size_t features = batch.features.size() / batch.stride;
  r.stride = (count + 7) / 8 * 8;
  r.features.assign(features * r.stride, 0.0);
  for (std::size_t f = 0; f < features; ++f)
    std::fill_n(r.features.begin() + static_cast<std::ptrdiff_t>(f * r.stride), count,
                batch.features[f * batch.stride + i]);
  return r;
}

/// Parallel pairs of neighbours of a grid of variances, and of each with itself.
struct Neighbours {
  PointBatch batch;
  std::vector<double> dot, gap;
};

Neighbours neighbours_of(const EntryLayer& layer, double low, double high, bool dot) {
  Neighbours r;
  r.batch = batch_of(layer, grid(low, high, variances + 1));
  r.gap.resize(variances);
  if (dot) r.dot.resize(variances);
  const double minor = 0;
  for (std::size_t k = 0; k < variances; ++k) {
    const double n = std::sqrt(r.batch.variance[k] * r.batch.variance[k + 1]);
    layer.evaluate({&r.batch, k, &r.batch, k + 1, 1, &n, &minor},
                   {nullptr, dot ? &r.dot[k] : nullptr, &r.gap[k], nullptr, nullptr});
  }
  return r;
}

double log_step(const PointBatch& batch, std::size_t k) { return std::log(batch.variance[k + 1] / batch.variance[k]); }

/// The largest, and half of what it may rise between two nodes.
double largest_with_slack(const std::vector<double>& x) {
  double largest = 0, rise = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    largest = std::max(largest, x[k]);
    if (k > 0) rise = std::max(rise, std::fabs(x[k] - x[k - 1]));
  }
  return largest + rise / 2;
}

/// Angles of the pairs tried: also near both ends.
std::vector<double> angles(double smallest) {
  std::vector<double> theta;
  for (double t = smallest; t < 0.1; t *= 10) theta.push_back(t);
  for (int k = 1; k <= 12; ++k) theta.push_back(large_angle * k / 12.0);
  return theta;
}

/// Angles for slopes of a kernel that falls within an angle of about 1/sqrt(chi): dense from well below it.
std::vector<double> slope_angles(double chi) {
  constexpr double ratio = 1.25;
  std::vector<double> theta;
  for (double t = 1e-2 / std::sqrt(chi); t < 0.1; t *= ratio) theta.push_back(t);
  for (int k = 1; k <= 40; ++k) theta.push_back(large_angle * k / 40.0);
  std::sort(theta.begin(), theta.end());
  return theta;
}

/// sup |dK / d theta| / sqrt(V(a) V(b)) from differences of the gap over neighbouring angles.
double steepest(const EntryLayer& layer, const PointBatch& points, double chi) {
  const std::vector<double> theta = slope_angles(chi);
  const std::size_t count = theta.size();
  std::vector<double> n(count), m(count), gap(count);
  double most = 0;
  for (std::size_t j = 0; j < points.count(); ++j) {
    const double b = points.variance[j];
    const PointBatch same = repeated(points, j, count);
    for (std::size_t i = 0; i <= j; ++i) {
      const double size = std::sqrt(points.variance[i] * b), scale = points.root_V[i] * points.root_V[j];
      if (!(scale > 0)) continue;
      for (std::size_t k = 0; k < count; ++k) {
        const double sine = size * std::sin(theta[k]);
        n[k] = size * std::cos(theta[k]);
        m[k] = sine * sine;
      }
      layer.evaluate({&points, i, &same, 0, count, n.data(), m.data()},
                     {nullptr, nullptr, gap.data(), nullptr, nullptr});
      for (std::size_t k = 0; k + 1 < count; ++k)
        most = std::max(most, std::fabs(gap[k + 1] - gap[k]) / ((theta[k + 1] - theta[k]) * scale));
    }
  }
  return most;
}

}  // namespace

LayerSensitivity sensitivity_of(const EntryLayer& layer, double low, double high, bool dot) {
  const Neighbours near = neighbours_of(layer, low, high, dot);
  LayerSensitivity r;
  std::vector<double> slope_V;
  for (std::size_t k = 0; k < variances; ++k) {
    const double change = log_step(near.batch, k);
    const double root_a = near.batch.root_V[k], root_b = near.batch.root_V[k + 1];
    const double difference = root_a - root_b;
    if (!(root_a > 0 && root_b > 0)) continue;
    slope_V.push_back(2 * std::fabs(std::log(root_b / root_a)) / change);
    r.K = std::max(r.K, std::sqrt((difference * difference + 2 * near.gap[k]) / (root_a * root_b)) / change);
    if (!dot || !(near.batch.D[k] < infinity)) continue;
    const double Da = near.batch.D[k], Db = near.batch.D[k + 1];
    const double square = std::max(0.0, Da + Db - 2 * near.dot[k]);
    r.dot = std::max(r.dot, Da > 0 && Db > 0 ? std::sqrt(square / std::sqrt(Da * Db)) / change : 0.0);
  }
  r.V = largest_with_slack(slope_V);
  r.K *= between;
  r.dot *= between;

  const PointBatch batch = batch_of(layer, grid(low, high, coarse));
  double chi = 0;
  for (std::size_t i = 0; i < coarse; ++i)
    if (batch.V[i] > 0 && batch.D[i] < infinity) chi = std::max(chi, batch.variance[i] * batch.D[i] / batch.V[i]);
  if (chi > large_chi) r.K_angle = steepest(layer, batch, chi);
  const std::vector<double> theta = angles(std::isfinite(layer.errors().gap_relative) ? 1e-7 : 1e-2);
  for (std::size_t i = 0; i < coarse; ++i)
    for (std::size_t j = 0; j < coarse; ++j) {
      const double a = batch.variance[i], b = batch.variance[j];
      const double scale = batch.root_V[i] * batch.root_V[j], dot_scale = std::sqrt(batch.D[i] * batch.D[j]);
      for (const double t : theta) {
        const double size = std::sqrt(a * b), n = size * std::cos(t), sine = size * std::sin(t), m = sine * sine;
        const double moved = n * (1 + step);
        double K[2] = {0, 0}, gap[2] = {0, 0}, slope[2] = {0, 0};
        for (int side = 0; side < 2; ++side)
          layer.evaluate(
              {&batch, i, &batch, j, 1, side == 0 ? &n : &moved, &m},
              {&K[side], dot || !(dot_scale < infinity) ? &slope[side] : nullptr, &gap[side], nullptr, nullptr});
        if (scale > 0) r.K_n = std::max(r.K_n, std::fabs(K[1] - K[0]) / (step * scale));
        if (dot && dot_scale > 0 && dot_scale < infinity)
          r.dot_n = std::max(r.dot_n, std::fabs(slope[1] - slope[0]) / (step * dot_scale));
        if (scale > 0) r.gap_n = std::max(r.gap_n, std::fabs(gap[1] - gap[0]) / (step * scale));
        if (gap[0] > 0) r.gap_n_relative = std::max(r.gap_n_relative, std::fabs(gap[1] - gap[0]) / (step * gap[0]));
        if (!(dot_scale < infinity) && scale > 0)
          r.K_angle = std::max(r.K_angle, std::fabs(slope[0]) * size * std::sin(t) / scale);
      }
    }
  r.K_n *= between;
  r.dot_n *= between;
  r.gap_n *= between;
  r.gap_n_relative *= between;
  r.K_angle *= between;
  return r;
}

MapSensitivity sensitivity_of(const EntryLayer& layer, double low, double high, const LayerScale& next) {
  const Neighbours near = neighbours_of(layer, low, high, false);
  MapSensitivity r;
  std::vector<double> slope;
  for (std::size_t k = 0; k < variances; ++k) {
    const double change = log_step(near.batch, k);
    const double a = next.s * near.batch.V[k] + next.b, b = next.s * near.batch.V[k + 1] + next.b;
    double n = 0, m = 0;
    next_layer_row(next, 1, near.batch.root_V[k], &near.batch.root_V[k + 1], &near.gap[k], &n, &m);
    if (!(a > 0 && b > 0)) continue;
    slope.push_back(std::fabs(std::log(b / a)) / change);
    r.angle = std::max(r.angle, std::atan2(std::sqrt(m), n) / change);
  }
  r.variance = largest_with_slack(slope);
  r.angle *= between;
  return r;
}

ErrorState::ErrorState(const ProductErrors& products)
    : variance_(products.norm + 3 * unit_roundoff),
      rho_(products.dot + products.norm + 6 * unit_roundoff),
      // d theta = sin(theta) cos(theta) dm / (2m) - sin(theta) dn / sqrt(ab)
      angle_relative_((std::max(products.minor, products.distance) + 6 * unit_roundoff) / 2 + products.dot +
                      3 * unit_roundoff),
      // sqrt(m) <= s angle |x||y| + sqrt(s b) angle (|x| + |y|), each of the three at most angle sqrt(ab)
      angle_(3 * products.angle),
      misfit_(rho_ + variance_ + angle_relative_),
      ntk_(rho_ + variance_) {}

double ErrorState::cosine() const { return std::min(rho_ + misfit_, angle()); }

double ErrorState::moved(double chi, const LayerSensitivity& s) const {
  const double by_correlation = chi < infinity ? times(chi, cosine()) : infinity;
  return s.K_angle > 0 ? std::min(by_correlation, s.K_angle * angle()) : by_correlation;
}

double ErrorState::K(const EntryErrors& e, const LayerSensitivity& s, const PointExtremes& x) const {
  return e.K + e.V + moved(x.chi, s) + 2 * s.K * variance_ + s.K_n * misfit_ + 2 * unit_roundoff;
}

double ErrorState::dot(const EntryErrors& e, const LayerSensitivity& s) const {
  const double moved = std::min(times(e.by_angle, angle()), times(e.by_correlation, cosine()));
  return e.Kdot + e.D + moved + 2 * s.dot * variance_ + s.dot_n * misfit_ + unit_roundoff;
}

double ErrorState::ntk_above(const EntryErrors& e, const LayerSensitivity& s) const {
  return dot(e, s) + ntk_ + unit_roundoff;
}

void ErrorState::advance(const EntryErrors& e, const LayerSensitivity& s, const MapSensitivity& map,
                         const PointExtremes& x, bool ntk, double least_sine) {
  const double slope = ntk ? ntk_above(e, s) + 2 * unit_roundoff : 0;
  const bool relative = std::isfinite(e.gap_relative);
  // What is new in this layer, of the gap: relative to itself, and to sqrt(V V), of which it is at most twice.
  const double fresh_relative = e.gap_relative + s.gap_n_relative * misfit_;
  const double fresh = std::min(e.gap, 2 * e.gap_relative) + s.gap_n * misfit_;
  const double turned = 2 * map.angle * variance_;

  const double rho = moved(x.chi_next, s) + turned + fresh + e.V + 4 * unit_roundoff;
  double absolute = angle_ == 0 ? 0 : x.chi_next < infinity ? std::sqrt(x.chi_next) * angle_ : 2 * std::sqrt(angle_);
  absolute += turned + (x.V_constant ? 0 : e.V + unit_roundoff);
  if (relative)
    angle_relative_ += fresh_relative / 2 + 4 * unit_roundoff;
  else
    absolute += least_sine > 0 ? fresh / least_sine : std::sqrt(2 * fresh);
  angle_ = absolute;
  rho_ = rho;
  variance_ = map.variance * variance_ + e.V + 3 * unit_roundoff;
  misfit_ = 8 * unit_roundoff;
  // Two parts of Theta' = n' + s Kdot Theta, of which the second is at most the share x.ntk_share.
  const double direct = n();
  ntk_ = (slope > direct ? x.ntk_share * slope + (1 - x.ntk_share) * direct : direct) + 2 * unit_roundoff;
}

}  // namespace widegeo::gram
