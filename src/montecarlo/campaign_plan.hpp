// Division of a simulation into blocks of networks, and the points at which its error is checked. Derived from the
// simulation alone, never from a clock or a number of threads, so that sums over blocks in index order have the same
// bits in every run.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "montecarlo/campaign.hpp"

namespace widegeo {

struct SimulationPlan {
  std::uint64_t samples = 0;  ///< maximal number of networks
  std::uint64_t pilot = 0;    ///< number of first networks, which set the ranges of the histograms
  std::uint64_t block = 1;    ///< networks per block; the last block of the pilot and of all may be shorter
  std::size_t quantities = 0, columns = 0;
  /// Quantities that exist in the same networks: a network lacking one group counts for the others. Each group keeps
  /// the moments of its quantities, then of the controls.
  std::vector<std::vector<std::size_t>> groups;
  double cost = 0;  ///< rough nanoseconds per network, only for the length of blocks and forecasts
  std::vector<std::uint64_t> control_networks;  ///< for each control, number of networks required before it is used
  /// Numbers of blocks after which the coefficients of the control variates are refitted, from all networks so far, for
  /// the networks to come; increasing, the networks doubling; empty without controls.
  std::vector<std::uint64_t> refits;
  std::vector<std::uint64_t> decisions;  ///< numbers of blocks after which a target error is checked; increasing

  std::size_t controls() const { return columns - quantities; }
  std::uint64_t pilot_blocks() const { return (pilot + block - 1) / block; }
  std::uint64_t blocks() const { return pilot_blocks() + (samples - pilot + block - 1) / block; }
  /// Networks in the first `blocks` blocks: block b holds networks networks_before(b) to networks_before(b + 1) - 1.
  std::uint64_t networks_before(std::uint64_t blocks) const;
};

/// Throws Error(input) if the simulation is not possible.
SimulationPlan make_plan(const Simulation& simulation);

/// Text of everything the results depend on: equal texts mean equal bits.
std::string canonical_text(std::span<const Simulation> simulations, std::span<const SimulationPlan> plans);

}  // namespace widegeo
