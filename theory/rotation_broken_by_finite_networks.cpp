#include <array>
#include <cmath>

#include "network/explicit_network.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_network.hpp"
#include "theory/support_units.hpp"

namespace widegeo::theory {
namespace {

/// L_X g in two dimensions for the rotation field X = (-x_2, x_1), from first and second derivatives of the network.
struct LieDerivative {
  double squared = 0;  ///< sum of squares of the components
  double metric = 0;   ///< of g, for comparison
};

LieDerivative lie_derivative(const FeatureJet& f, const std::array<double, 2>& x, bool with_field_derivative) {
  const Eigen::Matrix2d g = f.jacobian.transpose() * f.jacobian;
  const Eigen::MatrixXd G = f.jacobian.transpose() * f.hessian;  // G_c,ab
  const std::array<double, 2> X{-x[1], x[0]};
  Eigen::Matrix2d dX;  // d_a X^c at (c, a)
  dX << 0, -1, 1, 0;
  LieDerivative r;
  for (Eigen::Index a = 0; a < 2; ++a)
    for (Eigen::Index b = 0; b < 2; ++b) {
      double sum = 0;
      for (Eigen::Index c = 0; c < 2; ++c) {
        const double slope = G(a, pair_index(2, c, b)) + G(b, pair_index(2, c, a));  // d_c g_ab
        sum += X[static_cast<std::size_t>(c)] * slope;
        if (with_field_derivative) sum += g(c, b) * dX(c, a) + g(a, c) * dX(c, b);
      }
      r.squared += sum * sum;
      r.metric += g(a, b) * g(a, b);
    }
  return r;
}

/// E |L_X g|^2 of one unit.
double of_one_unit(const UnitAverage& average, const UnitModel& m) {
  return average([&](const Unit& u) {
    const double f2 = u.slope * u.slope;
    return 4 * f2 * u.bend * u.bend * m.r * m.r * m.s * (u.w4 + 6 * m.s * u.w2 + 15 * m.s * m.s) +
           2 * f2 * f2 * (u.w4 + 2 * m.s * u.w2 + 3 * m.s * m.s);
  });
}

void check_rotation_broken_by_finite_networks(Evidence& evidence, const Conditions& conditions) {
  evidence.tolerance_reason(std::string(statistical_reason) + "; for single networks 1e-9 |g|, far above rounding");
  Cases cases(conditions.seed, "rotation-broken-by-finite-networks");
  const bool with_field_derivative = !conditions.broken("no-field-derivative");
  std::uint32_t campaign = first_campaign + 100;
  for (const char* name : {"erf", "tanh", "gelu"}) {
    const Activation activation = make_activation(name);
    const UnitModel model{.s = cases.uniform(0.5, 1.5), .b = cases.uniform(0.05, 0.5), .r = cases.uniform(0.3, 1)};
    const std::array<double, 2> x{model.r, 0};
    const double exact = of_one_unit(UnitAverage(activation, model), model);
    for (const std::uint64_t width : {4U, 16U, 64U}) {
      const NetworkSpec spec{.width = {width}, .weight_variance = {model.s}, .bias_variance = {model.b}};
      const ExplicitSampler sampler(spec, activation, x, 2);
      const double n = static_cast<double>(width);
      const double power = conditions.broken("rate") ? n * n : n;
      const Moments moments = simulate(4000 * conditions.effort, conditions.threads, 1, [&] {
        return [&](std::uint32_t index, std::span<double> out) {
          const FeatureJet f = sampler.draw({conditions.seed, campaign, index});
          out[0] = power * lie_derivative(f, x, with_field_derivative).squared;
        };
      });
      compare_mean(evidence, std::string(name) + ", width " + std::to_string(width) + ", mean of n |L_X g|^2", moments,
                   0, exact);
      ++campaign;
    }
    for (unsigned depth = 1; depth <= 3; ++depth) {
      const NetworkSpec spec{.depth = depth, .width = {64}, .weight_variance = {model.s}, .bias_variance = {model.b}};
      const auto L = lie_derivative(feature_jet(spec, activation, {conditions.seed, campaign, depth}, x, 2), x,
                                    with_field_derivative);
      evidence.exceeds(std::string(name) + ", depth " + std::to_string(depth) + ", one network of width 64, |L_X g|",
                       std::sqrt(L.squared), 0, 1e-9 * std::sqrt(L.metric));
    }
    ++campaign;
  }
}

}  // namespace

Theorem rotation_broken_by_finite_networks() {
  return {
      .id = "rotation-broken-by-finite-networks",
      .group = "networks",
      .statement =
          "No single finite network is invariant under rotations of its input: the Lie derivative of its metric along "
          "a rotation field is not 0, and at depth 1 E |L_X g_n|^2 = c/n exactly, so it falls like 1/sqrt(n).",
      .latex = R"(\mathcal L_X g_n \neq 0,\qquad \mathbb E\, |\mathcal L_X g_n|^2 = \frac{c}{n} \text{ at depth } 1)",
      .hypotheses = "normal weights, finite width, phi twice differentiable and not constant",
      .source = "derived here; the negative control of rotation-invariance-exact",
      .derivation = "docs/math/theorems.md, Rotations of a finite network",
      .left = "networks with weights drawn one by one, their first and second derivatives",
      .right = "c by one integral over the preactivation of a unit",
      .mutations = {{"rate", "1/n^2 instead of 1/n"},
                    {"no-field-derivative", "the terms g_cb d_a X^c + g_ac d_b X^c left out"}},
      .check = check_rotation_broken_by_finite_networks,
  };
}

}  // namespace widegeo::theory
