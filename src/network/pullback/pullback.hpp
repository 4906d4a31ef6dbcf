// Geometry that one finite network pulls back to its input space, by Gauss's equation; no third derivatives are needed.
//
//     g = J^T J,   G_c,ab = d_c Phi . d_a d_b Phi,   G^c_ab = g^{ce} G_e,ab
//     II_ab . II_ce = d_ab Phi . d_ce Phi - G_m,ab g^{mn} G_n,ce         (normal parts of the second derivatives)
//     R_abce = II_ac . II_be - II_ae . II_bc,   Ric_be = g^{ac} R_abce,   R = |tr II|^2 - |II|^2
// Sign: the unit 2-sphere has R = +2. Where g is singular (fewer units than dimensions, or directions to which no unit
// responds) curvature does not exist; rank and pseudo-volume describe what remains.
#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "network/feature.hpp"

namespace widegeo {

struct PullbackMetric {
  Eigen::MatrixXd metric;        ///< g_ab, d x d
  Eigen::VectorXd eigenvalues;   ///< of g, in increasing order, >= 0
  Eigen::MatrixXd eigenvectors;  ///< columns, in the same order
  Eigen::Index rank = 0;         ///< number of singular values of J above max(n, d) eps times the largest
  /// log sqrt det g: the sum of the logarithms of the singular values of J. If rank < d, of the nonzero ones only: the
  /// pseudo-volume of the image of the input space.
  double log_volume = 0;
  bool degenerate() const { return rank < metric.rows(); }
};

/// From the Jacobian by its SVD: accurate for nearly singular g (relative error of the smallest singular value about
/// eps times the condition number of J).
PullbackMetric pullback_metric(const FeatureJet& features);
/// From the inner products: the condition number enters squared. Rank: number of eigenvalues of g above max(n, d) eps
/// times the largest (the rounding level of the inner products), at most n.
PullbackMetric pullback_metric(const FeatureGram& gram);
// Both throw Error(input) if there are no units or no coordinates, or if a number is not finite.

/// log sqrt det g by Cholesky factorisation; nullopt if g is degenerate (rank as in pullback_metric) or not finite.
std::optional<double> log_volume(const FeatureGram& gram);

/// Tensors stored flat, last index fastest, as in geometry/tensor.hpp.
struct PullbackCurvature {
  Eigen::Index dimension = 0;
  std::vector<double> christoffel_lower;  ///< G_m,ab at [(m d + a) d + b]
  std::vector<double> christoffel;        ///< G^m_ab
  std::vector<double> riemann;            ///< R_abce at [((a d + b) d + c) d + e]; empty unless requested
  Eigen::MatrixXd ricci;                  ///< Ric_be
  double scalar = 0;
};

/// Order 2, d <= 64. Throws Error(input) if g is degenerate, the dimension is 1 (no curvature) or the gram has no
/// second derivatives.
PullbackCurvature pullback_curvature(const FeatureGram& gram, bool with_riemann = false);

/// Ric and R only, without any four-index tensor, as simulations of many networks need it.
struct RicciCurvature {
  Eigen::MatrixXd ricci;
  double scalar = 0;
};
RicciCurvature ricci_curvature(const FeatureGram& gram);
/// nullopt if g is degenerate or a number is not finite; throws only for causes common to all networks (dimension 1, no
/// second derivatives).
std::optional<RicciCurvature> ricci_curvature_if_regular(const FeatureGram& gram);

/// R from the features themselves, O(n d^2) memory, without the Gram matrix of second derivatives: tangential parts are
/// subtracted from each unit's second derivatives before squaring, so nearly flat images lose no digits.
double scalar_curvature(const FeatureJet& features);

/// Depth 1 only, where T_abc = d_a g_bc = G_b,ac + G_c,ab is totally symmetric: R = (|T|^2 - |tr T|^2) / 4, norms with
/// g^{-1}. An independent route to the scalar curvature, without inner products of second derivatives. At depth >= 2
/// the same expression (trace over the entries of g) is computed, but it is not the scalar curvature.
double scalar_curvature_hessian_metric(const FeatureGram& gram);

}  // namespace widegeo
