// The quantities of observable.hpp, measured on one network.
#pragma once

#include <span>

#include "montecarlo/observable.hpp"
#include "network/feature.hpp"
#include "network/pullback/frame.hpp"

namespace widegeo {

/// Evaluates each quantity on one network. `gram` is in the frame whose axes are the columns of `frame` (first axis
/// along x), `t` = |x|^2. A quantity that does not exist for this network (curvature where g is degenerate) or is not
/// finite becomes NaN; the caller counts those.
void observe(const FeatureGram& gram, const Eigen::MatrixXd& frame, double t, std::span<const Quantity> quantities,
             std::span<double> out);

/// The Gram matrix in the frame: d_a is replaced by sum_b Q_ba d_b.
FeatureGram rotated(const FeatureGram& gram, const Eigen::MatrixXd& frame);

}  // namespace widegeo
