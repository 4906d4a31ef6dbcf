#include "closedform/closedform.hpp"
#include "gaussian/gaussian.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_cases.hpp"

namespace widegeo::theory {
namespace {

constexpr unsigned digits = 50, working = 60;
constexpr std::size_t rotation = 12;

/// The formula in use, or one with an error that a hand derivation might contain.
ClosedForm formula(ClosedForm form, const Conditions& conditions) {
  using expr::Expr;
  const Expr n = Expr::variable("n"), q = Expr::variable("q");
  if (conditions.broken("sign-of-covariance")) form.K = expr::substitute(form.K, {{"n", -n}});
  if (conditions.broken("half-slope-kernel")) form.Kdot = form.Kdot / Expr::number(2);
  if (conditions.broken("doubled-variance")) form.V = expr::substitute(form.V, {{"q", Expr::number(2) * q}});
  return form;
}

void compare_one_point(Evidence& evidence, const std::string& at, const ClosedForm& form, const Activation& activation,
                       const Real& q) {
  const unsigned order = form.metric_exists ? 1 : 0;
  const OnePoint<Real> left = closed_form_expectations<Real>(form)->one_point(q, order),
                       right = quadrature_expectations<Real>(activation)->one_point(q, order);
  for (unsigned k = 0; k <= order; ++k) {
    // A derivative in q is of the size of the function over q: its digits are counted from there.
    const Real unit = k == 0 ? Real(1) : Real(1) / q;
    const std::string primes(k, '\'');
    evidence.equal("V" + primes + ", " + at, left.V[k], right.V[k], digits, abs(left.V[0]) * unit);
    if (form.metric_exists)
      evidence.equal("D" + primes + ", " + at, left.D[k], right.D[k], digits, abs(left.D[0]) * unit);
  }
}

/// The pair of variances and the covariance of a case.
struct Pair {
  Rational a, b, n, m;
  std::string at;

  template <class T>
  Covariance<T> covariance() const {
    return {from_rational<T>(a), from_rational<T>(b), from_rational<T>(n), from_rational<T>(m), false};
  }
};

Pair draw_pair(const Activation& activation, Cases& cases, double correlation) {
  Pair pair{cases.rational(0.3, 3), cases.rational(0.3, 3), 0, 0, {}};
  const double size = std::sqrt(nearest_double(pair.a) * nearest_double(pair.b));
  pair.n = Rational(static_cast<long>(std::lround(cases.uniform(-correlation, correlation) * size * 1024)), 1024);
  pair.n.canonicalize();
  // Thirty turns a unit: its variances are drawn where the wave is seen, not only its mean.
  if (activation.name == "siren")
    for (Rational* x : {&pair.a, &pair.b, &pair.n}) *x /= 900;
  pair.m = pair.a * pair.b - pair.n * pair.n;
  pair.at = activation.name + ", a = " + short_text(nearest_double(pair.a)) +
            ", b = " + short_text(nearest_double(pair.b)) + ", n = " + short_text(nearest_double(pair.n));
  return pair;
}

void compare_to_all_digits(Evidence& evidence, const ClosedForm& form, const Activation& activation, const Pair& pair) {
  const auto c = pair.covariance<Real>();
  const auto source = quadrature_expectations<Real>(activation);
  const auto left = closed_form_expectations<Real>(form)->two_point(c, TwoPointNeed::kernel),
             right = source->two_point(c, TwoPointNeed::kernel);
  // |K| <= sqrt(V V) and |Kdot| <= sqrt(D D): digits are counted from those, since K may pass through 0.
  const auto at_a = source->one_point(c.a, 0), at_b = source->one_point(c.b, 0);
  evidence.equal("K, " + pair.at, left.K, right.K, digits, sqrt(at_a.V[0] * at_b.V[0]));
  evidence.equal("Kdot, " + pair.at, left.Kdot, right.Kdot, digits, sqrt(at_a.D[0] * at_b.D[0]));
}

void compare_in_double(Evidence& evidence, const ClosedForm& form, const Activation& activation, const Pair& pair) {
  const auto c = pair.covariance<TrackedDouble>();
  const auto left = closed_form_expectations<TrackedDouble>(form)->two_point(c, TwoPointNeed::kernel),
             right = quadrature_expectations<TrackedDouble>(activation)->two_point(c, TwoPointNeed::kernel);
  evidence.equal("K in double, " + pair.at, left.K, right.K);
  if (form.metric_exists) evidence.equal("Kdot in double, " + pair.at, left.Kdot, right.Kdot);
}

void check_closed_forms_equal_quadrature(Evidence& evidence, const Conditions& conditions) {
  evidence.tolerance_reason(
      "50 digits of the scale at 60 working digits: V and D of every entry, K and Kdot of one in twelve, others for "
      "every seed; K and Kdot of every entry in double: the errors that both routes state");
  const PrecisionScope precision(working);
  Cases cases(conditions.seed, "closed-forms-equal-quadrature");
  std::size_t turn = conditions.seed;
  for (unsigned round = 0; round < conditions.effort; ++round)
    for (const CatalogueEntry& entry : widegeo::catalogue()) {
      const Activation activation = make_activation(entry.name);
      const auto found = find_closed_form(activation);
      if (!found) continue;
      const ClosedForm form = formula(*found, conditions);
      const Pair pair = draw_pair(activation, cases, 0.9);
      compare_one_point(evidence, pair.at, form, activation, to_real(pair.a));
      compare_in_double(evidence, form, activation, pair);
      // To 50 digits a series of two variables costs up to a second, more for larger correlations: one entry in
      // `rotation`, other ones for every seed and round. A jump has no such series.
      if (form.metric_exists && activation.name != "siren" && ++turn % rotation == 0)
        compare_to_all_digits(evidence, form, activation, draw_pair(activation, cases, 0.3));
    }
}

}  // namespace

Theorem closed_forms_equal_quadrature() {
  return {
      .id = "closed-forms-equal-quadrature",
      .group = "kernels",
      .statement =
          "for every activation that has closed forms of V(q) = E phi(sqrt(q) z)^2, D(q) = E phi'(sqrt(q) "
          "z)^2, K = E phi(u) phi(v) and Kdot = E phi'(u) phi'(v), they equal the Gaussian integrals to 50 "
          "digits",
      .latex = R"(V,\ D,\ K,\ \dot K \text{ in closed form} = E\,\phi(\sqrt q z)^2,\ E\,\phi'(\sqrt q z)^2,\ )"
               R"(E\,\phi(u)\phi(v),\ E\,\phi'(u)\phi'(v))",
      .hypotheses =
          "(u, v) centred normal with variances a, b and covariance n, ab > n^2; D and Kdot where phi does "
          "not jump",
      .source = "the sources named by each closed form; Williams 1997 (erf), Cho and Saul 2009 (ReLU powers)",
      .derivation = "docs/math/closed-forms.md",
      .left = "closed form, evaluated on the tape",
      .right = "doubly exponential quadrature; for K a Hermite series whose length Parseval's identity fixes",
      .mutations = {{"sign-of-covariance", "n replaced by -n in K"},
                    {"half-slope-kernel", "Kdot halved"},
                    {"doubled-variance", "q replaced by 2q in V"}},
      .check = check_closed_forms_equal_quadrature,
  };
}

}  // namespace widegeo::theory
