#include "montecarlo/network_source.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "montecarlo/observe.hpp"

namespace widegeo {
namespace {

unsigned order_of(const Simulation& simulation) {
  unsigned order = 0;
  for (const Quantity& quantity : simulation.quantities) order = std::max(order, quantity.order());
  return order;
}

}  // namespace

bool is_conditional(const Simulation& simulation) {
  if (simulation.sampler == Sampler::automatic) return simulation.spec.weight_law == WeightLaw::gaussian;
  return simulation.sampler == Sampler::conditional;
}

std::string describe(const Simulation& simulation) {
  std::string widths;
  for (const std::uint64_t n : simulation.spec.width) widths += (widths.empty() ? "" : ",") + std::to_string(n);
  return simulation.activation.name + ", depth " + std::to_string(simulation.spec.depth) + ", width " + widths +
         ", dimension " + std::to_string(simulation.x.size());
}

NetworkSource::NetworkSource(const Simulation& simulation) : simulation_(simulation), order_(order_of(simulation)) {
  for (const double v : simulation.x) t_ += v * v;
  if (is_conditional(simulation)) {
    sampler_ = std::make_unique<ConditionalSampler>(simulation.spec, simulation.activation, simulation.x, order_);
    if (simulation.control_variates) controls_ = sampler_->control_count();
    frame_ = sampler_->frame();
  } else {
    explicit_ = std::make_unique<ExplicitSampler>(simulation.spec, simulation.activation, simulation.x, order_);
    frame_ = frame_along(simulation.x);
  }
}

void NetworkSource::draw(std::uint32_t index, Worker& worker) const {
  worker.sample.resize(columns());
  const NetworkId id{simulation_.seed, simulation_.campaign, index};
  const std::span<double> all(worker.sample);
  if (sampler_) {
    sampler_->draw(id, worker.gram, all.subspan(quantities()), worker.workspace);
  } else {
    worker.gram = rotated(gram_of(explicit_->draw(id, worker.workspace.cancel)), frame_);
  }
  observe(worker.gram, frame_, t_, simulation_.quantities, all.first(quantities()));
  const bool finite =
      worker.gram.finite() && std::ranges::all_of(all.subspan(quantities()), [](double v) { return std::isfinite(v); });
  if (!finite) std::ranges::fill(all, std::numeric_limits<double>::quiet_NaN());
}

}  // namespace widegeo
