// The orthonormal frame along a point.
#pragma once

#include <Eigen/Core>
#include <span>

namespace widegeo {

/// Orthonormal, first column x/|x| (e_1 when x = 0): the Householder reflection of e_1 on it. Holds for every finite x,
/// however large or small. Throws Error(input) for no component or one that is not finite.
Eigen::MatrixXd frame_along(std::span<const double> x);

}  // namespace widegeo
