// The orthonormal frame along a point.
#pragma once

#include <Eigen/Core>
#include <span>

namespace widegeo {

/// Orthonormal, first column x/|x| (e_1 if x = 0): the Householder reflection that maps e_1 to it. Accurate for every
/// finite x, however large or small. Throws Error(input) if x is empty or not finite.
Eigen::MatrixXd frame_along(std::span<const double> x);

}  // namespace widegeo
