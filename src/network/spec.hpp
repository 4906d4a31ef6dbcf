// What a finite random network is: sizes, variances, the law of its weights, and which of infinitely many it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "activation/activation.hpp"

namespace widegeo {

/// Laws of a weight, all centred and with the variance of docs/math/explicit-networks.md, "Definition". Only gaussian
/// has the exact theory at finite width; the others share its limit (universality).
enum class WeightLaw {
  gaussian,
  uniform,     ///< on [-sqrt(3 var), sqrt(3 var)]
  rademacher,  ///< +-sqrt(var)
  orthogonal,  ///< W_l is a multiple of a Haar-distributed (semi-)orthogonal matrix
  sparse,      ///< N(0, var / p) with probability p = parameter, else 0
  student_t,   ///< nu = parameter > 2 degrees of freedom, scaled to the variance
};

/// The network of docs/math/explicit-networks.md, "Definition", in double. Layer l = 1..depth:
///     h_1 = W_1 x + c_1,     h_{l+1} = W_{l+1} phi(h_l) / sqrt(n_l) + c_{l+1},     Var W_l = s_l, c_l ~ N(0, b_l)
/// It stands here, and not on kernel's Model, because the two routes share the activation and nothing else.
struct NetworkSpec {
  unsigned depth = 1;
  std::vector<std::uint64_t> width{100};   ///< n_l >= 1: one for all layers, or one per layer
  std::vector<double> weight_variance{1};  ///< s_l > 0: one for all layers, or one per layer
  std::vector<double> bias_variance{0};    ///< b_l >= 0: one for all layers, or one per layer
  bool input_fan_in = false;               ///< Var W_1 = s_1 / d instead of s_1
  bool activate_last = true;               ///< Phi = phi(h_L) / sqrt(n_L) (`post`); false: h_L / sqrt(n_L) (`pre`)
  WeightLaw weight_law = WeightLaw::gaussian;
  double weight_parameter = 0;  ///< sparse: p in (0, 1]; student_t: nu > 2; else unused

  /// Throws Error(input): depth 0, wrong counts, width 0, variances that are negative or not finite, zero weight
  /// variance, a parameter of the law out of range.
  void validate() const;
  std::uint64_t n(unsigned l) const { return width.size() == 1 ? width[0] : width[l - 1]; }
  double s(unsigned l) const { return weight_variance.size() == 1 ? weight_variance[0] : weight_variance[l - 1]; }
  double b(unsigned l) const { return bias_variance.size() == 1 ? bias_variance[0] : bias_variance[l - 1]; }
};

/// Which network: every random number in it is a pure function of these three and of where it stands in the network.
struct NetworkId {
  std::uint64_t seed = 0;
  std::uint32_t campaign = 0;
  std::uint32_t index = 0;
};

/// Second derivatives have d (d + 1) / 2 components a unit, and their Gram matrix the square of that.
inline constexpr std::size_t max_curvature_dimension = 64;

/// The checks of a simulation at x that need no random numbers. Throws Error(input) when phi has no pullback metric (at
/// order 0, for the kernel alone, no kernel: there phi may jump) or is undefined on part of the line, x is empty or not
/// finite, the order exceeds 2, or the dimension exceeds max_curvature_dimension at order 2.
void check_simulation(const NetworkSpec& spec, const Activation& activation, std::span<const double> x,
                      unsigned order = 1);

/// The same for explicit weights, where layers are kept in memory: Error(input) also when that would exceed 16 GiB.
void check_explicit_simulation(const NetworkSpec& spec, const Activation& activation, std::span<const double> x,
                               unsigned order = 1);

}  // namespace widegeo
