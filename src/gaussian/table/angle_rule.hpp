// Gauss-Legendre rules on [0, 1] for the polar integrals of a pair, on one panel or graded towards the ends.
#pragma once

#include <cstddef>
#include <vector>

namespace widegeo::gaussian {

/// node[i] is the distance of node i from 0. `steepness`: the integrand varies on the scale 1 / steepness near the
/// graded ends (panels of doubling length, starting from 1 / (2 steepness)), and smoothly elsewhere. At most 2: one
/// panel.
struct UnitRule {
  std::vector<double> node, weight;
  std::size_t size() const { return node.size(); }

  /// Graded at both ends and symmetric: 1 - node[i] = node[size() - 1 - i], which is exact near 1 too.
  static UnitRule symmetric(std::size_t order, double steepness);
  /// Graded at 0 only.
  static UnitRule from_zero(std::size_t order, double steepness);
};

}  // namespace widegeo::gaussian
