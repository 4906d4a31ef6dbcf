// The laws of phi(z)^2, phi'(z)^2 and z^2 phi'(z)^2 for a Gaussian z: how much of their means is made by values that
// are rare.
#pragma once

#include <utility>
#include <vector>

#include "activation/activation.hpp"

namespace widegeo {

/// Values with their probabilities.
struct LawOfSquares {
  std::vector<std::pair<double, double>> value;   ///< of phi^2
  std::vector<std::pair<double, double>> slope;   ///< of phi'^2: a metric across the input; empty where phi jumps
  std::vector<std::pair<double, double>> radial;  ///< of z^2 phi'^2: a metric along the input; empty where phi jumps
};

/// z ~ N(0, q), q > 0. To a few digits, without an error; but the values are those at nodes of panels on which phi is
/// proved to be resolved, so that no spike is overlooked. Throws Error(accuracy) where it is not resolved.
LawOfSquares law_of_squares(const Activation& activation, double q);

}  // namespace widegeo
