// Rules on [0, 1] for the polar integrals of a pair: Gauss and Legendre, on one panel or graded towards the ends.
#pragma once

#include <cstddef>
#include <vector>

namespace widegeo::gaussian {

/// node[i] is the distance of node i from 0. `steepness`: the integrand varies on the scale 1 / steepness near the ends
/// that are graded (panels of doubling length from 1 / (2 steepness) on), and smoothly elsewhere. At most 2: one panel.
struct UnitRule {
  std::vector<double> node, weight;
  std::size_t size() const { return node.size(); }

  /// Both ends graded; symmetric: 1 - node[i] = node[size() - 1 - i], which is exact near the end at 1 too.
  static UnitRule symmetric(std::size_t order, double steepness);
  /// Only the end at 0.
  static UnitRule from_zero(std::size_t order, double steepness);
};

}  // namespace widegeo::gaussian
