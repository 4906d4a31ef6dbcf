// The law of a Gaussian network at one point, sampled in time linear in the width (docs/math/theorems.md, "Conditional
// sampling").
//
// Given the units of layer l, the rows (h, dh, ddh) of layer l + 1 are independent centred Gaussian vectors whose
// covariance is s_{l+1} times the mean over the units of layer l of the products of (phi, d phi, dd phi), plus b_{l+1}
// in the entry of h. So each unit costs one product of independent normals with a small Cholesky factor (by rank: the
// covariance is singular when the layer below has few units), and no unit is ever stored: memory O(m^2) whatever the
// width, for the m = 1 + d or 1 + d + d (d + 1) / 2 entries of a row.
//
// W_1 is Gaussian, so rotating the input does not change the law: the sampler works in an orthonormal frame whose first
// axis points along x (along e_1 when x = 0), where x = (r, 0, ..., 0).
//
// A network has the same bits on every machine: making a sampler sets the cache sizes that Eigen's products are split
// by to fixed ones, for the whole process (Eigen::setCpuCacheSizes; who calls it afterwards changes the last bits).
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
  /// order: 1 (metric) or 2 (curvature too). Throws Error(input) as check_simulation does, and for a weight law other
  /// than gaussian.
  ConditionalSampler(const NetworkSpec& spec, const Activation& activation, std::span<const double> x,
                     unsigned order = 1);
  ~ConditionalSampler();
  ConditionalSampler(ConditionalSampler&&) noexcept;

  /// Buffers of one thread, reusable for every network of this sampler.
  class Workspace {
   public:
    Workspace();
    ~Workspace();
    Workspace(Workspace&&) noexcept;
    struct Buffers;
    std::unique_ptr<Buffers> buffers;
    const CancelFlag* cancel = nullptr;  ///< asked between blocks of units; set: draw throws Cancelled
  };

  /// Network `id` in the frame along x. `controls` (empty, or of length control_count()) receives control variates:
  /// averages of Hermite polynomials of the normals drawn, layer by layer, each with expectation exactly 0 and
  /// correlated with the Gram matrix; they let a regression remove part of its variance.
  void draw(const NetworkId& id, FeatureGram& out, std::span<double> controls, Workspace& workspace) const;
  std::size_t control_count() const;
  /// For each control, the networks from which a coefficient of it can be taken (units_for_coefficient over the width).
  std::vector<std::uint64_t> control_networks() const;

  /// The orthonormal frame: columns are its axes in the coordinates of x (d x d), so that g(x) = Q g_frame Q^T.
  Eigen::MatrixXd frame() const;

 private:
  struct Plan;
  std::unique_ptr<Plan> plan_;
};

}  // namespace widegeo
