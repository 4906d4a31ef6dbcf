#include "montecarlo/campaign_conductor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "montecarlo/checkpoint.hpp"
#include "number/error.hpp"
#include "storage/digest.hpp"

namespace widegeo {
namespace {

constexpr double round_seconds = 0.25;        ///< between two looks at the stop flag
constexpr double report_seconds = 0.1;        ///< between two progress reports
constexpr std::size_t round_bytes = 1 << 26;  ///< of the blocks of a round
constexpr double save_share = 20;             ///< least time between two checkpoints, in times that writing one takes
/// Factors by which a forecast must exceed the time limit before it refuses the work; larger while it rests on guessed
/// costs or on the first moments of a process.
constexpr double measured_slack = 1.2, guessed_slack = 4, settled_seconds = 0.2;
/// The same for the rough times of the plan.
constexpr double planned_slack = 10;

double since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string duration_text(double seconds) {
  const auto count = [](double value) { return static_cast<long long>(std::ceil(value)); };
  if (!(seconds < 1e13)) return "300000 years or more";
  if (seconds < 60) return fmt::format("{:.2g} s", seconds);
  if (seconds < 3600) return fmt::format("{} min", count(seconds / 60));
  if (seconds < 48 * 3600) {
    const long long minutes = count(seconds / 60);
    return fmt::format("{} h {} min", minutes / 60, minutes % 60);
  }
  return seconds < 1000 * 86400.0 ? fmt::format("{} days", count(seconds / 86400))
                                  : fmt::format("{} years", count(seconds / (365.25 * 86400)));
}

}  // namespace

std::vector<double> Order::packed() const {
  std::vector<double> out{static_cast<double>(kind), static_cast<double>(simulation), static_cast<double>(first),
                          static_cast<double>(count)};
  out.insert(out.end(), ranges.begin(), ranges.end());
  return out;
}

Order Order::unpacked(std::span<const double> letter) {
  Order order;
  order.kind = static_cast<Kind>(static_cast<int>(letter[0]));
  order.simulation = static_cast<std::size_t>(letter[1]);
  order.first = static_cast<std::uint64_t>(letter[2]);
  order.count = static_cast<std::uint64_t>(letter[3]);
  order.ranges.assign(letter.begin() + 4, letter.end());
  return order;
}

Conductor::Conductor(std::span<const Simulation> simulations, std::span<const SimulationPlan> plans,
                     const CampaignOptions& options)
    : simulations_(simulations),
      plans_(plans),
      options_(options),
      digest_(storage::fnv1a(canonical_text(simulations, plans))),
      states_(plans.begin(), plans.end()),
      needed_(plans.size()),
      pace_(plans.size()),
      start_(Clock::now()),
      round_start_(start_),
      last_save_(start_),
      last_report_(start_) {}

void Conductor::begin() {
  if (!options_.resume) {
    if (!options_.checkpoint.empty()) check_replaceable(options_.checkpoint);
    return;
  }
  if (options_.checkpoint.empty()) throw Error(ErrorCode::input, "there is no checkpoint to resume from", "resume");
  const std::vector<double> saved = read_checkpoint(options_.checkpoint, digest_);
  set_state(saved);
  for (std::size_t i = 0; i < states_.size(); ++i)
    if (simulations_[i].target_error && !states_[i].finished && !states_[i].histograms.empty()) forecast(i);
}

void Conductor::set_state(std::span<const double> state) {
  for (std::size_t i = 0; i < states_.size(); ++i) states_[i].load(state, plans_[i]);
  if (!state.empty()) throw Error(ErrorCode::io, "the state of a campaign is too long");
}

std::vector<double> Conductor::state() const {
  std::vector<double> out;
  for (const SimulationState& one : states_) one.save(out);
  return out;
}

void Conductor::save() {
  if (options_.checkpoint.empty()) return;
  const Clock::time_point start = Clock::now();
  write_checkpoint(options_.checkpoint, digest_, state());
  last_save_ = Clock::now();
  save_seconds_ = std::chrono::duration<double>(last_save_ - start).count();
}

std::vector<SimulationResult> Conductor::results() const {
  std::vector<SimulationResult> out;
  for (std::size_t i = 0; i < states_.size(); ++i) out.push_back(result_of(simulations_[i], plans_[i], states_[i]));
  return out;
}

double Conductor::elapsed() const { return since(start_); }

bool Conductor::all_piloted() const {
  return std::ranges::all_of(states_, [](const SimulationState& s) { return !s.histograms.empty(); });
}

bool Conductor::all_finished() const {
  return std::ranges::all_of(states_, [](const SimulationState& s) { return s.finished; });
}

Order Conductor::next() {
  const bool piloted = all_piloted();
  const auto open = std::ranges::find_if(
      states_, [&](const SimulationState& s) { return piloted ? !s.finished : s.histograms.empty(); });
  Order order;
  round_start_ = Clock::now();
  if (open == states_.end()) {
    save();
    order.kind = Order::Kind::finished;
    order.ranges = state();
    return order;
  }
  current_ = static_cast<std::size_t>(open - states_.begin());
  const SimulationPlan& plan = plans_[current_];
  // A round ends where something is decided: at the end of the pilot, at a look at the error, at the last block.
  std::uint64_t end = piloted ? plan.blocks() : plan.pilot_blocks();
  const auto decision = std::ranges::upper_bound(plan.decisions, open->blocks);
  if (decision != plan.decisions.end()) end = std::min(end, *decision);
  const auto refit = std::ranges::upper_bound(plan.refits, open->blocks);
  if (refit != plan.refits.end()) end = std::min(end, *refit);
  order.simulation = current_;
  order.first = open->blocks;
  order.count = std::min(end - open->blocks, round_length(current_));
  order.ranges = open->round_settings();
  round_networks_ = plan.networks_before(order.first + order.count) - plan.networks_before(order.first);
  return order;
}

std::uint64_t Conductor::round_length(std::size_t simulation) const {
  const SimulationPlan& plan = plans_[simulation];
  const double per_block = seconds_per_network(simulation) * static_cast<double>(plan.block);
  const std::size_t bytes = sizeof(double) * (plan.groups.size() * Moments::state_size(plan.columns) +
                                              plan.quantities * Histogram::state_size());
  const auto most = std::max<std::uint64_t>(workers_, round_bytes / bytes);
  if (per_block <= 0) return workers_;  // the first round of all measures
  const double wanted = std::clamp(round_seconds / per_block, 1.0, static_cast<double>(most));
  // Whole turns of all workers: none is idle while another does its last block.
  return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(wanted) / workers_) * workers_;
}

