// The radial metric as piecewise Chebyshev polynomials in t, for many points of one model at a cost independent of that
// of its activation.
#pragma once

#include <functional>
#include <vector>

#include "geometry/radial.hpp"

namespace widegeo {

/// Interpolates A, A', A'', the defect C = B - 2A' and C' (curvature is computed from C: see radial.hpp) on [t_low,
/// t_high] by polynomials of degree `degree` at Chebyshev points of adaptively bisected panels.
///
/// Error of a panel (kind `truncation`), for each of the five functions f with coefficients c_k:
///   |f - p| <= 4 (|c_{n-2}| + |c_{n-1}| + |c_n|) + (1 + Lambda_n) max node error,   Lambda_n <= 1 + (2/pi) log(n + 1)
/// [Trefethen, Approximation Theory and Practice, ch. 8 and 15]. The first term is a-posteriori: it assumes geometric
/// decay of the coefficients beyond n. It is checked at points off the nodes, and a panel where a check exceeds the
/// bound is bisected. A panel is accepted when the bound is below `relative_tolerance` times the natural scale of f
/// there: max A / t^k for a derivative of weight k.
class RadialInterpolant {
 public:
  using Sampler = std::function<RadialMetric<TrackedDouble>(double t)>;

  /// Throws Error(accuracy) if the tolerance is not reached within max_panels.
  RadialInterpolant(const Sampler& sampler, double t_low, double t_high, double relative_tolerance = 5e-13);

  /// Metric jets (A to order 2, B and the defect to order 1; q is not interpolated) with the certified error in each
  /// Tracked; every lane of t must lie in [t_low, t_high].
  RadialMetric<TrackedBlock> operator()(const Block& t) const;

  std::size_t panel_count() const { return panels_.size(); }
  std::size_t sample_count() const { return samples_; }
  /// The largest bound over panels and functions, relative to the natural scale of the function.
  double certified_error() const { return worst_; }

  static constexpr unsigned degree = 23, function_count = 5, max_panels = 4096;

 private:
  struct Panel {
    double low, high;
    double error[function_count];
    double coefficient[degree + 1][function_count];
  };
  bool fit(const Sampler& sampler, double tolerance, Panel& panel);

  std::vector<Panel> panels_;
  std::vector<double> ends_;  ///< upper ends, for the look-up
  std::size_t samples_ = 0;
  double low_, high_, worst_ = 0;
};

}  // namespace widegeo
