// Eigen's decompositions of dense matrices, compiled once here because the templates take half a minute.
#pragma once

#include <Eigen/Core>
#include <optional>

namespace widegeo {

/// In decreasing order.
Eigen::VectorXd singular_values(const Eigen::MatrixXd& matrix);

struct RightSingular {
  Eigen::VectorXd values;   ///< decreasing, min(rows, columns) of them
  Eigen::MatrixXd vectors;  ///< columns; a basis of the whole space
};
RightSingular right_singular(const Eigen::MatrixXd& matrix);

/// The upper triangular factor R of the QR decomposition; rows >= columns.
Eigen::MatrixXd triangular_factor(const Eigen::MatrixXd& matrix);
struct ThinQR {
  Eigen::MatrixXd q;  ///< rows x columns, orthonormal columns
  Eigen::MatrixXd r;  ///< upper triangular
};
ThinQR thin_qr(const Eigen::MatrixXd& matrix);

struct Eigenpairs {
  Eigen::VectorXd values;   ///< increasing
  Eigen::MatrixXd vectors;  ///< columns, in the same order
};
/// For a symmetric matrix; nullopt if the iteration does not converge.
std::optional<Eigenpairs> eigenpairs(const Eigen::MatrixXd& symmetric);
/// In increasing order.
std::optional<Eigen::VectorXd> eigenvalues(const Eigen::MatrixXd& symmetric);

}  // namespace widegeo
