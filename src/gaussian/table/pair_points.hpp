// One point of a layer whose entries are computed pair by pair (pair_entries.hpp): V, D and Hermite coefficients.
#pragma once

#include <vector>

#include "gaussian/one_point/one_point_solver.hpp"

namespace widegeo::gaussian {

/// Relative error of V and D above which the one-point rule falls back to multiprecision.
inline constexpr double pair_point_error = 1e-14;

struct PairPoint {
  double V = 0, D = 0;
  std::vector<double> c, d;         ///< where phi jumps, d is from the derivative's formal series
  double c_error = 0, d_error = 0;  ///< norms, relative to sqrt(V), sqrt(D)
  double rise = 0, bend = 0;        ///< sum k c_k^2 / V, sum k d_k^2 / D
};

PairPoint pair_point(const OnePointSolver& solver, double q, bool dot, std::size_t terms);

}  // namespace widegeo::gaussian
