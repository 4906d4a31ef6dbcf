// Eigen's decompositions of dense matrices, whose templates take half a minute to compile: here, and once.
#pragma once

#include <Eigen/Core>
#include <optional>

namespace widegeo {

/// Falling.
Eigen::VectorXd singular_values(const Eigen::MatrixXd& matrix);

struct RightSingular {
  Eigen::VectorXd values;   ///< falling, min(rows, columns) of them
  Eigen::MatrixXd vectors;  ///< in the columns; all of the space
};
RightSingular right_singular(const Eigen::MatrixXd& matrix);

struct Eigenpairs {
  Eigen::VectorXd values;   ///< rising
  Eigen::MatrixXd vectors;  ///< in the columns
};
/// Of a symmetric matrix; nothing where they do not converge.
std::optional<Eigenpairs> eigenpairs(const Eigen::MatrixXd& symmetric);
/// Rising.
std::optional<Eigen::VectorXd> eigenvalues(const Eigen::MatrixXd& symmetric);

}  // namespace widegeo
