// Samples the distribution of a Gaussian network at one point, in time linear in the width (docs/math/theorems.md,
// "Conditional sampling").
//
// Given the units of layer l, the rows (h, dh, ddh) of layer l + 1 are independent centred Gaussian vectors whose
// covariance is s_{l+1} times the mean over the units of layer l of the products of (phi, d phi, dd phi), plus b_{l+1}
// in the entry of h. So each unit costs one product of independent normals with a small Cholesky factor
// (rank-revealing: the covariance is singular when the layer below has few units), and units are never stored: memory
// O(m^2) whatever the width, for the m = 1 + d or 1 + d + d (d + 1) / 2 entries of a row.
//
// W_1 is Gaussian, so the distribution is invariant under rotations of the input: the sampler works in an orthonormal
// frame whose first axis points along x (along e_1 if x = 0), where x = (r, 0, ..., 0).
//
// A network has the same bits on every machine: the constructor fixes the cache sizes by which Eigen splits products,
// for the whole process (Eigen::setCpuCacheSizes; calling that afterwards changes the last bits).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "network/cancelled.hpp"
#include "network/feature.hpp"
#include "network/spec.hpp"

namespace widegeo {

class ConditionalSampler {
 public:
  /// order: 1 (metric) or 2 (also curvature). Throws Error(input) as check_simulation does, and for a non-gaussian
  /// weight law.
  ConditionalSampler(const NetworkSpec& spec, const Activation& activation, std::span<const double> x,
                     unsigned order = 1);
  ~ConditionalSampler();
  ConditionalSampler(ConditionalSampler&&) noexcept;

  /// Per-thread buffers, reusable for every network of this sampler.
  class Workspace {
   public:
    Workspace();
    ~Workspace();
    Workspace(Workspace&&) noexcept;
    struct Buffers;
    std::unique_ptr<Buffers> buffers;
    const CancelFlag* cancel = nullptr;  ///< polled between blocks of units; if set, draw throws Cancelled
  };

  /// Draws network `id` in the frame along x. `controls` (empty, or of length control_count()) receives control
  /// variates: averages of Hermite polynomials of the drawn normals, layer by layer, each with expectation exactly 0
  /// and correlated with the Gram matrix, so that regression on them removes part of its variance.
  void draw(const NetworkId& id, FeatureGram& out, std::span<double> controls, Workspace& workspace) const;
  std::size_t control_count() const;
  /// For each control, the number of networks needed to fit its coefficient (units_for_coefficient over the width).
  std::vector<std::uint64_t> control_networks() const;

  /// The orthonormal frame: columns are its axes in the coordinates of x (d x d), so that g(x) = Q g_frame Q^T.
  Eigen::MatrixXd frame() const;

 private:
  struct Plan;
  std::unique_ptr<Plan> plan_;
};

}  // namespace widegeo
