#include "theory/catalogue.hpp"
#include "theory/support_formula.hpp"
#include "theory/support_tensor.hpp"

namespace widegeo::theory {
namespace {

/// Printed and evaluated from this one text.
constexpr const char* erf_scalar_curvature_negative_formula = "-(d-1)*(d+2)*pi*s*t/((1 + 4*(s*t + b))^(1/2)*(1 + 4*b))";

void check_erf_scalar_curvature_negative(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(60);
  evidence.tolerance_reason("35 of 60 digits; the sign in double with the error of the radial route, and strict");
  Cases cases(conditions.seed, "erf-scalar-curvature-negative");
  const ClosedCase& c = closed_case("erf");
  const Formula formula(conditions.broken("sign") ? replaced(erf_scalar_curvature_negative_formula, "-(d-1)", "(d-1)")
                                                  : erf_scalar_curvature_negative_formula,
                        {"d", "s", "b", "t"});
  const auto source = closed_form_expectations<TrackedDouble>(c.form);
  for (unsigned round = 0; round < conditions.effort; ++round)
    for (const unsigned d : {2U, 3U, 10U})
      for (const double size : {0.01, 0.1, 1.0, 10.0}) {
        Model model;
        model.weight_variance = {cases.rational(0.5, 4)};
        model.bias_variance = {cases.rational(0, 2)};
        const Rational radius = cases.rational(size, size * 1.5 + 0.01), t = radius * radius;
        const TrackedDouble at = from_rational<TrackedDouble>(t);
        const std::string place = place_of("erf", model, d, t);
        const TrackedDouble R = radial_geometry(radial_metric(model, *source, at, d), at, d).scalar_curvature;
        evidence.at_most(place + ", R < 0", R.value, 0, R.error, true);
        const Real exact = formula(std::vector<Real>{Real(d), to_real(model.s(1)), to_real(model.b(1)), to_real(t)});
        std::vector<Rational> point(d);
        point[0] = radius;
        const auto entries = network_metric(c, model, point, 2);
        const auto g = metric_jet<Real>(std::span<const Jet<Real>>(entries), d);
        evidence.equal(place + ", formula", curvature(g).scalar, exact, 35, abs(exact));
      }
}

std::string provable() {
  return R"([[statement]]
id = "erf-scalar-curvature-negative"
claim = "scalar_curvature < 0"
forall.activation = ["erf"]
forall.depth = [1]
forall.dimension = [2, 3, 10]
forall.weight_variance = "0.5:4"
forall.bias_variance = "0:2"
forall.radius = "0.01:10"
)";
}

}  // namespace

Theorem erf_scalar_curvature_negative() {
  return {
      .id = "erf-scalar-curvature-negative",
      .group = "curvature",
      .statement = std::string("For erf at depth 1 the Ricci scalar is negative everywhere but at the origin: R = ") +
                   erf_scalar_curvature_negative_formula + ".",
      .latex = R"(R = -\frac{(d-1)(d+2)\,\pi s t}{\sqrt{1+4(st+b)}\,(1+4b)} < 0)",
      .hypotheses = "phi = erf, depth 1, d >= 2, t > 0",
      .source = "derived here",
      .derivation = "docs/math/geometry.md, Curvature",
      .left =
          "R by the radial recursion with its error; the Riemann tensor of A I + B x x^T as a metric in d coordinates",
      .right = "0; the closed form",
      .mutations = {{"sign", "the closed form without its minus"}},
      .check = check_erf_scalar_curvature_negative,
      .provable = provable(),
  };
}

}  // namespace widegeo::theory
