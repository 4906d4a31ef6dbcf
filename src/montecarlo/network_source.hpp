// The samples of one simulation: network by network, what is measured on it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "montecarlo/campaign.hpp"
#include "network/conditional/conditional_sampler.hpp"
#include "network/explicit_network.hpp"

namespace widegeo {

/// Does the simulation take the conditional sampler (else explicit weights)?
bool is_conditional(const Simulation& simulation);

/// "erf, depth 2, width 100, dimension 3": which simulation an error is about.
std::string describe(const Simulation& simulation);

class NetworkSource {
 public:
  /// `simulation` must outlive it. Throws Error(input) for what cannot be simulated.
  explicit NetworkSource(const Simulation& simulation);

  std::size_t quantities() const { return simulation_.quantities.size(); }
  std::size_t controls() const { return controls_; }
  std::vector<std::uint64_t> control_networks() const {
    return controls_ == 0 ? std::vector<std::uint64_t>{} : sampler_->control_networks();
  }
  std::size_t columns() const { return quantities() + controls_; }  ///< of a sample: quantities, then controls

  /// Buffers of one thread.
  struct Worker {
    ConditionalSampler::Workspace workspace;
    FeatureGram gram;
    std::vector<double> sample;
  };
  /// The sample of network `index`, in worker.sample. NaN: quantities that do not exist for it; all of them when some
  /// number of its Gram matrix left the range of double.
  void draw(std::uint32_t index, Worker& worker) const;

 private:
  const Simulation& simulation_;
  unsigned order_;
  double t_ = 0;                                 ///< |x|^2
  std::unique_ptr<ConditionalSampler> sampler_;  ///< this one or
  std::unique_ptr<ExplicitSampler> explicit_;    ///< that one
  std::size_t controls_ = 0;
  Eigen::MatrixXd frame_;
};

}  // namespace widegeo
