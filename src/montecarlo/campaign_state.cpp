#include "montecarlo/campaign_state.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "number/error.hpp"
#include "parallel/parallel.hpp"

namespace widegeo {
namespace {

/// Offset of the counts in the saved state of a histogram: they follow the two ends of its range.
constexpr std::size_t histogram_head = 2;

template <class Part>
void append_state(std::vector<double>& out, const Part& part, std::size_t length) {
  const std::size_t at = out.size();
  out.resize(at + length);
  part.save(std::span<double>(out).subspan(at));
}

std::span<const double> take(std::span<const double>& in, std::size_t length) {
  if (length > in.size()) throw Error(ErrorCode::io, "the state of a campaign is truncated");
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

void append_lists(std::vector<double>& out, const std::vector<std::vector<double>>& lists) {
  for (const std::vector<double>& list : lists) {
    out.push_back(static_cast<double>(list.size()));
    out.insert(out.end(), list.begin(), list.end());
  }
}

std::vector<double> take_list(std::span<const double>& in, std::uint64_t limit) {
  const std::span<const double> list = take(in, take_count(in, limit));
  return {list.begin(), list.end()};
}

std::vector<Moments> empty_moments(const SimulationPlan& plan) {
  std::vector<Moments> out;
  for (const auto& group : plan.groups) out.emplace_back(group.size() + plan.controls());
  return out;
}

/// Where the subtraction leaves the range of double the value itself will do.
double residual(double value, std::span<const double> coefficients, std::span<const double> controls) {
  double rest = value;
  for (std::size_t c = 0; c < controls.size(); ++c) rest -= coefficients[c] * controls[c];
  return std::isfinite(rest) ? rest : value;
}

std::vector<Histogram> load_histograms(std::span<const double> in) {
  std::vector<Histogram> out(in.size() / Histogram::state_size());
  for (Histogram& histogram : out) histogram.load(take(in, Histogram::state_size()));
  return out;
}

}  // namespace

SimulationState::SimulationState(const SimulationPlan& plan)
    : moments(empty_moments(plan)),
      values(plan.quantities),
      coefficients(plan.quantities),
      residuals(plan.quantities) {}

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
  for (const auto* part : {&values, &residuals})
    for (const ValueMoments& one : *part) append_state(out, one, ValueMoments::state_size());
  append_lists(out, coefficients);
}

void SimulationState::load(std::span<const double>& in, const SimulationPlan& plan) {
  blocks = take_count(in, plan.blocks());
  finished = take_count(in, 1) == 1;
  target_reached = take_count(in, 1) == 1;
  for (Moments& group : moments) group.load(take(in, Moments::state_size(group.size())));
  const std::uint64_t sampled = take_count(in, plan.pilot * plan.quantities);
  const std::span<const double> samples = take(in, sampled);
  pilot.assign(samples.begin(), samples.end());
  const std::uint64_t count = take_count(in, plan.quantities);
  histograms = load_histograms(take(in, count * Histogram::state_size()));
  for (auto* part : {&values, &residuals})
    for (ValueMoments& one : *part) one.load(take(in, ValueMoments::state_size()));
  for (std::vector<double>& list : coefficients) list = take_list(in, plan.controls());
}

std::vector<double> SimulationState::round_settings() const {
  std::vector<double> out;
  if (histograms.empty()) return out;
  for (const Histogram& histogram : histograms) {
    append_state(out, histogram, Histogram::state_size());
    std::fill(out.end() - static_cast<std::ptrdiff_t>(Histogram::state_size() - histogram_head), out.end(), 0.0);
  }
  append_lists(out, coefficients);
  return out;
}

void SimulationState::fit_controls(const SimulationPlan& plan) {
  for (std::size_t g = 0; g < plan.groups.size(); ++g) {
    for (std::size_t i = 0; i < plan.groups[g].size(); ++i) {
      std::vector<double> fitted = control_coefficients(moments[g], i, plan.groups[g].size(), plan.control_networks);
      if (!fitted.empty()) coefficients[plan.groups[g][i]] = std::move(fitted);
    }
  }
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
  std::vector<Moments> moments;                 ///< of the groups
  std::vector<ValueMoments> values, residuals;  ///< of the quantities
  std::vector<double> samples;                  ///< in the pilot: quantities of the networks
  std::vector<Histogram> histograms;            ///< after it
};

void BlockRunner::run_block(std::uint64_t index, std::span<const std::vector<double>> coefficients, Block& block) {
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
  block.values.resize(plan_.quantities);
  block.residuals.resize(plan_.quantities);
  std::vector<double> sample;
  for (std::uint64_t i = plan_.networks_before(index); i < plan_.networks_before(index + 1); ++i) {
    source_.draw(static_cast<std::uint32_t>(i), *worker);
    const auto all = std::span<const double>(worker->sample), values = all.first(plan_.quantities);
    for (std::size_t g = 0; g < plan_.groups.size(); ++g) {
      sample.clear();
      for (const std::size_t q : plan_.groups[g]) sample.push_back(values[q]);
      if (!std::ranges::all_of(sample, [](double v) { return std::isfinite(v); })) continue;
      const std::span<const double> controls = all.subspan(plan_.quantities);
      sample.insert(sample.end(), controls.begin(), controls.end());
      block.moments[g].add(sample);
      for (const std::size_t q : plan_.groups[g]) {
        block.values[q].add(values[q]);
        if (!coefficients.empty() && !coefficients[q].empty())
          block.residuals[q].add(residual(values[q], coefficients[q], controls));
      }
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

std::vector<double> BlockRunner::run(std::uint64_t first, std::uint64_t count, std::span<const double> settings,
                                     unsigned threads) {
  std::vector<Histogram> histograms;
  std::vector<std::vector<double>> coefficients;
  if (!settings.empty()) {
    histograms = load_histograms(take(settings, plan_.quantities * Histogram::state_size()));
    for (std::size_t q = 0; q < plan_.quantities; ++q) coefficients.push_back(take_list(settings, plan_.controls()));
  }
  std::vector<Block> blocks(count);
  for (Block& block : blocks) block.histograms = histograms;
  parallel_for_ordered(count, threads, [&](std::size_t i) { run_block(first + i, coefficients, blocks[i]); });

  for (const Block& block : blocks) {
    for (std::size_t q = 0; q < histograms.size(); ++q) histograms[q].merge(block.histograms[q]);
  }
  std::vector<double> message;
  for (const Histogram& histogram : histograms) append_state(message, histogram, Histogram::state_size());
  for (const Block& block : blocks) {
    for (const Moments& group : block.moments) append_state(message, group, Moments::state_size(group.size()));
    for (const auto* part : {&block.values, &block.residuals})
      for (const ValueMoments& one : *part) append_state(message, one, ValueMoments::state_size());
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
    for (auto* part : {&state.values, &state.residuals}) {
      for (ValueMoments& one : *part) {
        ValueMoments block;
        block.load(take(message, ValueMoments::state_size()));
        one.merge(block);
      }
    }
    if (!state.histograms.empty()) continue;
    const std::span<const double> samples = take(message, static_cast<std::size_t>(take(message, 1)[0]));
    state.pilot.insert(state.pilot.end(), samples.begin(), samples.end());
  }
  state.blocks += count;
}

namespace {

/// Networks that a mean with control variates rests on, at least: fewer have no error to speak of.
constexpr std::uint64_t least_residuals = 30;

struct MadeMean {
  MeanEstimate estimate;
  MeanMethod method = MeanMethod::plain;
  double dropped_skewness = 0;
  const ValueMoments* averaged = nullptr;
};

/// A value that is a combination of the controls leaves rounding noise, which must not pass for a smaller variance:
/// moments carry relative errors of some epsilon. Its shape says nothing of a law either.
MeanEstimate controlled_estimate(const ValueMoments& residuals, std::size_t controls, double variance) {
  MeanEstimate out = mean_of(residuals);
  const double noise = 16 * std::numeric_limits<double>::epsilon() * static_cast<double>(controls + 1) * variance;
  if (out.variance < noise) {
    out.standard_error = std::sqrt(noise / static_cast<double>(residuals.count()));
    out.skewness = out.excess_kurtosis = 0;
  }
  out.variance = variance;
  return out;
}

/// The mean of component i of group g; it has two networks or more.
MadeMean mean_of_quantity(const Simulation& simulation, const SimulationPlan& plan, const SimulationState& state,
                          std::size_t g, std::size_t i) {
  const std::size_t q = plan.groups[g][i];
  MadeMean plain{plain_mean(state.moments[g], i), MeanMethod::plain, 0, &state.values[q]};
  const MeanEstimate shaped = mean_of(state.values[q]);
  plain.estimate.skewness = shaped.skewness;
  plain.estimate.excess_kurtosis = shaped.excess_kurtosis;
  const ValueMoments& residuals = state.residuals[q];
  if (residuals.count() < least_residuals) return plain;
  const MeanEstimate controlled = controlled_estimate(residuals, plan.controls(), plain.estimate.variance);
  if (!(controlled.standard_error < plain.estimate.standard_error)) return plain;
  if (tail_factor(controlled, simulation.test_level) <= largest_tail_factor)
    return {controlled, MeanMethod::control_variates, 0, &residuals};
  plain.method = MeanMethod::controls_dropped;
  plain.dropped_skewness = residuals.skewness();
  return plain;
}

}  // namespace

SimulationResult result_of(const Simulation& simulation, const SimulationPlan& plan, const SimulationState& state) {
  const std::uint64_t drawn = plan.networks_before(state.blocks);
  if (state.most_samples() < 2)
    throw Error(ErrorCode::input,
                std::to_string(drawn - state.most_samples()) + " of " + std::to_string(drawn) +
                    " networks have no finite value of any quantity, and a mean needs two networks that have one",
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
      out.quantity = simulation.quantities[q];
      out.estimate = out.plain = {none, none, 0, none};
      out.histogram = state.histograms[q];
      out.samples = moments.count();
      out.not_finite = drawn - moments.count();
      if (moments.count() < 2) continue;
      const MadeMean made = mean_of_quantity(simulation, plan, state, g, i);
      out.estimate = made.estimate;
      out.plain = plain_mean(moments, i);
      out.method = made.method;
      out.skewness = made.averaged->skewness();
      out.excess_kurtosis = made.averaged->excess_kurtosis();
      out.dropped_skewness = made.dropped_skewness;
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
      const MeanEstimate estimate = mean_of_quantity(simulation, plan, state, g, i).estimate;
      double scale = simulation.error_scale.empty() ? 0 : simulation.error_scale[q];
      if (scale == 0) scale = std::max(std::fabs(estimate.mean), std::sqrt(std::max(estimate.variance, 0.0)));
      if (estimate.standard_error > 0)
        consider(std::isfinite(estimate.standard_error) ? estimate.standard_error / scale : infinite, q);
    }
  }
  return worst;
}

}  // namespace widegeo
