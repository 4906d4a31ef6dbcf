// The work of rank 0: holds the sums of all simulations, decides what to draw next, forecasts, reports, saves.
#pragma once

#include <chrono>
#include <span>
#include <vector>

#include "montecarlo/campaign_state.hpp"

namespace widegeo {

/// The next collective step.
struct Order {
  enum class Kind { work, finished, interrupted, failed };
  Kind kind = Kind::work;
  std::size_t simulation = 0;
  std::uint64_t first = 0, count = 0;  ///< blocks
  /// work: SimulationState::round_settings(); finished: the final state; failed: the error
  std::vector<double> ranges;

  std::vector<double> packed() const;
  static Order unpacked(std::span<const double> letter);
};

/// The sums depend on the simulations alone. The number of blocks in a round depends on the clock, but rounds only
/// group blocks that are merged one by one, and decisions fall at numbers of blocks fixed in the plan.
class Conductor {
 public:
  /// All arguments must outlive the object.
  Conductor(std::span<const Simulation> simulations, std::span<const SimulationPlan> plans,
            const CampaignOptions& options);

  /// Reads the checkpoint to resume from, if any.
  void begin();
  void set_workers(unsigned workers) { workers_ = workers; }

  /// All pilots come first, so that failures and excessive run times show early; then simulation by simulation.
  Order next();
  /// Throws Error(accuracy) if a single block is expected to take far longer than the time limit.
  void foresee();
  /// Adds `count` blocks of the last order's simulation.
  void merge(std::span<const double> sums, std::uint64_t count);
  /// Call when a whole round is merged: decisions, progress, checkpoint, limits. True: the run must stop now (state
  /// saved).
  bool after_round(bool stop);

  /// Call when a round was discarded: saves, then returns if that was due to a stop, else throws Error(accuracy) (time
  /// limit).
  void abandon_round(bool stop);

  void set_state(std::span<const double> state);
  std::vector<SimulationResult> results() const;

 private:
  struct Pace {
    double seconds = 0;  ///< of all workers together, on blocks of this run
    std::uint64_t networks = 0;
  };
  double elapsed() const;
  void decide(std::size_t simulation);
  void forecast(std::size_t simulation);
  double seconds_per_network(std::size_t simulation) const;
  double expected_networks(std::size_t simulation) const;
  double seconds_left() const;
  std::uint64_t round_length(std::size_t simulation) const;
  bool all_piloted() const;
  bool all_finished() const;
  void check_time();
  void report_progress();
  std::vector<double> state() const;
  void save();

  std::span<const Simulation> simulations_;
  std::span<const SimulationPlan> plans_;
  const CampaignOptions& options_;
  std::uint64_t digest_ = 0;
  std::vector<SimulationState> states_;
  std::vector<double> needed_;  ///< networks needed for the target error, from the variance so far; 0: unknown
  std::vector<Pace> pace_;
  unsigned workers_ = 1;
  std::size_t current_ = 0;
  std::uint64_t round_networks_ = 0;
  double save_seconds_ = 0;
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_, round_start_, last_save_, last_report_;
};

}  // namespace widegeo
