// The distributions of phi(z)^2, phi'(z)^2 and z^2 phi'(z)^2 for a Gaussian z: how much rare values contribute to their
// means.
#pragma once

#include <utility>
#include <vector>

#include "activation/activation.hpp"

namespace widegeo {

/// Values with their probabilities.
struct LawOfSquares {
  std::vector<std::pair<double, double>> value;   ///< of phi^2
  std::vector<std::pair<double, double>> slope;   ///< of phi'^2: metric transverse to the input; empty where phi jumps
  std::vector<std::pair<double, double>> radial;  ///< of z^2 phi'^2: metric along the input; empty where phi jumps
};

/// z ~ N(0, q), q > 0. Accurate to a few digits, without an error bound; but the values are taken at nodes of panels on
/// which phi is proved to be resolved, so no spike is missed. Throws Error(accuracy) where phi is not resolved.
LawOfSquares law_of_squares(const Activation& activation, double q);

}  // namespace widegeo
