#include "learning/ridge.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "number/error.hpp"

namespace widegeo::learning {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using View = Eigen::Map<const Matrix>;

[[noreturn]] void refuse(const std::string& what, const std::string& hint = {}) {
  throw Error(ErrorCode::input, what, "ridge regression", hint);
}

/// Bound of the relative error of a sum of n products in any order: n u / (1 - n u).
double sum_error(Eigen::Index n) {
  const double u = std::numeric_limits<double>::epsilon() / 2, nu = static_cast<double>(n + 2) * u;
  return nu / (1 - nu);
}

}  // namespace

RidgeResult ridge_regression(const std::vector<double>& train, const std::vector<double>& test,
                             const std::vector<double>& targets, std::size_t outputs, double ridge,
                             const KernelError& known) {
  if (outputs == 0 || targets.empty() || targets.size() % outputs != 0) refuse("the targets do not fill whole rows");
  const std::size_t count = targets.size() / outputs;
  if (train.size() != count * count) {
    refuse("the kernel of the training rows has " + std::to_string(train.size()) + " entries for " +
           std::to_string(count) + " rows of targets");
  }
  if (test.size() % count != 0) refuse("the kernel of the test rows does not fill whole rows");
  if (!(ridge >= 0) || !std::isfinite(ridge)) refuse("the ridge is negative or not finite");
  const auto finite = [](double value) { return std::isfinite(value); };
  if (!std::all_of(train.begin(), train.end(), finite) || !std::all_of(test.begin(), test.end(), finite) ||
      !std::all_of(targets.begin(), targets.end(), finite)) {
    refuse("the kernel or the targets contain a number that is not finite");
  }
  const auto n = static_cast<Eigen::Index>(count), m = static_cast<Eigen::Index>(test.size() / count);
  const View K(train.data(), n, n), k(test.data(), m, n), Y(targets.data(), n, static_cast<Eigen::Index>(outputs));

  RidgeResult result;
  const double trace = K.diagonal().sum();
  result.jitter = ridge * trace / static_cast<double>(count);
  // Column-major, of which the factorisation reads and overwrites the lower half.
  Eigen::MatrixXd A = K;
  A.diagonal().array() += result.jitter;
  const Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>> factor(A);
  if (factor.info() != Eigen::Success) {
    refuse("the kernel plus the ridge is not positive definite in double", "rows may be equal: use a larger ridge");
  }
  Eigen::MatrixXd alpha = factor.solve(Y);
  const auto residual_of = [&](const Eigen::MatrixXd& a) -> Eigen::MatrixXd { return Y - K * a - result.jitter * a; };
  Eigen::MatrixXd r = residual_of(alpha);
  alpha += factor.solve(r);  // one step of refinement
  r = residual_of(alpha);
  const double size = Y.norm();
  result.residual = size > 0 ? r.norm() / size : 0;
  const Matrix prediction = k * alpha;
  result.prediction.assign(prediction.data(), prediction.data() + prediction.size());

  const double gamma = sum_error(n), norm = K.norm() + result.jitter;
  const double largest = K.diagonal().cwiseAbs().maxCoeff();
  const Eigen::MatrixXd w = factor.solve(k.transpose());
  result.error.resize(result.prediction.size());
  for (Eigen::Index i = 0; i < m; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const double diagonal = at < known.test_diagonal.size() ? std::abs(known.test_diagonal[at]) : largest;
    const double row = known.relative * std::sqrt(diagonal * trace) + gamma * k.row(i).norm();
    const double weight = 2 * w.col(i).norm();
    for (Eigen::Index c = 0; c < alpha.cols(); ++c) {
      const double length = alpha.col(c).norm();
      const double rest = r.col(c).norm() + (gamma * norm + known.relative * trace) * length + gamma * Y.col(c).norm();
      result.error[at * outputs + static_cast<std::size_t>(c)] = weight * rest + row * length;
    }
  }
  return result;
}

}  // namespace widegeo::learning
