// The feature map of one finite network at one point with its derivatives, and the inner products that determine its
// geometry. Notation: docs/math/explicit-networks.md, "Definition".
#pragma once

#include <Eigen/Core>
#include <cstdint>

namespace widegeo {

/// Number of pairs (a <= b) of d coordinates, and the index of a pair in the order 11, 12, ..., 1d, 22, ..., dd.
constexpr Eigen::Index pair_count(Eigen::Index d) { return d * (d + 1) / 2; }
constexpr Eigen::Index pair_index(Eigen::Index d, Eigen::Index a, Eigen::Index b) {
  return a <= b ? a * d - a * (a - 1) / 2 + (b - a) : pair_index(d, b, a);
}

/// Phi(x) in R^n, its Jacobian and its second derivatives.
struct FeatureJet {
  Eigen::VectorXd value;     ///< n
  Eigen::MatrixXd jacobian;  ///< n x d, d_a Phi_i
  Eigen::MatrixXd hessian;   ///< n x pair_count(d), d_a d_b Phi_i; no columns at order 1
};

/// Inner products over the units of Phi and its derivatives, which determine the geometry of a network completely.
/// Row and column order: Phi; d_1 Phi, ..., d_d Phi; d_11 Phi, d_12 Phi, ..., d_dd Phi (order 2 only).
struct FeatureGram {
  Eigen::Index dimension = 0;
  unsigned order = 1;
  std::uint64_t units = 0;  ///< n of the last layer
  Eigen::MatrixXd gram;     ///< symmetric, (1 + d) or (1 + d + pair_count(d)) rows

  bool finite() const { return gram.allFinite(); }
  auto metric() const { return gram.block(1, 1, dimension, dimension); }  ///< g_ab = d_a Phi . d_b Phi
  /// d_c Phi . d_a d_b Phi, the lower Christoffel symbols G_c,ab: column pair_index(a, b), row c.
  auto christoffel_lower() const { return gram.block(1, 1 + dimension, dimension, pair_count(dimension)); }
  /// d_ab Phi . d_ce Phi.
  auto hessian_products() const {
    return gram.block(1 + dimension, 1 + dimension, pair_count(dimension), pair_count(dimension));
  }
};

FeatureGram gram_of(const FeatureJet& features);

}  // namespace widegeo
