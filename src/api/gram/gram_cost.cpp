#include "api/gram/gram_cost.hpp"

#include <algorithm>

#include "gaussian/table/entry_cost.hpp"
#include "kernel/radial_recursion.hpp"
#include "number/error.hpp"

namespace widegeo::api {
namespace {

/// Layers whose tables are estimated one by one; of the others each is taken to cost what the last of these does.
constexpr unsigned estimated_layers = 3;
/// Of all pairs by themselves: above it, a minute or more, tables are tried whatever they are expected to cost.
constexpr double most_pairs_seconds = 3600;

}  // namespace

GramCost estimate_cost(const PreparedNetwork& network, const gram::GramRequest& request, const gram::Points& x,
                       const gram::Points* y) {
  const Model& model = network.model;
  double low = x.squared_norm(0), high = low;
  for (const gram::Points* points : {&x, y})
    if (points != nullptr)
      for (const double t : points->squared_norms()) {
        low = std::min(low, t);
        high = std::max(high, t);
      }
  const auto rows = static_cast<double>(x.count());
  const double pairs = y == nullptr ? rows * (rows - 1) / 2 : rows * static_cast<double>(y->count());
  const unsigned activations = model.read_out == ReadOut::post ? model.depth : model.depth - 1;
  GramCost cost;
  cost.pairs = pairs * activations * cost_of_pair(network.activation);
  if (cost.pairs > most_pairs_seconds) return cost;

  EntryNeed need;
  need.dot = request.ntk;
  need.tolerance = request.tolerance;
  const auto source = make_expectations<TrackedDouble>(network, false);
  const double s = nearest_double(first_weight_variance(model, x.dimension())), b = nearest_double(model.b(1));
  low = s * low + b;
  high = s * high + b;
  double last = 0;
  for (unsigned l = 1; l <= activations; ++l) {
    if (l <= estimated_layers) last = cost_of_tables(network.activation, low, high, need);
    cost.tables += last;
    if (l == activations || l >= estimated_layers || cost.tables > cost.pairs) continue;
    const double next_s = nearest_double(model.s(l + 1)), next_b = nearest_double(model.b(l + 1));
    const double V_low = source->one_point(TrackedDouble(low), 0).V[0].value,
                 V_high = source->one_point(TrackedDouble(high), 0).V[0].value;
    low = next_s * std::min(V_low, V_high) + next_b;
    high = next_s * std::max(V_low, V_high) + next_b;
  }
  return cost;
}

bool single_pairs_pay(const PreparedNetwork& network, const gram::GramRequest& request, const gram::Points& x,
                      const gram::Points* y) {
  try {
    const GramCost cost = estimate_cost(network, request, x, y);
    return cost.pairs <= most_pairs_seconds && cost.pairs < cost.tables;
  } catch (const Error&) {  // what fails here fails, and is said, where the layers are made
    return false;
  }
}

}  // namespace widegeo::api
