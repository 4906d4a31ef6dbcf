#include "montecarlo/campaign.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "montecarlo/campaign_conductor.hpp"
#include "number/error.hpp"
#include "parallel/ranks.hpp"
#include "random/random.hpp"

namespace widegeo {
namespace {

constexpr std::uint64_t most_samples = 0xffffffff;  ///< a network's index has 32 bits

/// Start of a rank's contiguous share of a round; shares in the order of ranks follow the order of the blocks.
std::uint64_t share_begin(std::uint64_t count, unsigned rank, unsigned size) {
  return count / size * rank + std::min<std::uint64_t>(rank, count % size);
}

/// Sets a flag half a second after a stop was first wished for, or the time was over: long enough for a round of
/// ordinary length to end by itself and be kept.
class Watch {
 public:
  explicit Watch(const CampaignOptions& options) {
    if (options.stop_now || options.time_limit) thread_ = std::thread([this, &options] { watch(options); });
  }
  ~Watch() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ended_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  const CancelFlag* flag() const { return &flag_; }

 private:
  void watch(const CampaignOptions& options) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point start = Clock::now();
    std::optional<Clock::time_point> wished;
    std::unique_lock<std::mutex> lock(mutex_);
    while (!wake_.wait_for(lock, std::chrono::milliseconds(50), [this] { return ended_; })) {
      const Clock::time_point now = Clock::now();
      const bool late = options.time_limit && std::chrono::duration<double>(now - start).count() >= *options.time_limit;
      if (!wished && (late || (options.stop_now && options.stop_now()))) wished = now;
      if (wished && now - *wished >= std::chrono::milliseconds(500)) flag_ = true;
    }
  }

  CancelFlag flag_{false};
  bool ended_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;
};

/// How a rank's part of an order ended, as the first number of its message.
enum Ending : int { went_on = 0, stop_wished = 1, thrown_away = 2 };  // the sum of what holds

/// The blocks of the current simulation, on this rank.
class Performer {
 public:
  Performer(std::span<const Simulation> simulations, std::span<const SimulationPlan> plans, const Ranks& ranks,
            unsigned threads, const CancelFlag* cancel)
      : simulations_(simulations), plans_(plans), ranks_(ranks), threads_(threads), cancel_(cancel) {}

  /// This rank's part of the order as a message: Ending, length of an error, the error, the sums.
  std::vector<double> perform(const Order& order, const CampaignOptions& options) {
    std::vector<double> error, sums;
    int ending = went_on;
    try {
      if (!runner_ || current_ != order.simulation) {
        runner_.reset();
        runner_ = std::make_unique<BlockRunner>(simulations_[order.simulation], plans_[order.simulation], cancel_);
        current_ = order.simulation;
      }
      const std::uint64_t begin = share_begin(order.count, ranks_.rank(), ranks_.size());
      const std::uint64_t end = share_begin(order.count, ranks_.rank() + 1, ranks_.size());
      sums = runner_->run(order.first + begin, end - begin, order.ranges, threads_);
    } catch (const Cancelled&) {
      ending += thrown_away;
    } catch (...) {
      const Error caught = current_error();
      error = pack_error(&caught);
    }
    if ((options.stop && options.stop()) || (options.stop_now && options.stop_now())) ending += stop_wished;
    std::vector<double> message{static_cast<double>(ending), static_cast<double>(error.size())};
    message.insert(message.end(), error.begin(), error.end());
    message.insert(message.end(), sums.begin(), sums.end());
    return message;
  }

 private:
  std::span<const Simulation> simulations_;
  std::span<const SimulationPlan> plans_;
  const Ranks& ranks_;
  unsigned threads_;
  const CancelFlag* cancel_;
  std::size_t current_ = 0;
  std::unique_ptr<BlockRunner> runner_;
};

/// Rank 0: merges what the ranks made of the order; true when the run must stop now. Throws the first error by rank.
bool collect(Conductor& conductor, const Order& order, const std::vector<std::vector<double>>& messages) {
  bool stop = false, lost = false;
  for (const std::vector<double>& message : messages) {
    const std::span<const double> all(message);
    throw_packed(all.subspan(2, static_cast<std::size_t>(all[1])), true);
    const int ending = static_cast<int>(all[0]);
    stop = stop || (ending & stop_wished) != 0;
    lost = lost || (ending & thrown_away) != 0;
  }
  if (lost) {
    conductor.abandon_round(stop);
    return true;
  }
  const auto size = static_cast<unsigned>(messages.size());
  for (unsigned rank = 0; rank < size; ++rank) {
    const std::span<const double> all(messages[rank]);
    conductor.merge(all.subspan(2 + static_cast<std::size_t>(all[1])),
                    share_begin(order.count, rank + 1, size) - share_begin(order.count, rank, size));
  }
  return conductor.after_round(stop);
}

/// Rank 0: the next order, or why there is none. Never throws: the other ranks wait for it.
Order next_order(Conductor& conductor, const std::function<bool()>& advance) {
  Order order;
  try {
    if (advance()) {
      order.kind = Order::Kind::interrupted;
      return order;
    }
    return conductor.next();
  } catch (...) {
    const Error caught = current_error();
    order.kind = Order::Kind::failed;
    order.ranges = pack_error(&caught);
    return order;
  }
}

}  // namespace