void Conductor::merge(std::span<const double> sums, std::uint64_t count) {
  merge_blocks(states_[current_], sums, count);
}

bool Conductor::after_round(bool stop) {
  pace_[current_].seconds += since(round_start_);
  pace_[current_].networks += round_networks_;
  decide(current_);
  report_progress();
  if (all_finished()) return false;  // nothing is left to stop
  if (stop) {
    save();
    return true;
  }
  check_time();
  // More often in the beginning, so that what is killed early has something to go on from.
  const double interval = std::min(options_.checkpoint_seconds, elapsed() / 10);
  if (since(last_save_) >= std::max(interval, save_share * save_seconds_)) save();
  return false;
}

void Conductor::foresee() {
  if (!options_.time_limit) return;
  double longest = 0, all = 0;
  for (std::size_t i = 0; i < plans_.size(); ++i) {
    if (states_[i].finished) continue;
    const double seconds = plans_[i].cost * 1e-9;
    longest = std::max(longest, seconds * static_cast<double>(plans_[i].block));
    all += seconds * (expected_networks(i) - static_cast<double>(plans_[i].networks_before(states_[i].blocks)));
  }
  if (longest <= planned_slack * *options_.time_limit) return;
  throw Error(
      ErrorCode::accuracy,
      "the simulation would take about " + duration_text(std::max(longest, all / workers_)) + ", by a rough estimate",
      "time limit " + duration_text(*options_.time_limit), "allow more time, or ask for fewer or smaller networks");
}

void Conductor::abandon_round(bool stop) {
  save();
  if (stop) return;
  // At least so long as it had been at work.
  pace_[current_].seconds += since(round_start_);
  pace_[current_].networks += round_networks_;
  throw Error(ErrorCode::accuracy, "out of time; more than " + duration_text(seconds_left()) + " are still needed",
              "time limit " + duration_text(options_.time_limit.value_or(0)),
              std::string("allow more time") +
                  (options_.checkpoint.empty() ? "" : ", and continue from the checkpoint") +
                  "; or ask for fewer or smaller networks");
}

