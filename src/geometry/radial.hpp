// The metric g = A(t) I + B(t) x x^T, t = |x|^2, of a network of any depth, and its curvature, in O(L).
#pragma once

#include <optional>

#include "activation/expectations.hpp"
#include "jet/jet.hpp"
#include "kernel/model.hpp"

namespace widegeo {

/// A and B as Taylor jets in t (one variable): A to order 2, B to order 1 at least (what curvature needs).
template <class T>
struct RadialMetric {
  Jet<T> A, B;
  Jet<T> q;  ///< variance of the last preactivation
};

template <class T>
RadialMetric<T> radial_metric(const Model& model, const Expectations<T>& source, const T& t, unsigned long dimension,
                              unsigned order = 2);

/// Sign convention: the unit 2-sphere has scalar curvature +2. sectional_radial: planes containing x; sectional_tangential: planes
/// normal to x. Without meaning (null in output): all curvatures for d = 1, sectional_tangential for d = 2.
template <class T>
struct RadialGeometry {
  T A, B, dA, dB, ddA;  ///< derivatives in t
  T radial_eigenvalue, tangential_eigenvalue, log_volume;
  T sectional_radial, sectional_tangential, ricci_radial, ricci_tangential, scalar_curvature;
};

template <class T>
RadialGeometry<T> radial_geometry(const RadialMetric<T>& metric, const T& t, unsigned long dimension);

}  // namespace widegeo
