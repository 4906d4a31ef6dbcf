#include "theory/catalogue.hpp"
#include "theory/support_formula.hpp"
#include "theory/support_metric.hpp"

namespace widegeo::theory {
namespace {

void check(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(60);
  evidence.tolerance_reason("35 of 60 digits; the two forms differ by the factor 3");
  Cases cases(conditions.seed, "ricci-published-coefficient");
  const Formula formula(
      "-coefficient*(d-1)*exp(-omega)*t*d_omega/(1 + 2*t*d_omega)^2*((d+2)*d_omega + "
      "2*t*((d-2)*d_omega^2 + 2*dd_omega))",
      {"coefficient", "d", "t", "omega", "d_omega", "dd_omega"});
  const int published = conditions.broken("coefficient-1") ? 1 : 3;
  for (unsigned round = 0; round < conditions.effort; ++round)
    for (const char* name : {"erf", "gelu", "sin", "gaussian", "cube"})
      for (unsigned d = 2; d <= 3; ++d) {
        const ClosedCase& c = closed_case(name);
        const Model model = random_model(cases, 1);
        const auto point = random_point(cases, d);
        const Rational t = squared_length(point);
        const std::vector<Real> x = real_point(point);
        const auto g =
            metric_from_kernel<Real>(network_kernel<Real>(model, feature_of(c.form)), std::span<const Real>(x));
        const Real R = curvature(g).scalar;
        const OmegaValues w = omega_values(c.form, model, t);
        const auto form = [&](int coefficient) {
          return formula(std::vector<Real>{Real(coefficient), Real(d), to_real(t), w.omega, w.d_omega, w.dd_omega});
        };
        const std::string place = place_of(name, model, d, t);
        evidence.equal(place + ", coefficient " + std::to_string(published), R, form(published), 35, abs(R));
        evidence.equal(place + ", coefficient 1", R, form(1), 35, abs(R));
        // The same tensors give +2 for a sphere (flat-space-sign-test), so the scale of R is not in doubt.
      }
}

}  // namespace

Theorem ricci_published_coefficient() {
  return {
      .id = "ricci-published-coefficient",
      .group = "curvature",
      .statement =
          "Refuted: the Ricci scalar at depth 1 is R = -3*(d-1)*exp(-omega)*t*d_omega/(1 + "
          "2*t*d_omega)^2*((d+2)*d_omega + 2*t*((d-2)*d_omega^2 + 2*dd_omega)); the coefficient is 1, not 3.",
      .latex =
          R"(R \ne -\frac{3\,(d-1)\,e^{-\Omega}\,t\,\Omega'^2}{(1+2t\Omega')^2}\left[d+2+2t\left((d-2)\Omega' + \frac{2\Omega''}{\Omega'}\right)\right])",
      .hypotheses = "depth 1, d >= 2, R not 0",
      .source = "the form with 3 (and 3/4 where 1/4 is right): public code of arXiv 2301.11375",
      .derivation = "docs/math/geometry.md, Curvature",
      .left = "Christoffel symbols and the Riemann tensor from fourth derivatives of the kernel K(a, b, n)",
      .right = "the published form, and the form with the coefficient 1 beside it",
      .expected = Verdict::fails,
      .mutations = {{"coefficient-1", "the right coefficient: the statement then holds"}},
      .check = check,
  };
}

}  // namespace widegeo::theory
