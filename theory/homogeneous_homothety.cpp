#include "theory/catalogue.hpp"
#include "theory/support_formula.hpp"
#include "theory/support_metric.hpp"

namespace widegeo::theory {
namespace {

struct Homogeneous {
  const char* name;
  int degree;
};

void check_homogeneous_homothety(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(60);
  evidence.tolerance_reason(
      "for limits of differences the change when the step is halved; K_rad: 35 of 60 digits of 1/(A t)");
  Cases cases(conditions.seed, "homogeneous-homothety");
  const Formula exponent(conditions.broken("degree-times-depth") ? "2*(k*depth - 1)" : "2*(k^depth - 1)",
                         {"k", "depth"});
  for (unsigned round = 0; round < conditions.effort; ++round)
    for (const auto& [name, degree] :
         {Homogeneous{"relu", 1}, {"abs", 1}, {"leaky-relu", 1}, {"squared-relu", 2}, {"square", 2}, {"cube", 3}})
      for (unsigned depth = 1; depth <= 3; ++depth) {
        const ClosedCase& c = closed_case(name);
        Model model = random_model(cases, depth);
        model.bias_variance = {conditions.broken("with-bias") ? Rational(1, 10) : Rational(0)};
        const auto point = random_point(cases, 3), direction = random_point(cases, 3);
        const Rational t = squared_length(point), scale = cases.rational(1.2, 2.5);
        std::vector<Rational> far;
        for (const Rational& v : point) far.push_back(scale * v);
        const std::string place = place_of(name, model, 3, t) + ", c = " + short_text(nearest_double(scale));
        const std::vector<Real> x = real_point(point), v = real_point(direction);
        // Left: g(c x)(v, v) from the kernel; right: g(x)(v, v) = A |v|^2 + B (x.v)^2 from the recursion.
        const Limit left = chord_metric(c, model, real_point(far), v);
        const RadialRoute r = radial_route(c, model, t, 3);
        Real vv = 0, xv = 0;
        for (unsigned i = 0; i < 3; ++i) {
          vv += v[i] * v[i];
          xv += x[i] * v[i];
        }
        const Real power = exponent(std::vector<Real>{Real(degree), Real(depth)});
        const Real right = pow(to_real(scale), power) * (r.geometry.A * vv + r.geometry.B * xv * xv);
        evidence.equal(place + ", g(cx)(v, v)", value_of(left.value), value_of(right), value_of(left.error));
        // A cone is flat along its rays.
        evidence.equal(place + ", K_rad", r.geometry.sectional_radial, Real(0), 35,
                       Real(1 / (r.geometry.A * to_real(t))));
      }
}

}  // namespace

Theorem homogeneous_homothety() {
  return {
      .id = "homogeneous-homothety",
      .group = "metric",
      .statement =
          "For phi homogeneous of degree k (phi(cx) = c^k phi(x), c > 0) and no bias, stretching the input is a "
          "homothety: the components at c x are c^(2*(k^depth - 1)) times those at x; the space is a cone, K_rad = 0.",
      .latex = R"(g_{mn}(cx) = c^{2(k^L-1)}\,g_{mn}(x),\qquad K_{\mathrm{rad}} = 0)",
      .hypotheses = "b_l = 0 in every layer, x not 0, phi homogeneous of degree k >= 1",
      .source = "derived here",
      .derivation = "docs/math/theorems.md, Homogeneous activations",
      .left = "g(cx)(v, v) from differences of the kernel of two points",
      .right = "the power of c times A |v|^2 + B (x.v)^2 at x by the radial recursion",
      .mutations = {{"degree-times-depth", "k L instead of k^L"}, {"with-bias", "claimed with biases, too"}},
      .check = check_homogeneous_homothety,
  };
}

}  // namespace widegeo::theory
