#include "gaussian/one_point/squares.hpp"

#include <cmath>

#include "gaussian/one_point/one_point_solver.hpp"

namespace widegeo {

LawOfSquares law_of_squares(const Activation& activation, double q) {
  constexpr unsigned digits = 17;
  constexpr double nats = 14;
  constexpr long bits = 64;
  const gaussian::OnePointSolver solver(activation, 1);
  partition::Partition& partition = solver.partition(digits);
  const bool even = solver.problem().even;
  const gaussian::LineChoice choice = solver.choose(q, 0, digits, nats, even);
  const std::lock_guard lock(partition.mutex());
  const auto rule = partition::legendre_rule(choice.count, bits);
  const double front = (even ? 2 : 1) / std::sqrt(2 * 3.14159265358979323846 * q);
  LawOfSquares law;
  for (partition::Panel* panel : choice.panels) {
    const auto& values = panel->values(choice.count, bits);
    for (unsigned i = 0; i < choice.count; ++i) {
      const double x = panel->centre() + panel->half_length() * rule->node_double[i];
      const double probability = front * panel->half_length() * rule->weight_double[i] * std::exp(-x * x / (2 * q));
      law.value.emplace_back(std::pow(values.phi[i].midpoint(), 2), probability);
      if (solver.problem().jump) continue;
      law.slope.emplace_back(std::pow(values.dphi[i].midpoint(), 2), probability);
      law.radial.emplace_back(std::pow(x * values.dphi[i].midpoint(), 2), probability);
    }
  }
  return law;
}

}  // namespace widegeo
