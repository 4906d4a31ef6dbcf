#include "gaussian/table/angle_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "gaussian/table/angle_series.hpp"
#include "gaussian/table/entry_cost.hpp"
#include "number/constants.hpp"
#include "number/error.hpp"
#include "parallel/parallel.hpp"

namespace widegeo::gaussian {
namespace {

using std::numbers::pi;
constexpr std::size_t most_panels = 8, most_degree = 512;
// For cost estimates: the typical number of angles, trials included; seconds per value of phi and phi'; seconds per
// product.
constexpr double expected_angles = 90, value_seconds = 2.5e-8, product_seconds = 6e-10;
constexpr double most_seconds = 1000;  // of expected work: beyond it there is no table

struct Ends {
  std::vector<double> V, root_V, D, root_D;
  double V_error = 0, D_error = 0;  ///< relative
};

Ends ends_of(const AngleSampler& sampler, const std::vector<double>& variances) {
  Ends e;
  for (const double q : variances) {
    const auto one = sampler.one_point(q);
    e.V.push_back(one.V[0].value);
    e.D.push_back(one.D[0].value);
    e.root_V.push_back(std::sqrt(one.V[0].value));
    e.root_D.push_back(std::sqrt(one.D[0].value));
    if (one.V[0].value > 0) e.V_error = std::max(e.V_error, one.V[0].error / one.V[0].value);
    if (std::isfinite(one.D[0].value) && one.D[0].value > 0)
      e.D_error = std::max(e.D_error, one.D[0].error / one.D[0].value);
  }
  return e;
}

[[noreturn]] void not_reached(const std::string& part, const std::string& name, double low, double high, double reached,
                              double wanted) {
  throw Error(ErrorCode::accuracy, fmt::format("the angle table did not converge: {}", part),
              fmt::format("activation {}, variances {:.6g} to {:.6g}, relative error {:.2g} reached, {:.2g} wanted",
                          name, low, high, reached, wanted),
              "ask for a larger tolerance, or for a narrower range of norms");
}

}  // namespace

double AngleTable::scale(double q, double root_V) const {
  return size_ == Size::root_V ? root_V : size_ == Size::root_q ? std::sqrt(q) : 1;
}

/// Splits panels until matrices at some angles are interpolated between their nodes.
void AngleTable::adapt(const AngleSampler& sampler, double goal, unsigned threads) {
  if (grid_.single()) return;
  grid_.divide();
  const std::vector<double> angles{0.0, 0.05, 0.9, 2.2};
  for (std::size_t panel = 0; panel < grid_.panels();) {
    std::vector<double> all = grid_.nodes(panel);
    const std::size_t nodes = all.size();
    for (const double q : grid_.checks(panel)) all.push_back(q);
    const std::size_t n = all.size();
    const Ends ends = ends_of(sampler, all);
    std::vector<PairMatrices> made(angles.size());
    parallel_for_ordered(angles.size(), threads, [&](std::size_t k) { made[k] = sampler(angles[k], all); });
    double misfit = 0, V_misfit = 0, D_misfit = 0;
    std::vector<double> weight(grid_.panel_size());
    const auto off = [&](const std::vector<double>& f, const std::vector<double>& inner,
                         const std::vector<double>& outer, std::size_t i, std::size_t j) {
      double sum = 0;
      for (std::size_t k = 0; k < nodes; ++k) sum += weight[k] * f[k * n + j] / inner[k];
      return std::abs(sum * inner[i] - f[i * n + j]) / (outer[i] * outer[j]);
    };
    std::vector<double> g;
    for (std::size_t i = 0; i < n; ++i) g.push_back(scale(all[i], ends.root_V[i]));
    for (std::size_t i = nodes; i < n; ++i) {
      if (grid_.weights(all[i], weight.data()) != panel * grid_.panel_size()) continue;
      double V = 0, D = 0;
      for (std::size_t k = 0; k < nodes; ++k) {
        V += weight[k] * (size_ == Size::root_q ? ends.V[k] / all[k] : ends.V[k]);
        D += weight[k] * ends.D[k];
      }
      if (size_ == Size::root_q) V *= all[i];
      V_misfit = std::max(V_misfit, std::abs(V - ends.V[i]) / ends.V[i]);
      if (std::isfinite(ends.D[i])) D_misfit = std::max(D_misfit, std::abs(D - ends.D[i]) / ends.D[i]);
      for (std::size_t j = 0; j < n; ++j)
        for (const PairMatrices& m : made) {
          misfit = std::max(misfit, off(m.K, g, ends.root_V, i, j));
          if (!m.Kdot.empty()) misfit = std::max(misfit, off(m.Kdot, ends.root_D, ends.root_D, i, j));
        }
    }
    if (misfit <= goal && V_misfit <= 2e-14 && D_misfit <= 2e-14) {
      misfit_ = std::max(misfit_, misfit);
      V_misfit_ = std::max(V_misfit_, V_misfit);
      D_misfit_ = std::max(D_misfit_, D_misfit);
      ++panel;
    } else if (grid_.panels() < most_panels) {
      grid_.split(panel);
    } else {
      not_reached("too many panels of the variances", "", grid_.low(), grid_.high(), misfit, goal);
    }
  }
}

double AngleTable::value(const AngleSeries& series, double a, double b, double theta) const {
  std::vector<double> wa(grid_.panel_size()), wb(grid_.panel_size());
  const std::size_t na = grid_.weights(a, wa.data()), nb = grid_.weights(b, wb.data());
  double sum = 0;
  const double angle = std::acos(std::clamp(2 * theta / pi - 1, -1.0, 1.0));
  std::size_t term = 0;
  for (std::size_t m = 0; m < series.rank.size(); ++m)
    for (unsigned r = 0; r < series.rank[m]; ++r, ++term) {
      double fa = 0, fb = 0;
      for (std::size_t j = 0; j < wa.size(); ++j) {
        fa += wa[j] * series.table[(na + j) * series.terms() + term];
        fb += wb[j] * series.table[(nb + j) * series.terms() + term];
      }
      sum += series.sign[term] * fa * fb * std::cos(static_cast<double>(m) * angle);
    }
  return sum;
}

/// False when the samples at small angles are too noisy; the table of K then stays.
bool AngleTable::make_gap(const AngleSampler& sampler, double D, double tolerance, unsigned threads) {
  const double q = grid_.low();
  std::vector<std::vector<double>> values;
  for (std::size_t M = 16; M <= most_degree / 2; M *= 2) {
    values.assign(M + 1, {});
    parallel_for_ordered(M + 1, threads, [&](std::size_t k) {
      const double half = std::sin(static_cast<double>(k) * pi / static_cast<double>(2 * M)), theta = pi * half * half;
      double J = even_ ? D / 2 : D;  // the limits at 0, and by symmetry at pi
      if (k > 0 && (k < M || !even_)) {
        // sin(theta) = sin(pi - theta), from the nearer end; 1 - cos = 2 sin^2(theta / 2).
        const double other = std::cos(static_cast<double>(k) * pi / static_cast<double>(2 * M));
        const double sine = std::sin(pi * std::min(half * half, other * other)), bend = std::sin(theta / 2);
        J = sampler.half_distance(k == M ? pi : theta, q) / (q * (even_ ? sine * sine : 2 * bend * bend));
      }
      values[k] = {J / D};
    });
    double reached = 0;
    AngleSeries series = angle_series(values, 1, tolerance / 6, 1, reached);
    if (series.rank.empty()) continue;
    by_gap_ = series.least > 1e-4;
    // The rule was chosen for K, not for small differences.
    for (const double theta : {0.003, 0.04, 0.5, 1.5, 2.9}) {
      const double coarse = sampler.half_distance(theta, q), fine = sampler.half_distance(theta, q, true);
      gap_off_ = std::max(gap_off_, std::abs(coarse - fine) / fine);
    }
    by_gap_ = by_gap_ && gap_off_ <= tolerance;
    if (by_gap_) K_ = std::move(series);
    return by_gap_;
  }
  return false;
}

double AngleTable::cost(const Activation& activation, double q_low, double q_high, const EntryNeed& need) {
  const AngleSampler sampler(activation, q_high, need.dot);
  VarianceGrid grid(q_low, q_high);
  grid.divide();
  if (need.derivatives || grid.panels() > most_panels) return infinity;
  const auto nodes = static_cast<double>(grid.size());
  if (!sampler.polar()) return grid.single() ? expected_angles * cost_of_pair(activation) : infinity;
  const double signs = sampler.both_signs() ? 2 : 1, kernels = need.dot ? 2 : 1;
  return expected_angles * sampler.expected_nodes() * signs * nodes *
         (value_seconds + kernels * nodes * product_seconds);
}

std::unique_ptr<AngleTable> AngleTable::make(const Activation& activation, double q_low, double q_high,
                                             const EntryNeed& need, unsigned threads, const Watch* watch) {
  if (need.derivatives)
    throw Error(ErrorCode::accuracy, "the angle table has no derivatives in the variances", activation.name,
                "use the Hermite series, for smooth activations at moderate variances");
  // Below this the ranks would follow the noise of the samples.
  const double tolerance = std::max(need.tolerance, 4e-13);
  const AngleSampler probe(activation, q_high, need.dot);
  std::unique_ptr<AngleTable> table(new AngleTable(q_low, q_high));
  VarianceGrid& grid = table->grid_;
  if (q_low == 0) {
    const auto origin = probe.one_point(0);
    table->size_ = origin.V[0].value <= origin.V[0].error ? Size::root_q : Size::one;
  }
  AngleSampler sampler(activation, q_high, need.dot);
  if (!sampler.polar() && q_low < q_high)
    throw Error(ErrorCode::accuracy,
                "pairs of different norms need too many integrals if phi has kinks off 0 or grows like exp(c x^2)",
                fmt::format("activation {}, variances {:.6g} to {:.6g}", activation.name, q_low, q_high),
                "scale the inputs to one norm");
  {
    std::vector<double> some{q_high};
    if (q_low < q_high)
      some = {q_high, std::max(q_low, 0.01 * q_high), std::sqrt(std::max(q_low, 0.01 * q_high) * q_high)};
    const Ends ends = ends_of(sampler, some);
    if (!sampler.choose(some, ends.root_V, ends.root_D, std::max(tolerance / 100, 5e-15)))
      not_reached("the quadrature rule for the samples", activation.name, q_low, q_high, sampler.error(),
                  std::max(tolerance / 100, 5e-15));
  }
  if (const double seconds = cost(activation, q_low, q_high, need); !(seconds <= most_seconds))
    throw Error(ErrorCode::accuracy, "the angle table would need too many integrals",
                fmt::format("activation {}, variances {:.6g} to {:.6g}, about {:.0f} s", activation.name, q_low, q_high,
                            std::min(seconds, 1e9)),
                "scale the inputs nearer to one norm, or take smaller variances");
  table->adapt(sampler, tolerance / 16, threads);

  const std::vector<double> nodes = grid.nodes();
  const std::size_t n = nodes.size();
  const Ends ends = ends_of(sampler, nodes);
  std::vector<double> g;
  for (std::size_t i = 0; i < n; ++i) {
    g.push_back(table->scale(nodes[i], ends.root_V[i]));
    table->V_.push_back(table->size_ == Size::root_q ? ends.V[i] / nodes[i] : ends.V[i]);
  }
  table->D_ = ends.D;
  const double lambda = grid.single() ? 1 : VarianceGrid::lebesgue;
  // What is absolute in the samples K/(g g), relative to V/g^2, and the same of D. Next to the origin entries keep no
  // relative accuracy where these vanish.
  double by_size = 1, by_slope = 1;
  if (q_low == 0 && q_high > 0) {
    const auto origin = probe.one_point(0);
    const double V = table->size_ == Size::root_q ? origin.D[0].value : origin.V[0].value, D = origin.D[0].value;
    const auto least = [](const std::vector<double>& list, double at_origin) {
      return std::min(at_origin, *std::min_element(list.begin(), list.end()));
    };
    by_size = std::max(1.0, 1 / least(table->V_, V));
    if (std::isfinite(D))
      by_slope = std::max(D, *std::max_element(table->D_.begin(), table->D_.end())) / least(table->D_, D);
    constexpr double most = 64;
    if (!(by_size <= most && by_slope <= most))
      not_reached("sizes next to the origin", activation.name, q_low, q_high, std::max(by_size, by_slope), most);
  }
  double reached = 1;
  bool found = false;
  std::vector<PairMatrices> at;
  for (std::size_t M = 16; M <= most_degree; M *= 2) {
    // Angles of M/2 are every second one of M.
    std::vector<PairMatrices> next(M + 1);
    parallel_for_ordered(M + 1, threads, [&](std::size_t k) {
      if (!at.empty() && k % 2 == 0) {
        next[k] = std::move(at[k / 2]);
        return;
      }
      check(watch);
      const double half = std::sin(static_cast<double>(k) * pi / static_cast<double>(2 * M));
      next[k] = sampler(k == M ? pi : pi * half * half, nodes);
      for (std::size_t i = 0; i < n * n; ++i) {
        next[k].K[i] /= g[i / n] * g[i % n];
        if (need.dot) next[k].Kdot[i] /= ends.root_D[i / n] * ends.root_D[i % n];
      }
    });
    at = std::move(next);
    const auto series_of = [&](auto PairMatrices::*which, AngleSeries& to) {
      std::vector<std::vector<double>> values;
      for (const PairMatrices& m : at) values.push_back(m.*which);
      double here = 0;
      to = angle_series(values, n, tolerance / 6, lambda, here);
      reached = here;
      return !to.rank.empty();
    };
    found = series_of(&PairMatrices::K, table->K_) && (!need.dot || series_of(&PairMatrices::Kdot, table->Kdot_));
    if (found) break;
  }
  if (!found) not_reached("the degree in the angle", activation.name, q_low, q_high, reached, tolerance / 6);

  // At angle 0 the samples are V and D, which come from rules of their own: what one rule alone does not see is found.
  double origin = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (ends.V[i] > 0) origin = std::max(origin, std::abs(at[0].K[i * n + i] * g[i] * g[i] / ends.V[i] - 1));
    if (need.dot) origin = std::max(origin, std::abs(at[0].Kdot[i * n + i] - 1));
  }
  if (!(origin <= tolerance))
    not_reached("samples of coincident points against V", activation.name, q_low, q_high, origin, tolerance);

