#include "network/conditional/conditional_factor.hpp"

#include <algorithm>
#include <cmath>

namespace widegeo {
namespace {

/// Factors columns first..first + columns - 1 of `a`, from the diagonal down. A dependent column becomes 0.
void factor_panel(Eigen::MatrixXd& a, const Eigen::VectorXd& floor, Eigen::Index first, Eigen::Index columns) {
  const Eigen::Index rows = a.rows();
  for (Eigen::Index k = first; k < first + columns; ++k) {
    const double variance = a(k, k);
    if (variance <= floor(k)) {
      a.col(k).tail(rows - k).setZero();
      continue;
    }
    const double root = std::sqrt(variance);
    a.col(k).tail(rows - k) /= root;
    a(k, k) = root;
    for (Eigen::Index j = k + 1; j < first + columns; ++j) a.col(j).tail(rows - j) -= a(j, k) * a.col(k).tail(rows - j);
  }
}

}  // namespace

void factor_covariance(Eigen::MatrixXd& covariance, CovarianceFactor& out) {
  constexpr Eigen::Index panel = 48;
  const Eigen::Index rows = covariance.rows();
  const double threshold = static_cast<double>(rows + 16) * 0x1p-50;
  out.L.resize(rows, rows);
  out.count.resize(static_cast<std::size_t>(rows));
  out.own.resize(static_cast<std::size_t>(rows));
  out.floor = threshold * covariance.diagonal();
  for (Eigen::Index first = 0; first < rows; first += panel) {
    const Eigen::Index columns = std::min(panel, rows - first), left = rows - first - columns;
    factor_panel(covariance, out.floor, first, columns);
    if (left > 0)
      covariance.bottomRightCorner(left, left)
          .selfadjointView<Eigen::Lower>()
          .rankUpdate(covariance.block(first + columns, first, left, columns), -1);
  }
  out.rank = 0;
  for (Eigen::Index k = 0; k < rows; ++k) {
    const auto i = static_cast<std::size_t>(k);
    // Not `> 0`: what is not a number stays in.
    const bool kept = !(covariance(k, k) == 0);
    out.own[i] = kept ? out.rank : -1;
    if (kept) {
      out.L.col(out.rank).head(k).setZero();
      out.L.col(out.rank).tail(rows - k) = covariance.col(k).tail(rows - k);
      ++out.rank;
    }
    out.count[i] = out.rank;
  }
}

}  // namespace widegeo
