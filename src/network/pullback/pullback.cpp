#include "network/pullback/pullback.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "network/pullback/pullback_frame.hpp"
#include "number/error.hpp"
#include "simd/vector_math.hpp"

namespace widegeo {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double epsilon = std::numeric_limits<double>::epsilon();

/// Sums logarithms in order, each with the same bits on every processor (the standard library's depend on it).
template <class Values>
double sum_of_logs(const Values& values) {
  double sum = 0;
  for (Index i = 0; i < values.size(); ++i) {
    const double value = values(i);
    double logarithm = 0;
    vector_functions().log(&value, &logarithm, 1);
    sum += logarithm;
  }
  return sum;
}

std::string size_text(Index n, Index d) {
  return std::to_string(n) + (n == 1 ? " unit" : " units") + ", dimension " + std::to_string(d);
}

}  // namespace

namespace pullback_detail {

[[noreturn]] void throw_not_finite() {
  throw Error(ErrorCode::input, "the derivatives of the network leave the range of double", {},
              "use smaller variances or fewer layers");
}

[[noreturn]] void throw_degenerate(Index rank, Index n, Index d) {
  throw Error(ErrorCode::input, "the metric is degenerate, so there is no curvature",
              "rank " + std::to_string(rank) + ", " + size_text(n, d),
              n < d ? "use at least as many units as dimensions" : "");
}

void check_dimension(Index d) {
  if (d < 1) throw Error(ErrorCode::input, "the dimension is 0", "dimension");
}

void check_curvature(Index d, bool has_second_derivatives) {
  check_dimension(d);
  if (d == 1) throw Error(ErrorCode::input, "there is no curvature in one dimension", "dimension 1");
  if (!has_second_derivatives)
    throw Error(ErrorCode::input, "curvature needs the second derivatives of the features", "order 1");
}

void check_gram(const FeatureGram& gram) {
  const Index d = gram.dimension;
  check_dimension(d);
  if (gram.gram.rows() != 1 + d + (gram.order >= 2 ? pair_count(d) : 0) || gram.gram.cols() != gram.gram.rows())
    throw Error(ErrorCode::input, "the inner products have the wrong size", std::to_string(gram.gram.rows()) + " rows");
  if (gram.units < 1) throw Error(ErrorCode::input, "a layer has at least one unit", "0 units");
}

/// Eigenvalues of g at or below this part of the largest are rounding: inner products of n terms in d dimensions.
double gram_threshold(const FeatureGram& gram) {
  return epsilon * std::max(static_cast<double>(gram.units), static_cast<double>(gram.dimension));
}

Index rank_of(const FeatureGram& gram, const VectorXd& increasing_eigenvalues) {
  const double least = gram_threshold(gram) * increasing_eigenvalues(increasing_eigenvalues.size() - 1);
  const Index rank = (increasing_eigenvalues.array() > least).count();
  return static_cast<Index>(std::min(static_cast<std::uint64_t>(rank), gram.units));
}

}  // namespace pullback_detail

using namespace pullback_detail;

PullbackMetric pullback_metric(const FeatureJet& features) {
  const MatrixXd& jacobian = features.jacobian;
  const Index n = jacobian.rows(), d = jacobian.cols();
  check_dimension(d);
  if (n < 1) throw Error(ErrorCode::input, "a layer has at least one unit", "0 units");
  PullbackMetric result;
  result.metric = jacobian.transpose() * jacobian;
  if (!result.metric.allFinite()) throw_not_finite();
  // The singular values of J are those of R in J = Q R, which is small.
  MatrixXd core = jacobian;
  if (n > d) {
    core = triangular_factor(jacobian);
  }
  const RightSingular right = right_singular(core);
  const VectorXd& singular = right.values;
  const double least = epsilon * static_cast<double>(std::max(n, d)) * singular(0);
  result.rank = (singular.array() > least).count();
  result.log_volume = sum_of_logs(singular.head(result.rank));
  result.eigenvalues = VectorXd::Zero(d);
  result.eigenvalues.tail(singular.size()) = singular.reverse().cwiseAbs2();
  result.eigenvectors = right.vectors.rowwise().reverse();
  return result;
}

PullbackMetric pullback_metric(const FeatureGram& gram) {
  check_gram(gram);
  PullbackMetric result;
  result.metric = gram.metric();
  if (!result.metric.allFinite()) throw_not_finite();
  const std::optional<Eigenpairs> pairs = eigenpairs(result.metric);
  if (!pairs)
    throw Error(ErrorCode::accuracy, "the eigenvalues of the metric do not converge",
                "dimension " + std::to_string(gram.dimension));
  result.eigenvalues = pairs->values.cwiseMax(0.0);
  result.eigenvectors = pairs->vectors;
  result.rank = rank_of(gram, result.eigenvalues);
  result.log_volume = sum_of_logs(result.eigenvalues.tail(result.rank)) / 2;
  return result;
}

std::optional<double> log_volume(const FeatureGram& gram) {
  check_gram(gram);
  const auto by_cholesky = [&gram]<int D>() -> std::optional<double> {
    const auto frame = frame_of<D>(gram);
    if (!frame) return std::nullopt;
    return sum_of_logs(frame->lower.diagonal());
  };
  switch (gram.dimension) {
    case 1:
      return by_cholesky.operator()<1>();
    case 2:
      return by_cholesky.operator()<2>();
    case 3:
      return by_cholesky.operator()<3>();
    default:
      return by_cholesky.operator()<Eigen::Dynamic>();
  }
}

}  // namespace widegeo
