// Interpolation of functions of the variance between Chebyshev points, on panels of a range.
#pragma once

#include <cstddef>
#include <vector>

namespace widegeo::gaussian {

/// Panels of [q_low, q_high] in the coordinate s = log q (q_low > 0: Gaussian averages are analytic in the strip |Im s|
/// < pi/2) or s = sqrt q (q_low = 0: they are smooth down to s = 0 if there is no kink other than at 0). Lagrange
/// weights are computed by the barycentric formula [Berrut and Trefethen, "Barycentric Lagrange interpolation", SIAM
/// Review 46 (2004)]. A single variance is a single node.
class VarianceGrid {
 public:
  static constexpr std::size_t per_panel = 20;
  /// Lebesgue constant (sum of |weights|) of 20 Chebyshev points of the first kind: 2/pi log 20 + 0.97 [Rivlin 1974].
  static constexpr double lebesgue = 2.9;

  VarianceGrid(double low, double high);

  std::size_t panels() const { return single_ ? 1 : ends_.size() - 1; }
  std::size_t panel_size() const { return single_ ? 1 : per_panel; }
  std::size_t size() const { return panels() * panel_size(); }
  bool single() const { return single_; }
  double low() const { return low_; }
  double high() const { return high_; }
  /// The variances of a panel's nodes, and of points between them at which the interpolation is checked.
  std::vector<double> nodes(std::size_t panel) const;
  std::vector<double> checks(std::size_t panel) const;
  /// All nodes, panel after panel.
  std::vector<double> nodes() const;
  void split(std::size_t panel);
  /// Splits the only panel into pieces of about half a decade, the width that is usually needed: checks would reveal
  /// panels that are too wide only at the cost of all their nodes.
  void divide();

  /// f(q) = sum_j weight[j] f(node first + j), j < panel_size().
  std::size_t weights(double q, double* weight) const;

 private:
  double coordinate(double q) const;
  double variance(double s) const;
  double low_, high_;
  bool single_, logarithmic_;
  std::vector<double> ends_;  ///< in s
};

}  // namespace widegeo::gaussian
