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

std::vector<Histogram> load_histograms(std::span<const double> in) {
  std::vector<Histogram> out(in.size() / Histogram::state_size());
  for (Histogram& histogram : out) histogram.load(take(in, Histogram::state_size()));
  return out;
}

}  // namespace

void SimulationState::save(std::vector<double>& out) const {
  for (const std::uint64_t count : {blocks, not_finite, std::uint64_t{finished}, std::uint64_t{target_reached}})
    out.push_back(static_cast<double>(count));
  append_state(out, moments, Moments::state_size(moments.size()));
  out.push_back(static_cast<double>(pilot.size()));
  out.insert(out.end(), pilot.begin(), pilot.end());
  out.push_back(static_cast<double>(histograms.size()));
  for (const Histogram& histogram : histograms) append_state(out, histogram, Histogram::state_size());
}

void SimulationState::load(std::span<const double>& in, const SimulationPlan& plan) {
  blocks = take_count(in, plan.blocks());
  not_finite = take_count(in, plan.samples);
  finished = take_count(in, 1) == 1;
  target_reached = take_count(in, 1) == 1;
  moments.load(take(in, Moments::state_size(plan.columns)));
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
    for (std::size_t at = i; at < pilot.size(); at += quantities) values.push_back(pilot[at]);
    histograms.emplace_back(values);
    for (const double value : values) histograms.back().add(value);
  }
  pilot.clear();
}

struct BlockRunner::Block {
  Moments moments;
  std::uint64_t not_finite = 0;
  std::vector<double> samples;        ///< in the pilot: quantities of the networks that count
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
  block.moments = Moments(plan_.columns);
  for (std::uint64_t i = plan_.networks_before(index); i < plan_.networks_before(index + 1); ++i) {
    if (!source_.draw(static_cast<std::uint32_t>(i), *worker)) {
      ++block.not_finite;
      continue;
    }
    block.moments.add(worker->sample);
    const auto values = std::span<const double>(worker->sample).first(plan_.quantities);
    if (block.histograms.empty()) {
      block.samples.insert(block.samples.end(), values.begin(), values.end());
    } else {
      for (std::size_t q = 0; q < values.size(); ++q) block.histograms[q].add(values[q]);
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

  std::uint64_t not_finite = 0;
  for (const Block& block : blocks) {
    not_finite += block.not_finite;
    for (std::size_t q = 0; q < histograms.size(); ++q) histograms[q].merge(block.histograms[q]);
  }
  std::vector<double> message{static_cast<double>(not_finite)};
  for (const Histogram& histogram : histograms) append_state(message, histogram, Histogram::state_size());
  for (const Block& block : blocks) {
    append_state(message, block.moments, Moments::state_size(plan_.columns));
    if (!histograms.empty()) continue;
    message.push_back(static_cast<double>(block.samples.size()));
    message.insert(message.end(), block.samples.begin(), block.samples.end());
  }
  return message;
}

void merge_blocks(SimulationState& state, std::span<const double> message, std::uint64_t count) {
  state.not_finite += static_cast<std::uint64_t>(take(message, 1)[0]);
  for (Histogram& histogram : state.histograms) {
    Histogram more;
    more.load(take(message, Histogram::state_size()));
    histogram.merge(more);
  }
  Moments block(state.moments.size());
  for (std::uint64_t b = 0; b < count; ++b) {
    block.load(take(message, Moments::state_size(block.size())));
    state.moments.merge(block);
    if (!state.histograms.empty()) continue;
    const std::span<const double> samples = take(message, static_cast<std::size_t>(take(message, 1)[0]));
    state.pilot.insert(state.pilot.end(), samples.begin(), samples.end());
  }
  state.blocks += count;
}

SimulationResult result_of(const Simulation& simulation, const SimulationPlan& plan, const SimulationState& state) {
  if (state.moments.count() < 2)
    throw Error(ErrorCode::input,
                std::to_string(state.not_finite) + " of " + std::to_string(state.not_finite + state.moments.count()) +
                    " networks have no finite value of every quantity, and a mean needs two that have",
                describe(simulation), "use smaller variances or larger widths, or measure fewer quantities");
  SimulationResult result;
  result.samples = state.moments.count();
  result.not_finite = state.not_finite;
  result.target_reached = state.target_reached;
  for (std::size_t i = 0; i < plan.quantities; ++i)
    result.quantities.push_back({simulation.quantities[i], controlled_mean(state.moments, i, plan.quantities),
                                 plain_mean(state.moments, i), state.histograms[i]});
  return result;
}

double error_excess(const Simulation& simulation, const SimulationState& state) {
  if (state.moments.count() < 2) return std::numeric_limits<double>::infinity();
  double worst = 0;
  for (std::size_t i = 0; i < simulation.quantities.size(); ++i) {
    const MeanEstimate estimate = controlled_mean(state.moments, i, simulation.quantities.size());
    const double size = std::fabs(estimate.mean);
    const double allowed = *simulation.target_error * (size < estimate.standard_error ? 1 : size);
    if (estimate.standard_error > 0) worst = std::max(worst, estimate.standard_error / allowed);
  }
  return worst;
}

}  // namespace widegeo
