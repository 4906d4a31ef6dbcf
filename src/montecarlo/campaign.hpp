// Many simulations in one run: reproducible to the bit for any number of threads and machines, stoppable and resumable.
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

/// One model at one point and one width: independent networks, the same quantities measured on each.
struct Simulation {
  NetworkSpec spec;
  Activation activation;
  std::vector<double> x;
  std::vector<Quantity> quantities;
  Sampler sampler = Sampler::automatic;
  bool control_variates = true;  ///< conditional sampler only
  std::uint64_t seed = 0;
  std::uint32_t campaign = 0;  ///< address of its random numbers; different simulations of one seed take different ones
  /// Networks to draw, 2..2^32 - 1; with a target, the most to draw.
  std::uint64_t samples = 1000;
  /// Stop when every quantity's standard error is at most this times its scale.
  std::optional<double> target_error;
  /// One per quantity; 0, or none at all: the larger of |mean| and the standard deviation over networks. Neither
  /// depends on how many standard errors a mean happens to be from anything, so stopping does not select.
  std::vector<double> error_scale;
  /// The smallest p-value that the means must bear out: control variates are kept only where the residual is near
  /// enough to normal for it (tail_factor).
  double test_level = 1e-4;

  void validate() const;  ///< throws Error(input)
};

/// How a mean was made.
enum class MeanMethod {
  plain,             ///< over all networks
  control_variates,  ///< value - beta . controls, beta from the networks before it
  controls_dropped,  ///< plain: the residual of the control variates is too uneven for a p-value
};

struct QuantityResult {
  Quantity quantity;
  MeanEstimate estimate;                     ///< with control variates where they help
  MeanEstimate plain;                        ///< without
  MeanMethod method = MeanMethod::plain;     ///< of `estimate`
  double skewness = 0, excess_kurtosis = 0;  ///< of the values that `estimate` averages, network by network
  double dropped_skewness = 0;               ///< of the residual when control variates were dropped for it
  Histogram histogram;
  std::uint64_t samples = 0;     ///< networks that count here; with fewer than two the estimates are NaN
  std::uint64_t not_finite = 0;  ///< networks whose value left the range of double or does not exist; left out
};

struct SimulationResult {
  std::uint64_t samples = 0;     ///< networks that count for every quantity
  std::uint64_t not_finite = 0;  ///< the others: networks left out for one quantity or more
  bool target_reached = true;
  double reached_error = 0;        ///< with a target: the largest standard error relative to its scale
  std::size_t worst_quantity = 0;  ///< whose it is
  std::vector<QuantityResult> quantities;
};

struct Progress {
  std::size_t simulation = 0, simulations = 0;
  std::uint64_t networks = 0;  ///< done in this simulation
  std::uint64_t expected = 0;  ///< estimate of its total
  double seconds = 0;          ///< since the start of this run
  double seconds_left = 0;     ///< estimate for the whole campaign
};

struct CampaignOptions {
  unsigned threads = 0;              ///< 0: all cores
  Ranks* ranks = nullptr;            ///< nullptr: this process alone
  std::string checkpoint;            ///< file; empty: none
  bool resume = false;               ///< go on from the checkpoint; Error(input) when it is not of these simulations
  double checkpoint_seconds = 10;    ///< between two checkpoints; less at first
  std::optional<double> time_limit;  ///< seconds for the whole run: Error(accuracy) that says how long it would take
  std::function<void(const Progress&)> progress;  ///< called on rank 0 now and then from the calling thread
  /// Asked on each rank after every round of blocks (0.25 s); true on any: checkpoint, Interrupted on all.
  std::function<bool()> stop;
  /// The same wish, asked every 50 ms from a thread of its own: a round still under way half a second after the first
  /// yes is thrown away (so is one that passes the time limit by as much), whatever a network takes.
  std::function<bool()> stop_now;
};

/// Thrown after a clean stop; the checkpoint (if any) is complete.
class Interrupted : public std::exception {
 public:
  const char* what() const noexcept override { return "interrupted"; }
};

/// Results in the order of `simulations`, on every rank. The same bits for any threads, ranks, interruptions and
/// resumptions. Throws Error(input) when fewer than two networks of a simulation count for any quantity. On an error
/// and on an interruption the ranks are left (Ranks::leave).
std::vector<SimulationResult> run_campaign(const std::vector<Simulation>& simulations, const CampaignOptions& options);

}  // namespace widegeo
