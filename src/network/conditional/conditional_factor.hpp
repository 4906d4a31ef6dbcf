// Module-internal: the Cholesky factor of a covariance matrix that may be singular.
#pragma once

#include <Eigen/Core>
#include <vector>

namespace widegeo {

/// C = L L^T in the order of the rows: row j of L is a combination of the normals 0, ..., count[j] - 1.
struct CovarianceFactor {
  using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  RowMatrix L;                      ///< rows x rows; only the first `rank` columns are used
  std::vector<Eigen::Index> count;  ///< non-decreasing
  std::vector<Eigen::Index> own;    ///< the normal introduced by row j, or -1 if row j needs no new one
  Eigen::Index rank = 0;
  Eigen::VectorXd floor;  ///< the variance below which a row introduces no normal of its own
};

/// Left-looking Cholesky factorisation by panels. `covariance` (lower triangle read) is overwritten.
///
/// Row j introduces no normal of its own if its conditional variance given the rows before it,
///     v_j = C_jj - sum_k L_jk^2 <= threshold C_jj,   threshold = (rows + 16) 2^-50,
/// is at rounding level: each of the sums behind C_jj and v_j has a relative error of a few times 2^-53 sqrt(rows). The
/// neglected part is at most `threshold` of a variance and sqrt(threshold) ~ 1e-7 of a correlation with a later row.
/// Non-finite entries are passed on.
void factor_covariance(Eigen::MatrixXd& covariance, CovarianceFactor& out);

}  // namespace widegeo
