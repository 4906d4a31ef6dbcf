// Curvature from the features themselves; in a file of its own because Eigen's decompositions are slow to compile.
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>

#include "network/pullback/pullback.hpp"
#include "network/pullback/pullback_frame.hpp"
#include "number/error.hpp"

namespace widegeo {

using namespace pullback_detail;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

double scalar_curvature(const FeatureJet& features) {
  const Index n = features.jacobian.rows(), d = features.jacobian.cols();
  check_curvature(d, features.hessian.cols() == pair_count(d));
  if (features.hessian.rows() != n)
    throw Error(ErrorCode::input, "first and second derivatives have different numbers of units");
  if (!features.jacobian.allFinite() || !features.hessian.allFinite()) throw_not_finite();
  if (n < d) throw_degenerate(pullback_metric(features).rank, n, d);
  const auto [tangent, upper] = thin_qr(features.jacobian);
  const VectorXd singular = singular_values(upper);
  const Index rank =
      (singular.array() > std::numeric_limits<double>::epsilon() * static_cast<double>(n) * singular(0)).count();
  if (rank < d) throw_degenerate(rank, n, d);

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

}  // namespace widegeo
