// Networks with explicitly drawn weights of any law: O(n^2) work a layer. The check of the conditional sampler, the
// only route for weights that are not Gaussian, and one fixed network at many points.
//
//     h_1 = W_1 x + c_1,                     d_a h_1 = W_1 e_a,               d_ab h_1 = 0
//     h_{l+1} = W phi(h_l) / sqrt(n_l) + c,  d_a phi(h) = phi'(h) d_a h,      d_ab phi(h) = phi''(h) d_a h d_b h
//                                                                                         + phi'(h) d_ab h
//
// The same bits on every machine: feature_jet and the constructors set the cache sizes that Eigen's products are split
// by to fixed ones, for the whole process (Eigen::setCpuCacheSizes; who calls it afterwards changes the last bits).
#pragma once

#include <memory>
#include <span>

#include "network/cancelled.hpp"
#include "network/feature.hpp"
#include "network/spec.hpp"

namespace widegeo {

/// Forward propagation of (h, dh) or (h, dh, ddh) through weights that are drawn some rows at a time and never stored
/// (orthogonal ones excepted): memory O(n d^order), time O(L n^2 d^order). order: 1 or 2. Throws Error(input) as
/// check_explicit_simulation does. Numbers that leave the range of double are passed on: see FeatureGram::finite.
FeatureJet feature_jet(const NetworkSpec& spec, const Activation& activation, const NetworkId& id,
                       std::span<const double> x, unsigned order = 1);

/// The same for many networks at one point: what does not depend on the network is checked and compiled once.
/// draw(id) equals feature_jet(..., id, ...) bit for bit and may be called by several threads at once.
class ExplicitSampler {
 public:
  ExplicitSampler(const NetworkSpec& spec, const Activation& activation, std::span<const double> x, unsigned order = 1);
  ~ExplicitSampler();
  ExplicitSampler(ExplicitSampler&&) noexcept;

  /// `cancel` is asked between blocks of rows (an orthogonal matrix is one block); set: Cancelled is thrown.
  FeatureJet draw(const NetworkId& id, const CancelFlag* cancel = nullptr) const;

 private:
  struct Plan;
  std::unique_ptr<Plan> plan_;
};

/// One network kept in memory (at most 8 GiB of weights), to be evaluated at many points: at(x) equals
/// feature_jet(..., x) bit for bit.
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
