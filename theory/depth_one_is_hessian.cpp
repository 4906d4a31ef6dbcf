#include "gaussian/gaussian.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_metric.hpp"

namespace widegeo::theory {
namespace {

/// Compares B with 2 A', where B comes from the two-point kernel and A' from D'(q).
int factor(const Conditions& conditions) { return conditions.broken("half") ? 1 : 2; }

void smooth(Evidence& evidence, const Conditions& conditions, Cases& cases, const ClosedCase& c) {
  const Model model = random_model(cases, 1);
  const auto point = random_point(cases, 2);
  const Rational t = squared_length(point);
  const std::vector<Real> x = real_point(point);
  const auto g = metric_from_kernel<Real>(network_kernel<Real>(model, feature_of(c.form)), std::span<const Real>(x));
  const RadialRoute r = radial_route(c, model, t, 2);
  const std::string place = place_of(c.activation.name, model, 2, t);
  evidence.equal(place + ", B = 2 A'", Real(g.metric(0, 1) / (x[0] * x[1])), Real(factor(conditions) * r.geometry.dA),
                 35, Real(r.geometry.A / to_real(t)));
  evidence.equal(place + ", d_1 g_12 = d_2 g_11", g.first(0, 0, 1), g.first(1, 0, 0), 35, r.geometry.A);
}

void kinked(Evidence& evidence, const Conditions& conditions, Cases& cases, const ClosedCase& c) {
  const Model model = random_model(cases, 1);
  const auto point = random_point(cases, 2);
  const Rational t = squared_length(point);
  const std::vector<Real> x = real_point(point), across{-x[1], x[0]};
  const Real at = to_real(t);
  const Limit along = chord_metric(c, model, x, x), normal = chord_metric(c, model, x, across);
  const RadialRoute r = radial_route(c, model, t, 2);
  evidence.equal(
      place_of(c.activation.name, model, 2, t) + ", B t^2 = 2 A' t^2", value_of(Real(along.value - normal.value)),
      value_of(Real(factor(conditions) * r.geometry.dA * at * at)), value_of(Real(along.error + normal.error)));
}

void integrals(Evidence& evidence, const Conditions& conditions, Cases& cases, const std::string& name) {
  const auto source = quadrature_expectations<TrackedDouble>(make_activation(name));
  const Model model = random_model(cases, 1);
  const auto point = random_point(cases, 2);
  const Rational t = squared_length(point);
  const std::vector<double> x{nearest_double(point[0]), nearest_double(point[1])}, across{-x[1], x[0]};
  const TrackedDouble at = from_rational<TrackedDouble>(t);
  const RadialMetric<TrackedDouble> g = radial_metric(model, *source, at, 2);
  evidence.equal(place_of(name, model, 2, t) + ", B t^2 = 2 A' t^2",
                 separated_metric(*source, model, x, x) - separated_metric(*source, model, x, across),
                 TrackedDouble(factor(conditions)) * g.A.derivative(1) * at * at);
}

void check_depth_one_is_hessian(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(60);
  evidence.tolerance_reason(
      "35 of 60 digits for series; for limits of differences the change when the step is halved; for integrals the "
      "errors that they state, too");
  Cases cases(conditions.seed, "depth-one-is-hessian");
  for (unsigned round = 0; round < conditions.effort; ++round) {
    for (const ClosedCase& c : closed_cases()) {
      if (c.form.smooth_at_coincidence)
        smooth(evidence, conditions, cases, c);
      else
        kinked(evidence, conditions, cases, c);
    }
    for (const std::string& name : quadrature_names()) integrals(evidence, conditions, cases, name);
  }
}

}  // namespace

Theorem depth_one_is_hessian() {
  return {
      .id = "depth-one-is-hessian",
      .group = "metric",
      .statement =
          "At depth 1 the metric is a Hessian: B = 2 A', so d_a g_bc does not change when its indices are "
          "exchanged, whatever the activation.",
      .latex = R"(L = 1:\quad B = 2A', \qquad \partial_a g_{bc} = \partial_b g_{ac})",
      .hypotheses = "depth 1, phi continuous with E phi'^2 finite",
      .source = "arXiv 2301.11375, the metric at infinite width",
      .derivation = "docs/math/geometry.md, The radial recursion",
      .left = "B and d_a g_bc from derivatives of the kernel of two points",
      .right = "A' from D'(q) by the radial recursion",
      .mutations = {{"half", "B = A'"}},
      .check = check_depth_one_is_hessian,
  };
}

}  // namespace widegeo::theory
