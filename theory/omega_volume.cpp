#include "theory/catalogue.hpp"
#include "theory/support_formula.hpp"
#include "theory/support_metric.hpp"

namespace widegeo::theory {
namespace {

/// Printed and evaluated from this one text.
constexpr const char* omega_volume_formula = "d/2*omega + log(1 + 2*t*d_omega)/2";

/// Of a positive matrix, by elimination.
Real log_determinant(std::vector<Real> m, unsigned d) {
  Real sum = 0;
  for (unsigned k = 0; k < d; ++k) {
    sum += log(m[k * d + k]);
    for (unsigned i = k + 1; i < d; ++i) {
      const Real factor = m[i * d + k] / m[k * d + k];
      for (unsigned j = k; j < d; ++j) m[i * d + j] -= factor * m[k * d + j];
    }
  }
  return sum;
}

void check_omega_volume(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(60);
  evidence.tolerance_reason("40 of 60 digits");
  Cases cases(conditions.seed, "omega-volume");
  const Formula formula(
      conditions.broken("tangential-only") ? replaced(omega_volume_formula, "d/2", "(d-1)/2") : omega_volume_formula,
      {"d", "t", "omega", "d_omega"});
  for (unsigned round = 0; round < conditions.effort; ++round)
    for (const ClosedCase* c : smooth_cases()) {
      const unsigned d = 2 + static_cast<unsigned>(cases.index(4));
      const Model model = random_model(cases, 1);
      const auto point = random_point(cases, d);
      const Rational t = squared_length(point);
      const auto g = mixed_hessian(network_kernel<Real>(model, feature_of(c->form)), real_point(point));
      const OmegaValues w = omega_values(c->form, model, t);
      evidence.equal(place_of(c->activation.name, model, d, t), Real(log_determinant(g, d) / 2),
                     formula(std::vector<Real>{Real(d), to_real(t), w.omega, w.d_omega}), 40, Real(1));
    }
}

}  // namespace

Theorem omega_volume() {
  return {
      .id = "omega-volume",
      .group = "metric",
      .statement = std::string("At depth 1 the logarithm of the volume element sqrt(det g) in dimension d is ") +
                   omega_volume_formula + " with omega = log(s D(s t + b)).",
      .latex = R"(\log\sqrt{\det g} = \tfrac d2\,\Omega + \tfrac12\log(1 + 2t\,\Omega'))",
      .hypotheses = "depth 1, phi continuous with 0 < E phi'^2 finite, and 1 + 2 t Omega' > 0",
      .source = "arXiv 2301.11375, the volume element at infinite width",
      .derivation = "docs/math/geometry.md, Curvature",
      .left = "the determinant of the mixed Hessian of the kernel K(a, b, n)",
      .right = "the formula, from D(q) by symbolic differentiation",
      .mutations = {{"tangential-only", "(d-1)/2 omega instead of d/2 omega"}},
      .check = check_omega_volume,
  };
}

}  // namespace widegeo::theory
