// Many simulations in one run: bit-reproducible for any number of threads and machines, and resumable after a stop.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "montecarlo/observable.hpp"
#include "montecarlo/statistics.hpp"
#include "network/spec.hpp"

namespace widegeo {

class Ranks;

enum class Sampler { automatic, conditional, explicit_weights };  ///< automatic: conditional for gaussian weights

/// One model at one point and one width: independent networks, the same quantities observed on each.
struct Simulation {
  NetworkSpec spec;
  Activation activation;
  std::vector<double> x;
  std::vector<Quantity> quantities;
  Sampler sampler = Sampler::automatic;
  bool control_variates = true;  ///< conditional sampler only
  std::uint64_t seed = 0;
  std::uint32_t campaign = 0;  ///< key of its random numbers; simulations with one seed need different ones
  /// Number of networks, 2..2^32 - 1; with a target error, the maximum.
  std::uint64_t samples = 1000;
  /// Stop once every quantity's standard error is at most this times its scale.
  std::optional<double> target_error;
  /// One per quantity; if 0 or empty, the larger of |mean| and the standard deviation over networks. Neither depends on
  /// how far a mean is from anything in standard errors, so stopping does not select.
  std::vector<double> error_scale;
  /// The smallest p-value that must be meaningful for the means: control variates are used only where the residual is
  /// close enough to normal for it (tail_factor).
  double test_level = 1e-4;

  void validate() const;  ///< throws Error(input)
};

enum class MeanMethod {
  plain,             ///< average over all networks
  control_variates,  ///< of value - beta . controls, beta from earlier networks
  controls_dropped,  ///< plain: the residual of the control variates is too far from normal
};

struct QuantityResult {
  Quantity quantity;
  MeanEstimate estimate;                     ///< with control variates where they help
  MeanEstimate plain;                        ///< without control variates
  MeanMethod method = MeanMethod::plain;     ///< of `estimate`
  double skewness = 0, excess_kurtosis = 0;  ///< of the values that `estimate` averages, network by network
  double dropped_skewness = 0;               ///< of the residual for which control variates were dropped
  Histogram histogram;
  std::uint64_t samples = 0;     ///< networks included for this quantity; with fewer than two the estimates are NaN
  std::uint64_t not_finite = 0;  ///< networks excluded: value not representable or undefined
};

struct SimulationResult {
  std::uint64_t samples = 0;     ///< networks included for every quantity
  std::uint64_t not_finite = 0;  ///< networks excluded for at least one quantity
  bool target_reached = true;
  double reached_error = 0;        ///< with a target: the largest standard error relative to its scale
  std::size_t worst_quantity = 0;  ///< the quantity with that error
  std::vector<QuantityResult> quantities;
};

struct Progress {
  std::size_t simulation = 0, simulations = 0;
  std::uint64_t networks = 0;  ///< completed in this simulation
  std::uint64_t expected = 0;  ///< estimated total of this simulation
  double seconds = 0;          ///< since the start of this run
  double seconds_left = 0;     ///< estimate for the whole campaign
};

struct CampaignOptions {
  unsigned threads = 0;              ///< 0: all cores
  Ranks* ranks = nullptr;            ///< null: single process
  std::string checkpoint;            ///< file; empty: none
  bool resume = false;               ///< from the checkpoint; Error(input) if it is of other simulations
  double checkpoint_seconds = 10;    ///< between checkpoints; less at first
  std::optional<double> time_limit;  ///< seconds for the whole run; Error(accuracy), stating the expected duration
  std::function<void(const Progress&)> progress;  ///< called now and then on rank 0, in the calling thread
  /// Polled on each rank after every round of blocks (0.25 s); true on any rank: checkpoint, then Interrupted on all.
  std::function<bool()> stop;
  /// The same, polled every 50 ms from a separate thread: a round still running half a second after the first true is
  /// discarded (likewise a round that exceeds the time limit by as much), however long a network takes.
  std::function<bool()> stop_now;
};

/// Thrown after a clean stop; the checkpoint (if any) is complete.
class Interrupted : public std::exception {
 public:
  const char* what() const noexcept override { return "interrupted"; }
};

/// Results in the order of `simulations`, on every rank; bit-identical for any threads, ranks, interruptions and
/// resumptions. Throws Error(input) if for every quantity of a simulation fewer than two networks are usable. On an
/// error and on an interruption the ranks are left (Ranks::leave).
std::vector<SimulationResult> run_campaign(const std::vector<Simulation>& simulations, const CampaignOptions& options);

}  // namespace widegeo
