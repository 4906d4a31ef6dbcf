// Networks with explicitly drawn weights of any distribution: O(n^2) work per layer. They check the conditional
// sampler, and are the only route to non-Gaussian weights and to one fixed network at many points.
//
//     h_1 = W_1 x + c_1,                     d_a h_1 = W_1 e_a,               d_ab h_1 = 0
//     h_{l+1} = W phi(h_l) / sqrt(n_l) + c,  d_a phi(h) = phi'(h) d_a h,      d_ab phi(h) = phi''(h) d_a h d_b h
//                                                                                         + phi'(h) d_ab h
//
// Bit-identical on every machine: feature_jet and the constructors fix the cache sizes by which Eigen splits products,
// for the whole process (Eigen::setCpuCacheSizes; calling that afterwards changes the last bits).
#pragma once

#include <memory>
#include <span>

#include "network/cancelled.hpp"
#include "network/feature.hpp"
#include "network/spec.hpp"

namespace widegeo {

/// Forward propagation of (h, dh) or (h, dh, ddh) through weights that are drawn some rows at a time and never stored
/// (except orthogonal ones): memory O(n d^order), time O(L n^2 d^order). order: 1 or 2. Throws Error(input) as
/// check_explicit_simulation does. Numbers out of the range of double are passed on: see FeatureGram::finite.
FeatureJet feature_jet(const NetworkSpec& spec, const Activation& activation, const NetworkId& id,
                       std::span<const double> x, unsigned order = 1);

/// The same for many networks at one point: what does not depend on the network is checked and compiled once. draw(id)
/// equals feature_jet(..., id, ...) bit for bit and is thread-safe.
class ExplicitSampler {
 public:
  ExplicitSampler(const NetworkSpec& spec, const Activation& activation, std::span<const double> x, unsigned order = 1);
  ~ExplicitSampler();
  ExplicitSampler(ExplicitSampler&&) noexcept;

  /// `cancel` is polled between blocks of rows (an orthogonal matrix is one block); if set, Cancelled is thrown.
  FeatureJet draw(const NetworkId& id, const CancelFlag* cancel = nullptr) const;

 private:
  struct Plan;
  std::unique_ptr<Plan> plan_;
};

/// One network kept in memory (at most 8 GiB of weights) for evaluation at many points: at(x) equals feature_jet(...,
/// x) bit for bit.
class ExplicitNetwork {
 public:
  ExplicitNetwork(const NetworkSpec& spec, const Activation& activation, const NetworkId& id, unsigned dimension);
  ~ExplicitNetwork();
  ExplicitNetwork(ExplicitNetwork&&) noexcept;

  FeatureJet at(std::span<const double> x, unsigned order = 1) const;

 private:
  struct Weights;
  std::unique_ptr<Weights> weights_;
};

}  // namespace widegeo
