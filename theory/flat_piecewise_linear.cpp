#include "gaussian/gaussian.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_formula.hpp"
#include "theory/support_metric.hpp"

namespace widegeo::theory {
namespace {

struct Slopes {
  const char *name, *left, *right;  ///< phi' on both sides of 0
};

/// R and both sectional curvatures from the radial formulas and a source in double, with errors.
void curvatures(Evidence& evidence, const std::string& place, const Expectations<TrackedDouble>& source,
                const Model& model, const Rational& t) {
  const TrackedDouble at = from_rational<TrackedDouble>(t);
  const auto g = radial_geometry(radial_metric(model, source, at, 3), at, 3);
  evidence.equal(place + ", R", g.scalar_curvature, TrackedDouble(0));
  evidence.equal(place + ", K_rad", g.sectional_radial, TrackedDouble(0));
  evidence.equal(place + ", K_tan", g.sectional_tangential, TrackedDouble(0));
}

void check_flat_piecewise_linear(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(60);
  evidence.tolerance_reason(
      "the errors that both sources state; for limits of differences the change when the step is halved");
  Cases cases(conditions.seed, "flat-piecewise-linear");
  std::vector<Slopes> all{{"relu", "0", "1"}, {"leaky-relu", "0.01", "1"}, {"abs", "-1", "1"}, {"prelu", "0.25", "1"}};
  if (conditions.broken("two-kinks")) all.push_back({"hard-tanh", "1", "1"});
  const Formula mean_square("(left^2 + right^2)/2", {"left", "right"});
  for (unsigned round = 0; round < conditions.effort; ++round)
    for (const Slopes& slopes : all)
      for (unsigned depth = 1; depth <= 4; ++depth) {
        const ClosedCase& c = closed_case(slopes.name);
        const Model model = random_model(cases, depth);
        const auto point = random_point(cases, 3), direction = random_point(cases, 3);
        const Rational t = squared_length(point);
        const std::string place = place_of(slopes.name, model, 3, t);
        curvatures(evidence, place, *closed_form_expectations<TrackedDouble>(c.form), model, t);
        if (depth <= 2)
          curvatures(evidence, place + ", by quadrature", *quadrature_expectations<TrackedDouble>(c.activation), model,
                     t);
        // g(v, v) is the same multiple of |v|^2 at every point: a constant metric, whose Riemann tensor is 0.
        const Real slope = mean_square(
            std::vector<Real>{to_real(*parse_rational(slopes.left)), to_real(*parse_rational(slopes.right))});
        Real expected = to_real(squared_length(direction));
        for (unsigned l = 1; l <= depth; ++l) expected *= to_real(model.s(l)) * slope;
        const Limit g = chord_metric(c, model, real_point(point), real_point(direction));
        evidence.equal(place + ", g(v, v)", value_of(g.value), value_of(expected), value_of(g.error));
      }
}

}  // namespace

Theorem flat_piecewise_linear() {
  return {
      .id = "flat-piecewise-linear",
      .group = "curvature",
      .statement =
          "With an activation that is linear on both sides of 0 (ReLU, leaky ReLU, abs) the metric is the same "
          "multiple "
          "of the Euclidean one everywhere, so all curvature is 0, at every depth and with any bias.",
      .latex =
          R"(\phi(x) = a_\pm x \ (\pm x > 0):\quad g = \prod_l s_l\,\tfrac{a_-^2+a_+^2}{2}\; I,\qquad R_{abce} = 0)",
      .hypotheses = "phi linear on x < 0 and on x > 0, phi(0) = 0",
      .source = "arXiv 2301.11375 for ReLU at depth 1; any depth and bias: derived here",
      .derivation = "docs/math/theorems.md, Flat metrics",
      .left = "radial curvatures from closed forms and from quadrature; g(v, v) from differences of the kernel",
      .right = "0, and the constant metric prod s_l (left^2 + right^2)/2 |v|^2",
      .mutations = {{"two-kinks", "claimed for hard tanh, too, which has two kinks"}},
      .check = check_flat_piecewise_linear,
  };
}

}  // namespace widegeo::theory
