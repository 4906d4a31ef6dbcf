#include "theory/catalogue.hpp"
#include "theory/support_tensor.hpp"

namespace widegeo::theory {
namespace {

using J = Jet<Real>;

/// (x, y) -> (x + y^2, y + x^3): not orthogonal, so every Christoffel symbol contributes.
std::vector<J> sheared(const std::vector<J>& x) { return {x[0] + x[1] * x[1], x[1] + x[0] * x[0] * x[0]}; }

/// The metric factor(u, v) (du^2 + dv^2) in the coordinates x, where (u, v) = sheared(x).
template <class F>
std::vector<J> pulled_back(const std::vector<J>& x, const F& factor) {
  const std::vector<J> u = sheared(x);
  const unsigned order = x[0].shape().order() - 1;
  std::vector<J> g;
  for (unsigned a = 0; a < 2; ++a)
    for (unsigned b = 0; b < 2; ++b)
      g.push_back(truncated(factor(u[0], u[1]), order) *
                  (partial(u[0], a) * partial(u[0], b) + partial(u[1], a) * partial(u[1], b)));
  return g;
}

void compare(Evidence& evidence, const Conditions& conditions, const std::string& place, const std::vector<J>& metric,
             int expected) {
  const TensorFields f = tensor_fields(metric, 2, conditions.broken("flipped-products") ? -1 : 1);
  evidence.equal(place + ", by derivatives of Christoffel symbols", f.scalar.value(), Real(expected), 40, Real(1));
  std::vector<J> entries;
  for (const J& entry : metric) entries.push_back(truncated(entry, 2));
  const Real R = curvature(metric_jet<Real>(std::span<const J>(entries), 2)).scalar;
  evidence.equal(place + ", by second derivatives of g", R, Real(expected), 40, Real(1));
}

void check_flat_space_sign_test(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(60);
  evidence.tolerance_reason("40 of 60 digits");
  Cases cases(conditions.seed, "flat-space-sign-test");
  for (unsigned round = 0; round < 4 * conditions.effort; ++round) {
    const std::vector<Rational> point{cases.rational(0.1, 0.4), cases.rational(0.1, 0.4)};
    const std::vector<J> x = coordinates(point, 3);
    const std::string place =
        "(x, y) = (" + short_text(nearest_double(point[0])) + ", " + short_text(nearest_double(point[1])) + ")";
    compare(evidence, conditions, "plane at " + place, pulled_back(x, [](const J&, const J&) { return J(1); }), 0);
    // Stereographic coordinates: 4 (du^2 + dv^2)/(1 +- (u^2 + v^2))^2.
    for (const int sign : {1, -1})
      compare(evidence, conditions, (sign > 0 ? "sphere at " : "hyperbolic plane at ") + place,
              pulled_back(x,
                          [&](const J& u, const J& v) {
                            const J e = 1 + sign * (u * u + v * v);
                            return 4 / (e * e);
                          }),
              2 * sign);
  }
}

}  // namespace

Theorem flat_space_sign_test() {
  return {
      .id = "flat-space-sign-test",
      .group = "curvature",
      .statement =
          "In the coordinates (x + y^2, y + x^3) the plane has R = 0, the unit sphere R = +2 and the hyperbolic plane "
          "R = -2: the "
          "signs of all terms of the Riemann tensor are right.",
      .latex = R"(R[\mathbb R^2] = 0,\quad R[S^2] = 2,\quad R[H^2] = -2)",
      .hypotheses = "a change of coordinates that is not orthogonal, points where it is invertible",
      .source = "textbook values; the choice of coordinates: derived here",
      .derivation = "docs/math/geometry.md, Sign conventions",
      .left =
          "two forms of the Riemann tensor: derivatives of Christoffel symbols, and second derivatives of the metric",
      .right = "0, 2 and -2",
      .mutations = {{"flipped-products", "the wrong sign of the products of Christoffel symbols"}},
      .check = check_flat_space_sign_test,
  };
}

}  // namespace widegeo::theory
