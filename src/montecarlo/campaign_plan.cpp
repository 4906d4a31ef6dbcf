#include "montecarlo/campaign_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "montecarlo/network_source.hpp"

namespace widegeo {
namespace {

constexpr std::uint64_t pilot_networks = 256;
constexpr std::uint64_t least_controlled = 64;  ///< networks of a simulation that takes control variates
constexpr std::uint64_t longest_block = 2048;
/// Target duration of a block, a few milliseconds: long relative to its dispatch, short relative to idle threads at the
/// end.
constexpr double block_nanoseconds = 3e6;
/// Blocks of a simulation at least, so that there is something to share.
constexpr std::uint64_t least_blocks = 64;

/// Rough times of the parts, as measured on one core around 2020. Only their proportions matter.
double cost_of(const Simulation& simulation, const NetworkSource& source) {
  const NetworkSpec& spec = simulation.spec;
  unsigned order = 1;
  for (const Quantity& quantity : simulation.quantities) order = std::max(order, quantity.order());
  const auto d = static_cast<double>(simulation.x.size());
  const double pairs = d * (d + 1) / 2, k = 1 + d + (order == 2 ? pairs : 0);
  double cost = 1000 + static_cast<double>(source.columns() * source.columns()) / 2;
  if (order == 2) cost += pairs * pairs * d;
  double below = d;
  for (unsigned l = 1; l <= spec.depth; ++l) {
    const auto n = static_cast<double>(spec.n(l));
    if (is_conditional(simulation)) {
      cost += n * (20 + 4 * k + k * k / 2) + k * k * k / 3;
    } else {
      cost += n * (20 + k * k / 2) + n * below * (5 + k / 2);
      if (spec.weight_law == WeightLaw::orthogonal) cost += n * below * std::min(n, below) / 2;
    }
    below = n;
  }
  return cost;
}

/// What is linear in the metric exists in every network, its volume where it has full rank, its curvature where it is
/// not nearly singular either.
std::vector<std::vector<std::size_t>> groups_of(const std::vector<Quantity>& quantities) {
  std::vector<std::vector<std::size_t>> by_kind(3), groups;
  for (std::size_t i = 0; i < quantities.size(); ++i) {
    const std::size_t kind = quantities[i].order() == 2                           ? 2
                             : quantities[i].observable == Observable::log_volume ? 1
                                                                                  : 0;
    by_kind[kind].push_back(i);
  }
  for (std::vector<std::size_t>& group : by_kind)
    if (!group.empty()) groups.push_back(std::move(group));
  return groups;
}

/// With control variates the pilot gives the first coefficients, and its networks are lost to the mean: a quarter of a
/// short simulation, or half of it where that lets more controls in, with four networks a control. A target error may
/// be reached soon, so there the pilot does not wait.
std::uint64_t pilot_of(const Simulation& simulation, std::span<const std::uint64_t> control_networks) {
  const std::uint64_t samples = simulation.samples;
  if (control_networks.empty() || samples < least_controlled) return std::min(pilot_networks, samples);
  std::uint64_t pilot = std::min(pilot_networks, samples / 4), used = 0;
  const std::uint64_t most = simulation.target_error ? pilot : samples / 2;
  for (const std::uint64_t networks : control_networks) {
    if (networks > most) continue;
    pilot = std::max(pilot, networks);
    ++used;
  }
  return 8 * (used + 1) <= samples ? std::max(pilot, 4 * (used + 1)) : pilot;
}

void append_numbers(std::string& text, const char* name, std::span<const double> numbers) {
  text += name;
  for (const double v : numbers) text += fmt::format(" {:a}", v);
  text += '\n';
}

}  // namespace

std::uint64_t SimulationPlan::networks_before(std::uint64_t blocks) const {
  const std::uint64_t first = pilot_blocks();
  return blocks <= first ? std::min(pilot, blocks * block) : std::min(samples, pilot + (blocks - first) * block);
}

SimulationPlan make_plan(const Simulation& simulation) {
  simulation.validate();
  const NetworkSource source(simulation);
  SimulationPlan plan;
  plan.samples = simulation.samples;
  plan.quantities = source.quantities();
  plan.columns = source.columns();
  plan.control_networks = source.control_networks();
  plan.pilot = pilot_of(simulation, plan.control_networks);
  plan.groups = groups_of(simulation.quantities);
  plan.cost = cost_of(simulation, source);
  const double by_time = std::min(block_nanoseconds / plan.cost, double{longest_block});
  plan.block =
      std::max<std::uint64_t>(1, std::min(static_cast<std::uint64_t>(by_time), simulation.samples / least_blocks));
  if (plan.controls() > 0 && plan.pilot < plan.samples) {
    for (std::uint64_t networks = plan.pilot; networks < plan.samples; networks *= 2) {
      const std::uint64_t blocks = plan.pilot_blocks() + (networks - plan.pilot + plan.block - 1) / plan.block;
      if (blocks < plan.blocks() && (plan.refits.empty() || plan.refits.back() < blocks)) plan.refits.push_back(blocks);
    }
  }
  if (simulation.target_error) {
    // A quarter more networks from one decision to the next: at most so much is drawn in excess, and the few looks
    // hardly favour a small error by chance.
    for (std::uint64_t b = plan.pilot_blocks(); b < plan.blocks(); b += std::max<std::uint64_t>(1, b / 4))
      plan.decisions.push_back(b);
  }
  return plan;
}

std::string canonical_text(std::span<const Simulation> simulations, std::span<const SimulationPlan> plans) {
  std::string text;
  for (std::size_t i = 0; i < simulations.size(); ++i) {
    const Simulation& s = simulations[i];
    const NetworkSpec& spec = s.spec;
    text += fmt::format("depth {} fan-in {} activate-last {} law {} {:a}\nwidth {}\n", spec.depth, spec.input_fan_in,
                        spec.activate_last, static_cast<int>(spec.weight_law), spec.weight_parameter,
                        fmt::join(spec.width, " "));
    append_numbers(text, "weights", spec.weight_variance);
    append_numbers(text, "biases", spec.bias_variance);
    append_numbers(text, "x", s.x);
    append_numbers(text, "scales", s.error_scale);
    text += "phi " + expr::to_text(s.activation.phi) + "\nderivative " + expr::to_text(s.activation.derivative) + '\n';
    for (const Quantity& quantity : s.quantities) text += quantity.name() + ' ';
    text += fmt::format("\nconditional {} controls {} seed {} campaign {} samples {} target {:a}\n", is_conditional(s),
                        s.control_variates, s.seed, s.campaign, s.samples, s.target_error.value_or(0));
    text += fmt::format("pilot {} block {} columns {} level {:a}\n\n", plans[i].pilot, plans[i].block, plans[i].columns,
                        s.target_error ? s.test_level : 0);
  }
  return text;
}

}  // namespace widegeo
