#include <algorithm>

#include "geometry/radial.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_cases.hpp"

namespace widegeo::theory {
namespace {

/// The fixed point of q -> s V(q) + b by iteration, which converges because V' s < 1 along the orbit.
Real fixed_point(const Expectations<Real>& source, const Real& s, const Real& b, Real q) {
  for (int i = 0; i < 2000; ++i) {
    const Real next = s * source.one_point(q, 0).V[0] + b;
    if (abs(next - q) <= abs(next) * pow_int(Real(10), -25L)) return next;
    q = next;
  }
  return q;
}

/// Largest s V' and s |D'| and smallest s D between q_1 and q*, at 17 points. Hypothesis of the theorem: both are
/// monotone or unimodal there; a twentieth more pays for what lies between the points.
struct Slopes {
  double chi_parallel = 0, dot = 0, smallest_dot = HUGE_VAL;
};

Slopes largest(const Expectations<Real>& source, const Real& s, const Real& from, const Real& to) {
  Slopes r;
  for (int i = 0; i <= 16; ++i) {
    const auto e = source.one_point(Real(from + (to - from) * i / 16), 1);
    r.chi_parallel = std::max(r.chi_parallel, value_of(Real(s * e.V[1])));
    r.smallest_dot = std::min(r.smallest_dot, value_of(Real(s * e.D[0])));
    r.dot = std::max(r.dot, value_of(Real(s * abs(e.D[1]))));
  }
  r.smallest_dot /= 1.05;
  r.chi_parallel *= 1.05;
  r.dot *= 1.05;
  return r;
}

void compare(Evidence& evidence, const std::string& name, const Rational& weight, const Rational& bias,
             const Rational& t, const Conditions& conditions) {
  const Activation activation = make_activation(name);
  const auto metric_source = by_quadrature<TrackedDouble>(activation);
  const auto limit_source = by_closed_form<Real>(activation);
  const Real s = to_real(weight), b = to_real(bias), q1 = s * to_real(t) + b;
  const Real q = fixed_point(*limit_source, s, b, q1);
  const auto e = limit_source->one_point(q, 1);
  Real chi = s * e.D[0];
  if (conditions.broken("parallel-susceptibility")) chi = s * e.V[1];
  if (conditions.broken("weight-variance-missing")) chi = e.D[0];
  const Slopes slopes = largest(*limit_source, s, q1, q);
  const std::string at = name + ", s = " + short_text(nearest_double(weight)) +
                         ", b = " + short_text(nearest_double(bias)) + ", t = " + short_text(nearest_double(t));
  evidence.at_most(at + ": chi < 1", value_of(Real(s * e.D[0])), 1, 0, true);
  evidence.at_most(at + ": s V' < 1 from q_1 to q*", slopes.chi_parallel, 1, 0, true);

  const auto A = [&](unsigned depth) {
    Model model;
    model.depth = depth;
    model.weight_variance = {weight};
    model.bias_variance = {bias};
    return radial_metric(model, *metric_source, from_rational<TrackedDouble>(t), 2).A.value();
  };
  const double start = value_of(Real(abs(q1 - q)));
  unsigned previous = 0;
  TrackedDouble last(0);
  for (const unsigned depth : {1U, 2U, 5U, 10U, 20U, 40U, 41U}) {
    const TrackedDouble now = A(depth);
    if (depth == previous + 1 && previous > 0) {
      const TrackedDouble ratio = now / last;
      // q_L is within |q_1 - q*| lambda^(L-1) of q*, and A_L / A_(L-1) = s D(q_L).
      const double remainder = slopes.dot * start * std::pow(slopes.chi_parallel, depth - 1);
      evidence.equal(at + ", A_" + std::to_string(depth) + "/A_" + std::to_string(previous) + " and chi", ratio.value,
                     value_of(chi), ratio.error + remainder + 4 * tracked_unit);
    }
    // log A_L = sum log(s D(q_l)), each within s max |D'| |q_l - q*| / min(s D) of log chi.
    const double log_tail = slopes.dot * start / (slopes.smallest_dot * (1 - slopes.chi_parallel));
    const TrackedDouble rate = log(now);
    evidence.equal(at + ", log A_" + std::to_string(depth) + " / L and log chi", rate.value / depth,
                   std::log(value_of(chi)), (rate.error + log_tail) / depth + 4 * tracked_unit);
    previous = depth;
    last = now;
  }
}

void check_ordered_phase_decay(Evidence& evidence, const Conditions& conditions) {
  evidence.tolerance_reason(
      "|q_L - q*| <= |q_1 - q*| lambda^(L-1) with lambda = max s V' between q_1 and q*, times max s |D'|; and the "
      "errors that the metric states");
  const PrecisionScope precision(40);
  Cases cases(conditions.seed, "ordered-phase-decay");
  for (const char* name : {"erf-scaled", "sin", "normal-cdf", "relu", "gelu"})
    for (unsigned trial = 0; trial < 1 + conditions.effort; ++trial) {
      const Rational weight = cases.rational(0.6, 0.9), bias = cases.rational(0.05, 0.3);
      compare(evidence, name, weight, bias, cases.rational(0.05, 0.5), conditions);
    }
}

}  // namespace

Theorem ordered_phase_decay() {
  return {
      .id = "ordered-phase-decay",
      .group = "limits",
      .statement =
          "in the ordered phase the metric decays with the depth as chi^L, chi = s D(q*) at the fixed point q* "
          "= s V(q*) + b: A_L/A_(L-1) tends to chi, with |A_L/A_(L-1) - chi| <= s max|D'| |q_1 - q*| "
          "lambda^(L-1), lambda = max s V'",
      .latex = R"(\left|\frac{A_L}{A_{L-1}}-\chi\right|\le s\max|D'|\,|q_1-q_*|\,\lambda^{L-1},\quad \chi=s\,D(q_*),\ )"
               R"(\lambda=\max s\,V')",
      .hypotheses = "equal s and b in every layer, chi < 1 and s V' < 1 between q_1 = s t + b and q*",
      .source =
          "Poole et al. 2016, Exponential expressivity in deep neural networks through transient chaos, Eq. (6); "
          "the remainder derived here",
      .derivation = "docs/math/theorems.md, Decay of the metric in the ordered phase",
      .left = "radial recursion of the metric through L layers, by quadrature",
      .right = "chi from the closed form at the fixed point, with the bound of the remainder",
      .mutations = {{"parallel-susceptibility", "chi = s V'(q*)"}, {"weight-variance-missing", "chi = D(q*)"}},
      .check = check_ordered_phase_decay,
  };
}

}  // namespace widegeo::theory
