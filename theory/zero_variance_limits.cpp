#include <functional>

#include "theory/catalogue.hpp"
#include "theory/support_cases.hpp"

namespace widegeo::theory {
namespace {

constexpr unsigned working = 120, digits = 20;

/// The limit at 0 of a function of r = sqrt(q), smooth from the right, from its values at r_0/2^i by Neville's scheme.
/// Eight nodes from r_0 = 10^-4 leave an error of r_0^8 = 10^-32 times the eighth Taylor coefficient.
Real limit_of(const std::function<Real(const Real&)>& f) {
  constexpr int nodes = 8;
  std::vector<Real> r, value;
  for (int i = 0; i < nodes; ++i) {
    r.push_back(pow_int(Real(10), -4L) / pow_int(Real(2), static_cast<long>(i)));
    value.push_back(f(r.back() * r.back()));
  }
  for (int level = 1; level < nodes; ++level)
    for (int i = 0; i + level < nodes; ++i) {
      const auto a = static_cast<std::size_t>(i), b = static_cast<std::size_t>(i + level);
      value[a] = (r[a] * value[a + 1] - r[b] * value[a]) / (r[a] - r[b]);
    }
  return value[0];
}

/// phi, phi', phi'' just right (side = 1) or left (-1) of 0.
struct OneSided {
  Real phi, slope, curvature;
};

OneSided beside_origin(const Activation& activation, int side) {
  const std::vector<expr::Expr> trees{activation.phi, activation.derivative,
                                      expr::derivative(activation.derivative, "x")};
  const expr::Tape tape(std::span<const expr::Expr>(trees), {"x"});
  expr::Tape::Workspace<Real> workspace;
  const Real x = side * pow_int(Real(10), -60L);
  std::vector<Real> out(3);
  tape.evaluate(std::span<const Real>(&x, 1), std::span<Real>(out), workspace);
  return {out[0], out[1], out[2]};
}

void check_zero_variance_limits(Evidence& evidence, const Conditions& conditions) {
  evidence.tolerance_reason(
      "20 digits: eight values at variances from 1e-8 down leave 1e-32 of the eighth Taylor coefficient, at 120 "
      "working "
      "digits");
  const PrecisionScope precision(working);
  for (const char* name : {"erf", "gelu", "cos", "gaussian", "exp", "normal-cdf", "quadratic", "affine", "snake",
                           "relu", "leaky-relu", "abs", "elu", "selu", "hard-sigmoid", "squared-relu", "laplace-cdf"}) {
    const Activation activation = make_activation(name);
    const auto source = by_closed_form<Real>(activation);
    const OneSided right = beside_origin(activation, 1), left = beside_origin(activation, -1);
    const Real value = right.phi;
    Real slope_square = (right.slope * right.slope + left.slope * left.slope) / 2;
    if (conditions.broken("right-side-only")) slope_square = right.slope * right.slope;
    if (conditions.broken("mean-slope-squared")) slope_square = pow_int(Real((right.slope + left.slope) / 2), 2L);
    const std::string at = name;
    const Real scale(1);
    evidence.equal(at + ", V(0)", limit_of([&](const Real& q) { return source->one_point(q, 0).V[0]; }),
                   Real(value * value), digits, scale);
    evidence.equal(at + ", D(0)", limit_of([&](const Real& q) { return source->one_point(q, 0).D[0]; }), slope_square,
                   digits, scale);
    // phi(0) (phi'(0+) - phi'(0-)) is a kink of phi^2 at 0: V' is then infinite.
    const Real kink = value * (right.slope - left.slope);
    if (abs(kink) > pow_int(Real(10), -30L)) continue;
    Real rate = slope_square + value * (right.curvature + left.curvature) / 2;
    if (conditions.broken("curvature-term-missing")) rate = slope_square;
    evidence.equal(at + ", V'(0)", limit_of([&](const Real& q) { return source->one_point(q, 1).V[1]; }), rate, digits,
                   scale);
  }
}

}  // namespace

Theorem zero_variance_limits() {
  return {
      .id = "zero-variance-limits",
      .group = "limits",
      .statement =
          "as q falls to 0, V tends to phi(0)^2, D to the mean of phi'(0+)^2 and phi'(0-)^2, and V' to D(0) + "
          "phi(0) (phi''(0+) + phi''(0-))/2 where phi^2 has no kink at 0",
      .latex = R"(V\to\phi(0)^2,\quad D\to\tfrac12\left[\phi'(0^+)^2+\phi'(0^-)^2\right],\quad )"
               R"(V'\to D(0)+\tfrac12\phi(0)\left[\phi''(0^+)+\phi''(0^-)\right])",
      .hypotheses = "phi continuous at 0 and smooth on either side; for V' phi(0) (phi'(0+) - phi'(0-)) = 0",
      .source = "derived here",
      .derivation = "docs/math/theorems.md, Zero variance",
      .left = "closed forms at eight variances below 1e-8, extrapolated in sqrt(q)",
      .right = "symbolic derivatives of phi on either side of 0",
      .mutations = {{"right-side-only", "D(0) = phi'(0+)^2"},
                    {"mean-slope-squared", "the square of the mean slope"},
                    {"curvature-term-missing", "V'(0) = D(0)"}},
      .check = check_zero_variance_limits,
  };
}

}  // namespace widegeo::theory
