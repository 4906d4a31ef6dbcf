#include "gaussian/one_point/hermite.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_cases.hpp"

namespace widegeo::theory {
namespace {

/// Ordered sum of the squares of many terms, with a bound of the rounding of the additions.
struct Sum {
  double value = 0, error = 0;
  void add(double term, double term_error) {
    value += term;
    error += term_error + 2 * tracked_unit * (std::fabs(value) + std::fabs(term));
  }
};

/// V and q D by their closed forms, S = sum c_k^2 and S' = sum k c_k^2 over k <= N by quadrature.
struct Sides {
  TrackedDouble V, qD;
  Sum square, weighted;
};

Sides sides(const Activation& activation, const Expectations<TrackedDouble>& closed, double q, unsigned N,
            const Conditions& conditions) {
  const auto at_q = closed.one_point(TrackedDouble(q), 0);
  Sides r{at_q.V[0], TrackedDouble(q) * at_q.D[0], {}, {}};
  const auto h = gaussian::hermite_coefficients<double>(activation, q, N);
  double factorial = 1;
  for (unsigned k = conditions.broken("mean-left-out") ? 1 : 0; k <= N; ++k) {
    if (k > 0) factorial *= k;
    double square = h.c[k] * h.c[k];
    if (conditions.broken("not-normalised")) square *= factorial;
    // The coefficients state their truncation; what the sum over the nodes rounds is of the size sqrt(V) u.
    const double error = h.c_error[k] + 64 * tracked_unit * std::sqrt(r.V.value);
    const double square_error = (2 * std::fabs(h.c[k]) + error) * error;
    r.square.add(square, square_error);
    r.weighted.add(k * square, k * square_error);
  }
  return r;
}

void check_parseval(Evidence& evidence, const Conditions& conditions) {
  evidence.tolerance_reason(
      "the truncation errors of the coefficients, 64 roundings of the size sqrt(V) a coefficient, the error of the "
      "closed form");
  Cases cases(conditions.seed, "parseval");
  for (const char* name : {"erf", "gelu", "sin", "cos", "gaussian", "exp", "normal-cdf", "cube", "relu", "abs", "elu",
                           "hard-tanh", "relu6", "squared-relu"}) {
    const Activation activation = make_activation(name);
    const auto closed = by_closed_form<TrackedDouble>(activation);
    for (unsigned trial = 0; trial < conditions.effort; ++trial) {
      const double q = nearest_double(cases.rational(0.2, 2));
      for (const unsigned N : {10U, 40U, 100U}) {
        const Sides s = sides(activation, *closed, q, N, conditions);
        const std::string at = std::string(name) + ", q = " + short_text(q) + ", N = " + std::to_string(N);
        evidence.at_most("Bessel: " + at, s.square.value, s.V.value, s.square.error + s.V.error);
        // Every k beyond N is at least N + 1: (N+1) (V - S) <= q D - S', both tails of one series.
        const double tail = (s.qD.value - s.weighted.value) / (N + 1);
        const double tail_error = (s.qD.error + s.weighted.error) / (N + 1);
        evidence.at_most("tail: " + at, s.V.value - s.square.value, tail,
                         s.square.error + s.V.error + tail_error + 2 * tracked_unit * s.V.value);
      }
    }
  }
}

}  // namespace

Theorem parseval() {
  return {
      .id = "parseval",
      .group = "kernels",
      .statement =
          "the squares of the Hermite coefficients c_k = E phi(sqrt(q) z) He_k(z)/sqrt(k!) sum up to V(q), "
          "and what the first N leave out is certified: 0 <= V - S <= (q D - S')/(N+1) with S = sum c_k^2, "
          "S' = sum k c_k^2 over k <= N",
      .latex = R"(0\le V(q)-\sum_{k\le N}c_k^2\le\frac{q\,D(q)-\sum_{k\le N}k\,c_k^2}{N+1})",
      .hypotheses = "E phi^2 and E phi'^2 finite, phi continuous",
      .source = "Parseval's identity for Hermite polynomials; the tail derived here",
      .derivation = "docs/math/theorems.md, Parseval's identity and its tail",
      .left = "Hermite coefficients by quadrature",
      .right = "closed forms of V and D",
      .mutations = {{"not-normalised", "He_k in place of He_k/sqrt(k!)"}, {"mean-left-out", "the sum from k = 1"}},
      .check = check_parseval,
  };
}

}  // namespace widegeo::theory
