#include "theory/catalogue.hpp"
#include "theory/support_cases.hpp"
#include "theory/support_formula.hpp"

namespace widegeo::theory {
namespace {

/// J_k in terms of the angle w; J_3 by the recursion of docs/math/closed-forms.md.
std::string arc_cosine(unsigned k, const Conditions& conditions) {
  const std::string away = conditions.broken("angle-for-its-complement") ? "w" : "(pi - w)";
  const std::string sine = conditions.broken("sine-term-doubled") ? "2*sin(w)" : "sin(w)";
  switch (k) {
    case 0:
      return away;
    case 1:
      return sine + " + " + away + "*cos(w)";
    case 2:
      return "3*" + sine + "*cos(w) + " + away + "*(1 + 2*cos(w)^2)";
    default:
      return sine + "*(4 + 11*cos(w)^2) + " + away + "*(9*cos(w) + 6*cos(w)^3)";
  }
}

void check_arc_cosine_kernels(Evidence& evidence, const Conditions& conditions) {
  evidence.tolerance_reason("the errors that both routes state");
  Cases cases(conditions.seed, "arc-cosine-kernels");
  for (unsigned k = 0; k <= 3; ++k) {
    const std::string phi = k == 0 ? "step(x)" : "relu(x)^" + std::to_string(k);
    const Activation activation = make_activation(phi);
    const auto source = by_quadrature<TrackedDouble>(activation);
    const Formula kernel("(a*b)^(" + std::to_string(k) + "/2)*(" + arc_cosine(k, conditions) + ")/(2*pi)",
                         {"a", "b", "w"});
    const Formula angle("atan2(sqrt(m), n)", {"m", "n"});
    for (unsigned trial = 0; trial < 4 * conditions.effort; ++trial) {
      const Rational a = cases.rational(0.2, 4), b = cases.rational(0.2, 4);
      const double size = std::sqrt(nearest_double(a) * nearest_double(b));
      Rational n(static_cast<long>(std::lround(cases.uniform(-0.95, 0.95) * size * 1024)), 1024);
      n.canonicalize();
      const Rational m = a * b - n * n;
      const auto exact = [](const Rational& x) { return from_rational<TrackedDouble>(x); };
      const Covariance<TrackedDouble> c{exact(a), exact(b), exact(n), exact(m), false};
      const TrackedDouble w = angle(std::vector<TrackedDouble>{c.minor, c.n});
      evidence.equal("k = " + std::to_string(k) + ", a = " + short_text(c.a.value) + ", b = " + short_text(c.b.value) +
                         ", angle " + short_text(w.value),
                     kernel(std::vector<TrackedDouble>{c.a, c.b, w}), source->two_point(c, TwoPointNeed::kernel).K);
    }
  }
}

}  // namespace

Theorem arc_cosine_kernels() {
  return {
      .id = "arc-cosine-kernels",
      .group = "kernels",
      .statement =
          "the kernel of the k-th power of ReLU is (ab)^(k/2) J_k(w)/(2 pi) with the angle w between the "
          "inputs, J_0 = pi - w, J_1 = sin w + (pi - w) cos w, J_2 = 3 sin w cos w + (pi - w)(1 + 2 cos^2 "
          "w), J_3 = sin w (4 + 11 cos^2 w) + (pi - w)(9 cos w + 6 cos^3 w)",
      .latex = R"(E\,u_+^k v_+^k=\frac{(ab)^{k/2}}{2\pi}J_k(\omega),\quad \cos\omega=\frac{n}{\sqrt{ab}})",
      .hypotheses = "(u, v) centred normal with variances a, b > 0 and covariance n, n^2 < ab; k = 0 is the unit step",
      .source = "Cho and Saul 2009, Kernel methods for deep learning, Eqs. (4)-(8); J_3 derived here",
      .derivation = "docs/math/closed-forms.md, Kinks at 0",
      .left = "J_k as a formula of the expression language",
      .right = "nested quadrature of E phi(u) phi(v)",
      .mutations = {{"angle-for-its-complement", "w in place of pi - w"},
                    {"sine-term-doubled", "the terms in sin w doubled"}},
      .check = check_arc_cosine_kernels,
  };
}

}  // namespace widegeo::theory
