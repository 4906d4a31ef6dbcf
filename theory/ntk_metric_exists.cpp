#include <map>

#include "kernel/kernel.hpp"
#include "number/error.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_cases.hpp"
#include "theory/support_formula.hpp"

namespace widegeo::theory {
namespace {

TrackedDouble exact(const Rational& x) { return from_rational<TrackedDouble>(x); }

InputPair<TrackedDouble> coincident(const Rational& t) {
  return {exact(t), exact(t), exact(t), TrackedDouble(0), true, 2, TrackedDouble(0)};
}

/// Two layers of weights: Theta = s_2 (K + Kdot Theta_1) + b_2, Theta_1 = s_1 x.y + b_1.
Model two_layers(Cases& cases) {
  Model model;
  model.depth = 2;
  model.read_out = ReadOut::pre;
  model.weight_variance = {cases.rational(0.5, 1.5), cases.rational(0.5, 1.5)};
  model.bias_variance = {cases.rational(0.1, 0.5), cases.rational(0.1, 0.5)};
  return model;
}

/// phi and its derivative, both with closed forms.
struct Smooth {
  std::string phi, slope;
  std::map<std::string, std::string> slope_parameters{};
};

void compare_smooth(Evidence& evidence, const Smooth& smooth, Cases& cases, const Conditions& conditions) {
  const Model model = two_layers(cases);
  const Rational t = cases.rational(0.1, 2);
  const Activation phi = make_activation(smooth.phi), slope = make_activation(smooth.slope, smooth.slope_parameters);
  const auto closed = by_closed_form<TrackedDouble>(phi), closed_slope = by_closed_form<TrackedDouble>(slope);
  const auto theta = ntk(model, *closed, coincident(t), 2, closed_slope.get());

  // V and D of phi' are D and E phi''^2 of phi.
  const TrackedDouble s1 = exact(model.s(1)), q = s1 * exact(t) + exact(model.b(1));
  const auto e = by_quadrature<TrackedDouble>(make_activation(expr::to_text(phi.derivative)))->one_point(q, 1);
  const std::vector<std::string> variables{"s1", "s2", "q", "D", "dD", "E", "dE"};
  const std::string cross = conditions.broken("cross-term-once") ? "3" : "4";
  const std::string own = conditions.broken("slope-kernel-left-out") ? "0" : "1";
  const Formula A("s1*s2*(2*D + " + own + "*q*E)", variables);
  const Formula B("s1^2*s2*(" + cross + "*dD + 2*" + own + "*q*dE)", variables);
  const std::vector<TrackedDouble> values{s1, exact(model.s(2)), q, e.V[0], e.V[1], e.D[0], e.D[1]};
  const std::string at = smooth.phi + ", s = " + short_text(s1.value) + ", q = " + short_text(q.value);
  evidence.equal("A, " + at, A(values), theta.identity);
  evidence.equal("B, " + at, B(values), theta.h[0] + theta.h[1] + theta.h[2] + theta.h[3]);
}

struct Kinked {
  std::string phi, slope;
  int jump;  ///< of phi' at 0
};

void compare_kinked(Evidence& evidence, const Kinked& kinked, Cases& cases, const Conditions& conditions) {
  const auto source = by_quadrature<TrackedDouble>(make_activation(kinked.slope));
  const std::string size = conditions.broken("finite-at-coincidence") ? "sqrt(a*b)" : "sqrt(m)";
  const Formula growth("j^2/(2*pi*" + size + ")", {"a", "b", "m", "j"});
  const Rational a = cases.rational(0.5, 2), b = a;
  for (const long parts : {4L, 64L, 4096L}) {
    const Rational n = a * (1 - Rational(1, parts)), m = a * b - n * n;
    const Covariance<TrackedDouble> c{exact(a), exact(b), exact(n), exact(m), false};
    const TrackedDouble left = growth(std::vector<TrackedDouble>{c.a, c.b, c.minor, TrackedDouble(kinked.jump)});
    evidence.equal("E phi'' phi'', " + kinked.phi + ", a = b = " + short_text(c.a.value) + ", 1 - rho = 1/" +
                       std::to_string(parts),
                   left, source->two_point(c, TwoPointNeed::kernel).Kdot);
  }
  // At coincidence it is infinite, and is refused rather than given a number.
  const Model model = two_layers(cases);
  const auto phi = by_quadrature<TrackedDouble>(make_activation(kinked.phi));
  bool refused = false;
  try {
    ntk(model, *phi, coincident(Rational(1, 2)), 2, source.get());
  } catch (const Error& error) {
    refused = error.code() == ErrorCode::input;
  }
  evidence.require(kinked.phi + ", the same point twice", refused, "the metric of the NTK is refused");
}

void check_ntk_metric_exists(Evidence& evidence, const Conditions& conditions) {
  evidence.tolerance_reason("the errors that both routes state");
  Cases cases(conditions.seed, "ntk-metric-exists");
  for (unsigned round = 0; round < conditions.effort; ++round) {
    for (const Smooth& smooth : std::vector<Smooth>{{"erf", "gaussian", {{"a", "2/sqrt(pi)"}, {"b", "-1"}}},
                                                    {"sin", "cos"},
                                                    {"exp", "exp"},
                                                    {"normal-cdf", "normal-pdf"},
                                                    {"cube", "polynomial", {{"coefficients", "0,0,3"}}}})
      compare_smooth(evidence, smooth, cases, conditions);
    for (const Kinked& kinked : std::vector<Kinked>{{"relu", "step", 1}, {"abs", "sign", 2}})
      compare_kinked(evidence, kinked, cases, conditions);
  }
}

}  // namespace

Theorem ntk_metric_exists() {
  return {
      .id = "ntk-metric-exists",
      .group = "kernels",
      .statement =
          "the neural tangent kernel of a smooth activation has a metric, A = s1 s2 (2D + q E) and B = s1^2 s2 "
          "(4D' + 2q E') with E(q) = E phi''(sqrt(q) z)^2 for one hidden layer; that of ReLU and abs has "
          "none, as E phi''(u) phi''(v) = j^2/(2 pi sqrt(ab - n^2)) for a jump j of phi' at 0",
      .latex = R"(A=s_1s_2(2D+qE),\ B=s_1^2s_2(4D'+2qE'),\ E=E\,\phi''^2;\quad )"
               R"(E\,\phi''(u)\phi''(v)=\frac{j^2}{2\pi\sqrt{ab-n^2}})",
      .hypotheses =
          "Theta = s2 (K + Kdot Theta_1) + b2, Theta_1 = s1 x.y + b1; phi'' square integrable, or phi "
          "piecewise linear with its kink at 0",
      .source = "Jacot, Gabriel and Hongler 2018 (the NTK); its metric derived here",
      .derivation = "docs/math/theorems.md, The metric of the neural tangent kernel",
      .left = "formulas in the expression language, over quadrature of phi'",
      .right =
          "mixed Hessian by the pair recursion over closed forms; for kinks the quadrature of phi' weighted by "
          "Hermite polynomials",
      .mutations = {{"cross-term-once", "one of the terms D' of the product rule left out"},
                    {"slope-kernel-left-out", "the metric of Kdot left out"},
                    {"finite-at-coincidence", "sqrt(ab) in place of sqrt(ab - n^2)"}},
      .check = check_ntk_metric_exists,
  };
}

}  // namespace widegeo::theory
