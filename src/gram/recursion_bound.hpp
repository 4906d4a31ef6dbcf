// How errors go from layer to layer of a Gram matrix: a few numbers that hold for all pairs (docs/math/gram.md).
#pragma once

#include "activation/entry_expectations.hpp"
#include "gram/points.hpp"
#include "gram/recursion.hpp"

namespace widegeo::gram {

/// How the expectations of a layer follow their inputs, over a range of variances. With psi_q(z) = phi(sqrt(q) z) and
/// parallel pairs, |psi_a - psi_b|^2 = (sqrt V(a) - sqrt V(b))^2 + 2 gap: the form itself tells how far psi moves when
/// the variance does. Steps of a grid, times 3/2 for what lies between.
struct LayerSensitivity {
  double V = 0;      ///< |d log V / d log q|
  double K = 0;      ///< |d psi / d log q| / sqrt(V), bounds |dK / d log a| / sqrt(V(a)V(b)) at fixed correlation
  double dot = 0;    ///< the same of phi', with D for V
  double K_n = 0;    ///< |dK / d log n| / sqrt(V(a)V(b)) with a, b and m held: what arguments that do not fit cost
  double dot_n = 0;  ///< the same of Kdot
  double gap_n = 0;  ///< the same of the gap
  double gap_n_relative = 0;  ///< |d log gap / d log n| with a, b and m held
  double K_angle = 0;         ///< |dK / d theta| / sqrt(V(a)V(b)), where D is infinite
};

/// The same of the affine map above it: q' = s V(q) + b, theta' the angle of (n', m').
struct MapSensitivity {
  double variance = 0;  ///< |d log q' / d log q|
  double angle = 0;     ///< |d theta' / d log a| at fixed theta
};

/// 0 < low < high, both in the range of the layer: with a margin below the least variance, so that one variance alone
/// has neighbours too.
inline constexpr double sensitivity_margin = 0x1p-4;
LayerSensitivity sensitivity_of(const EntryLayer& layer, double low, double high, bool dot);
MapSensitivity sensitivity_of(const EntryLayer& layer, double low, double high, const LayerScale& next);

/// What the points themselves say of a layer: largest values over all of them.
struct PointExtremes {
  double chi = 0;        ///< q D / V
  double chi_next = 0;   ///< s' q D / q'
  double ntk_share = 0;  ///< s' D Theta / Theta'
  bool V_constant = true;
};

/// Bounds before an activation, for all pairs. rho = n / sqrt(ab) = cos(theta) of the numbers as computed.
class ErrorState {
 public:
  ErrorState(const ProductErrors& products);

  /// Relative to the diagonals' geometric mean.
  double n() const { return rho_ + variance_; }
  double K(const EntryErrors& e, const LayerSensitivity& s, const PointExtremes& x) const;
  double dot(const EntryErrors& e, const LayerSensitivity& s) const;
  double ntk() const { return ntk_; }
  double ntk_above(const EntryErrors& e, const LayerSensitivity& s) const;  ///< of Kdot Theta

  /// Through the activation and the affine map above. `least_sine`: pairs of a smaller angle above are done again.
  void advance(const EntryErrors& e, const LayerSensitivity& s, const MapSensitivity& map, const PointExtremes& x,
               bool ntk, double least_sine);

 private:
  double cosine() const;                                      ///< of cos(theta), where theta is taken from m
  double moved(double chi, const LayerSensitivity& s) const;  ///< of K, by the errors of the correlation
  double angle() const { return angle_relative_ + angle_; }

  double variance_;  ///< relative, of a and b
  double rho_;       ///< |error of rho|
  /// |error of theta| <= angle_relative_ sin(theta) + angle_
  double angle_relative_, angle_;
  double misfit_;  ///< |n^2 + m - ab| / (2ab) of the numbers as computed
  double ntk_;     ///< of Theta
};

}  // namespace widegeo::gram
