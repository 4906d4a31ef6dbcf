// The samples of one simulation: the quantities observed on each network.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "montecarlo/campaign.hpp"
#include "network/conditional/conditional_sampler.hpp"
#include "network/explicit_network.hpp"

namespace widegeo {

/// True if the simulation uses the conditional sampler, false for explicit weights.
bool is_conditional(const Simulation& simulation);

/// "erf, depth 2, width 100, dimension 3": identifies the simulation in error messages.
std::string describe(const Simulation& simulation);

class NetworkSource {
 public:
  /// `simulation` must outlive the object. Throws Error(input) if the simulation is not possible.
  explicit NetworkSource(const Simulation& simulation);

  std::size_t quantities() const { return simulation_.quantities.size(); }
  std::size_t controls() const { return controls_; }
  std::vector<std::uint64_t> control_networks() const {
    return controls_ == 0 ? std::vector<std::uint64_t>{} : sampler_->control_networks();
  }
  std::size_t columns() const { return quantities() + controls_; }  ///< length of a sample: quantities, then controls

  /// Per-thread buffers.
  struct Worker {
    ConditionalSampler::Workspace workspace;
    FeatureGram gram;
    std::vector<double> sample;
  };
  /// Stores the sample of network `index` in worker.sample. NaN: quantities undefined for it; all of them if some
  /// number of its Gram matrix is out of the range of double.
  void draw(std::uint32_t index, Worker& worker) const;

 private:
  const Simulation& simulation_;
  unsigned order_;
  double t_ = 0;                                 ///< |x|^2
  std::unique_ptr<ConditionalSampler> sampler_;  ///< either this
  std::unique_ptr<ExplicitSampler> explicit_;    ///< or this
  std::size_t controls_ = 0;
  Eigen::MatrixXd frame_;
};

}  // namespace widegeo
