#include <utility>

#include "gaussian/gaussian.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_metric.hpp"

namespace widegeo::theory {
namespace {

/// B, altered by the mutations.
Real coefficient(const Conditions& conditions, const Real& B) {
  if (conditions.broken("wrong-sign")) return -B;
  return conditions.broken("conformal") ? Real(0) : B;
}

/// A and B at one point by the recursion as the statement prints it, from V', D and D' alone.
std::pair<Real, Real> printed_recursion(const Conditions& conditions, const ClosedCase& c, const Model& model,
                                        const Rational& t) {
  const auto source = closed_form_expectations<Real>(c.form);
  const int two = conditions.broken("missing-two") ? 1 : 2, carried = conditions.broken("missing-carry") ? 0 : 1;
  const Real s = to_real(model.s(1));
  Real q = s * to_real(t) + to_real(model.b(1)), slope = s, alpha = s, beta = 0;
  for (unsigned l = 1;; ++l) {
    const OnePoint<Real> e = source->one_point(q, 1);
    const Real A = e.D[0] * alpha, B = carried * e.D[0] * beta + two * e.D[1] * slope * slope;
    if (l == model.depth) return {A, B};
    const Real next = to_real(model.s(l + 1));
    alpha = next * A;
    beta = next * B;
    slope = next * e.V[1] * slope;
    q = next * e.V[0] + to_real(model.b(l + 1));
  }
}

void by_jets(Evidence& evidence, const Conditions& conditions, Cases& cases, const ClosedCase& c) {
  const unsigned depth = 1 + static_cast<unsigned>(cases.index(grows_fast(c) ? 2 : 3));
  const unsigned d = 2 + static_cast<unsigned>(cases.index(2));
  const Model model = random_model(cases, depth);
  const auto point = random_point(cases, d);
  const Rational t = squared_length(point);
  const std::vector<Real> x = real_point(point);
  const auto g = mixed_hessian(network_kernel<Real>(model, feature_of(c.form)), x);
  const RadialRoute r = radial_route(c, model, t, d);
  const Real A = r.geometry.A, B = coefficient(conditions, r.geometry.B), scale = A + abs(B) * to_real(t);
  const std::string place = place_of(c.activation.name, model, d, t);
  const auto [printed_A, printed_B] = printed_recursion(conditions, c, model, t);
  evidence.equal(place + ", A as printed", printed_A, A, 40, scale);
  evidence.equal(place + ", B as printed", Real(printed_B * x[0] * x[1]), g[1], 40, scale);
  for (unsigned m = 0; m < d; ++m)
    for (unsigned n = m; n < d; ++n)
      evidence.equal(place, g[m * d + n], Real((m == n ? A : Real(0)) + B * x[m] * x[n]), 40, scale);
}

void by_chords(Evidence& evidence, const Conditions& conditions, Cases& cases, const ClosedCase& c) {
  const unsigned d = 2;
  const Model model = random_model(cases, 1 + static_cast<unsigned>(cases.index(3)));
  const auto point = random_point(cases, d);
  const Rational t = squared_length(point);
  const std::vector<Real> x = real_point(point), across{-x[1], x[0]}, both{x[0] - x[1], x[0] + x[1]};
  const RadialRoute r = radial_route(c, model, t, d);
  const Real at = to_real(t), A = r.geometry.A, B = coefficient(conditions, r.geometry.B);
  const std::string place = place_of(c.activation.name, model, d, t);
  const auto compare = [&](const std::vector<Real>& v, const Real& expected, const char* name) {
    const Limit g = chord_metric(c, model, x, v);
    // The error of the difference is far above the rounding of doubles.
    evidence.equal(place + ", " + name, value_of(g.value), value_of(expected), value_of(g.error));
  };
  compare(x, Real(A * at + B * at * at), "along x");
  compare(across, Real(A * at), "across x");
  compare(both, Real(2 * A * at + B * at * at), "between");
}

void by_integrals(Evidence& evidence, const Conditions& conditions, Cases& cases, const std::string& name) {
  const Activation activation = make_activation(name);
  const auto source = quadrature_expectations<TrackedDouble>(activation);
  const Model model = random_model(cases, 1 + static_cast<unsigned>(cases.index(2)));
  const auto point = random_point(cases, 2);
  const Rational t = squared_length(point);
  std::vector<double> x;
  for (const Rational& value : point) x.push_back(nearest_double(value));
  const TrackedDouble at = from_rational<TrackedDouble>(t);
  const RadialMetric<TrackedDouble> g = radial_metric(model, *source, at, 2);
  TrackedDouble B = g.B.value();
  if (conditions.broken("wrong-sign")) B = -B;
  if (conditions.broken("conformal")) B = TrackedDouble(0);
  evidence.equal(place_of(name, model, 2, t) + ", along x", separated_metric(*source, model, x, x),
                 g.A.value() * at + B * at * at);
}

void check_metric_from_mixed_hessian(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(60);
  evidence.tolerance_reason(
      "40 of 60 digits for series; for limits of differences the change when the step is halved; for integrals the "
      "errors that they state, too");
  Cases cases(conditions.seed, "metric-from-mixed-hessian");
  for (unsigned round = 0; round < conditions.effort; ++round) {
    for (const ClosedCase& c : closed_cases()) {
      if (c.form.smooth_at_coincidence)
        by_jets(evidence, conditions, cases, c);
      else
        by_chords(evidence, conditions, cases, c);
    }
    for (const std::string& name : quadrature_names()) by_integrals(evidence, conditions, cases, name);
  }
}

}  // namespace

Theorem metric_from_mixed_hessian() {
  return {
      .id = "metric-from-mixed-hessian",
      .group = "metric",
      .statement =
          "The metric d/dx_m d/dy_n k(x, y) at y = x is A(t) delta_mn + B(t) x_m x_n, t = |x|^2, with A and B "
          "from the recursion A_l = D(q_l) alpha_l, B_l = D(q_l) beta_l + 2 D'(q_l) q_l'^2 at every depth.",
      .latex = R"(\partial_{x_m}\partial_{y_n} k(x,y)\big|_{y=x} = A(t)\,\delta_{mn} + B(t)\,x_m x_n)",
      .hypotheses = "phi continuous with E phi'^2 finite; kinks are allowed, jumps are not",
      .source = "depth 1: arXiv 2301.11375, section on infinite width; any depth: derived here",
      .derivation = "docs/math/geometry.md, The radial recursion",
      .left =
          "second derivatives of the kernel K(a, b, n), composed over the layers, by Taylor series or by differences",
      .right = "the radial recursion from V(q) and D(q)",
      .mutations = {{"missing-carry", "B_l without D beta_l"},
                    {"missing-two", "B_l with D' q'^2 instead of 2 D' q'^2"},
                    {"wrong-sign", "A I - B x x^T"},
                    {"conformal", "A I alone"}},
      .check = check_metric_from_mixed_hessian,
  };
}

}  // namespace widegeo::theory
