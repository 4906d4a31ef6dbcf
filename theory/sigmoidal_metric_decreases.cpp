#include "geometry/radial.hpp"
#include "route/expectations.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_cases.hpp"

namespace widegeo::theory {
namespace {

/// (log A_L)' = sum over the layers of (D'/D)(q_l) q_l', in which every term is negative.
TrackedDouble logarithmic_slope(Evidence& evidence, const std::string& at, const Model& model,
                                const Expectations<TrackedDouble>& source, const TrackedDouble& t,
                                const Conditions& conditions) {
  const auto exact = [](const Rational& x) { return from_rational<TrackedDouble>(x); };
  TrackedDouble q = exact(model.s(1)) * t + exact(model.b(1)), slope = exact(model.s(1)), sum(0);
  for (unsigned l = 1; l <= model.depth; ++l) {
    const auto e = source.one_point(q, 1);
    TrackedDouble term = e.D[1] / e.D[0] * slope;
    if (conditions.broken("variance-slope-missing")) term = e.D[1] / e.D[0];
    if (conditions.broken("sign-of-slope")) term = -term;
    evidence.at_most("term of layer " + std::to_string(l) + ", " + at, term.value, 0, term.error, true);
    sum = conditions.broken("last-layer-only") ? term : sum + term;
    if (l == model.depth) break;
    slope = exact(model.s(l + 1)) * e.V[1] * slope;
    q = exact(model.s(l + 1)) * e.V[0] + exact(model.b(l + 1));
  }
  return sum;
}

void check_sigmoidal_metric_decreases(Evidence& evidence, const Conditions& conditions) {
  evidence.tolerance_reason("the errors that both routes state");
  Cases cases(conditions.seed, "sigmoidal-metric-decreases");
  for (const char* name :
       {"erf", "normal-cdf", "hard-tanh", "tanh", "arctan", "sigmoid", "softsign", "asinh", "isru"}) {
    const Activation activation = make_activation(name);
    const auto quadrature = by_quadrature<TrackedDouble>(activation);
    const auto other = make_expectations<TrackedDouble>(route_to(activation));
    for (unsigned trial = 0; trial < 4 * conditions.effort; ++trial) {
      Model model;
      model.depth = 1 + trial % 4;
      model.weight_variance = {cases.rational(0.5, 3)};
      model.bias_variance = {cases.rational(0, 1)};
      const Rational radius = cases.rational(0.05, 8);
      const auto t = from_rational<TrackedDouble>(radius), further = t * TrackedDouble(1.25);
      const std::string at = std::string(name) + ", depth " + std::to_string(model.depth) +
                             ", s = " + short_text(nearest_double(model.s(1))) +
                             ", b = " + short_text(nearest_double(model.b(1))) + ", t = " + short_text(t.value);
      const auto here = radial_metric(model, *quadrature, t, 2), there = radial_metric(model, *quadrature, further, 2);
      evidence.equal("(log A)', " + at, here.A.derivative(1) / here.A.value(),
                     logarithmic_slope(evidence, at, model, *other, t, conditions));
      const TrackedDouble step = there.A.value() - here.A.value();
      evidence.at_most("A(1.25 t) - A(t), " + at, step.value, 0, step.error, true);
    }
  }
}

}  // namespace

Theorem sigmoidal_metric_decreases() {
  return {
      .id = "sigmoidal-metric-decreases",
      .group = "kernels",
      .statement =
          "for an activation that is a constant plus an odd function whose slope falls with |x|, the "
          "tangential eigenvalue A_L decreases with the radius at every depth: (log A_L)' = sum_l (D'/D)(q_l) "
          "q_l' and every term is negative",
      .latex = R"((\log A_L)'=\sum_{l\le L}\frac{D'(q_l)}{D(q_l)}\,q_l'<0)",
      .hypotheses = "phi - phi(0) odd, phi' >= 0 not constant and nonincreasing in |x|",
      .source = "derived here",
      .derivation = "docs/math/theorems.md, Profiles of sigmoidal networks",
      .left = "A by the radial recursion in Taylor series, by quadrature, at one radius and between two",
      .right = "the sum over the layers, by closed forms where there are any",
      .mutations = {{"variance-slope-missing", "q_l' left out"},
                    {"sign-of-slope", "D' with the wrong sign"},
                    {"last-layer-only", "the last term alone"}},
      .check = check_sigmoidal_metric_decreases,
  };
}

}  // namespace widegeo::theory
