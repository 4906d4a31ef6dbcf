#include "network/pullback/frame.hpp"

#include "number/error.hpp"

namespace widegeo {

Eigen::MatrixXd frame_along(std::span<const double> x) {
  const auto d = static_cast<Eigen::Index>(x.size());
  if (d < 1) throw Error(ErrorCode::input, "the input x has no component");
  Eigen::VectorXd u = Eigen::Map<const Eigen::VectorXd>(x.data(), d);
  if (!u.allFinite()) throw Error(ErrorCode::input, "the input x is not finite");
  Eigen::MatrixXd frame = Eigen::MatrixXd::Identity(d, d);
  const double largest = u.cwiseAbs().maxCoeff();
  if (largest == 0) return frame;
  u /= largest;  // squares neither overflow nor vanish
  u.normalize();
  // Q = I - 2 v v^T / |v|^2, v = e_1 - u; |v|^2 = 2 (1 - u_1), with 1 - u_1 free of cancellation for u near e_1.
  const double rest = u.tail(d - 1).squaredNorm();
  const double gap = u(0) > 0 ? rest / (1 + u(0)) : 1 - u(0);
  if (gap == 0) return frame;
  Eigen::VectorXd v = -u;
  v(0) = gap;
  frame -= v * v.transpose() / gap;
  frame.col(0) = u;
  return frame;
}

}  // namespace widegeo
