#include "gaussian/table/entry_cost.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gaussian/problem.hpp"
#include "gaussian/table/angle_table.hpp"
#include "gaussian/table/series_table.hpp"

namespace widegeo {
namespace {

// Seconds, from the bench `entries` on one core of an AVX2 machine at 2.5 GHz.
constexpr double pair_of_smooth = 0.012, pair_by_kink = 0.024;  // of the two-point rule, at any variance and angle
constexpr double one_point = 5e-4, term_and_node = 2.5e-8;      // of a point of a Hermite table
constexpr double checks_of_panel = 7;                           // points between the nodes

}  // namespace

double cost_of_pair(const Activation& activation) {
  const auto kinks = static_cast<double>(gaussian::make_problem<double>(activation).kinks.size());
  return pair_of_smooth + pair_by_kink * kinks;
}

double cost_of_tables(const Activation& activation, double q_low, double q_high, const EntryNeed& need) {
  const unsigned most = gaussian::SeriesTable::most_terms(activation, need);
  const auto plan = gaussian::SeriesTable::plan(activation, q_low, q_high, need, most);
  if (plan.terms == 0) return gaussian::AngleTable::cost(activation, q_low, q_high, need);
  const double nodes = static_cast<double>(plan.nodes);
  const double points =
      q_low == q_high ? 1 : static_cast<double>(plan.panels) * (gaussian::VarianceGrid::per_panel + checks_of_panel);
  return points * (one_point + term_and_node * nodes * static_cast<double>(plan.terms));
}

}  // namespace widegeo