  table->even_ = activation.analysis.parity == expr::Parity::even;
  if (grid.single() && sampler.polar() && q_low > 0 && std::isfinite(ends.D[0]))
    table->make_gap(sampler, ends.D[0], tolerance, threads);
  const bool by_gap = table->by_gap_;

  // Checks off the grid against the two-point quadrature, which shares nothing with the polar rule.
  double K_off = 0, Kdot_off = 0;
  const std::vector<double> thetas{0.004, 0.11, 0.61, 1.37, 2.05, 2.89, 3.132};
  std::vector<double> K_each(thetas.size(), 0.0), Kdot_each(thetas.size(), 0.0);
  parallel_for_ordered(thetas.size(), threads, [&](std::size_t k) {
    const double f = std::fmod(0.37 + 0.61803398875 * static_cast<double>(k), 1.0), h = std::fmod(5 * f, 1.0);
    const double low = std::max(q_low, 1e-4 * q_high);
    const double a = std::clamp(low * std::pow(q_high / low, f), q_low, q_high),
                 b = k % 3 == 0 ? a : std::clamp(low * std::pow(q_high / low, h), q_low, q_high);
    if (a == 0) return;
    const Ends two = ends_of(sampler, {a, b});
    const auto exact = sampler.pair(a, b, thetas[k]);
    const double size = two.root_V[0] * two.root_V[1];
    double K = table->value(table->K_, a, b, thetas[k]);
    if (by_gap) {
      const double sine = std::sin(thetas[k]), half = std::sin(thetas[k] / 2);
      K = size - a * two.D[0] * (table->even_ ? sine * sine : 2 * half * half) * K;
    } else {
      K *= table->scale(a, two.root_V[0]) * table->scale(b, two.root_V[1]);
    }
    K_each[k] = std::abs(K - exact.K.value) / size;
    if (need.dot)
      Kdot_each[k] =
          std::abs(table->value(table->Kdot_, a, b, thetas[k]) - exact.Kdot.value / (two.root_D[0] * two.root_D[1]));
  });
  K_off = *std::max_element(K_each.begin(), K_each.end());
  Kdot_off = *std::max_element(Kdot_each.begin(), Kdot_each.end());

