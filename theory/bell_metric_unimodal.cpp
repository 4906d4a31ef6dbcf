#include "geometry/radial.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_cases.hpp"
#include "theory/support_formula.hpp"

namespace widegeo::theory {
namespace {

void check_bell_metric_unimodal(Evidence& evidence, const Conditions& conditions) {
  evidence.tolerance_reason("the errors that both routes state");
  Cases cases(conditions.seed, "bell-metric-unimodal");
  const std::vector<std::string> variables{"s", "b", "t", "c"};
  const std::string q = "(s*t + b)", power = conditions.broken("power-3-over-2") ? "3/2" : "5/2";
  const std::string peak = conditions.broken("peak-at-1/c") ? "(1 - c*" + q + ")" : "(1 - 2*c*" + q + ")";
  const Formula slope("4*c^2*s^2*" + peak + "/(1 + 4*c*" + q + ")^(" + power + ")", variables);
  for (unsigned trial = 0; trial < 12 * conditions.effort; ++trial) {
    const Rational width = cases.rational(0.3, 2);
    const Activation activation = make_activation("gaussian", {{"b", "-" + widegeo::to_text(width)}});
    const auto source = by_quadrature<TrackedDouble>(activation);
    Model model;
    model.weight_variance = {cases.rational(0.3, 2)};
    model.bias_variance = {cases.rational(0, 0.2)};
    const auto exact = [](const Rational& x) { return from_rational<TrackedDouble>(x); };
    const Rational top = (1 / (2 * width) - model.b(1)) / model.s(1);  // t of the peak
    for (const Rational& where : {Rational(1, 4), Rational(3, 4), Rational(5, 4), Rational(4)}) {
      const Rational t = top * where;
      const auto metric = radial_metric(model, *source, exact(t), 2);
      const TrackedDouble left =
          slope(std::vector<TrackedDouble>{exact(model.s(1)), exact(model.b(1)), exact(t), exact(width)});
      const std::string at = "c = " + short_text(nearest_double(width)) +
                             ", s = " + short_text(nearest_double(model.s(1))) +
                             ", b = " + short_text(nearest_double(model.b(1))) +
                             ", t = " + short_text(nearest_double(where)) + " of the peak";
      const TrackedDouble right = metric.A.derivative(1);
      evidence.equal("A', " + at, left, right);
      // Increasing before the peak, decreasing after it.
      const double sign = where < 1 ? -1 : 1;
      evidence.at_most("sign of A', " + at, sign * left.value, 0, left.error, true);
      evidence.at_most("sign of A' by quadrature, " + at, sign * right.value, 0, right.error, true);
    }
  }
}

}  // namespace

Theorem bell_metric_unimodal() {
  return {
      .id = "bell-metric-unimodal",
      .group = "kernels",
      .statement =
          "at depth 1 the tangential eigenvalue of phi = exp(-c x^2) has one maximum, at q = s t + b = 1/(2c): "
          "dA/dt = 4 c^2 s^2 (1 - 2c q)/(1 + 4c q)^(5/2)",
      .latex = R"(\frac{dA}{dt}=\frac{4c^2s^2(1-2cq)}{(1+4cq)^{5/2}})",
      .hypotheses = "c > 0, depth 1, `post`, 0 <= b < 1/(2c)",
      .source = "derived here",
      .derivation = "docs/math/theorems.md, The profile of a bell",
      .left = "the formula in the expression language",
      .right = "quadrature of D and D', radial recursion",
      .mutations = {{"peak-at-1/c", "1 - c q in place of 1 - 2c q"},
                    {"power-3-over-2", "the power 3/2 in place of 5/2"}},
      .check = check_bell_metric_unimodal,
  };
}

}  // namespace widegeo::theory