void Simulation::validate() const {
  spec.validate();
  if (quantities.empty()) throw Error(ErrorCode::input, "a simulation measures at least one quantity");
  if (samples < 2)
    throw Error(ErrorCode::input, "a standard error needs at least 2 samples", "samples " + std::to_string(samples));
  if (samples > most_samples)
    throw Error(ErrorCode::input, "too many samples", "samples " + std::to_string(samples), "use fewer than 2^32");
  if (target_error && !(std::isfinite(*target_error) && *target_error > 0))
    throw Error(ErrorCode::input, "a target error must be positive", std::to_string(*target_error));
  if (!error_scale.empty() && error_scale.size() != quantities.size())
    throw Error(ErrorCode::input, "a simulation has one scale of errors per quantity",
                std::to_string(error_scale.size()) + " for " + std::to_string(quantities.size()));
  for (const double scale : error_scale)
    if (!(std::isfinite(scale) && scale >= 0))
      throw Error(ErrorCode::input, "a scale of errors must be >= 0", std::to_string(scale));
  if (!(test_level > 0 && test_level < 1))
    throw Error(ErrorCode::input, "the level of a test must be between 0 and 1", std::to_string(test_level));
  if (campaign > RandomAddress::max_campaign)
    throw Error(ErrorCode::input, "campaign number not below " + std::to_string(RandomAddress::max_campaign + 1),
                std::to_string(campaign));
  if (sampler == Sampler::conditional && spec.weight_law != WeightLaw::gaussian)
    throw Error(ErrorCode::input, "the conditional sampler draws Gaussian weights only", "sampler",
                "use explicit weights");
}

std::vector<SimulationResult> run_campaign(const std::vector<Simulation>& simulations, const CampaignOptions& options) {
  const std::unique_ptr<Ranks> alone = options.ranks == nullptr ? single_rank() : nullptr;
  Ranks& ranks = options.ranks == nullptr ? *alone : *options.ranks;

  std::vector<SimulationPlan> plans;
  std::unique_ptr<Conductor> conductor;
  run_together(ranks, [&] {
    for (const Simulation& simulation : simulations) plans.push_back(make_plan(simulation));
    conductor = std::make_unique<Conductor>(simulations, plans, options);
    if (ranks.is_root()) conductor->begin();
  });

  const unsigned threads = options.threads == 0 ? threads_of_rank(ranks) : options.threads;
  const Watch watch(options);
  Performer performer(simulations, plans, ranks, threads, watch.flag());
  std::function<bool()> advance = [&conductor] {
    conductor->foresee();
    return false;
  };  // what rank 0 does with the last round before the next order
  while (true) {
    std::vector<double> letter;
    if (ranks.is_root()) {
      conductor->set_workers(threads * ranks.size());
      letter = next_order(*conductor, advance).packed();
    }
    ranks.broadcast(letter);
    const Order order = Order::unpacked(letter);
    if (order.kind == Order::Kind::finished) {
      conductor->set_state(order.ranges);
      break;
    }
    if (order.kind != Order::Kind::work) ranks.leave();
    if (order.kind == Order::Kind::interrupted) throw Stopped();
    if (order.kind == Order::Kind::failed) throw_packed(order.ranges, ranks.is_root());
    const std::vector<std::vector<double>> messages = ranks.gather(performer.perform(order, options));
    advance = [&conductor, order, messages] { return collect(*conductor, order, messages); };
  }

  std::vector<SimulationResult> results;
  run_together(ranks, [&] { results = conductor->results(); });
  return results;
}

}  // namespace widegeo
