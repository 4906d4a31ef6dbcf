#include "geometry/radial.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_cases.hpp"
#include "theory/support_formula.hpp"

namespace widegeo::theory {
namespace {

void check_erf_curvature_monotone(Evidence& evidence, const Conditions& conditions) {
  evidence.tolerance_reason(
      "20 digits: fourth-order differences of step 1e-8 of a curvature with 42 digits leave about 1e-30");
  const PrecisionScope precision(50);
  Cases cases(conditions.seed, "erf-curvature-monotone");
  const auto source = by_quadrature<Real>(make_activation("erf"));
  const std::string q = "(s*t + b)";
  const std::string numerator = conditions.broken("bias-forgotten") ? "(1 + 2*s*t)" : "(1 + 4*b + 2*s*t)";
  const std::string sign = conditions.broken("sign") ? "" : "-";
  const Formula slope(sign + "(d - 1)*(d + 2)*pi*s*" + numerator + "/((1 + 4*b)*(1 + 4*" + q + ")^(3/2))",
                      {"s", "b", "t", "d"});
  const Real h = pow_int(Real(10), -8L);
  for (unsigned trial = 0; trial < 4 * conditions.effort; ++trial) {
    Model model;
    model.weight_variance = {cases.rational(0.3, 3)};
    model.bias_variance = {cases.rational(0.1, 1)};
    const unsigned long dimension = 2 + cases.index(6);
    const Real t = to_real(cases.rational(0.1, 10));
    const auto R = [&](const Real& at) {
      return radial_geometry(radial_metric(model, *source, at, dimension), at, dimension).scalar_curvature;
    };
    const Real near = (R(t + h) - R(t - h)) / (2 * h), far = (R(t + 2 * h) - R(t - 2 * h)) / (4 * h);
    const Real right = (4 * near - far) / 3;
    const Real left = slope(std::vector<Real>{to_real(model.s(1)), to_real(model.b(1)), t, Real(dimension)});
    const std::string at = "s = " + short_text(nearest_double(model.s(1))) +
                           ", b = " + short_text(nearest_double(model.b(1))) + ", t = " + short_text(value_of(t)) +
                           ", d = " + std::to_string(dimension);
    evidence.equal("dR/dt, " + at, left, right, 20, Real(0));
    evidence.at_most("sign of dR/dt, " + at, value_of(left), 0, 0, true);
    const Real further = R(4 * t);
    evidence.at_most("R(4t) < R(t), " + at, value_of(further), value_of(R(t)), 0, true);
  }
}

}  // namespace

Theorem erf_curvature_monotone() {
  return {
      .id = "erf-curvature-monotone",
      .group = "kernels",
      .statement =
          "at depth 1 the Ricci scalar of erf falls with the radius, without a lower bound: dR/dt = -(d-1)(d+2) "
          "pi s (1 + 4b + 2st)/((1+4b)(1+4q)^(3/2)) < 0",
      .latex = R"(\frac{dR}{dt}=-\frac{(d-1)(d+2)\,\pi s\,(1+4b+2st)}{(1+4b)(1+4q)^{3/2}}<0)",
      .hypotheses = "phi = erf(x), depth 1, `post`, s > 0, b >= 0, q = s t + b, d >= 2",
      .source = "derived here",
      .derivation = "docs/math/theorems.md, erf at depth 1",
      .left = "the formula in the expression language",
      .right = "differences of the curvature by quadrature at 50 digits",
      .mutations = {{"bias-forgotten", "1 + 2st in place of 1 + 4b + 2st"}, {"sign", "the opposite sign"}},
      .check = check_erf_curvature_monotone,
  };
}

}  // namespace widegeo::theory
