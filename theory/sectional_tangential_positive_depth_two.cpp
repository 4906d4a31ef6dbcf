#include "theory/catalogue.hpp"
#include "theory/support_tensor.hpp"

namespace widegeo::theory {
namespace {

void check_sectional_tangential_positive_depth_two(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(60);
  evidence.tolerance_reason("35 of 60 digits; a witness must exceed 0 by a thousandth of 1/A");
  // Near the origin K_tan is c/A + O(t): positive where D' and E phi phi'' have the same sign.
  const std::vector<Rational> point{Rational(1, 5), Rational(-1, 10), Rational(1, 20)};
  const std::vector<Real> x = real_point(point);
  const Rational t = squared_length(point);
  for (const char* name : {"erf", "sin", "cos", "exp"}) {
    const ClosedCase& c = closed_case(name);
    Model model;
    model.depth = conditions.broken("depth-one") ? 1 : 2;
    model.weight_variance = {Rational(3, 2)};
    model.bias_variance = {Rational(1, 5)};
    const auto g = metric_from_kernel<Real>(network_kernel<Real>(model, feature_of(c.form)), std::span<const Real>(x));
    const auto normal = normal_vectors(x);
    const Real K = sectional(g, curvature(g), normal[0], normal[1]);
    const RadialRoute r = radial_route(c, model, t, 3);
    const std::string place = place_of(name, model, 3, t);
    evidence.equal(place + ", K_tan", K, r.geometry.sectional_tangential, 35, Real(1 / (r.geometry.A * to_real(t))));
    evidence.exceeds(place + ", A K_tan > 0", value_of(Real(K * r.geometry.A)), 0, 1e-3);
  }
}

}  // namespace

Theorem sectional_tangential_positive_depth_two() {
  return {
      .id = "sectional-tangential-positive-depth-two",
      .group = "curvature",
      .statement =
          "At depth 2 planes normal to x can be positively curved: K_tan > 0 for erf, sin, cos and "
          "exp with s = 1.5, b = 0.2 at |x|^2 = 0.0525.",
      .latex = R"(L = 2:\quad K_{\mathrm{tan}} > 0 \text{ occurs})",
      .hypotheses =
          "witnesses: four models at one point; near the origin K_tan = C/A^2 with C = 2 s_1^2 s_2^2 D'(q_2) V'(q_1) "
          "E[phi phi''](q_1)",
      .source = "derived here",
      .derivation = "docs/math/theorems.md, Positive curvature at depth 2",
      .left = "the Riemann tensor from fourth derivatives of the kernel",
      .right = "the radial recursion, and 0",
      .mutations = {{"depth-one", "the same witnesses at depth 1"}},
      .check = check_sectional_tangential_positive_depth_two,
      .provable = R"([[statement]]
id = "sectional-tangential-positive-near-the-origin"
claim = "sectional_tangential > 0"
forall.activation = ["erf", "sin"]
forall.depth = [2]
forall.dimension = [3]
forall.weight_variance = "1.4:1.6"
forall.bias_variance = "0.15:0.25"
forall.radius = "0:0.25"
)",
  };
}

}  // namespace widegeo::theory
