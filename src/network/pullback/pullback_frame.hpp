// Module-internal: checks common to all geometry of a network, and an orthonormal frame.
#pragma once

#include <Eigen/Cholesky>
#include <cstdint>
#include <optional>

#include "network/feature.hpp"
#include "network/pullback/decompositions.hpp"

namespace widegeo::pullback_detail {

[[noreturn]] void throw_not_finite();
[[noreturn]] void throw_degenerate(Eigen::Index rank, Eigen::Index n, Eigen::Index d);
void check_dimension(Eigen::Index d);
void check_curvature(Eigen::Index d, bool has_second_derivatives);
/// Checks that dimension, order and size are consistent.
void check_gram(const FeatureGram& gram);

/// Eigenvalues of g at or below this fraction of the largest are at rounding level: inner products of n terms in d
/// dimensions.
double gram_threshold(const FeatureGram& gram);
Eigen::Index rank_of(const FeatureGram& gram, const Eigen::VectorXd& increasing_eigenvalues);

/// L with g = L L^T and its inverse: the columns of L^{-T} are an orthonormal frame. D: the dimension if known at
/// compile time (no allocation), or Eigen::Dynamic.
template <int D>
struct Frame {
  using Matrix = Eigen::Matrix<double, D, D>;
  Matrix lower, inverse;  ///< L, L^{-1}
};

/// nullopt if g is degenerate or not finite. With F the Frobenius norm, smallest eigenvalue >= 1/F(L^{-1})^2 and
/// largest <= F(g): this suffices to recognise most metrics as regular, and only the others need their eigenvalues.
template <int D>
std::optional<Frame<D>> frame_of(const FeatureGram& gram) {
  using Matrix = typename Frame<D>::Matrix;
  const Eigen::Index d = gram.dimension;
  const Matrix g = gram.metric();
  if (!g.allFinite() || gram.units < static_cast<std::uint64_t>(d)) return std::nullopt;
  const Eigen::LLT<Matrix> factor(g);
  if (factor.info() != Eigen::Success) return std::nullopt;
  Frame<D> frame{factor.matrixL(), Matrix::Identity(d, d)};
  factor.matrixL().solveInPlace(frame.inverse);
  const double bound = frame.inverse.squaredNorm() * g.norm() * gram_threshold(gram);
  if (!(bound < 1)) {
    const std::optional<Eigen::VectorXd> rising = eigenvalues(g);
    if (!rising || rank_of(gram, *rising) < d) return std::nullopt;
  }
  if (!frame.inverse.allFinite()) return std::nullopt;
  return frame;
}

/// Row p of `columns` as a symmetric matrix: pair_index enumerates its lower triangle column by column.
template <class Packed, class Matrix>
void unpack(const Packed& packed, Matrix& matrix) {
  const Eigen::Index d = matrix.rows();
  Eigen::Index q = 0;
  for (Eigen::Index a = 0; a < d; ++a)
    for (Eigen::Index b = a; b < d; ++b, ++q) matrix(b, a) = matrix(a, b) = packed(q);
}

}  // namespace widegeo::pullback_detail
