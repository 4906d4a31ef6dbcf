// Propagation of errors from layer to layer of a Gram matrix: a few bounds that hold for all pairs (docs/math/gram.md).
#pragma once

#include "activation/entry_expectations.hpp"
#include "gram/points.hpp"
#include "gram/recursion.hpp"

namespace widegeo::gram {

/// Sensitivity of a layer's expectations to their inputs, over a range of variances. With psi_q(z) = phi(sqrt(q) z) and
/// parallel pairs, |psi_a - psi_b|^2 = (sqrt V(a) - sqrt V(b))^2 + 2 gap: the entries themselves tell how far psi moves
/// with the variance. Differences on a grid, times 3/2 for points in between.
struct LayerSensitivity {
  double V = 0;      ///< |d log V / d log q|
  double K = 0;      ///< |d psi / d log q| / sqrt(V), bounds |dK / d log a| / sqrt(V(a)V(b)) at fixed correlation
  double dot = 0;    ///< the same for phi', with D for V
  double K_n = 0;    ///< |dK / d log n| / sqrt(V(a)V(b)) at fixed a, b and m: effect of inconsistent arguments
  double dot_n = 0;  ///< the same for Kdot
  double gap_n = 0;  ///< the same for the gap
  double gap_n_relative = 0;  ///< |d log gap / d log n| at fixed a, b and m
  double K_angle = 0;         ///< |dK / d theta| / sqrt(V(a)V(b)), for infinite D
};

/// Sensitivity of the affine map above the layer: q' = s V(q) + b, theta' the angle of (n', m').
struct MapSensitivity {
  double variance = 0;  ///< |d log q' / d log q|
  double angle = 0;     ///< |d theta' / d log a| at fixed theta
};

/// Requires 0 < low < high within the range of the layer. The margin below the least variance gives neighbours even to
/// a single variance.
inline constexpr double sensitivity_margin = 0x1p-4;
LayerSensitivity sensitivity_of(const EntryLayer& layer, double low, double high, bool dot);
MapSensitivity sensitivity_of(const EntryLayer& layer, double low, double high, const LayerScale& next);

/// Maxima over the points themselves at one layer.
struct PointExtremes {
  double chi = 0;        ///< q D / V
  double chi_next = 0;   ///< s' q D / q'
  double ntk_share = 0;  ///< s' D Theta / Theta'
  bool V_constant = true;
};

/// Error bounds before an activation, for all pairs. rho = n / sqrt(ab) = cos(theta) of the computed numbers.
class ErrorState {
 public:
  ErrorState(const ProductErrors& products);

  /// Relative to the geometric mean of the diagonal entries.
  double n() const { return rho_ + variance_; }
  double K(const EntryErrors& e, const LayerSensitivity& s, const PointExtremes& x) const;
  double dot(const EntryErrors& e, const LayerSensitivity& s) const;
  double ntk() const { return ntk_; }
  double ntk_above(const EntryErrors& e, const LayerSensitivity& s) const;  ///< error of Kdot Theta

  /// Advances through the activation and the affine map above. `least_sine`: pairs with a smaller sine above are
  /// recomputed.
  void advance(const EntryErrors& e, const LayerSensitivity& s, const MapSensitivity& map, const PointExtremes& x,
               bool ntk, double least_sine);

 private:
  double cosine() const;                                      ///< error of cos(theta), where theta is computed from m
  double moved(double chi, const LayerSensitivity& s) const;  ///< error of K due to that of the correlation
  double angle() const { return angle_relative_ + angle_; }

  double variance_;  ///< relative error of a and b
  double rho_;       ///< |error of rho|
  /// |error of theta| <= angle_relative_ sin(theta) + angle_
  double angle_relative_, angle_;
  double misfit_;  ///< |n^2 + m - ab| / (2ab) of the computed numbers
  double ntk_;     ///< error of Theta
};

}  // namespace widegeo::gram
