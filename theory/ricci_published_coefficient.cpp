#include "theory/catalogue.hpp"
#include "theory/support_formula.hpp"
#include "theory/support_metric.hpp"

namespace widegeo::theory {
namespace {

/// Printed and evaluated from this one text.
constexpr const char* published_formula =
    "-3*(d-1)*exp(-omega)*t*d_omega/(1 + 2*t*d_omega)^2*((d+2)*d_omega + 2*t*((d-2)*d_omega^2 + 2*dd_omega))";

void check_ricci_published_coefficient(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(60);
  evidence.tolerance_reason("35 of 60 digits; the two forms differ by the factor 3");
  Cases cases(conditions.seed, "ricci-published-coefficient");
  const std::vector<std::string> names{"d", "t", "omega", "d_omega", "dd_omega"};
  const Formula right(replaced(published_formula, "-3*", "-"), names);
  const bool mended = conditions.broken("coefficient-1");
  const Formula published = mended ? right : Formula(published_formula, names);
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
        const std::vector<Real> at{Real(d), to_real(t), w.omega, w.d_omega, w.dd_omega};
        const std::string place = place_of(name, model, d, t);
        evidence.equal(place + (mended ? ", coefficient 1 in place of 3" : ", coefficient 3"), R, published(at), 35,
                       abs(R));
        evidence.equal(place + ", coefficient 1", R, right(at), 35, abs(R));
        // The same tensors give +2 for a sphere (flat-space-sign-test), so the scale of R is not in doubt.
      }
}

}  // namespace

Theorem ricci_published_coefficient() {
  return {
      .id = "ricci-published-coefficient",
      .group = "curvature",
      .statement = std::string("As published: at depth 1 the Ricci scalar is R = ") + published_formula +
                   " with omega = log(s D(s t + b)).",
      .latex =
          R"(R = -\frac{3\,(d-1)\,e^{-\Omega}\,t\,\Omega'^2}{(1+2t\Omega')^2}\left[d+2+2t\left((d-2)\Omega' + \frac{2\Omega''}{\Omega'}\right)\right])",
      .hypotheses = "depth 1, d >= 2, R not 0",
      .source =
          "public code of arXiv 2301.11375 (3 and 3/4 where 1 and 1/4 are right); refuted here, the coefficient is 1",
      .derivation = "docs/math/geometry.md, Curvature",
      .left = "Christoffel symbols and the Riemann tensor from fourth derivatives of the kernel K(a, b, n)",
      .right = "the published form, and the form with the coefficient 1 beside it",
      .expected = Verdict::fails,
      .mutations = {{"coefficient-1", "the right coefficient: the statement then holds"}},
      .check = check_ricci_published_coefficient,
  };
}

}  // namespace widegeo::theory
