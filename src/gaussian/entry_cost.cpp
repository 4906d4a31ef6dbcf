#include "gaussian/entry_cost.hpp"

#include <algorithm>
#include <cmath>

#include "gaussian/problem.hpp"
#include "gaussian/series_grid.hpp"
#include "gaussian/series_table.hpp"

namespace widegeo {
namespace {

double steepness_of(double q) { return std::max(1.0, std::sqrt(q)); }

}  // namespace

double cost_of_pair(const Activation& activation, double a, double b) {
  const gaussian::Problem<double> problem = gaussian::make_problem<double>(activation);
  const double pieces = 1 + static_cast<double>(problem.kinks.size());
  return 1e-2 * pieces * steepness_of(a) * steepness_of(b);
}

double cost_of_pair_layer(const Activation& activation, double q_high) {
  return 40 * cost_of_pair_point(activation, q_high) + 150 * cost_of_pair(activation, q_high, q_high);
}

double cost_of_pair_point(const Activation&, double q) { return 2e-2 * steepness_of(q); }

double cost_of_tables(const Activation& activation, double q_low, double q_high, const EntryNeed& need) {
  (void)activation;
  (void)q_low;
  (void)q_high;
  (void)need;
  return 1;
}

}  // namespace widegeo