void Conductor::decide(std::size_t simulation) {
  const Simulation& what = simulations_[simulation];
  const SimulationPlan& plan = plans_[simulation];
  SimulationState& state = states_[simulation];
  if (state.histograms.empty() && state.blocks >= plan.pilot_blocks()) {
    if (what.target_error ? state.least_samples() == 0 : state.most_samples() == 0) {
      std::string names;
      for (std::size_t g = 0; g < plan.groups.size(); ++g)
        for (const std::size_t q : plan.groups[g])
          if (state.moments[g].count() == 0) names += (names.empty() ? "" : ", ") + what.quantities[q].name();
      throw Error(ErrorCode::input,
                  "none of the first " + std::to_string(plan.pilot) + " networks has a finite value of " + names,
                  describe(what), "use smaller variances or larger widths, or measure other quantities");
    }
    state.make_histograms(plan.quantities);
  }
  if (std::ranges::binary_search(plan.refits, state.blocks)) state.fit_controls(plan);
  const bool last = state.blocks == plan.blocks();
  if (what.target_error && (last || std::ranges::binary_search(plan.decisions, state.blocks))) {
    forecast(simulation);
    state.target_reached = largest_error(what, plan, state).error <= *what.target_error;
    if (state.target_reached) state.finished = true;
  }
  if (last) state.finished = true;
}

void Conductor::forecast(std::size_t simulation) {
  const SimulationPlan& plan = plans_[simulation];
  const auto drawn = static_cast<double>(plan.networks_before(states_[simulation].blocks));
  const Simulation& what = simulations_[simulation];
  const double excess = std::max(1.0, largest_error(what, plan, states_[simulation]).error / *what.target_error);
  needed_[simulation] = std::min(static_cast<double>(plan.samples), std::ceil(drawn * excess * excess));
}

double Conductor::seconds_per_network(std::size_t simulation) const {
  const Pace& own = pace_[simulation];
  if (own.networks > 0) return own.seconds / static_cast<double>(own.networks);
  double seconds = 0, cost = 0;
  for (std::size_t i = 0; i < pace_.size(); ++i) {
    seconds += pace_[i].seconds;
    cost += static_cast<double>(pace_[i].networks) * plans_[i].cost;
  }
  return cost > 0 ? seconds / cost * plans_[simulation].cost : 0;
}

double Conductor::expected_networks(std::size_t simulation) const {
  const SimulationPlan& plan = plans_[simulation];
  const auto drawn = static_cast<double>(plan.networks_before(states_[simulation].blocks));
  if (states_[simulation].finished) return drawn;
  if (!simulations_[simulation].target_error) return static_cast<double>(plan.samples);
  return std::max({drawn, needed_[simulation], static_cast<double>(plan.pilot)});
}

double Conductor::seconds_left() const {
  double seconds = 0;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    const double left = expected_networks(i) - static_cast<double>(plans_[i].networks_before(states_[i].blocks));
    seconds += left * seconds_per_network(i);
  }
  return seconds;
}

void Conductor::check_time() {
  if (!options_.time_limit) return;
  const double limit = *options_.time_limit, used = elapsed(), left = seconds_left();
  const bool measured = all_piloted() && used >= std::min(settled_seconds, limit / 10);
  const double slack = measured ? measured_slack : guessed_slack;
  if (used < limit && used + left <= slack * limit) return;
  save();
  const std::string resume = options_.checkpoint.empty() ? "" : ", and continue from the checkpoint";
  const std::string where = "time limit " + duration_text(limit);
  const std::string hint = "allow more time" + resume + "; or ask for fewer networks or a larger error";
  if (used >= limit)
    throw Error(ErrorCode::accuracy, "out of time; about " + duration_text(left) + " more are needed", where, hint);
  throw Error(ErrorCode::accuracy, "the simulation would take about " + duration_text(used + left), where, hint);
}

void Conductor::report_progress() {
  if (!options_.progress || (since(last_report_) < report_seconds && !all_finished())) return;
  last_report_ = Clock::now();
  Progress progress;
  progress.simulation = current_;
  progress.simulations = simulations_.size();
  progress.networks = plans_[current_].networks_before(states_[current_].blocks);
  progress.expected = static_cast<std::uint64_t>(expected_networks(current_));
  progress.seconds = elapsed();
  progress.seconds_left = seconds_left();
  options_.progress(progress);
}

}  // namespace widegeo
