// Random networks for the tests of the module `network`.
#pragma once

#include "network/spec.hpp"
#include "testing/checks.hpp"

namespace widegeo::testing {

struct NetworkCase {
  NetworkSpec spec;
  NetworkId id;
  std::vector<double> x;
};

/// Depth 1 to 4, a width up to max_width and variances for each layer, both input scales, `pre` and `post`, up to 5
/// inputs; with `any_law` also every weight law with independent entries.
inline NetworkCase random_network(std::mt19937_64& rng, unsigned max_width, bool any_law) {
  const auto up_to = [&](unsigned n) { return 1 + static_cast<unsigned>(rng() % n); };
  NetworkCase c;
  c.spec.depth = up_to(4);
  c.spec.width.clear();
  c.spec.weight_variance.clear();
  c.spec.bias_variance.clear();
  for (unsigned l = 0; l < c.spec.depth; ++l) {
    c.spec.width.push_back(up_to(max_width));
    c.spec.weight_variance.push_back(uniform(rng, 0.2, 2));
    c.spec.bias_variance.push_back(rng() % 3 == 0 ? 0 : uniform(rng, 0, 1));
  }
  c.spec.input_fan_in = rng() % 2;
  c.spec.activate_last = rng() % 2;
  c.id = {rng(), static_cast<std::uint32_t>(rng() % 5), static_cast<std::uint32_t>(rng())};
  c.x.resize(up_to(5));
  for (double& v : c.x) v = uniform(rng, -1, 1);
  if (any_law) {
    constexpr WeightLaw laws[] = {WeightLaw::gaussian, WeightLaw::uniform, WeightLaw::rademacher, WeightLaw::sparse,
                                  WeightLaw::student_t};
    c.spec.weight_law = laws[rng() % 5];
    c.spec.weight_parameter = c.spec.weight_law == WeightLaw::sparse ? uniform(rng, 0.1, 1) : uniform(rng, 2.5, 9);
  }
  return c;
}

}  // namespace widegeo::testing
