#include "gram/derivatives/derivative_series.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "gram/recursion_bound.hpp"
#include "kernel/radial_recursion.hpp"
#include "number/constants.hpp"
#include "number/error.hpp"

namespace widegeo::gram {

namespace {

/// Variances outside this range are left to single pairs.
constexpr double smallest = 0x1p-100, largest = 0x1p100;
/// The errors of the tables are relative to the exact V and D, those of the points are as computed.
constexpr double scale_slack = 1 + 1e-6;
constexpr std::size_t variances = 33, angles = 65;  ///< of the grid
constexpr double doubled = 2;                       ///< for what lies between its nodes

/// |d K_a| / sqrt(V(a) V(b)) by rho and by the logarithm of either variance.
struct SlopeSensitivity {
  double rho = 0, variance = 0;
};

SlopeSensitivity slope_sensitivity(const EntryLayer& layer, double low, double high) {
  PointBatch batch;
  const double step = std::log(high / low) / (variances - 1);
  for (std::size_t k = 0; k < variances; ++k)
    batch.variance.push_back(std::clamp(low * std::exp(step * static_cast<double>(k)), low, high));
  layer.prepare(batch);
  SlopeSensitivity r;
  // Ka of pair (i, j) at one angle at [i * variances + j], and at the angle before.
  std::vector<double> here(variances * variances), before;
  std::vector<double> n(variances), minor(variances);
  using std::numbers::pi;
  double rho_before = 1;
  for (std::size_t k = 0; k < angles; ++k) {
    const double theta = pi * static_cast<double>(k) / (angles - 1), rho = std::cos(theta), sine = std::sin(theta);
    for (std::size_t i = 0; i < variances; ++i) {
      for (std::size_t j = 0; j < variances; ++j) {
        const double product = batch.variance[i] * batch.variance[j];
        n[j] = rho * std::sqrt(product);
        minor[j] = sine * sine * product;
      }
      EntryValues out;
      out.Ka = &here[i * variances];
      layer.evaluate({&batch, i, &batch, 0, variances, n.data(), minor.data()}, out);
    }
    for (std::size_t i = 0; i < variances; ++i)
      for (std::size_t j = 0; j < variances; ++j) {
        const double value = here[i * variances + j];
        const auto by_variance = [&](double neighbour, std::size_t m, double other_root_V) {
          const double root_V = std::min(batch.root_V[m], batch.root_V[m - 1]);
          r.variance = std::max(r.variance, std::fabs(value - neighbour) / (step * root_V * other_root_V));
        };
        if (i > 0) by_variance(here[(i - 1) * variances + j], i, batch.root_V[j]);
        if (j > 0) by_variance(here[i * variances + j - 1], j, batch.root_V[i]);
        if (k > 0)
          r.rho = std::max(r.rho, std::fabs(value - before[i * variances + j]) /
                                      ((rho_before - rho) * batch.root_V[i] * batch.root_V[j]));
      }
    before = here;
    rho_before = rho;
  }
  r.rho *= doubled;
  r.variance *= doubled;
  return r;
}

/// V'(q) with a bound of its error, where q has the relative error of slope_error and dot_error.
struct OwnSlope {
  double value, error;
};
OwnSlope own_slope(const EntryLayer& layer, const PointBatch& batch, std::size_t i, double dot_error,
                   double slope_error) {
  const double q = batch.variance[i], minor = 0;
  double slope = 0, dot = 0;
  EntryValues out;
  out.Kdot = &dot;
  out.Ka = &slope;
  layer.evaluate({&batch, i, &batch, i, 1, &q, &minor}, out);
  return {2 * slope + dot, scale_slack * (2 * slope_error * batch.V[i] + dot_error * batch.D[i]) +
                               4 * unit_roundoff * (2 * std::fabs(slope) + std::fabs(dot))};
}

}  // namespace

std::unique_ptr<GradientSeries> GradientSeries::make(const Model& model, const EntrySource& source,
                                                     const DerivativeRequest& request, const Points& x,
                                                     const Points* y) {
  const bool post = model.read_out == ReadOut::post;
  const unsigned activations = post ? model.depth : model.depth - 1;
  if (request.ntk || request.derivatives != 1 || activations == 0) return nullptr;
  std::unique_ptr<GradientSeries> r(new GradientSeries);
  r->of_x_ = request.of_x;
  r->two_sets_ = y != nullptr;
  const std::size_t sides = y == nullptr ? 1 : 2;
  LayerScale scale{nearest_double(first_weight_variance(model, x.dimension())), nearest_double(model.b(1))};
  const ProductErrors products = product_errors(x.dimension(), 0);
  double q_error = products.norm + 4 * unit_roundoff, rho_error = products.dot + products.norm + 8 * unit_roundoff;

  std::vector<double> q[2], slope[2], slope_error[2];
  for (std::size_t k = 0; k < sides; ++k) {
    const Points& points = k == 0 ? x : *y;
    for (const double t : points.squared_norms()) {
      q[k].push_back(scale.s * t + scale.b);
      r->vanishes_[k].push_back(t == 0);
    }
    slope[k].assign(q[k].size(), 2 * scale.s);
    slope_error[k].assign(q[k].size(), 4 * unit_roundoff * scale.s);
  }
  EntryNeed need;
  need.dot = need.derivatives = true;
  need.tolerance = std::max(request.tolerance / (16.0 * activations), 1e-13);

  for (unsigned l = 1; l <= activations; ++l) {
    double low = infinity, high = 0;
    for (std::size_t k = 0; k < sides; ++k)
      for (std::size_t i = 0; i < q[k].size(); ++i) {
        if (r->vanishes_[k][i]) continue;
        if (!(q[k][i] >= smallest && q[k][i] <= largest)) return nullptr;
        low = std::min(low, q[k][i]);
        high = std::max(high, q[k][i]);
      }
    if (!(low <= high)) return nullptr;  // all rows vanish
    LayerTables layer;
    layer.scale = scale;
    const double least = low * (1 - sensitivity_margin);
    try {
      layer.entries = source.layer(least, high, need);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::accuracy) throw;
      return nullptr;
    }
    const EntryErrors& e = layer.entries->errors();
    const LayerSensitivity moved = sensitivity_of(*layer.entries, least, high, true);
    const SlopeSensitivity of_slope = slope_sensitivity(*layer.entries, least, high);
    layer.dot_error = e.Kdot + e.by_correlation * rho_error + 2 * moved.dot * q_error + 4 * unit_roundoff;
    layer.slope_error = e.Ka + of_slope.rho * rho_error + 2 * of_slope.variance * q_error;

    const bool next = l < model.depth;
    const LayerScale above =
        next ? LayerScale{nearest_double(model.s(l + 1)), nearest_double(model.b(l + 1))} : LayerScale{};
    double chi = 0;
    for (std::size_t k = 0; k < sides; ++k) {
      Side& side = layer.side[k];
      const std::size_t count = q[k].size();
      side.batch.variance = q[k];
      for (std::size_t i = 0; i < count; ++i)
        if (r->vanishes_[k][i]) side.batch.variance[i] = low;  // stands for nothing
      layer.entries->prepare(side.batch);
      side.root_D.resize(count);
      side.slope = slope[k];
      side.slope_error = slope_error[k];
      for (std::size_t i = 0; i < count; ++i) {
        const double V = side.batch.V[i], D = side.batch.D[i];
        if (!(V > 0) || !(D >= 0) || !(D < infinity)) return nullptr;
        side.root_D[i] = std::sqrt(D);
        chi = std::max(chi, side.batch.variance[i] * D / V);
        const OwnSlope own = own_slope(*layer.entries, side.batch, i, layer.dot_error, layer.slope_error);
        slope_error[k][i] =
            above.s * ((std::fabs(own.value) + own.error) * slope_error[k][i] + own.error * std::fabs(slope[k][i]) +
                       4 * unit_roundoff * std::fabs(own.value * slope[k][i]));
        slope[k][i] = above.s * own.value * slope[k][i];
        q[k][i] = above.s * V + above.b;
      }
    }
    const double next_q_error = moved.V * q_error + e.V + 4 * unit_roundoff;
    rho_error = scale_slack * (chi * rho_error + e.K + 2 * moved.K * q_error + e.V + next_q_error + 8 * unit_roundoff);
    q_error = next_q_error;
    if (!(layer.dot_error < 1) || !(layer.slope_error < infinity) || !(rho_error < 1)) return nullptr;
    r->layers_.push_back(std::move(layer));
    scale = above;
  }
  r->above_ = scale;  // 1 and 0 where the last activation is the kernel
  return r;
}

