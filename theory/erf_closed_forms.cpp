#include "geometry/read_quantity.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_cases.hpp"
#include "theory/support_formula.hpp"

namespace widegeo::theory {
namespace {

const std::string q_text = "(s*t + b)";

struct Profile {
  std::string name;
  Formula formula;
  GeometricQuantity quantity;
};

std::vector<Profile> profiles(const Conditions& conditions) {
  const std::vector<std::string> variables{"s", "b", "t", "d"};
  const std::string A = conditions.broken("kernel-of-normal-erf") ? "2*s/(pi*sqrt(1 + 2*" + q_text + "))"
                                                                  : "4*s/(pi*sqrt(1 + 4*" + q_text + "))";
  const std::string stretch =
      conditions.broken("bias-forgotten") ? "1/(1 + 4*" + q_text + ")" : "(1 + 4*b)/(1 + 4*" + q_text + ")";
  const std::string factor = conditions.broken("coefficient-3") ? "3*" : "";
  using Q = GeometricQuantity;
  return {{"A", Formula(A, variables), Q::A},
          {"radial eigenvalue", Formula(A + "*" + stretch, variables), Q::radial_eigenvalue},
          {"log volume", Formula("d/2*log(" + A + ") + log(" + stretch + ")/2", variables), Q::log_volume},
          {"R", Formula("-" + factor + "(d - 1)*(d + 2)*pi*s*t/((1 + 4*b)*sqrt(1 + 4*" + q_text + "))", variables),
           Q::scalar_curvature}};
}

void check_erf_closed_forms(Evidence& evidence, const Conditions& conditions) {
  evidence.tolerance_reason("the errors that both routes state");
  Cases cases(conditions.seed, "erf-closed-forms");
  const auto source = by_quadrature<TrackedDouble>(make_activation("erf"));
  const std::vector<Profile> all = profiles(conditions);
  for (unsigned trial = 0; trial < 24 * conditions.effort; ++trial) {
    Model model;
    model.weight_variance = {cases.rational(0.2, 4)};
    model.bias_variance = {trial % 4 == 0 ? Rational(0) : cases.rational(0, 2)};
    const unsigned long dimension = 2 + cases.index(9);
    const Rational t = cases.rational(0.01, 30);
    const auto exact = [](const Rational& x) { return from_rational<TrackedDouble>(x); };
    const TrackedDouble radius = exact(t);
    const auto geometry = radial_geometry(radial_metric(model, *source, radius, dimension), radius, dimension);
    const std::vector<TrackedDouble> values{exact(model.s(1)), exact(model.b(1)), radius,
                                            TrackedDouble(static_cast<int>(dimension))};
    const std::string at = "s = " + short_text(values[0].value) + ", b = " + short_text(values[1].value) +
                           ", t = " + short_text(radius.value) + ", d = " + std::to_string(dimension);
    for (const Profile& profile : all)
      evidence.equal(profile.name + ", " + at, profile.formula(values), read_quantity(geometry, profile.quantity));
  }
}

}  // namespace

Theorem erf_closed_forms() {
  return {
      .id = "erf-closed-forms",
      .group = "kernels",
      .statement =
          "at depth 1 the metric of erf has A = 4s/(pi sqrt(1+4q)), the radial eigenvalue A (1+4b)/(1+4q), "
          "the log volume (d/2) log A + (1/2) log((1+4b)/(1+4q)) and the Ricci scalar R = -(d-1)(d+2) pi s t "
          "/ ((1+4b) sqrt(1+4q)), q = s t + b",
      .latex =
          R"(A=\frac{4s}{\pi\sqrt{1+4q}},\quad \log\sqrt{\det g}=\frac d2\log A+\frac12\log\frac{1+4b}{1+4q},\quad )"
          R"(R=-\frac{(d-1)(d+2)\,\pi s\,t}{(1+4b)\sqrt{1+4q}})",
      .hypotheses = "phi = erf(x), depth 1, `post`, s > 0, b >= 0, t = |x|^2 > 0, d >= 2",
      .source = "Zavatone-Veth et al., arXiv 2301.11375, section on erf networks, with the coefficient of R corrected",
      .derivation = "docs/math/theorems.md, erf at depth 1",
      .left = "formulas in the expression language",
      .right = "quadrature of E phi'^2 and its derivatives, radial recursion, curvature of A I + B x x^T",
      .mutations = {{"coefficient-3", "R with the published further factor 3"},
                    {"bias-forgotten", "1/(1+4q) in place of (1+4b)/(1+4q)"},
                    {"kernel-of-normal-erf", "the A of erf(x/sqrt 2)"}},
      .check = check_erf_closed_forms,
  };
}

}  // namespace widegeo::theory
