// Hermite coefficients of phi and phi' over the panels of line_rule.hpp.
#pragma once

#include "gaussian/one_point/one_point_solver.hpp"

namespace widegeo::gaussian {

/// c[k] = E phi(sqrt(q) z) He_k(z) / sqrt(k!),   d[k] = E phi'(sqrt(q) z) He_k(z) / sqrt(k!), k = 0..N, each with a
/// proved truncation error bound (double: rounding included). d is 0 where phi' is not square integrable; elsewhere
/// d[k] = sqrt((k+1)/q) c[k+1].
template <class T>
struct HermiteCoefficients {
  std::vector<T> c, d, c_error, d_error;
  std::size_t nodes = 0;
};

/// For one activation whose solver is kept for many variances.
template <class T>
HermiteCoefficients<T> hermite_coefficients(const OnePointSolver& solver, const T& q, unsigned N);

/// For a single variance.
template <class T>
HermiteCoefficients<T> hermite_coefficients(const Activation& activation, const T& q, unsigned N);

}  // namespace widegeo::gaussian