  EntryErrors& e = table->errors_;
  const double interpolated = grid.single() ? 0 : (2 + lambda * static_cast<double>(grid.panel_size())) * unit_roundoff;
  e.V = by_size * (lambda * ends.V_error + 2 * table->V_misfit_ + interpolated);
  e.D = by_slope * (lambda * ends.D_error + 2 * table->D_misfit_ + interpolated);
  const auto bound = [&](const AngleSeries& s, double off) {
    // Clenshaw's rounding stays near u times the sum of sizes [Gentleman 1969: worst at the ends, by the degree].
    const double rounding =
        (8 + 2 * static_cast<double>(s.rank.size())) * unit_roundoff * s.size + 4 * unit_roundoff * s.slope;
    return s.cut + 2 * table->misfit_ + 2 * off + 2 * interpolated + rounding + 2 * sampler.error() + 2 * origin;
  };
  e.K = by_size * bound(table->K_, K_off) + (table->size_ == Size::root_V ? e.V : 0);
  if (need.dot) {
    e.Kdot = bound(table->Kdot_, Kdot_off) + e.D;
    e.by_angle = 1.1 * table->Kdot_.slope + 10 * e.Kdot;
    // dKdot/dn = E phi'' phi'' is bounded where phi' does not jump.
    const auto& points = activation.derivative_analysis.points;
    const bool bounded = std::none_of(points.begin(), points.end(), [](const expr::SpecialPoint& at) {
      return at.kind != expr::SpecialPoint::Kind::kink || !at.derivative_integrable;
    });
    if (bounded) e.by_correlation = 1.1 * table->Kdot_.cosine_slope + 10 * e.Kdot;
  }
  e.gap = e.K + e.V + 2 * unit_roundoff;
  if (by_gap) {
    // J is relative to D, and q - n at most 2 q; the checks are of K.
    const double J = bound(table->K_, 0) + e.D + 2 * table->gap_off_ * table->K_.size,
                 weight = (table->even_ ? 1 : 2) * q_low * ends.D[0] / ends.V[0];
    e.gap = weight * J + 2 * K_off;
    e.K = e.gap + e.V + 4 * unit_roundoff;
    e.gap_relative = J / table->K_.least + 16 * unit_roundoff;
  }
  // As for the series: bounds of rounding may stay above a small tolerance.
  const double most_error = std::max(2 * tolerance, 1e-12);
  if (e.K > most_error || (need.dot && e.Kdot > most_error))
    not_reached("checks off the grid", activation.name, q_low, q_high, std::max(e.K, e.Kdot), tolerance);
  return table;
}

