// Finite random networks, drawn and differentiated: no Gaussian expectation, no closed form. The other route to the
// geometry.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <vector>

#include "activation/activation.hpp"

namespace widegeo {

/// The network of docs/math section 1 at finite width, in double. Layer l = 1..depth:
///     h_1 = W_1 x + c_1,     h_{l+1} = W_{l+1} phi(h_l) / sqrt(n_l) + c_{l+1},     W_l ~ N(0, s_l), c_l ~ N(0, b_l)
/// It stands here, and not on kernel's Model, because the two routes share the activation and nothing else.
struct NetworkSpec {
  unsigned depth = 1;
  std::vector<std::uint64_t> width{100};   ///< n_l >= 1: one for all layers, or one per layer
  std::vector<double> weight_variance{1};  ///< s_l > 0: one for all layers, or one per layer
  std::vector<double> bias_variance{0};    ///< b_l >= 0: one for all layers, or one per layer
  bool input_fan_in = false;               ///< W_1 ~ N(0, s_1 / d) instead of N(0, s_1)
  bool activate_last = true;               ///< Phi = phi(h_L) / sqrt(n_L) (`post`); false: h_L / sqrt(n_L) (`pre`)

  /// Throws Error(input): depth 0, wrong counts, width 0, variances that are negative or not finite, zero weight
  /// variance.
  void validate() const;
  std::uint64_t n(unsigned l) const { return width.size() == 1 ? width[0] : width[l - 1]; }
  double s(unsigned l) const { return weight_variance.size() == 1 ? weight_variance[0] : weight_variance[l - 1]; }
  double b(unsigned l) const { return bias_variance.size() == 1 ? bias_variance[0] : bias_variance[l - 1]; }
};

/// Which network of a campaign.
struct NetworkId {
  std::uint64_t seed = 0;
  std::uint32_t campaign = 0;
  std::uint32_t index = 0;
};

/// Phi(x) in R^n and J = d Phi / d x, n x d.
struct FeatureMap {
  Eigen::VectorXd value;
  Eigen::MatrixXd jacobian;
};

/// Forward propagation of (h, dh) through explicit Gaussian weights, which are drawn some rows at a time and never
/// stored: memory O(n d), time O(L n^2 d). Throws Error(input) when phi is not differentiable enough for a pullback
/// metric, is undefined on part of the line, the memory would exceed 16 GiB, or the numbers leave the range of double.
FeatureMap feature_map(const NetworkSpec& spec, const Activation& activation, const NetworkId& id,
                       std::span<const double> x);

/// g = J^T J (d x d), the metric that this one network pulls back to input space.
Eigen::MatrixXd pullback_metric(const FeatureMap& features);

/// The checks of feature_map that need no random numbers.
void check_simulation(const NetworkSpec& spec, const Activation& activation, std::span<const double> x);

}  // namespace widegeo
