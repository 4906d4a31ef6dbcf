// Accumulated state of each simulation, and the blocks of networks added to it.
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
  bool finished = false;
  bool target_reached = true;
  std::vector<Moments> moments;  ///< per group of the plan: its quantities, then the controls
  std::vector<double> pilot;     ///< quantities of the networks so far, NaN where undefined, until the histograms exist
  std::vector<Histogram> histograms;
  std::vector<ValueMoments> values;  ///< per quantity, over all its networks
  /// Per quantity: the coefficients of the controls for the networks to come (empty until there are enough), and the
  /// moments of value - coefficients . controls over the networks since the first fit. Coefficients are never applied
  /// to the networks they were fitted to, so each such value is exactly unbiased.
  std::vector<std::vector<double>> coefficients;
  std::vector<ValueMoments> residuals;

  explicit SimulationState(const SimulationPlan& plan);

  std::uint64_t most_samples() const;   ///< networks included for the group with the most
  std::uint64_t least_samples() const;  ///< networks included for the group with the fewest

  void save(std::vector<double>& out) const;
  /// Restores the state, removing it from the front of `in`. Throws Error(io) for numbers not written by save().
  void load(std::span<const double>& in, const SimulationPlan& plan);

  /// Data for the workers: the histograms without counts, and the coefficients, each list preceded by its length. Empty
  /// in the pilot.
  std::vector<double> round_settings() const;
  /// Refits the coefficients from all networks so far, where these are enough.
  void fit_controls(const SimulationPlan& plan);
  /// After the pilot: sets the ranges from its samples, and counts them.
  void make_histograms(std::size_t quantities);
};

/// Sums over the blocks [first, first + count) of one simulation on several threads, as a message:
///     after the pilot: the counts of the blocks' histograms, merged;
///     then for each block the moments of its groups, of the values and of the residuals of every quantity, and in the
///     pilot the number of values in its samples and these values
/// `settings`: SimulationState::round_settings(), empty in the pilot.
class BlockRunner {
 public:
  /// Once `cancel` is set, run() throws Cancelled within a block of units.
  BlockRunner(const Simulation& simulation, const SimulationPlan& plan, const CancelFlag* cancel = nullptr)
      : plan_(plan), source_(simulation), cancel_(cancel) {}

  std::vector<double> run(std::uint64_t first, std::uint64_t count, std::span<const double> settings, unsigned threads);

 private:
  struct Block;
  void run_block(std::uint64_t index, std::span<const std::vector<double>> coefficients, Block& block);

  const SimulationPlan& plan_;
  NetworkSource source_;
  const CancelFlag* cancel_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<NetworkSource::Worker>> idle_;
};

/// Adds such a message of `count` blocks, which must follow those already in the state.
void merge_blocks(SimulationState& state, std::span<const double> message, std::uint64_t count);

/// Throws Error(input) if fewer than two networks are usable for every quantity.
SimulationResult result_of(const Simulation& simulation, const SimulationPlan& plan, const SimulationState& state);

/// The largest standard error relative to the scale of its quantity; infinite with fewer than two usable networks.
struct RelativeError {
  double error = 0;
  std::size_t quantity = 0;
};
RelativeError largest_error(const Simulation& simulation, const SimulationPlan& plan, const SimulationState& state);

}  // namespace widegeo
