#include "gaussian/table/series_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "gaussian/gaussian.hpp"
#include "number/constants.hpp"
#include "parallel/parallel.hpp"

namespace widegeo::gaussian {
namespace {

constexpr std::size_t most_panels = 48;
constexpr unsigned long_series = 640;
constexpr const char* phase = "table of the variances";

/// Drops terms that no point needs, adding them to the tails.
std::size_t trim(std::vector<std::pair<double, SeriesPoint>>& points, const SeriesMaker& maker, bool slopes,
                 double limit) {
  std::size_t terms = points[0].second.e.size();
  for (; terms > 1; --terms) {
    const std::size_t m = terms - 1;
    const unsigned k = maker.order_of(m);
    const bool droppable = std::all_of(points.begin(), points.end(), [&](const auto& at) {
      const auto& [q, p] = at;
      const double square = p.e[m] * p.e[m];
      return p.tail + q * square / p.V <= limit + p.noise &&
             (!slopes || p.slope_tail + k * square / p.D <= limit + p.slope_noise);
    });
    if (!droppable) break;
    for (auto& [q, p] : points) {
      const double square = p.e[m] * p.e[m];
      p.tail += q * square / p.V;
      p.slope_tail += k * square / p.D;
      p.e.pop_back();
    }
  }
  return terms;
}

/// One row of the table.
std::vector<double> row_of(const SeriesPoint& p, double q, bool by_variance, bool derivatives) {
  std::vector<double> row{by_variance ? p.V / q : p.V, p.D, by_variance ? p.c0 / std::sqrt(q) : p.c0};
  row.insert(row.end(), p.e.begin(), p.e.end());
  if (derivatives) {
    row.push_back(p.h0);
    row.insert(row.end(), p.h.begin(), p.h.end());
  }
  return row;
}

/// How far an interpolated row is from a computed one: relative to sqrt(V), sqrt(D), in V and D.
struct Misfit {
  double V = 0, D = 0, c = 0, d = 0, h = 0;
};
Misfit misfit_of(const SeriesMaker& maker, const std::vector<double>& row, const SeriesPoint& p, double q,
                 bool by_variance) {
  Misfit r;
  const std::vector<double> exact = row_of(p, q, by_variance, maker.derivatives);
  r.V = std::abs(row[0] - exact[0]) / exact[0];
  r.D = std::abs(row[1] - exact[1]) / exact[1];
  double c = (by_variance ? q : 1) * (row[2] - exact[2]) * (row[2] - exact[2]), d = 0, h = 0;
  for (std::size_t m = 0; m < p.e.size(); ++m) {
    const double difference = row[3 + m] - exact[3 + m];
    c += q * difference * difference;
    d += maker.order_of(m) * difference * difference;
  }
  for (std::size_t m = 3 + p.e.size(); m < row.size(); ++m) h += (row[m] - exact[m]) * (row[m] - exact[m]);
  r.c = std::sqrt(c / p.V);
  r.d = std::sqrt(d / p.D);
  r.h = std::sqrt(h / p.V);
  return r;
}

/// Largest ratio of two values of V (or V/q), and of D, on a panel that a range down to 0 is cut into.
struct Evenness {
  double V = 1, D = 1;
  /// What an error that is absolute on a panel may become relative to its least value.
  static constexpr double most = 4;
  bool fine() const { return V <= most && D <= most; }
};
Evenness evenness_of(const std::vector<std::pair<double, double>>& V_and_D) {
  double V_low = HUGE_VAL, V_high = 0, D_low = HUGE_VAL, D_high = 0;
  for (const auto& [V, D] : V_and_D) {
    V_low = std::min(V_low, V);
    V_high = std::max(V_high, V);
    D_low = std::min(D_low, D);
    D_high = std::max(D_high, D);
  }
  return {V_high / V_low, D_high / D_low};
}

/// Of the full series, as many as are computed of a point at first, and at next.
constexpr std::size_t few_terms = 48, more_terms = 160;

}  // namespace

unsigned SeriesTable::most_terms(const Activation& activation, const EntryNeed& need) {
  // Behind a kink the coefficients fall off too slowly for long series; few terms are tried, for kinks of high order.
  const bool smooth = activation.analysis.analytic() && activation.derivative_analysis.analytic();
  return smooth || need.derivatives ? long_series : long_series / 4;
}

SeriesTable::Plan SeriesTable::plan(const Activation& activation, double q_low, double q_high, const EntryNeed& need,
                                    unsigned most, const Watch* watch) {
  Plan plan;
  const SeriesMaker maker = series_maker(activation, need);
  if (maker.solver->derivative_diverges()) return plan;
  VarianceGrid grid(q_low, q_high);
  grid.divide();
  plan.panels = grid.panels();
  if (q_high == 0) {
    plan.terms = 1;
    return plan;
  }
  const bool slopes = need.dot || need.derivatives;
  const double limit = 0.4 * series_tolerance(need);
  const std::size_t stride = maker.parity == expr::Parity::none ? 1 : 2;
  std::size_t tried = 0;
  for (const std::size_t count : {few_terms, more_terms, std::size_t{most}}) {
    if (std::min<std::size_t>(count, most) == tried) break;
    check(watch);
    tried = std::min<std::size_t>(count, most);
    const auto p = maker.point(q_high, tried / stride);
    if (!p) break;
    if (!serves(*p, need)) continue;
    std::size_t terms = least_terms(*p, maker, q_high, slopes, limit);
    if (q_low > 0 && q_low < q_high) {
      const auto other = maker.point(q_low, tried / stride);
      if (!other) break;
      if (!serves(*other, need)) continue;
      terms = std::max(terms, least_terms(*other, maker, q_low, slopes, limit));
    }
    // Nodes between the ends that want still more are heard when the table is made.
    if (q_low < q_high) terms = std::min<std::size_t>(terms + terms / 4 + 2, most / stride);
    plan.terms = terms;
    plan.nodes = p->nodes;
    break;
  }
  return plan;
}

std::unique_ptr<SeriesTable> SeriesTable::make(const Activation& activation, double q_low, double q_high,
                                               const EntryNeed& need, unsigned most, unsigned threads,
                                               const Watch* watch) {
  const Plan plan = SeriesTable::plan(activation, q_low, q_high, need, most, watch);
  if (plan.terms == 0) return nullptr;
  std::size_t terms = plan.terms;
  const SeriesMaker maker = series_maker(activation, need);
  const double tolerance = series_tolerance(need);
  const bool slopes = need.dot || need.derivatives;
  const std::size_t step = maker.parity == expr::Parity::none ? 1 : 2;

  std::unique_ptr<SeriesTable> table(new SeriesTable(q_low, q_high));
  VarianceGrid& grid = table->grid_;
  const bool to_origin = !grid.single() && q_low == 0;
  std::pair<double, double> at_origin;  // V or V/q, and D
  if (to_origin) {
    const auto origin = quadrature_expectations<TrackedDouble>(activation)->one_point(TrackedDouble(0.0), 0);
    table->by_variance_ = origin.V[0].value <= origin.V[0].error;
    at_origin = {table->by_variance_ ? origin.D[0].value : origin.V[0].value, origin.D[0].value};
    // Entries next to the origin keep no relative accuracy where phi' vanishes there; Ka is no multiple of sqrt(V).
    if (!(at_origin.first > 0 && at_origin.second > 0) || (table->by_variance_ && need.derivatives)) return nullptr;
  }
  const bool by_variance = table->by_variance_;
  Evenness uneven;
  grid.divide();
  const double near = std::max(tolerance / 8 + 1e-14, 6e-14);
  std::vector<std::vector<double>> rows;
  std::vector<std::pair<double, SeriesPoint>> points;
  Misfit worst;
  for (std::size_t panel = 0; panel < grid.panels();) {
    if (watch != nullptr) watch->at(phase, static_cast<double>(panel), static_cast<double>(grid.panels()));
    const std::vector<double> at = grid.nodes(panel), between = grid.checks(panel);
    std::vector<double> all = at;
    all.insert(all.end(), between.begin(), between.end());
    std::vector<std::optional<SeriesPoint>> made(all.size());
    parallel_for_ordered(all.size(), threads, [&](std::size_t i) {
      check(watch);
      made[i] = maker.point(all[i], terms);
    });
    for (const auto& p : made) {
      if (!p) return nullptr;
      if (!(q_high == 0) && !serves(*p, need)) {
        if (terms * step > most) return nullptr;
        EntryNeed more = need;  // a rare case: the middle of a range wants more terms than its ends
        more.tolerance = need.tolerance / 10;
        return more.tolerance < 1e-16 ? nullptr : make(activation, q_low, q_high, more, most, threads, watch);
      }
    }
    std::vector<std::vector<double>> panel_rows;
    for (std::size_t j = 0; j < at.size(); ++j)
      panel_rows.push_back(row_of(*made[j], at[j], by_variance, need.derivatives));
    Misfit here;
    std::vector<double> weight(grid.panel_size());
    for (std::size_t i = at.size(); i < all.size(); ++i) {
      // The panel is found by the coordinate alone; a check on its border would fall into its neighbour.
      const std::size_t first = grid.weights(all[i], weight.data());
      if (first != panel * grid.panel_size()) continue;
      std::vector<double> row(panel_rows[0].size(), 0.0);
      for (std::size_t j = 0; j < at.size(); ++j)
        for (std::size_t f = 0; f < row.size(); ++f) row[f] += weight[j] * panel_rows[j][f];
      const Misfit m = misfit_of(maker, row, *made[i], all[i], by_variance);
      here = {std::max(here.V, m.V), std::max(here.D, m.D), std::max(here.c, m.c), std::max(here.d, m.d),
              std::max(here.h, m.h)};
    }
    Evenness even;
    if (to_origin) {
      std::vector<std::pair<double, double>> sizes;
      for (std::size_t i = 0; i < all.size(); ++i)
        sizes.emplace_back(by_variance ? made[i]->V / all[i] : made[i]->V, made[i]->D);
      if (panel == 0) sizes.push_back(at_origin);
      even = evenness_of(sizes);
    }
    const bool fine =
        even.fine() && here.V <= 2e-14 && here.D <= 2e-14 && here.c <= near && (!slopes || here.d <= near);
    if (!fine) {
      if (grid.panels() >= most_panels) return nullptr;
      grid.split(panel);
      continue;
    }
    worst = {std::max(worst.V, here.V), std::max(worst.D, here.D), std::max(worst.c, here.c), std::max(worst.d, here.d),
             std::max(worst.h, here.h)};
    uneven = {std::max(uneven.V, even.V), std::max(uneven.D, even.D)};
    for (auto& row : panel_rows) rows.push_back(std::move(row));
    for (std::size_t i = 0; i < all.size(); ++i) points.emplace_back(all[i], std::move(*made[i]));
    ++panel;
  }

  // As few terms as serve at every point.
  if (!need.derivatives && q_high > 0) terms = trim(points, maker, slopes, 0.4 * tolerance);
  for (auto& row : rows) row.resize(3 + terms + (need.derivatives ? terms + 1 : 0));

  table->parity_ = maker.parity;
  table->terms_ = terms;
  table->derivatives_ = need.derivatives;
  table->kept_ = rows[0].size();
  for (const auto& row : rows) table->table_.insert(table->table_.end(), row.begin(), row.end());

  // Bounds. Sums of |c_k(a) c_k(b)| f(k) are at most the norms' product (Cauchy and Schwarz).
  const double interpolated =
      grid.single() ? 0 : (2 + VarianceGrid::lebesgue * static_cast<double>(grid.panel_size())) * unit_roundoff;
  SeriesPoint top;
  double rise = 0, h_over = 0;
  for (const auto& [q, p] : points) {
    top.tail = std::max(top.tail, p.tail);
    top.slope_tail = std::max(top.slope_tail, p.slope_tail);
    top.coefficient_error = std::max(top.coefficient_error, p.coefficient_error);
    top.slope_error = std::max(top.slope_error, p.slope_error);
    top.bend = std::max(top.bend, p.bend);
    top.h_norm = std::max(top.h_norm, p.h_norm);
    top.h_last = std::max(top.h_last, p.h_last);
    top.h_error = std::max(top.h_error, p.h_error);
    top.V_error = std::max(top.V_error, p.V > 0 ? p.V_error / p.V : 0.0);
    top.D_error = std::max(top.D_error, p.D > 0 ? p.D_error / p.D : 0.0);
    double turn = 0;
    for (std::size_t m = 0; m < p.e.size(); ++m) turn += maker.order_of(m) * p.e[m] * p.e[m];
    rise = std::max(rise, p.V > 0 ? q * turn / p.V : 0.0);
  }
  const double lambda = grid.single() ? 1 : VarianceGrid::lebesgue;
  EntryErrors& e = table->errors_;
  e.V = uneven.V * (lambda * top.V_error + 2 * worst.V + interpolated);
  e.D = uneven.D * (lambda * top.D_error + 2 * worst.D + interpolated);
  const double c_all = std::sqrt(uneven.V) * (lambda * top.coefficient_error + 2 * worst.c + interpolated);
  const double d_all = std::sqrt(uneven.D) * (lambda * top.slope_error + 2 * worst.d + interpolated);
  // Horner's rounding of the term k is at most (2k + 4) u; that of rho another 4u k.
  e.K = top.tail + 2 * c_all + (10 + 6 * rise) * unit_roundoff;
  e.Kdot = top.slope_tail + 2 * d_all + (12 + 8 * top.bend) * unit_roundoff;
  e.gap = e.K + e.V + 2 * unit_roundoff;
  e.by_correlation = 1.01 * top.bend + 1e-3;
  e.by_angle = e.by_correlation;
  if (need.derivatives) {
    h_over = lambda * top.h_error + 2 * worst.h + interpolated * top.h_norm;
    e.Ka = h_over +
           top.h_norm * (c_all + (12 + 8 * std::sqrt(rise * static_cast<double>(terms * step))) * unit_roundoff) +
           4 * top.h_last * std::sqrt(top.tail);
  }
  // Bounds of rounding and of the quadrature alone may stay above a small tolerance.
  const double most_error = std::max(2 * tolerance, 1e-12);
  if (e.K > most_error || (slopes && e.Kdot > most_error)) return nullptr;
  return table;
}

void SeriesTable::prepare(PointBatch& batch) const {
  const std::size_t count = batch.count(), stride = (count + 7) / 8 * 8;
  batch.stride = stride;
  batch.V.resize(count);
  batch.root_V.resize(count);
  batch.D.resize(count);
  batch.features.assign(features() * stride, 0.0);
  std::vector<double> weight(grid_.panel_size()), row(kept_);
  for (std::size_t i = 0; i < count; ++i) {
    const double q = batch.variance[i];
    const std::size_t node = grid_.weights(q, weight.data());
    std::fill(row.begin(), row.end(), 0.0);
    for (std::size_t j = 0; j < grid_.panel_size(); ++j) {
      const double w = weight[j];
      const double* from = table_.data() + (node + j) * kept_;
      for (std::size_t f = 0; f < kept_; ++f) row[f] += w * from[f];
    }
    batch.V[i] = by_variance_ ? row[0] * q : row[0];
    batch.root_V[i] = std::sqrt(std::max(batch.V[i], 0.0));
    batch.D[i] = row[1];
    double* f = batch.features.data() + i;
    f[inverse_root * stride] = q > 0 ? 1 / std::sqrt(q) : 0;
    f[root * stride] = std::sqrt(q);
    for (std::size_t k = 2; k < kept_; ++k) f[k * stride] = row[k];
    if (by_variance_) f[first * stride] *= std::sqrt(q);
  }
}

}  // namespace widegeo::gaussian
