// Hermite coefficients of one variance with what they leave out, for the tables of series_table.hpp.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "activation/entry_expectations.hpp"
#include "gaussian/one_point/one_point_solver.hpp"

namespace widegeo::gaussian {

/// All that is kept of one variance.
struct SeriesPoint {
  double V = 0, D = 0, V_error = 0, D_error = 0;  ///< absolute errors
  double c0 = 0, h0 = 0;
  std::vector<double> e;         ///< by m
  std::vector<double> h;         ///< sqrt((k+1)(k+2)) c_{k+2} / (2q): Ka = sum h_k(a) c_k(b) rho^k; empty unless wanted
  double coefficient_error = 0;  ///< norm of the errors of c, relative to sqrt(V)
  double slope_error = 0;        ///< the same of d, relative to sqrt(D)
  double tail = 0, slope_tail = 0;    ///< sum of c_k^2 (of d_k^2) left out, relative to V (to D)
  double noise = 0, slope_noise = 0;  ///< the part of the tails that is the errors of V and of the coefficients
  double bend = 0;                    ///< sum k d_k^2 / D
  std::size_t nodes = 0;              ///< of the rule
  double h_norm = 0, h_last = 0, h_error = 0;  ///< norm of h, of its last ten, of its errors, relative to sqrt(V)
};

/// What the points of one activation are computed with.
struct SeriesMaker {
  const Activation& activation;
  std::shared_ptr<const OnePointSolver> solver;
  expr::Parity parity;
  double goal;  ///< for the norms of the coefficients' errors, relative
  bool derivatives;

  /// k of the term m.
  unsigned order_of(std::size_t m) const {
    const auto i = static_cast<unsigned>(m);
    return parity == expr::Parity::odd ? 2 * i + 1 : parity == expr::Parity::even ? 2 * i + 2 : i + 1;
  }

  std::optional<SeriesPoint> point(double q, std::size_t terms) const;
};

/// What tables are made for: the need's, but not below what doubles reach.
double series_tolerance(const EntryNeed& need);

SeriesMaker series_maker(const Activation& activation, const EntryNeed& need);

/// Whether what the point leaves out is within the tolerance.
bool serves(const SeriesPoint& p, const EntryNeed& need);

/// How many of its terms a point needs for a rest of `limit`.
std::size_t least_terms(const SeriesPoint& p, const SeriesMaker& maker, double q, bool slopes, double limit);

}  // namespace widegeo::gaussian
