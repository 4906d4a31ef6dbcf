#include "gaussian/table/series_points.hpp"

#include <algorithm>
#include <cmath>

#include "gaussian/gaussian.hpp"
#include "gaussian/one_point/hermite.hpp"
#include "number/constants.hpp"

namespace widegeo::gaussian {
namespace {

constexpr double trusted_excess = 1e-13;  // of sums of squares, for the rounding of hundreds of terms

double norm(const std::vector<double>& x) {
  double sum = 0;
  for (const double v : x) sum += v * v;
  return std::sqrt(sum);
}

}  // namespace

double series_tolerance(const EntryNeed& need) { return std::max(need.tolerance, 4e-14); }

SeriesMaker series_maker(const Activation& activation, const EntryNeed& need) {
  return {activation, std::make_shared<const OnePointSolver>(activation, 1), activation.analysis.parity,
          std::max(series_tolerance(need) / 16, 6e-14), need.derivatives};
}

bool serves(const SeriesPoint& p, const EntryNeed& need) {
  const double limit = 0.4 * series_tolerance(need);
  return p.tail <= limit + p.noise && (!(need.dot || need.derivatives) || p.slope_tail <= limit + p.slope_noise);
}

std::optional<SeriesPoint> SeriesMaker::point(double q, std::size_t terms) const {
  SeriesPoint p;
  if (q == 0) {
    const auto one = quadrature_expectations<TrackedDouble>(activation)->one_point(TrackedDouble(0), 0);
    p.V = one.V[0].value;
    p.V_error = one.V[0].error;
    p.D = one.D[0].value;
    p.D_error = one.D[0].error;
  } else {
    const auto one = solver->solve(q, 0, false);
    p.V = one.V[0].value;
    p.V_error = one.V[0].error;
    p.D = one.D[0].value;
    p.D_error = one.D[0].error;
  }
  p.e.assign(terms, 0.0);
  if (q == 0) {
    // Happens only where every point is the origin: the signs do not matter.
    p.c0 = std::sqrt(p.V);
    if (parity != expr::Parity::even && terms > 0) p.e[0] = std::sqrt(p.D);
    return p;
  }
  const unsigned N = order_of(terms) + 2;
  const double root_V = std::sqrt(p.V), root_D = std::sqrt(p.D);
  const HermiteCoefficients<double> c = hermite_coefficients<double>(*solver, q, N);
  p.nodes = c.nodes;
  p.coefficient_error = norm(c.c_error) / root_V;
  p.slope_error = norm(c.d_error) / root_D;
  if (!(p.coefficient_error <= goal && p.slope_error <= goal)) return std::nullopt;
  // d_k is nearer than c_{k+1} to what is wanted: no division by a small sqrt(q).
  p.c0 = parity == expr::Parity::odd ? 0 : c.c[0];
  double in_V = p.c0 * p.c0, in_D = 0;
  for (std::size_t m = 0; m < terms; ++m) {
    const unsigned k = order_of(m);
    p.e[m] = c.d[k - 1] / std::sqrt(static_cast<double>(k));
    in_V += q * p.e[m] * p.e[m];
    in_D += c.d[k - 1] * c.d[k - 1];
    p.bend += (k - 1) * c.d[k - 1] * c.d[k - 1] / p.D;
  }
  // What is left out, with the errors of what it is computed from.
  p.noise = p.V_error / p.V + 2 * p.coefficient_error + 4 * unit_roundoff;
  p.slope_noise = p.D_error / p.D + 2 * p.slope_error + 4 * unit_roundoff;
  // V and D come from rules of their own. Coefficients whose squares sum to more are wrong, or V is.
  if (in_V > p.V * (1 + trusted_excess + 2 * p.noise) || in_D > p.D * (1 + trusted_excess + 2 * p.slope_noise))
    return std::nullopt;
  p.tail = std::max(0.0, (p.V - in_V) / p.V) + p.noise;
  p.slope_tail = std::max(0.0, (p.D - in_D) / p.D) + p.slope_noise;
  if (derivatives) {
    const auto h_of = [&](unsigned k) { return std::sqrt(k + 1.0) * c.d[k + 1] / (2 * std::sqrt(q)); };
    p.h0 = parity == expr::Parity::odd ? 0 : h_of(0);
    double all = p.h0 * p.h0, error = 0, last = 0;
    for (std::size_t m = 0; m < terms; ++m) {
      const unsigned k = order_of(m);
      p.h.push_back(h_of(k));
      all += p.h[m] * p.h[m];
      if (m + 10 >= terms) last += p.h[m] * p.h[m];
      const double own = std::sqrt(k + 1.0) * c.d_error[k + 1] / (2 * std::sqrt(q));
      error += own * own;
    }
    p.h_norm = std::sqrt(all) / root_V;
    p.h_last = std::sqrt(last) / root_V;
    p.h_error = std::sqrt(error) / root_V;
  }
  return p;
}

/// How many of its terms a point needs.
std::size_t least_terms(const SeriesPoint& p, const SeriesMaker& maker, double q, bool slopes, double limit) {
  double tail = p.tail, slope_tail = p.slope_tail;
  std::size_t terms = p.e.size();
  for (; terms > 1; --terms) {
    const double square = p.e[terms - 1] * p.e[terms - 1];
    tail += q * square / p.V;
    slope_tail += maker.order_of(terms - 1) * square / p.D;
    if (tail > limit + p.noise || (slopes && slope_tail > limit + p.slope_noise)) break;
  }
  return terms;
}

}  // namespace widegeo::gaussian
