// Specification of a finite random network: sizes, variances, the distribution of its weights, and its identifier.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "activation/activation.hpp"

namespace widegeo {

/// Distributions of a weight, all centred and with the same variance. Only gaussian has the exact theory at finite
/// width; the others share its limit (universality).
enum class WeightLaw {
  gaussian,
  uniform,     ///< on [-sqrt(3 var), sqrt(3 var)]
  rademacher,  ///< +-sqrt(var)
  orthogonal,  ///< W_l is a multiple of a Haar-distributed (semi-)orthogonal matrix
  sparse,      ///< N(0, var / p) with probability p = parameter, else 0
  student_t,   ///< nu = parameter > 2 degrees of freedom, scaled to the variance
};

/// The network of docs/math/explicit-networks.md, "Definition", at finite width, in double. Layer l = 1..depth:
///     h_1 = W_1 x + c_1,     h_{l+1} = W_{l+1} phi(h_l) / sqrt(n_l) + c_{l+1},     Var W_l = s_l, c_l ~ N(0, b_l)
/// Deliberately independent of kernel's Model: the two routes share the activation and nothing else.
struct NetworkSpec {
  unsigned depth = 1;
  std::vector<std::uint64_t> width{100};   ///< n_l >= 1: one for all layers, or one per layer
  std::vector<double> weight_variance{1};  ///< s_l > 0: one for all layers, or one per layer
  std::vector<double> bias_variance{0};    ///< b_l >= 0: one for all layers, or one per layer
  bool input_fan_in = false;               ///< Var W_1 = s_1 / d instead of s_1
  bool activate_last = true;               ///< Phi = phi(h_L) / sqrt(n_L) (`post`); false: h_L / sqrt(n_L) (`pre`)
  WeightLaw weight_law = WeightLaw::gaussian;
  double weight_parameter = 0;  ///< sparse: p in (0, 1]; student_t: nu > 2; else unused

  /// Throws Error(input): depth 0, wrong number of values, width 0, negative or non-finite variances, zero weight
  /// variance, parameter of the weight law out of range.
  void validate() const;
  std::uint64_t n(unsigned l) const { return width.size() == 1 ? width[0] : width[l - 1]; }
  double s(unsigned l) const { return weight_variance.size() == 1 ? weight_variance[0] : weight_variance[l - 1]; }
  double b(unsigned l) const { return bias_variance.size() == 1 ? bias_variance[0] : bias_variance[l - 1]; }
};

/// Identifies a network: every random number in it is a pure function of these three and of its position in the
/// network.
struct NetworkId {
  std::uint64_t seed = 0;
  std::uint32_t campaign = 0;
  std::uint32_t index = 0;
};

/// Second derivatives have d (d + 1) / 2 components per unit, and their Gram matrix the square of that.
inline constexpr std::size_t max_curvature_dimension = 64;

/// Checks of a simulation at x that need no random numbers. Throws Error(input) if phi has no pullback metric (at order
/// 0, for the kernel alone, no kernel: there phi may jump) or is undefined on part of the line, x is empty or not
/// finite, the order exceeds 2, or the dimension exceeds max_curvature_dimension at order 2.
void check_simulation(const NetworkSpec& spec, const Activation& activation, std::span<const double> x,
                      unsigned order = 1);

/// The same for explicit weights, whose layers are kept in memory: Error(input) also if they would exceed 16 GiB.
void check_explicit_simulation(const NetworkSpec& spec, const Activation& activation, std::span<const double> x,
                               unsigned order = 1);

}  // namespace widegeo
