#include "network/pullback/decompositions.hpp"

#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <Eigen/SVD>

namespace widegeo {

using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

using EigenSolver = Eigen::SelfAdjointEigenSolver<MatrixXd>;
// BDCSVD takes twice as long to compile, and leaves matrices of so few columns to Jacobi's rotations anyway.
using SingularSolver = Eigen::JacobiSVD<MatrixXd, Eigen::HouseholderQRPreconditioner>;

std::optional<Eigenpairs> solve(const MatrixXd& symmetric, bool vectors) {
  const EigenSolver solver(symmetric, vectors ? Eigen::ComputeEigenvectors : Eigen::EigenvaluesOnly);
  if (solver.info() != Eigen::Success) return std::nullopt;
  return Eigenpairs{solver.eigenvalues(), vectors ? solver.eigenvectors() : MatrixXd()};
}

}  // namespace

VectorXd singular_values(const MatrixXd& matrix) { return SingularSolver(matrix).singularValues(); }

RightSingular right_singular(const MatrixXd& matrix) {
  const SingularSolver solver(matrix, Eigen::ComputeFullV);
  return {solver.singularValues(), solver.matrixV()};
}

namespace {

MatrixXd upper(const Eigen::HouseholderQR<MatrixXd>& qr) {
  return qr.matrixQR().topRows(qr.cols()).triangularView<Eigen::Upper>();
}

}  // namespace

MatrixXd triangular_factor(const MatrixXd& matrix) { return upper(Eigen::HouseholderQR<MatrixXd>(matrix)); }

ThinQR thin_qr(const MatrixXd& matrix) {
  const Eigen::HouseholderQR<MatrixXd> qr(matrix);
  return {qr.householderQ() * MatrixXd::Identity(matrix.rows(), matrix.cols()), upper(qr)};
}

std::optional<Eigenpairs> eigenpairs(const MatrixXd& symmetric) { return solve(symmetric, true); }

std::optional<VectorXd> eigenvalues(const MatrixXd& symmetric) {
  auto pairs = solve(symmetric, false);
  if (!pairs) return std::nullopt;
  return std::move(pairs->values);
}

}  // namespace widegeo
