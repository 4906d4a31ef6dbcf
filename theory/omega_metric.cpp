#include "theory/catalogue.hpp"
#include "theory/support_formula.hpp"
#include "theory/support_metric.hpp"

namespace widegeo::theory {
namespace {

/// Printed and evaluated from this one text.
constexpr const char* omega_metric_formula = "exp(omega)*(same + 2*d_omega*x_m*x_n)";

void check_omega_metric(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(60);
  evidence.tolerance_reason("40 of 60 digits, relative to the trace of the metric");
  Cases cases(conditions.seed, "omega-metric");
  const std::vector<std::string> names{"omega", "d_omega", "same", "x_m", "x_n"};
  const Formula formula(
      conditions.broken("missing-two") ? replaced(omega_metric_formula, "2*d_omega", "d_omega") : omega_metric_formula,
      names);
  for (unsigned round = 0; round < conditions.effort; ++round)
    for (const ClosedCase* c : smooth_cases()) {
      const unsigned d = 2 + static_cast<unsigned>(cases.index(3));
      const Model model = random_model(cases, 1);
      const auto point = random_point(cases, d);
      const Rational t = squared_length(point);
      const std::vector<Real> x = real_point(point);
      const auto g = mixed_hessian(network_kernel<Real>(model, feature_of(c->form)), x);
      const OmegaValues w = omega_values(c->form, model, t);
      Real trace = 0;
      for (unsigned m = 0; m < d; ++m) trace += abs(g[m * d + m]);
      const std::string place = place_of(c->activation.name, model, d, t);
      for (unsigned m = 0; m < d; ++m)
        for (unsigned n = m; n < d; ++n)
          evidence.equal(place, g[m * d + n],
                         formula(std::vector<Real>{w.omega, w.d_omega, Real(m == n ? 1 : 0), x[m], x[n]}), 40, trace);
    }
}

}  // namespace

Theorem omega_metric() {
  return {
      .id = "omega-metric",
      .group = "metric",
      .statement = std::string("At depth 1 the metric g_mn is ") + omega_metric_formula +
                   " with same = 1 for m = n and 0 otherwise, omega = log(s D(s t + b)), t = |x|^2, and d_omega its "
                   "derivative in t.",
      .latex =
          R"(g_{mn} = e^{\Omega}\left(\delta_{mn} + 2\,\Omega'\,x_m x_n\right),\quad \Omega = \log\bigl(s\,D(st+b)\bigr))",
      .hypotheses = "depth 1, phi continuous with E phi'^2 finite",
      .source = "arXiv 2301.11375, the metric at infinite width",
      .derivation = "docs/math/geometry.md, The radial recursion",
      .left = "the mixed Hessian of the kernel K(a, b, n) by Taylor series in x and y",
      .right = "the formula, from D(q) by symbolic differentiation",
      .mutations = {{"missing-two", "d_omega instead of 2 d_omega"}},
      .check = check_omega_metric,
  };
}

}  // namespace widegeo::theory
