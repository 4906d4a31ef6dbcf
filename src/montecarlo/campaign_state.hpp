// What is known of each simulation so far, and the blocks of networks that it grows by.
#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "montecarlo/campaign_plan.hpp"
#include "montecarlo/network_source.hpp"

namespace widegeo {

/// Sums over the blocks 0, ..., blocks - 1 of one simulation, merged in this order.
struct SimulationState {
  std::uint64_t blocks = 0;
  std::uint64_t not_finite = 0;
  bool finished = false;
  bool target_reached = true;
  Moments moments;
  std::vector<double> pilot;  ///< quantities of the networks so far that count, until the histograms exist
  std::vector<Histogram> histograms;

  explicit SimulationState(const SimulationPlan& plan) : moments(plan.columns) {}

  void save(std::vector<double>& out) const;
  /// Takes itself off the front of `in`. Throws Error(io) for numbers that save() does not give.
  void load(std::span<const double>& in, const SimulationPlan& plan);

  /// The histograms without counts: what workers fill.
  std::vector<double> histogram_ranges() const;
  /// After the pilot: the ranges from its samples, and these samples counted.
  void make_histograms(std::size_t quantities);
};

/// Sums of the blocks [first, first + count) of one simulation, on several threads, as one message:
///     networks left out; then, with ranges: the counts of the blocks' histograms, merged; then for each block its
///     moments and, without ranges (in the pilot), the number of values in its samples and these values
/// `ranges`: SimulationState::histogram_ranges(), empty in the pilot.
class BlockRunner {
 public:
  /// Once `cancel` is set, run() throws Cancelled within a block of units.
  BlockRunner(const Simulation& simulation, const SimulationPlan& plan, const CancelFlag* cancel = nullptr)
      : plan_(plan), source_(simulation), cancel_(cancel) {}

  std::vector<double> run(std::uint64_t first, std::uint64_t count, std::span<const double> ranges, unsigned threads);

 private:
  struct Block;
  void run_block(std::uint64_t index, Block& block);

  const SimulationPlan& plan_;
  NetworkSource source_;
  const CancelFlag* cancel_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<NetworkSource::Worker>> idle_;
};

/// Adds such a message of `count` blocks that follow those already in the state.
void merge_blocks(SimulationState& state, std::span<const double> message, std::uint64_t count);

/// Throws Error(input) when fewer than two networks count.
SimulationResult result_of(const Simulation& simulation, const SimulationPlan& plan, const SimulationState& state);

/// Standard error over what the target error allows, for the quantity that is farthest from it: at most 1 when the
/// target is reached, infinite when fewer than two networks count. The simulation must have a target.
double error_excess(const Simulation& simulation, const SimulationState& state);

}  // namespace widegeo
