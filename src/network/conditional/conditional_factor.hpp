// Inside the module: the factor of a covariance matrix that may be singular.
#pragma once

#include <Eigen/Core>
#include <vector>

namespace widegeo {

/// C = L L^T in the order of the rows: row j of L is a combination of the normals 0, ..., count[j] - 1.
struct CovarianceFactor {
  using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  RowMatrix L;                      ///< rows x rows, of which the first `rank` columns are used
  std::vector<Eigen::Index> count;  ///< non-decreasing
  std::vector<Eigen::Index> own;    ///< the normal that enters with row j, or -1 where row j needs no new one
  Eigen::Index rank = 0;
  Eigen::VectorXd floor;  ///< the variance below which a row brings no normal of its own
};

/// Cholesky's factorisation, left to right, by panels. `covariance` (lower triangle read) is overwritten.
///
/// Row j brings no normal of its own where its variance given the rows before it,
///     v_j = C_jj - sum_k L_jk^2 <= threshold C_jj,   threshold = (rows + 16) 2^-50,
/// is what rounding leaves: each of the sums behind C_jj and v_j has a relative error of a few times 2^-53 sqrt(rows).
/// What is left out is at most `threshold` of a variance and sqrt(threshold) ~ 1e-7 of a correlation with a later row.
/// Entries that are not finite are passed on.
void factor_covariance(Eigen::MatrixXd& covariance, CovarianceFactor& out);

}  // namespace widegeo
