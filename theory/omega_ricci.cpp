#include "theory/catalogue.hpp"
#include "theory/support_formula.hpp"
#include "theory/support_metric.hpp"

namespace widegeo::theory {
namespace {

/// Printed and evaluated from this one text.
constexpr const char* omega_ricci_formula =
    "-(d-1)*exp(-omega)*t*d_omega/(1 + 2*t*d_omega)^2*((d+2)*d_omega + 2*t*((d-2)*d_omega^2 + 2*dd_omega))";

std::string formula_of(const Conditions& conditions) {
  if (conditions.broken("coefficient-3")) return replaced(omega_ricci_formula, "-(d-1)", "-3*(d-1)");
  return conditions.broken("missing-curvature") ? replaced(omega_ricci_formula, " + 2*dd_omega", "")
                                                : omega_ricci_formula;
}

void check_omega_ricci(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(60);
  evidence.tolerance_reason("35 of 60 digits, relative to the largest of R and 1/(A t)");
  Cases cases(conditions.seed, "omega-ricci");
  const Formula formula(formula_of(conditions), {"d", "t", "omega", "d_omega", "dd_omega"});
  for (unsigned round = 0; round < conditions.effort; ++round)
    for (const ClosedCase* c : smooth_cases()) {
      const unsigned d = 2 + static_cast<unsigned>(cases.index(2));
      const Model model = random_model(cases, 1);
      const auto point = random_point(cases, d);
      const Rational t = squared_length(point);
      const std::vector<Real> x = real_point(point);
      const auto g =
          metric_from_kernel<Real>(network_kernel<Real>(model, feature_of(c->form)), std::span<const Real>(x));
      const OmegaValues w = omega_values(c->form, model, t);
      evidence.equal(place_of(c->activation.name, model, d, t), curvature(g).scalar,
                     formula(std::vector<Real>{Real(d), to_real(t), w.omega, w.d_omega, w.dd_omega}), 35,
                     Real(exp(-w.omega) / to_real(t)));
    }
}

}  // namespace

Theorem omega_ricci() {
  return {
      .id = "omega-ricci",
      .group = "curvature",
      .statement = std::string("At depth 1 the Ricci scalar is R = ") + omega_ricci_formula +
                   " with omega = log(s D(s t + b)), in the sign convention where the unit 2-sphere has R = +2.",
      .latex =
          R"(R = -\frac{(d-1)\,e^{-\Omega}\,t\,\Omega'^2}{(1+2t\Omega')^2}\left[d+2+2t\left((d-2)\Omega' + \frac{2\Omega''}{\Omega'}\right)\right])",
      .hypotheses = "depth 1, d >= 2, E phi'^2 finite and the metric not degenerate",
      .source = "arXiv 2301.11375, the Ricci scalar at infinite width, with the coefficient 1 instead of 3",
      .derivation = "docs/math/geometry.md, Curvature",
      .left = "Christoffel symbols and the Riemann tensor from fourth derivatives of the kernel K(a, b, n)",
      .right = "the formula, from D(q) by symbolic differentiation",
      .mutations = {{"coefficient-3", "a further factor 3"}, {"missing-curvature", "without the term of omega''"}},
      .check = check_omega_ricci,
  };
}

}  // namespace widegeo::theory
