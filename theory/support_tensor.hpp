// Tensor calculus with fields: every component is a Taylor series in the coordinates, so covariant derivatives are
// obtained by differentiating the series.
//
//   G^k_ab = g^{km} (d_a g_mb + d_b g_ma - d_m g_ab)/2
//   R^k_bce = d_c G^k_eb - d_e G^k_cb + G^k_cm G^m_eb - G^k_em G^m_cb,   R_abce = g_ak R^k_bce
//   Ric_be = R^a_bae,   R = g^{be} Ric_be
// Signs as in geometry/tensor.hpp (constant curvature k: R_abce = k (g_ac g_be - g_ae g_bc)), where the Riemann tensor
// is computed from second derivatives of g instead: the two routes are independent.
#pragma once

#include <vector>

#include "jet/jet.hpp"
#include "kernel/radial_recursion.hpp"
#include "theory/support_metric.hpp"

namespace widegeo::theory {

struct TensorFields {
  unsigned dimension = 0;
  std::vector<Jet<Real>> metric, inverse;  ///< [a d + b], order n
  std::vector<Jet<Real>> christoffel;      ///< G^k_ab at [(k d + a) d + b], order n - 1
  std::vector<Jet<Real>> riemann;          ///< R_abce, all lower, order n - 2
  std::vector<Jet<Real>> ricci;
  Jet<Real> scalar;
};

/// `products_sign` multiplies the products of Christoffel symbols in the Riemann tensor: 1, or another value in a
/// mutation. The entries must have order n >= 2 in d variables.
TensorFields tensor_fields(std::vector<Jet<Real>> metric, unsigned dimension, int products_sign = 1);

/// d_c of the tensor's components plus the Christoffel terms of each lower index, at [c][components]; to one order
/// less.
std::vector<Jet<Real>> covariant_derivative(const TensorFields& fields, const std::vector<Jet<Real>>& tensor,
                                            unsigned rank, bool with_connection = true);

/// The network's metric A(t) delta_ab + B(t) x_a x_b as a Taylor series of the given order in x.
std::vector<Jet<Real>> network_metric(const ClosedCase& c, const Model& model, const std::vector<Rational>& point,
                                      unsigned order);

/// The coordinates as Taylor series at the point.
std::vector<Jet<Real>> coordinates(const std::vector<Rational>& point, unsigned order);

/// delta_ab plus small polynomials of degree `order` with random coefficients: a metric without any symmetry.
std::vector<Jet<Real>> random_metric(Cases& cases, unsigned dimension, unsigned order);

/// Sectional curvature of the plane of u and v: R(u, v, u, v) / (g(u, u) g(v, v) - g(u, v)^2).
Real sectional(const MetricJet<Real>& metric, const Curvature<Real>& curvature, const std::vector<Real>& u,
               const std::vector<Real>& v);
/// u^T form v.
Real bilinear(const std::vector<Real>& form, const std::vector<Real>& u, const std::vector<Real>& v);
/// Two vectors orthogonal to x in the Euclidean sense for d >= 3; one for d = 2.
std::vector<std::vector<Real>> normal_vectors(const std::vector<Real>& x);

/// Largest absolute value of the components at the point.
Real largest(const std::vector<Jet<Real>>& tensor);
Real largest(const std::vector<Real>& tensor);

}  // namespace widegeo::theory
