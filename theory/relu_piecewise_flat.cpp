#include <array>
#include <map>

#include "network/explicit_network.hpp"
#include "network/pullback/pullback.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_network.hpp"

namespace widegeo::theory {
namespace {

/// The active units of every layer, determined from the pre-activations of the network truncated after that layer.
class Pattern {
 public:
  Pattern(const NetworkSpec& spec, const Activation& activation, const NetworkId& id) {
    for (unsigned layer = 1; layer <= spec.depth; ++layer) {
      NetworkSpec part = spec;
      part.depth = layer;
      part.activate_last = false;
      layers_.emplace_back(part, activation, id, 2);
    }
  }
  std::vector<bool> operator()(const std::array<double, 2>& x, bool first_only) const {
    std::vector<bool> r;
    for (std::size_t l = 0; l < (first_only ? 1 : layers_.size()); ++l)
      for (const double h : layers_[l].at(x).value) r.push_back(h > 0);
    return r;
  }

 private:
  std::vector<ExplicitNetwork> layers_;
};

void check_relu_piecewise_flat(Evidence& evidence, const Conditions& conditions) {
  evidence.tolerance_reason("none: equal bits, since phi' is 0 or 1 and phi'' is 0");
  Cases cases(conditions.seed, "relu-piecewise-flat");
  const Activation activation = make_activation(conditions.broken("smooth") ? "gelu" : "relu");
  for (unsigned depth = 1; depth <= 3; ++depth) {
    const NetworkSpec spec{.depth = depth, .width = {12}, .weight_variance = {2}, .bias_variance = {0.3}};
    const NetworkId id{conditions.seed, first_campaign + 500, depth};
    const ExplicitNetwork network(spec, activation, id, 2);
    const Pattern pattern(spec, activation, id);
    std::map<std::vector<bool>, Eigen::Matrix2d> metric_of;  // of the first point met in each region
    std::size_t shared = 0;
    for (unsigned i = 0; i < 600 * conditions.effort; ++i) {
      const std::array<double, 2> x{cases.uniform(-1, 1), cases.uniform(-1, 1)};
      const std::string place =
          "depth " + std::to_string(depth) + ", width 12, x = " + short_text(x[0]) + " " + short_text(x[1]);
      const FeatureJet f = network.at(x, 2);
      const Eigen::Matrix2d g = f.jacobian.transpose() * f.jacobian;
      const auto [found, is_new] = metric_of.try_emplace(pattern(x, conditions.broken("first-layer-only")), g);
      if (!is_new) {
        ++shared;
        evidence.equal(place + ", change of g within its region", (g - found->second).norm(), 0, 0);
      }
      if (!pullback_metric(f).degenerate()) evidence.equal(place + ", R", scalar_curvature(f), 0, 0);
    }
    evidence.require("depth " + std::to_string(depth), metric_of.size() > 20 && shared > 100,
                     "more than 20 regions and 100 points that share one were met");
  }
}

}  // namespace

Theorem relu_piecewise_flat() {
  return {
      .id = "relu-piecewise-flat",
      .group = "networks",
      .statement =
          "A finite ReLU network is piecewise flat: wherever the same units are active, its metric is the same "
          "constant matrix, and its curvature is 0 there.",
      .latex = R"(g(x) = J_P^T J_P,\quad J_P = \tfrac{1}{\sqrt{n_L}} D_L W_L \cdots D_1 W_1,\quad R = 0 )"
               R"(\text{ inside of each region } P)",
      .hypotheses = "phi = ReLU; x inside of a linear region; J of full rank where R is meant",
      .source = "G. Montufar, R. Pascanu, K. Cho, Y. Bengio, NeurIPS 2014 (arXiv 1402.1869), for the regions",
      .derivation = "docs/math/theorems.md, Finite ReLU networks",
      .left = "metric and Gauss's equation at random points",
      .right = "the metric of another point with the same signs of all preactivations; 0",
      .mutations = {{"smooth", "claimed for GELU"},
                    {"first-layer-only", "claimed where the same units of the first layer are active"}},
      .check = check_relu_piecewise_flat,
  };
}

}  // namespace widegeo::theory
