// How the networks of a simulation are cut into blocks, and when its error is looked at. All of it follows from the
// simulation alone, never from a clock or a number of threads: sums over blocks in the order of their index then have
// the same bits in every run.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "montecarlo/campaign.hpp"

namespace widegeo {

struct SimulationPlan {
  std::uint64_t samples = 0;  ///< the most networks to draw
  std::uint64_t pilot = 0;    ///< the first networks; they set the ranges of the histograms
  std::uint64_t block = 1;    ///< networks of a block; the last one of the pilot and of all may be shorter
  std::size_t quantities = 0, columns = 0;
  /// Quantities that exist in the same networks: a network without those of one group counts for the others. Each group
  /// keeps the moments of its quantities and then of the controls.
  std::vector<std::vector<std::size_t>> groups;
  double cost = 0;  ///< nanoseconds a network, roughly: only for the length of blocks and forecasts
  std::vector<std::uint64_t> control_networks;  ///< that must be known before each control is used
  /// Numbers of blocks after which the coefficients of the control variates are made anew, from all networks so far,
  /// for those that follow; increasing, the networks doubling, none without controls.
  std::vector<std::uint64_t> refits;
  std::vector<std::uint64_t> decisions;  ///< numbers of blocks after which a target error is looked at; increasing

  std::size_t controls() const { return columns - quantities; }
  std::uint64_t pilot_blocks() const { return (pilot + block - 1) / block; }
  std::uint64_t blocks() const { return pilot_blocks() + (samples - pilot + block - 1) / block; }
  /// Networks in the first `blocks` blocks: block b holds networks networks_before(b) to networks_before(b + 1).
  std::uint64_t networks_before(std::uint64_t blocks) const;
};

/// Throws Error(input) for what cannot be simulated.
SimulationPlan make_plan(const Simulation& simulation);

/// Everything that the results depend on, as text: equal texts mean equal bits.
std::string canonical_text(std::span<const Simulation> simulations, std::span<const SimulationPlan> plans);

}  // namespace widegeo
