#include "closedform/closedform.hpp"
#include "gaussian/gaussian.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_cases.hpp"
#include "theory/support_formula.hpp"

namespace widegeo::theory {
namespace {

/// dK/dn at fixed a and b, where m = ab - n^2 moves too.
Formula slope_of(const expr::Expr& K, const Conditions& conditions) {
  using expr::Expr;
  const Expr n = Expr::variable("n");
  Expr slope = expr::derivative(K, "n");
  const Expr through_minor = Expr::number(2) * n * expr::derivative(K, "m");
  if (conditions.broken("minor-held-fixed")) return Formula(slope, {"a", "b", "n", "m"});
  if (conditions.broken("half-of-the-minor"))
    return Formula(slope - through_minor / Expr::number(2), {"a", "b", "n", "m"});
  return Formula(slope - through_minor, {"a", "b", "n", "m"});
}

void check_kernel_dot_is_derivative(Evidence& evidence, const Conditions& conditions) {
  evidence.tolerance_reason("the error that the quadrature states; the derivative has 50 digits");
  const PrecisionScope precision(50);
  Cases cases(conditions.seed, "kernel-dot-is-derivative");
  for (unsigned round = 0; round < conditions.effort; ++round)
    for (const CatalogueEntry& entry : widegeo::catalogue()) {
      const Activation activation = make_activation(entry.name);
      const auto form = find_closed_form(activation);
      if (!form || !form->metric_exists) continue;
      const Rational a = cases.rational(0.3, 3), b = cases.rational(0.3, 3);
      const double size = std::sqrt(nearest_double(a) * nearest_double(b)), rho = cases.uniform(-0.7, 0.7);
      const Rational n(static_cast<long>(std::lround(rho * size * 1024)), 1024), m = a * b - n * n;
      const Real slope =
          slope_of(form->K, conditions)(std::vector<Real>{to_real(a), to_real(b), to_real(n), to_real(m)});
      const double nearest = value_of(slope);
      const TrackedDouble left(nearest, std::fabs(nearest) * tracked_unit);
      const auto exact = [](const Rational& x) { return from_rational<TrackedDouble>(x); };
      const auto right = quadrature_expectations<TrackedDouble>(activation)
                             ->two_point({exact(a), exact(b), exact(n), exact(m), false}, TwoPointNeed::kernel);
      evidence.equal(activation.name + ", a = " + short_text(nearest_double(a)) +
                         ", b = " + short_text(nearest_double(b)) + ", n = " + short_text(nearest_double(n)),
                     left, right.Kdot);
    }
}

}  // namespace

Theorem kernel_dot_is_derivative() {
  return {
      .id = "kernel-dot-is-derivative",
      .group = "kernels",
      .statement =
          "the kernel of the derivative is the derivative of the kernel: E phi'(u) phi'(v) = dK/dn for K(a, b, "
          "n) = E phi(u) phi(v)",
      .latex = R"(E\,\phi'(u)\phi'(v) = \frac{\partial}{\partial n} E\,\phi(u)\phi(v))",
      .hypotheses = "(u, v) centred normal with variances a, b and covariance n; phi does not jump",
      .source = "Price 1958, A useful theorem for nonlinear devices having Gaussian inputs, Eq. (1)",
      .derivation = "docs/math/closed-forms.md, Tools",
      .left = "symbolic derivative dK/dn - 2n dK/dm of the closed form of K",
      .right = "E phi'(u) phi'(v) by nested quadrature of phi'",
      .mutations = {{"minor-held-fixed", "m = ab - n^2 held fixed: the term -2n dK/dm is missing"},
                    {"half-of-the-minor", "-n dK/dm in place of -2n dK/dm"}},
      .check = check_kernel_dot_is_derivative,
  };
}

}  // namespace widegeo::theory
