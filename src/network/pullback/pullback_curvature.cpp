#include <Eigen/Core>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "network/pullback/pullback.hpp"
#include "network/pullback/pullback_frame.hpp"
#include "number/error.hpp"

namespace widegeo {
namespace {

using namespace pullback_detail;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr Index max_tensor_dimension = 64;

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