void AngleTable::prepare(PointBatch& batch) const {
  const std::size_t count = batch.count(), stride = (count + 7) / 8 * 8;
  batch.stride = stride;
  batch.V.resize(count);
  batch.root_V.resize(count);
  batch.D.resize(count);
  batch.features.assign(features() * stride, 0.0);
  std::vector<double> weight(grid_.panel_size()), row(features());
  for (std::size_t i = 0; i < count; ++i) {
    const double q = batch.variance[i];
    const std::size_t node = grid_.weights(q, weight.data());
    double V = 0, D = 0;
    std::fill(row.begin(), row.end(), 0.0);
    for (std::size_t j = 0; j < weight.size(); ++j) {
      const double w = weight[j];
      V += w * V_[node + j];
      D += w * D_[node + j];
      const double* from = K_.table.data() + (node + j) * K_.terms();
      for (std::size_t f = 0; f < K_.terms(); ++f) row[f] += w * from[f];
      if (Kdot_.terms() == 0) continue;
      from = Kdot_.table.data() + (node + j) * Kdot_.terms();
      double* to = row.data() + K_.terms();
      for (std::size_t f = 0; f < Kdot_.terms(); ++f) to[f] += w * from[f];
    }
    if (size_ == Size::root_q) V *= q;
    batch.V[i] = V;
    batch.root_V[i] = std::sqrt(std::max(V, 0.0));
    batch.D[i] = std::isfinite(D_[node]) ? D : D_[node];
    const double g = scale(q, batch.root_V[i]), slope = std::sqrt(std::max(D, 0.0));
    for (std::size_t f = 0; f < row.size(); ++f)
      batch.features[f * stride + i] = (f < K_.terms() && !by_gap_ ? g : slope) * row[f];
  }
}

}  // namespace widegeo::gaussian
