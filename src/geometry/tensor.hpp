// Curvature of an arbitrary metric in coordinates, from the definition. A check independent of the radial formulas.
//
//   G_m,ab = (d_a g_mb + d_b g_ma - d_m g_ab)/2,   G^k_ab = g^{km} G_m,ab
//   R_abce = (d_b d_c g_ae + d_a d_e g_bc - d_b d_e g_ac - d_a d_c g_be)/2 + g^{mn} (G_m,bc G_n,ae - G_m,be G_n,ac)
//   Ric_be = g^{ac} R_abce,   R = g^{be} Ric_be
//   C_abce = R_abce - (g_ac Ric_be - g_ae Ric_bc - g_bc Ric_ae + g_be Ric_ac)/(d-2)
//            + R (g_ac g_be - g_ae g_bc)/((d-1)(d-2))
// Sign: constant curvature k is R_abce = k (g_ac g_be - g_ae g_bc); the unit 2-sphere has R = +2. Tensors are stored
// flat, last index fastest. T: double, TrackedDouble, Real.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "jet/jet.hpp"
#include "kernel/model.hpp"

namespace widegeo {

/// A metric with its first and second derivatives at one point.
template <class T>
struct MetricJet {
  unsigned dimension = 0;
  std::vector<T> g;    ///< g[a d + b]
  std::vector<T> dg;   ///< dg[(c d + a) d + b] = d_c g_ab
  std::vector<T> ddg;  ///< ddg[((c d + e) d + a) d + b] = d_c d_e g_ab

  explicit MetricJet(unsigned d = 0) : dimension(d), g(d * d, T(0)), dg(d * d * d, T(0)), ddg(d * d * d * d, T(0)) {}
  const T& metric(unsigned a, unsigned b) const { return g[a * dimension + b]; }
  const T& first(unsigned c, unsigned a, unsigned b) const { return dg[(c * dimension + a) * dimension + b]; }
  const T& second(unsigned c, unsigned e, unsigned a, unsigned b) const {
    return ddg[((c * dimension + e) * dimension + a) * dimension + b];
  }
};

template <class T>
struct Curvature {
  unsigned dimension = 0;
  std::vector<T> inverse;            ///< g^{ab}
  std::vector<T> christoffel_lower;  ///< G_m,ab at [(m d + a) d + b]
  std::vector<T> christoffel;        ///< G^k_ab at [(k d + a) d + b]
  std::vector<T> riemann;            ///< R_abce at [((a d + b) d + c) d + e]
  std::vector<T> ricci;              ///< Ric_be at [b d + e]
  std::vector<T> weyl;               ///< as riemann; 0 for d < 3
  T scalar;

  const T& riemann_at(unsigned a, unsigned b, unsigned c, unsigned e) const {
    return riemann[((a * dimension + b) * dimension + c) * dimension + e];
  }
  const T& weyl_at(unsigned a, unsigned b, unsigned c, unsigned e) const {
    return weyl[((a * dimension + b) * dimension + c) * dimension + e];
  }
};

/// Throws Error(input) if the metric is singular.
template <class T>
Curvature<T> curvature(const MetricJet<T>& metric);

/// From the d x d entries of the metric as jets of order >= 2 in the d coordinates.
template <class T>
MetricJet<T> metric_jet(std::span<const Jet<T>> entries, unsigned dimension);

/// A metric as a function of the coordinates: d jets in, d x d jets out.
template <class T>
using MetricFunction = std::function<std::vector<Jet<T>>(std::span<const Jet<T>> x)>;
template <class T>
MetricJet<T> metric_jet(const MetricFunction<T>& metric, std::span<const T> point);

template <class T>
using KernelFunction = std::function<Jet<T>(std::span<const Jet<T>> x, std::span<const Jet<T>> y)>;

/// g_mn = d/dx_m d/dy_n k(x, y) at y = x with its derivatives along the diagonal, from one jet of order 4 in 2d
/// variables: d_c g_mn = (d/dx_c + d/dy_c) d/dx_m d/dy_n k. The kernel must be smooth at y = x (not so for kinked
/// activations).
template <class T>
MetricJet<T> metric_from_kernel(const KernelFunction<T>& kernel, std::span<const T> point);

/// E phi(u) phi(v) as a function of a = Var u, b = Var v, n = Cov(u, v).
template <class T>
using FeatureFunction = std::function<Jet<T>(const Jet<T>& a, const Jet<T>& b, const Jet<T>& n)>;

/// The kernel of a whole network: the formula of one layer, composed once per layer.
template <class T>
KernelFunction<T> network_kernel(const Model& model, FeatureFunction<T> feature);

}  // namespace widegeo
