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
  bool finished = false;
  bool target_reached = true;
  std::vector<Moments> moments;  ///< of each group of the plan: its quantities, then the controls
  std::vector<double>
      pilot;  ///< quantities of the networks so far, NaN where there is none, until the histograms exist
  std::vector<Histogram> histograms;
  std::vector<ValueMoments> values;  ///< of each quantity over all its networks
  /// Of each quantity, the coefficients of the controls for the networks to come (none before there are enough), and
  /// the moments of value - coefficients . controls over the networks since there are some. Coefficients never come
  /// from the networks they are used on: each such value has the mean of the quantity as expectation, exactly.
  std::vector<std::vector<double>> coefficients;
  std::vector<ValueMoments> residuals;

  explicit SimulationState(const SimulationPlan& plan);

  std::uint64_t most_samples() const;   ///< networks that count for the group of quantities with the most
  std::uint64_t least_samples() const;  ///< with the fewest

  void save(std::vector<double>& out) const;
  /// Takes itself off the front of `in`. Throws Error(io) for numbers that save() does not give.
  void load(std::span<const double>& in, const SimulationPlan& plan);

  /// What workers need: the histograms without counts and the coefficients, each list behind its length. Nothing in the
  /// pilot.
  std::vector<double> round_settings() const;
  /// New coefficients from all networks so far, where these are enough for it.
  void fit_controls(const SimulationPlan& plan);
  /// After the pilot: the ranges from its samples, and these samples counted.
  void make_histograms(std::size_t quantities);
};

/// Sums of the blocks [first, first + count) of one simulation, on several threads, as one message:
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

/// Adds such a message of `count` blocks that follow those already in the state.
void merge_blocks(SimulationState& state, std::span<const double> message, std::uint64_t count);

/// Throws Error(input) when fewer than two networks count for every quantity.
SimulationResult result_of(const Simulation& simulation, const SimulationPlan& plan, const SimulationState& state);

/// The largest standard error relative to the scale of its quantity: infinite when fewer than two networks count.
struct RelativeError {
  double error = 0;
  std::size_t quantity = 0;
};
RelativeError largest_error(const Simulation& simulation, const SimulationPlan& plan, const SimulationState& state);

}  // namespace widegeo
