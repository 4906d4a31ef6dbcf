#include "theory/catalogue.hpp"
#include "theory/support_formula.hpp"
#include "theory/support_tensor.hpp"

namespace widegeo::theory {
namespace {

/// Printed and evaluated from these texts, each in terms of those before it.
constexpr const char* P_text = "(A + t*dA)/sqrt(A*(A + B*t))";
constexpr const char* radial_text = "-2*d_P/sqrt(A*(A + B*t))";
constexpr const char* tangential_text = "(A*B - 2*A*dA - t*dA^2)/(A^2*(A + B*t))";
constexpr const char* ricci_text = "K_rad + (d-2)*K_tan";
constexpr const char* scalar_text = "2*(d-1)*K_rad + (d-1)*(d-2)*K_tan";

struct Formulas {
  explicit Formulas(const Conditions& conditions)
      : radial(radial_text, {"A", "B", "t", "d_P"}),
        P(P_text, {"A", "dA", "B", "t"}),
        tangential(conditions.broken("missing-square") ? replaced(tangential_text, " - t*dA^2", "") : tangential_text,
                   {"A", "dA", "B", "t"}),
        ricci(ricci_text, {"d", "K_rad", "K_tan"}),
        scalar(conditions.broken("half-weight") ? replaced(scalar_text, "(d-2)", "(d-2)/2") : scalar_text,
               {"d", "K_rad", "K_tan"}) {}
  Formula radial, P, tangential, ricci, scalar;
};

struct Curvatures {
  Real radial, tangential, ricci_radial, ricci_tangential, scalar;
};

Curvatures by_formulas(const Formulas& f, const RadialGeometry<Real>& g, const Real& t, unsigned d) {
  // dP/dt by the chain rule over the variables of P's text.
  const std::vector<Real> at{g.A, g.dA, g.B, t};
  const Real d_P = f.P.derivative("A")(at) * g.dA + f.P.derivative("dA")(at) * g.ddA + f.P.derivative("B")(at) * g.dB +
                   f.P.derivative("t")(at);
  Curvatures r;
  r.radial = f.radial(std::vector<Real>{g.A, g.B, t, d_P});
  r.tangential = f.tangential(at);
  const std::vector<Real> both{Real(d), r.radial, r.tangential};
  r.ricci_radial = Real(d - 1) * r.radial;
  r.ricci_tangential = f.ricci(both);
  r.scalar = f.scalar(both);
  return r;
}

void compare(Evidence& evidence, const std::string& place, const MetricJet<Real>& g, const std::vector<Real>& x,
             const Curvatures& expected, const Real& scale) {
  const Curvature<Real> tensors = curvature(g);
  const auto normal = normal_vectors(x);
  const auto ricci = [&](const std::vector<Real>& u) {
    return Real(bilinear(tensors.ricci, u, u) / bilinear(g.g, u, u));
  };
  evidence.equal(place + ", R", tensors.scalar, expected.scalar, 35, scale);
  evidence.equal(place + ", K_rad", sectional(g, tensors, x, normal[0]), expected.radial, 35, scale);
  if (x.size() > 2)
    evidence.equal(place + ", K_tan", sectional(g, tensors, normal[0], normal[1]), expected.tangential, 35, scale);
  evidence.equal(place + ", Ricci radial", ricci(x), expected.ricci_radial, 35, scale);
  evidence.equal(place + ", Ricci tangential", ricci(normal[0]), expected.ricci_tangential, 35, scale);
}

void check_radial_curvatures_equal_tensor_calculus(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(70);
  evidence.tolerance_reason("35 of 70 digits, relative to the largest of the curvature and 1/(A t)");
  Cases cases(conditions.seed, "radial-curvatures-equal-tensor-calculus");
  const Formulas formulas(conditions);
  for (unsigned round = 0; round < conditions.effort; ++round)
    for (const ClosedCase* c : smooth_cases()) {
      const unsigned d = 2 + static_cast<unsigned>(cases.index(2));
      const Model model = random_model(cases, 1 + static_cast<unsigned>(cases.index(grows_fast(*c) ? 2 : 3)));
      const auto point = random_point(cases, d);
      const Rational t = squared_length(point);
      const std::vector<Real> x = real_point(point);
      const RadialRoute r = radial_route(*c, model, t, d);
      const Real scale = 1 / (r.geometry.A * to_real(t));
      const std::string place = place_of(c->activation.name, model, d, t);
      const auto g =
          metric_from_kernel<Real>(network_kernel<Real>(model, feature_of(c->form)), std::span<const Real>(x));
      compare(evidence, place, g, x, by_formulas(formulas, r.geometry, to_real(t), d), scale);
      // The expanded forms that `widegeo metric` prints.
      const auto& printed = r.geometry;
      compare(evidence, place + ", as printed", g, x,
              {printed.sectional_radial, printed.sectional_tangential, printed.ricci_radial, printed.ricci_tangential,
               printed.scalar_curvature},
              scale);
    }
}

}  // namespace

Theorem radial_curvatures_equal_tensor_calculus() {
  return {
      .id = "radial-curvatures-equal-tensor-calculus",
      .group = "curvature",
      .statement = std::string("For g = A I + B x x^T, dA = A' and P = ") + P_text +
                   ", d_P = P': K_rad = " + radial_text + ", K_tan = " + tangential_text +
                   ", Ricci eigenvalues (d-1)*K_rad and " + ricci_text + ", R = " + scalar_text + ".",
      .latex =
          R"(K_{\mathrm{rad}} = -\frac{2P'}{\sqrt{A(A+Bt)}},\quad K_{\mathrm{tan}} = \frac{AB-2AA'-tA'^2}{A^2(A+Bt)},\quad R = 2(d-1)K_{\mathrm{rad}} + (d-1)(d-2)K_{\mathrm{tan}})",
      .hypotheses = "any depth, d >= 2 (K_tan: d >= 3), x not 0",
      .source = "derived here: warped products",
      .derivation = "docs/math/geometry.md, Curvature",
      .left = "Christoffel symbols and the Riemann tensor from fourth derivatives of the kernel K(a, b, n)",
      .right = "the formulas, and the expanded forms that the program prints, from A and B by the radial recursion",
      .mutations = {{"missing-square", "K_tan without t A'^2"}, {"half-weight", "half of K_tan in R"}},
      .check = check_radial_curvatures_equal_tensor_calculus,
  };
}

}  // namespace widegeo::theory
