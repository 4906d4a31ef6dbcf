// Hermite coefficients and tails at one variance, for the tables of series_table.hpp.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "activation/entry_expectations.hpp"
#include "gaussian/one_point/one_point_solver.hpp"

namespace widegeo::gaussian {

struct SeriesPoint {
  double V = 0, D = 0, V_error = 0, D_error = 0;  ///< absolute errors
  double c0 = 0, h0 = 0;
  std::vector<double> e;         ///< by m
  std::vector<double> h;         ///< sqrt((k+1)(k+2)) c_{k+2} / (2q): Ka = sum h_k(a) c_k(b) rho^k; empty unless wanted
  double coefficient_error = 0;  ///< norm of the errors of c, relative to sqrt(V)
  double slope_error = 0;        ///< the same of d, relative to sqrt(D)
  double tail = 0, slope_tail = 0;             ///< tails: sum of the remaining c_k^2 (d_k^2), relative to V (D)
  double noise = 0, slope_noise = 0;           ///< part of the tails due to errors of V, D and the coefficients
  double bend = 0;                             ///< sum k d_k^2 / D
  std::size_t nodes = 0;                       ///< nodes of the rule
  double h_norm = 0, h_last = 0, h_error = 0;  ///< norms of h, its last ten and its errors, relative to sqrt(V)
};

/// The settings with which the points of one activation are computed.
struct SeriesMaker {
  const Activation& activation;
  std::shared_ptr<const OnePointSolver> solver;
  expr::Parity parity;
  double goal;  ///< for the relative norms of the coefficients' errors
  bool derivatives;

  /// The order k of term m.
  unsigned order_of(std::size_t m) const {
    const auto i = static_cast<unsigned>(m);
    return parity == expr::Parity::odd ? 2 * i + 1 : parity == expr::Parity::even ? 2 * i + 2 : i + 1;
  }

  std::optional<SeriesPoint> point(double q, std::size_t terms) const;
};

/// Tolerance for the tables: that of the need, but not below what doubles can reach.
double series_tolerance(const EntryNeed& need);

SeriesMaker series_maker(const Activation& activation, const EntryNeed& need);

/// True if the tails of the point are within the tolerance.
bool serves(const SeriesPoint& p, const EntryNeed& need);

/// Number of terms that a point needs for a tail of at most `limit`.
std::size_t least_terms(const SeriesPoint& p, const SeriesMaker& maker, double q, bool slopes, double limit);

}  // namespace widegeo::gaussian
