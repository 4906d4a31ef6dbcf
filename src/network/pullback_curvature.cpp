#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

#include "core/error.hpp"
#include "network/pullback.hpp"
#include "network/pullback_frame.hpp"

namespace widegeo {
namespace {

using namespace pullback_detail;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr Index max_tensor_dimension = 64;

void check_curvature(Index d, bool has_second_derivatives) {
  check_dimension(d);
  if (d == 1) throw Error(ErrorCode::input, "there is no curvature in one dimension", "dimension 1");
  if (!has_second_derivatives)
    throw Error(ErrorCode::input, "curvature needs the second derivatives of the features", "order 1");
}

/// Row p of `columns` as a symmetric matrix: pair_index runs through its lower triangle column by column.
template <class Packed, class Matrix>
void unpack(const Packed& packed, Matrix& matrix) {
  const Index d = matrix.rows();
  Index q = 0;
  for (Index a = 0; a < d; ++a)
    for (Index b = a; b < d; ++b, ++q) matrix(b, a) = matrix(a, b) = packed(q);
}

/// Ric_be = tr_be - S_be with, for N the products of the normal parts,
///     tr_be = g^{ac} N_ac,be,   S_be = g^{ac} N_ae,bc,   N_ab,ce = d_ab Phi . d_ce Phi - sum_p G_p,ab G_p,ce
/// and G_p,ab = (L^{-1})_pm G_m,ab the tangential parts in the orthonormal frame. One pass over the columns of the
/// products, O(d^4) work, O(d^3) memory.
template <int D>
RicciCurvature contract(const FeatureGram& gram, const Frame<D>& frame) {
  using Matrix = typename Frame<D>::Matrix;
  constexpr int pairs = D == Eigen::Dynamic ? Eigen::Dynamic : D * (D + 1) / 2;
  const Index d = gram.dimension;
  const Matrix inverse = frame.inverse.transpose() * frame.inverse;
  const auto products = gram.hessian_products();
  Eigen::Matrix<double, D, pairs> tangential = gram.christoffel_lower();
  frame.lower.template triangularView<Eigen::Lower>().solveInPlace(tangential);

  Matrix ricci = Matrix::Zero(d, d), part(d, d), scaled(d, d);
  Index q = 0;
  for (Index b = 0; b < d; ++b)
    for (Index c = b; c < d; ++c, ++q) {
      unpack(products.col(q), part);  // part_ae = d_ae Phi . d_bc Phi
      const double trace = inverse.cwiseProduct(part).sum();
      ricci(b, c) += trace;
      ricci.row(b).noalias() -= inverse.row(c) * part;
      if (b == c) continue;
      ricci(c, b) += trace;
      ricci.row(c).noalias() -= inverse.row(b) * part;
    }
  for (Index p = 0; p < d; ++p) {
    unpack(tangential.row(p), part);
    scaled.noalias() = inverse * part;
    ricci.noalias() -= scaled.trace() * part;
    ricci.noalias() += part * scaled;
  }
  const Matrix symmetric = (ricci + ricci.transpose()) / 2;
  return {symmetric, inverse.cwiseProduct(symmetric).sum()};
}

template <int D>
std::optional<RicciCurvature> ricci_of(const FeatureGram& gram) {
  const auto frame = frame_of<D>(gram);
  if (!frame) return std::nullopt;
  auto result = contract(gram, *frame);
  if (!std::isfinite(result.scalar) || !result.ricci.allFinite()) return std::nullopt;
  return result;
}

/// Why there is no curvature; called when the frame or the result says so.
[[noreturn]] void throw_irregular(const FeatureGram& gram) {
  if (!gram.finite()) throw_not_finite();
  const Index rank = pullback_metric(gram).rank;
  if (rank == gram.dimension) throw_not_finite();
  throw_degenerate(rank, static_cast<Index>(gram.units), gram.dimension);
}

Frame<Eigen::Dynamic> regular_frame(const FeatureGram& gram) {
  auto frame = frame_of<Eigen::Dynamic>(gram);
  if (!frame) throw_irregular(gram);
  return std::move(*frame);
}

}  // namespace

std::optional<RicciCurvature> ricci_curvature_if_regular(const FeatureGram& gram) {
  check_gram(gram);
  check_curvature(gram.dimension, gram.order >= 2);
  switch (gram.dimension) {
    case 2:
      return ricci_of<2>(gram);
    case 3:
      return ricci_of<3>(gram);
    default:
      return ricci_of<Eigen::Dynamic>(gram);
  }
}

RicciCurvature ricci_curvature(const FeatureGram& gram) {
  auto result = ricci_curvature_if_regular(gram);
  if (!result) throw_irregular(gram);
  return std::move(*result);
}

PullbackCurvature pullback_curvature(const FeatureGram& gram, bool with_riemann) {
  RicciCurvature contracted = ricci_curvature(gram);
  const Index d = gram.dimension;
  if (d > max_tensor_dimension)
    throw Error(ErrorCode::input, "tensors of curvature are given up to dimension 64", "dimension " + std::to_string(d),
                "ricci_curvature has no such limit");
  const Frame<Eigen::Dynamic> frame = regular_frame(gram);
  const MatrixXd lower = gram.christoffel_lower(), tangential = frame.inverse * lower,
                 upper = frame.inverse.transpose() * tangential;
  PullbackCurvature result;
  result.dimension = d;
  result.ricci = std::move(contracted.ricci);
  result.scalar = contracted.scalar;
  for (Index m = 0; m < d; ++m)
    for (Index a = 0; a < d; ++a)
      for (Index b = 0; b < d; ++b) {
        result.christoffel_lower.push_back(lower(m, pair_index(d, a, b)));
        result.christoffel.push_back(upper(m, pair_index(d, a, b)));
      }
  if (!with_riemann) return result;
  const MatrixXd normal = gram.hessian_products() - tangential.transpose() * tangential;
  result.riemann.reserve(static_cast<std::size_t>(d * d * d * d));
  for (Index a = 0; a < d; ++a)
    for (Index b = 0; b < d; ++b)
      for (Index c = 0; c < d; ++c)
        for (Index e = 0; e < d; ++e)
          result.riemann.push_back(normal(pair_index(d, a, c), pair_index(d, b, e)) -
                                   normal(pair_index(d, a, e), pair_index(d, b, c)));
  return result;
}

double scalar_curvature(const FeatureJet& features) {
  const Index n = features.jacobian.rows(), d = features.jacobian.cols();
  check_curvature(d, features.hessian.cols() == pair_count(d));
  if (features.hessian.rows() != n)
    throw Error(ErrorCode::input, "first and second derivatives have different numbers of units");
  if (!features.jacobian.allFinite() || !features.hessian.allFinite()) throw_not_finite();
  if (n < d) throw_degenerate(pullback_metric(features).rank, n, d);
  const Eigen::HouseholderQR<MatrixXd> qr(features.jacobian);
  const MatrixXd upper = qr.matrixQR().topRows(d).triangularView<Eigen::Upper>();
  const VectorXd singular = Eigen::BDCSVD<MatrixXd>(upper).singularValues();
  const Index rank =
      (singular.array() > std::numeric_limits<double>::epsilon() * static_cast<double>(n) * singular(0)).count();
  if (rank < d) throw_degenerate(rank, n, d);

  const MatrixXd tangent = qr.householderQ() * MatrixXd::Identity(n, d);
  const MatrixXd tangential = tangent.transpose() * features.hessian;
  const MatrixXd frame = upper.triangularView<Eigen::Upper>().solve(MatrixXd::Identity(d, d));
  // Coefficients of the trace of II in packed pairs: g^{ab}, twice off the diagonal.
  const MatrixXd inverse = frame * frame.transpose();
  VectorXd trace(pair_count(d));
  for (Index a = 0; a < d; ++a)
    for (Index b = a; b < d; ++b) trace(pair_index(d, a, b)) = (a == b ? 1 : 2) * inverse(a, b);

  // Some units at a time: the normal part of their second derivatives, then |tr II|^2 - |II|^2 in the frame.
  constexpr Index block = 256;
  double sum = 0;
  MatrixXd normal, part(d, d), half(d, d);
  for (Index first = 0; first < n; first += block) {
    const Index count = std::min(block, n - first);
    normal = features.hessian.middleRows(first, count);
    normal.noalias() -= tangent.middleRows(first, count) * tangential;
    sum += (normal * trace).squaredNorm();
    for (Index i = 0; i < count; ++i) {
      unpack(normal.row(i), part);
      half.noalias() = part * inverse;
      sum -= half.cwiseProduct(half.transpose()).sum();  // tr (II g^{-1} II g^{-1})
    }
  }
  if (!std::isfinite(sum)) throw_not_finite();
  return sum;
}

double scalar_curvature_hessian_metric(const FeatureGram& gram) {
  check_gram(gram);
  check_curvature(gram.dimension, gram.order >= 2);
  const Frame<Eigen::Dynamic> frame = regular_frame(gram);
  const Index d = gram.dimension;
  const auto lower = gram.christoffel_lower();
  // T_a = d_a g as a matrix in the frame; the last index to be transformed is a, by which the squares are summed.
  MatrixXd derivative(d, d), in_frame(d, d), components(d, d * d);
  VectorXd trace(d);
  for (Index a = 0; a < d; ++a) {
    for (Index b = 0; b < d; ++b)
      for (Index c = 0; c < d; ++c) derivative(b, c) = lower(b, pair_index(d, a, c)) + lower(c, pair_index(d, a, b));
    in_frame.noalias() = frame.inverse * derivative * frame.inverse.transpose();
    components.row(a) = Eigen::Map<const Eigen::RowVectorXd>(in_frame.data(), d * d);
    trace(a) = in_frame.trace();
  }
  const double result = ((frame.inverse * components).squaredNorm() - (frame.inverse * trace).squaredNorm()) / 4;
  if (!std::isfinite(result)) throw_not_finite();
  return result;
}

}  // namespace widegeo
