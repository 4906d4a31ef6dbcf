#include "montecarlo/campaign_state.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "parallel/parallel.hpp"

namespace widegeo {
namespace {

/// Where the counts stand in the state of a histogram: behind the two ends of its range.
constexpr std::size_t histogram_head = 2;

template <class Part>
void append_state(std::vector<double>& out, const Part& part, std::size_t length) {
  const std::size_t at = out.size();
  out.resize(at + length);
  part.save(std::span<double>(out).subspan(at));
}

std::span<const double> take(std::span<const double>& in, std::size_t length) {
  if (length > in.size()) throw Error(ErrorCode::io, "the state of a campaign ends too early");
  const std::span<const double> taken = in.first(length);
  in = in.subspan(length);
  return taken;
}

/// A count, at most `limit`.
std::uint64_t take_count(std::span<const double>& in, std::uint64_t limit) {
  const double value = take(in, 1)[0];
  if (!(value >= 0) || value > static_cast<double>(limit) || value != std::floor(value))
    throw Error(ErrorCode::io, "the state of a campaign is damaged");
  return static_cast<std::uint64_t>(value);
}

std::vector<Moments> empty_moments(const SimulationPlan& plan) {
  std::vector<Moments> out;
  for (const auto& group : plan.groups) out.emplace_back(group.size() + plan.controls());
  return out;
}

std::vector<Histogram> load_histograms(std::span<const double> in) {
  std::vector<Histogram> out(in.size() / Histogram::state_size());
  for (Histogram& histogram : out) histogram.load(take(in, Histogram::state_size()));
  return out;
}

}  // namespace

SimulationState::SimulationState(const SimulationPlan& plan) : moments(empty_moments(plan)) {}

std::uint64_t SimulationState::most_samples() const {
  std::uint64_t most = 0;
  for (const Moments& group : moments) most = std::max(most, group.count());
  return most;
}

std::uint64_t SimulationState::least_samples() const {
  std::uint64_t least = most_samples();
  for (const Moments& group : moments) least = std::min(least, group.count());
  return least;
}

void SimulationState::save(std::vector<double>& out) const {
  for (const std::uint64_t count : {blocks, std::uint64_t{finished}, std::uint64_t{target_reached}})
    out.push_back(static_cast<double>(count));
  for (const Moments& group : moments) append_state(out, group, Moments::state_size(group.size()));
  out.push_back(static_cast<double>(pilot.size()));
  out.insert(out.end(), pilot.begin(), pilot.end());
  out.push_back(static_cast<double>(histograms.size()));
  for (const Histogram& histogram : histograms) append_state(out, histogram, Histogram::state_size());
}

void SimulationState::load(std::span<const double>& in, const SimulationPlan& plan) {
  blocks = take_count(in, plan.blocks());
  finished = take_count(in, 1) == 1;
  target_reached = take_count(in, 1) == 1;
  for (Moments& group : moments) group.load(take(in, Moments::state_size(group.size())));
  const std::uint64_t values = take_count(in, plan.pilot * plan.quantities);
  const std::span<const double> samples = take(in, values);
  pilot.assign(samples.begin(), samples.end());
  const std::uint64_t count = take_count(in, plan.quantities);
  histograms = load_histograms(take(in, count * Histogram::state_size()));
}

std::vector<double> SimulationState::histogram_ranges() const {
  std::vector<double> out;
  for (const Histogram& histogram : histograms) {
    append_state(out, histogram, Histogram::state_size());
    std::fill(out.end() - static_cast<std::ptrdiff_t>(Histogram::state_size() - histogram_head), out.end(), 0.0);
  }
  return out;
}

void SimulationState::make_histograms(std::size_t quantities) {
  std::vector<double> values;
  for (std::size_t i = 0; i < quantities; ++i) {
    values.clear();
    for (std::size_t at = i; at < pilot.size(); at += quantities)
      if (std::isfinite(pilot[at])) values.push_back(pilot[at]);
    histograms.emplace_back(values);
    for (const double value : values) histograms.back().add(value);
  }
  pilot.clear();
}

struct BlockRunner::Block {
  std::vector<Moments> moments;       ///< of the groups
  std::vector<double> samples;        ///< in the pilot: quantities of the networks
  std::vector<Histogram> histograms;  ///< after it
};

void BlockRunner::run_block(std::uint64_t index, Block& block) {
  std::unique_ptr<NetworkSource::Worker> worker;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!idle_.empty()) {
      worker = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!worker) worker = std::make_unique<NetworkSource::Worker>();
  worker->workspace.cancel = cancel_;
  block.moments = empty_moments(plan_);
  std::vector<double> sample;
  for (std::uint64_t i = plan_.networks_before(index); i < plan_.networks_before(index + 1); ++i) {
    source_.draw(static_cast<std::uint32_t>(i), *worker);
    const auto all = std::span<const double>(worker->sample), values = all.first(plan_.quantities);
    for (std::size_t g = 0; g < plan_.groups.size(); ++g) {
      sample.clear();
      for (const std::size_t q : plan_.groups[g]) sample.push_back(values[q]);
      if (!std::ranges::all_of(sample, [](double v) { return std::isfinite(v); })) continue;
      sample.insert(sample.end(), all.begin() + static_cast<std::ptrdiff_t>(plan_.quantities), all.end());
      block.moments[g].add(sample);
    }
    if (block.histograms.empty()) {
      block.samples.insert(block.samples.end(), values.begin(), values.end());
    } else {
      for (std::size_t q = 0; q < values.size(); ++q)
        if (std::isfinite(values[q])) block.histograms[q].add(values[q]);
    }
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  idle_.push_back(std::move(worker));
}

std::vector<double> BlockRunner::run(std::uint64_t first, std::uint64_t count, std::span<const double> ranges,
                                     unsigned threads) {
  std::vector<Histogram> histograms = load_histograms(ranges);
  std::vector<Block> blocks(count);
  for (Block& block : blocks) block.histograms = histograms;
  parallel_for_ordered(count, threads, [&](std::size_t i) { run_block(first + i, blocks[i]); });

  for (const Block& block : blocks) {
    for (std::size_t q = 0; q < histograms.size(); ++q) histograms[q].merge(block.histograms[q]);
  }
  std::vector<double> message;
  for (const Histogram& histogram : histograms) append_state(message, histogram, Histogram::state_size());
  for (const Block& block : blocks) {
    for (const Moments& group : block.moments) append_state(message, group, Moments::state_size(group.size()));
    if (!histograms.empty()) continue;
    message.push_back(static_cast<double>(block.samples.size()));
    message.insert(message.end(), block.samples.begin(), block.samples.end());
  }
  return message;
}

void merge_blocks(SimulationState& state, std::span<const double> message, std::uint64_t count) {
  for (Histogram& histogram : state.histograms) {
    Histogram more;
    more.load(take(message, Histogram::state_size()));
    histogram.merge(more);
  }
  for (std::uint64_t b = 0; b < count; ++b) {
    for (Moments& group : state.moments) {
      Moments block(group.size());
      block.load(take(message, Moments::state_size(block.size())));
      group.merge(block);
    }
    if (!state.histograms.empty()) continue;
    const std::span<const double> samples = take(message, static_cast<std::size_t>(take(message, 1)[0]));
    state.pilot.insert(state.pilot.end(), samples.begin(), samples.end());
  }
  state.blocks += count;
}

SimulationResult result_of(const Simulation& simulation, const SimulationPlan& plan, const SimulationState& state) {
  const std::uint64_t drawn = plan.networks_before(state.blocks);
  if (state.most_samples() < 2)
    throw Error(ErrorCode::input,
                std::to_string(drawn - state.most_samples()) + " of " + std::to_string(drawn) +
                    " networks have no finite value of any quantity, and a mean needs two that have",
                describe(simulation), "use smaller variances or larger widths, or measure other quantities");
  SimulationResult result;
  result.samples = state.least_samples();
  result.not_finite = drawn - result.samples;
  result.target_reached = state.target_reached;
  result.quantities.resize(plan.quantities);
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t g = 0; g < plan.groups.size(); ++g) {
    const Moments& moments = state.moments[g];
    for (std::size_t i = 0; i < plan.groups[g].size(); ++i) {
      const std::size_t q = plan.groups[g][i];
      QuantityResult& out = result.quantities[q];
      out = {simulation.quantities[q], {none, none, 0, none}, {none, none, 0, none},
             state.histograms[q],      moments.count(),       drawn - moments.count()};
      if (moments.count() < 2) continue;
      out.estimate = controlled_mean(moments, i, plan.groups[g].size());
      out.plain = plain_mean(moments, i);
    }
  }
  if (simulation.target_error) {
    const RelativeError largest = largest_error(simulation, plan, state);
    result.reached_error = largest.error;
    result.worst_quantity = largest.quantity;
  }
  return result;
}

RelativeError largest_error(const Simulation& simulation, const SimulationPlan& plan, const SimulationState& state) {
  RelativeError worst;
  const auto consider = [&worst](double error, std::size_t quantity) {
    if (error > worst.error) worst = {error, quantity};
  };
  constexpr double infinite = std::numeric_limits<double>::infinity();
  for (std::size_t g = 0; g < plan.groups.size(); ++g) {
    for (std::size_t i = 0; i < plan.groups[g].size(); ++i) {
      const std::size_t q = plan.groups[g][i];
      if (state.moments[g].count() < 2) {
        consider(infinite, q);
        continue;
      }
      const MeanEstimate estimate = controlled_mean(state.moments[g], i, plan.groups[g].size());
      double scale = simulation.error_scale.empty() ? 0 : simulation.error_scale[q];
      if (scale == 0) scale = std::max(std::fabs(estimate.mean), std::sqrt(std::max(estimate.variance, 0.0)));
      if (estimate.standard_error > 0)
        consider(std::isfinite(estimate.standard_error) ? estimate.standard_error / scale : infinite, q);
    }
  }
  return worst;
}

}  // namespace widegeo
