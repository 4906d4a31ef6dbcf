#include <array>

#include "network/explicit_network.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_formula.hpp"
#include "theory/support_metric.hpp"
#include "theory/support_network.hpp"

namespace widegeo::theory {
namespace {

constexpr const char* correction_text = "4*kappa*s^2*x_a^2";

struct Law {
  const char* name;
  WeightLaw law;
  double parameter, kappa;  ///< kappa = E w^4/(E w^2)^2 - 3
};

void check_universality_of_weights(Evidence& evidence, const Conditions& conditions) {
  evidence.tolerance_reason(statistical_reason);
  Cases cases(conditions.seed, "universality-of-weights");
  const ClosedCase& square = closed_case("square");
  const auto source = by_closed_form<TrackedDouble>(square.activation);
  const Formula correction(conditions.broken("twice")              ? replaced(correction_text, "4", "8")
                           : conditions.broken("gaussian-for-all") ? replaced(correction_text, "4", "0")
                                                                   : correction_text,
                           {"kappa", "s", "x_a"});
  constexpr std::uint64_t width = 20;
  std::uint32_t campaign = first_campaign + 700;
  for (const Law& law :
       {Law{"gaussian", WeightLaw::gaussian, 0, 0}, Law{"uniform", WeightLaw::uniform, 0, -1.2},
        Law{"rademacher", WeightLaw::rademacher, 0, -2}, Law{"sparse(1/2)", WeightLaw::sparse, 0.5, 3}})
    for (unsigned d = 2; d <= 4; d += 2) {
      const Model model = random_model(cases, 1);
      const auto point = random_point(cases, d);
      std::vector<double> x;
      for (const Rational& coordinate : point) x.push_back(coordinate.get_d());
      const Rational t = squared_length(point);
      const auto g = radial_metric(model, *source, from_rational<TrackedDouble>(t), d);
      const double A = g.A.value().value, B = g.B.value().value, s = model.s(1).get_d();
      const NetworkSpec spec{.width = {width},
                             .weight_variance = {s},
                             .bias_variance = {model.b(1).get_d()},
                             .weight_law = law.law,
                             .weight_parameter = law.parameter};
      const ExplicitSampler sampler(spec, square.activation, x);
      const Moments moments = simulate(4000 * conditions.effort, conditions.threads, 3, [&] {
        return [&](std::uint32_t index, std::span<double> out) {
          const FeatureJet f = sampler.draw({conditions.seed, campaign, index});
          out[0] = f.jacobian.col(0).squaredNorm(), out[1] = f.jacobian.col(1).squaredNorm();
          out[2] = f.jacobian.col(0).dot(f.jacobian.col(1));
        };
      });
      const std::string place = std::string(law.name) + " weights, " + place_of("square", model, d, t);
      for (std::size_t a = 0; a < 2; ++a)
        compare_mean(evidence, place + ", g_" + std::to_string(11 * (a + 1)), moments, a,
                     A + B * x[a] * x[a] + correction(std::vector<double>{law.kappa, s, x[a]}));
      compare_mean(evidence, place + ", g_12", moments, 2, B * x[0] * x[1]);
      ++campaign;
    }
}

}  // namespace

Theorem universality_of_weights() {
  return {
      .id = "universality-of-weights",
      .group = "networks",
      .statement =
          std::string(
              "Weights of another law than the normal one change the mean metric of phi(x) = x^2 at depth 1 by ") +
          correction_text +
          " in the entry g_aa alone, kappa the excess kurtosis of a weight: only a part kappa/d is left when the input "
          "is "
          "spread over d coordinates (universality).",
      .latex = R"(\mathbb E\, g_{ab} = A\,\delta_{ab} + B\, x_a x_b + 4\kappa s^2 x_a^2\,\delta_{ab})",
      .hypotheses =
          "depth 1, phi(x) = x^2, independent weights with a symmetric law and finite fourth moment, normal "
          "biases; any width",
      .source = "derived here",
      .derivation = "docs/math/theorems.md, Weights that are not normal",
      .left = "networks with weights drawn one by one from four laws",
      .right = "A and B of the normal law by the radial recursion from closed forms, and the correction",
      .mutations = {{"gaussian-for-all", "no correction"}, {"twice", "twice the correction"}},
      .check = check_universality_of_weights,
  };
}

}  // namespace widegeo::theory
