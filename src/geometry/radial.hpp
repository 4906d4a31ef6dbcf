// The metric g = A(t) I + B(t) x x^T, t = |x|^2, of a network of any depth, and its curvature, in O(L).
//
// With w = A'/A, w' = A''/A - w^2 and c = (B - 2A')/A (0 for a Hessian metric, so at depth 1), all ' = d/dt:
//   tangential eigenvalue A, radial eigenvalue A + B t = A e,  e = 1 + t (2w + c)
//   log volume = (d/2) log A + (1/2) log e
//   K_rad = [ c (1 - t w - 2 t^2 w') + t c' (1 + t w) - 2 t w (w + t w') ] / (A e^2)
//   K_tan = (c - t w^2) / (A e)
//   Ricci: (d-1) K_rad (radial), K_rad + (d-2) K_tan (tangential);  R = 2 (d-1) K_rad + (d-1)(d-2) K_tan
// In terms of w and c (docs/math/geometry.md, "Curvature") there is no 1/t, so t = 0 is not special, and no
// cancellation where the metric is nearly flat. At t = 0 both sectional curvatures are c/A.
#pragma once

#include <optional>

#include "activation/expectations.hpp"
#include "jet/jet.hpp"
#include "kernel/model.hpp"
#include "kernel/radial_recursion.hpp"

namespace widegeo {

/// A and B as Taylor jets in the one variable t: A to order 2, B to order at least 1 (as curvature requires).
template <class T>
struct RadialMetric {
  Jet<T> A, B;
  std::optional<Jet<T>> q{};  ///< variance of the last preactivation
  /// B - 2A' to the order of B, computed without the subtraction; without it radial_geometry subtracts.
  std::optional<Jet<T>> defect{};
  std::optional<Jet<T>> variance{};  ///< k(x, x) of the feature map
};

/// T: TrackedDouble, TrackedBlock, Real. Throws Error(input) where the metric does not exist or is degenerate,
/// Error(accuracy) if range or precision of the scalar type do not suffice. A TrackedBlock never throws for a single
/// lane: its error is infinite there.
template <class T>
RadialMetric<T> radial_metric(const Model& model, const Expectations<T>& source, const T& t, unsigned long dimension,
                              unsigned order = 2);

/// Sign convention: the unit 2-sphere has scalar curvature +2. sectional_radial: planes containing x;
/// sectional_tangential: planes normal to x. Undefined (null in output): all curvatures for d = 1, sectional_tangential
/// for d = 2.
template <class T>
struct RadialGeometry {
  T A, B, dA, dB, ddA;  ///< derivatives in t
  T defect;             ///< B - 2A'
  T radial_eigenvalue, tangential_eigenvalue, log_volume;
  T sectional_radial, sectional_tangential, ricci_radial, ricci_tangential, scalar_curvature;
  std::optional<T> preactivation_variance{}, variance{};  ///< where the metric was given with them
};

template <class T>
RadialGeometry<T> radial_geometry(const RadialMetric<T>& metric, const T& t, unsigned long dimension);

/// Every field as a Taylor series in the variables of RadialParameters (kernel/radial_recursion.hpp), of which t is
/// variable 0, to order n - 2 if A has order n >= 2. T: TrackedDouble, Real, Ball. For balls the logarithmic form gives
/// a second enclosure,
///   e = 1 + 2 tau + c,  t A e K_tan = c - tau^2,  t A e^2 K_rad = theta_c (1 + tau) - 2 theta_tau (c + tau)
///   (theta = t d/dt; here tau = t w and c = t (B - 2A')/A),
/// and the result is the intersection of both.
template <class T>
RadialGeometry<Jet<T>> radial_geometry_series(const RadialJets<T>& jets, const Jet<T>& t, unsigned long dimension);

/// g = e^Omega (I + 2 Omega' x x^T) at depth 1 (`post`), Omega = log(s_1 D(q)); derivatives in t.
template <class T>
struct ConformalFactor {
  T omega, d_omega, dd_omega;
};

/// Throws Error(input) unless the metric is of that form (depth 1).
template <class T>
ConformalFactor<T> conformal_factor(const Model& model, const RadialMetric<T>& metric);

}  // namespace widegeo
