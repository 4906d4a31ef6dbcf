#include "gaussian/one_point/hermite.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_cases.hpp"

namespace widegeo::theory {
namespace {

constexpr unsigned working = 50, digits = 30;

/// E f(sqrt(q) z) for f given as a tree: the Hermite coefficient of order 0.
Real mean_of(const expr::Expr& f, const Real& q) {
  return gaussian::hermite_coefficients<Real>(make_activation(expr::to_text(f)), q, 0).c[0];
}

/// sum over the kinks c of phi(c) J(c) p(c): J the jump of phi', p the density of sqrt(q) z. phi'' holds a point mass J
/// at c that the derivative almost everywhere does not see.
Real kink_masses(const Activation& activation, const Real& q) {
  const expr::Tape& tape = activation.tape;  // (phi, phi')
  expr::Tape::Workspace<Real> workspace;
  const auto at = [&](const Real& x) {
    std::vector<Real> out(2);
    tape.evaluate(std::span<const Real>(&x, 1), std::span<Real>(out), workspace);
    return out;
  };
  // phi' is smooth on either side, so a step of 10^-40 leaves 10^-40.
  const Real step = pow_int(Real(10), -40L);
  Real sum(0);
  for (const expr::SpecialPoint& point : activation.derivative_analysis.points) {
    const Real c = point.location();
    const Real jump = at(c + step)[1] - at(c - step)[1];
    sum += at(c)[0] * jump * exp(-c * c / (2 * q)) / sqrt(2 * pi<Real>() * q);
  }
  return sum;
}

void check_heat_equation(Evidence& evidence, const Conditions& conditions) {
  evidence.tolerance_reason("30 digits of V/q at 50 working digits");
  const PrecisionScope precision(working);
  Cases cases(conditions.seed, "heat-equation");
  for (const char* name :
       {"erf", "gelu", "sin", "cos", "gaussian", "exp", "normal-cdf", "cube", "gabor", "snake", "relu", "elu",
        "hard-tanh", "hard-sigmoid", "relu6", "triangle", "squared-relu", "hard-swish"}) {
    const Activation activation = make_activation(name);
    const auto closed = by_closed_form<Real>(activation);
    const expr::Expr second = expr::derivative(activation.derivative, "x");
    for (unsigned trial = 0; trial < conditions.effort; ++trial) {
      const Real q = to_real(cases.rational(0.2, 3));
      const OnePoint<Real> e = closed->one_point(q, 1);
      expr::Expr integrand = activation.derivative * activation.derivative;
      if (!conditions.broken("curvature-term-missing")) integrand = integrand + activation.phi * second;
      Real right = mean_of(integrand, q);
      if (!conditions.broken("kink-mass-missing")) right += kink_masses(activation, q);
      if (conditions.broken("factor-half")) right /= 2;
      evidence.equal(std::string(name) + ", q = " + short_text(value_of(q)), e.V[1], right, digits, abs(e.V[0]) / q);
    }
  }
}

}  // namespace

Theorem heat_equation() {
  return {
      .id = "heat-equation",
      .group = "kernels",
      .statement =
          "V(q) = E phi(sqrt(q) z)^2 obeys the heat equation dV/dq = (1/2) E (phi^2)'' = E[phi'^2 + phi "
          "phi''], where a kink c of phi adds to phi'' a point mass: phi(c) [phi'(c+) - phi'(c-)] "
          "exp(-c^2/(2q))/sqrt(2 pi q)",
      .latex =
          R"(V'(q)=E\left[\phi'^2+\phi\,\phi''\right]+\sum_c\phi(c)\,[\phi'](c)\,\frac{e^{-c^2/2q}}{\sqrt{2\pi q}})",
      .hypotheses = "phi continuous, with phi'' piecewise smooth and of at most Gaussian growth; q > 0",
      .source = "derived here; the heat equation of the Gaussian density, and Price 1958",
      .derivation = "docs/math/theorems.md, The heat equation of V",
      .left = "derivative of the closed form of V",
      .right = "quadrature of the symbolic phi'^2 + phi phi'', and the masses at the kinks",
      .mutations = {{"curvature-term-missing", "E phi'^2 alone"},
                    {"kink-mass-missing", "phi'' almost everywhere, without its point masses"},
                    {"factor-half", "half of the right-hand side"}},
      .check = check_heat_equation,
  };
}

}  // namespace widegeo::theory