void GradientSeries::row(std::size_t i, std::size_t first, std::size_t count, const double* dot, const double* minor,
                         const double* distance, Row& out) const {
  const std::size_t other = two_sets_ ? 1 : 0;
  for (std::vector<double>* v : {&out.value, &out.g_q, &out.error_q, &out.gap, &out.dot, &out.slope})
    v->assign(count, 0.0);
  const LayerScale& bottom = layers_.front().scale;
  out.g_p.assign(count, bottom.s);
  out.error_p.assign(count, 2 * unit_roundoff * bottom.s);
  out.n.assign(dot, dot + count);
  out.minor.assign(minor, minor + count);
  first_layer_row(bottom, count, out.n.data(), out.minor.data(), distance);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const LayerTables& layer = layers_[l];
    const Side &at_x = layer.side[0], &at_y = layer.side[other];
    EntryValues values;
    values.gap = out.gap.data();
    values.Kdot = out.dot.data();
    (of_x_ ? values.Ka : values.Kb) = out.slope.data();
    layer.entries->evaluate({&at_x.batch, i, &at_y.batch, first, count, out.n.data(), out.minor.data()}, values);
    const bool last = l + 1 == layers_.size();
    const LayerScale above = last ? above_ : layers_[l + 1].scale;
    const double *root_V = &at_y.batch.root_V[first], *root_D = &at_y.root_D[first];
    const double dot_error = scale_slack * layer.dot_error * at_x.root_D[i];
    const double slope_error = scale_slack * layer.slope_error * at_x.batch.root_V[i];
    for (std::size_t k = 0; k < count; ++k) {
      const double b = of_x_ ? at_x.slope[i] : at_y.slope[first + k];
      const double b_error = of_x_ ? at_x.slope_error[i] : at_y.slope_error[first + k];
      const double of_dot = dot_error * root_D[k], of_slope = slope_error * root_V[k];
      const double kdot = out.dot[k], kb = out.slope[k], g_p = out.g_p[k], g_q = out.g_q[k];
      const double from_b = kb * b, from_n = kdot * g_q;
      out.error_p[k] = above.s * ((std::fabs(kdot) + of_dot) * out.error_p[k] + of_dot * std::fabs(g_p) +
                                  4 * unit_roundoff * std::fabs(kdot * g_p));
      out.error_q[k] = above.s * ((std::fabs(kdot) + of_dot) * out.error_q[k] + of_dot * std::fabs(g_q) +
                                  (std::fabs(kb) + of_slope) * b_error + of_slope * std::fabs(b) +
                                  6 * unit_roundoff * (std::fabs(from_b) + std::fabs(from_n)));
      out.g_p[k] = above.s * (kdot * g_p);
      out.g_q[k] = above.s * (from_b + from_n);
    }
    next_layer_row(above, count, at_x.batch.root_V[i], root_V, out.gap.data(), out.n.data(), out.minor.data());
  }
  out.value = out.n;
  for (std::size_t k = 0; k < count; ++k)
    if (vanishes_[0][i] || vanishes_[other][first + k]) out.error_p[k] = out.error_q[k] = infinity;
}

}  // namespace widegeo::gram
