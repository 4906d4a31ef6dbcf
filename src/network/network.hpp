// Finite random networks, drawn and differentiated: no Gaussian expectation, no closed form. The other route to the
// geometry.
#pragma once

#include <Eigen/Core>
#include <span>

#include "network/spec.hpp"

namespace widegeo {

/// Phi(x) in R^n and J = d Phi / d x, n x d.
struct FeatureMap {
  Eigen::VectorXd value;
  Eigen::MatrixXd jacobian;
};

/// Forward propagation of (h, dh) through explicit Gaussian weights, which are drawn some rows at a time and never
/// stored: memory O(n d), time O(L n^2 d). Throws Error(input) when phi is not differentiable enough for a pullback
/// metric, is undefined on part of the line, the memory would exceed 16 GiB, or the numbers leave the range of double.
FeatureMap feature_map(const NetworkSpec& spec, const Activation& activation, const NetworkId& id,
                       std::span<const double> x);

/// g = J^T J (d x d), the metric that this one network pulls back to input space.
Eigen::MatrixXd pullback_metric(const FeatureMap& features);

}  // namespace widegeo
