#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "theory/catalogue.hpp"
#include "theory/support_formula.hpp"
#include "theory/support_metric.hpp"

namespace widegeo::theory {
namespace {

/// Printed and evaluated from this one text.
constexpr const char* radial_length_formula = "(1 + 4*b)^(1/4)*ratio/2";

// 120 products of rounded weights and values.
constexpr double rounding = 240 * 0x1p-53;

/// Integral of sqrt(A + B t) over r from 0 to infinity, where the root falls like r^(-3/2): with r = v/(1 - v)^2 the
/// integrand is smooth up to v = 1.
template <unsigned nodes>
double length_of(const ClosedCase& c, const Model& model) {
  const auto density = [&](double v) {
    const Real w(v), rest = 1 - w, r = w / (rest * rest), at = r * r;
    const auto source = closed_form_expectations<Real>(c.form);
    const auto g = radial_metric(model, *source, at, 2);
    return value_of(Real(sqrt(g.A.value() + g.B.value() * at) * (1 + w) / (rest * rest * rest)));
  };
  double sum = 0;
  constexpr int panels = 4;
  for (int k = 0; k < panels; ++k)
    sum += boost::math::quadrature::gauss<double, nodes>::integrate(density, static_cast<double>(k) / panels,
                                                                    static_cast<double>(k + 1) / panels);
  return sum;
}

void finite(Evidence& evidence, const Conditions& conditions, Cases& cases) {
  const ClosedCase& c = closed_case("erf");
  // Gamma is no function of the language.
  const double ratio = boost::math::tgamma(0.25) / boost::math::tgamma(0.75);
  const Formula formula(
      conditions.broken("square-root") ? replaced(radial_length_formula, "1/4", "1/2") : radial_length_formula,
      {"b", "ratio"});
  const Formula tail(
      conditions.broken("square-root") ? "(1 + 4*b)/(2*pi*sqrt(s))*r^(-2)" : "(1 + 4*b)/(2*pi*sqrt(s))*r^(-3)",
      {"b", "s", "r"});
  for (unsigned round = 0; round < 3 * conditions.effort; ++round) {
    const Model model = random_model(cases, 1);
    const std::string place =
        "erf, s = " + short_text(nearest_double(model.s(1))) + ", b = " + short_text(nearest_double(model.b(1)));
    const double fine = length_of<30>(c, model), rough = length_of<20>(c, model);
    const TrackedDouble b = from_rational<TrackedDouble>(model.b(1));
    const TrackedDouble exact = formula(std::vector<TrackedDouble>{b, TrackedDouble(ratio, 4e-16 * ratio)});
    evidence.equal(place + ", length of a ray", fine, exact.value,
                   exact.error + std::fabs(fine - rough) + rounding * fine);
    // (1 + c/(4 s r^2))^(-3/2) with c = 1 + 4b < 3 is what the leading term leaves out.
    const Real r(1000);
    const RadialRoute far = radial_route(c, model, Rational(1000000), 2);
    evidence.equal(place + ", radial eigenvalue at r = 1000", far.geometry.radial_eigenvalue,
                   tail(std::vector<Real>{to_real(model.b(1)), to_real(model.s(1)), r}), 5, Real(0));
    // Depth 2: D' < 0 leaves at most sqrt(s_2 D(b_2)) of the length.
    Model deep = random_model(cases, 2);
    Model first;
    first.weight_variance = {deep.s(1)};
    first.bias_variance = {deep.b(1)};
    const double two = length_of<30>(c, deep), error = std::fabs(two - length_of<20>(c, deep));
    const auto source = closed_form_expectations<Real>(c.form);
    const double factor = value_of(sqrt(to_real(deep.s(2)) * source->one_point(to_real(deep.b(2)), 0).D[0]));
    evidence.at_most(place_of("erf", deep, 2, Rational(0)) + ", length at depth 2", two,
                     factor * length_of<30>(c, first), error + rounding * two);
  }
}

void infinite(Evidence& evidence, const Conditions& conditions, Cases& cases) {
  // The radial eigenvalue does not fall: s/2 for ReLU at every r, and in the limit for sin.
  for (const char* name : {"relu", "sin", "leaky-relu", "gelu"})
    for (const long r : {10L, 100L, 1000L}) {
      const ClosedCase& c = closed_case(name);
      const Model model = random_model(cases, 1);
      const RadialRoute far = radial_route(c, model, Rational(r * r), 2);
      const double half = nearest_double(model.s(1)) / (conditions.broken("too-long") ? 1 : 2);
      // GELU is below its limit by O(1/q^(3/2)), sin by e^(-2q): at r = 10 and s >= 1/2, q >= 50.
      evidence.at_most(place_of(name, model, 2, Rational(r * r)) + ", 0.99 s/2 <= radial eigenvalue", 0.99 * half,
                       value_of(far.geometry.radial_eigenvalue), 0);
    }
}

void check_radial_length(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(60);
  evidence.tolerance_reason(
      "the difference of Gauss's rules with 20 and 30 nodes in four panels; rounding of the closed form; five digits "
      "of the tail, whose next term is 1e-6 of it");
  Cases cases(conditions.seed, "radial-length");
  finite(evidence, conditions, cases);
  infinite(evidence, conditions, cases);
}

}  // namespace

Theorem radial_length() {
  return {
      .id = "radial-length",
      .group = "metric",
      .statement = std::string("For erf at depth 1 a ray from the origin to infinity has the finite length ") +
                   radial_length_formula +
                   ", ratio = Gamma(1/4)/Gamma(3/4), whatever s, and a finite one at depth 2; for ReLU, sin and GELU "
                   "the radial eigenvalue does not fall below a multiple of s/2, so that the length is infinite.",
      .latex =
          R"(\int_0^\infty\!\sqrt{A+Bt}\;dr = \frac{\Gamma(1/4)}{2\,\Gamma(3/4)}\,(1+4b)^{1/4}\quad(\mathrm{erf}),\qquad \infty\quad(\mathrm{ReLU}, \sin))",
      .hypotheses = "depth 1 (the bound: depth 2); the limit of sin and GELU is shown at r = 10, 100, 1000",
      .source = "derived here",
      .derivation = "docs/math/theorems.md, Radial length",
      .left = "quadrature of sqrt(A + B t) over the whole ray, A and B by the radial recursion",
      .right = "the closed form and the bounds",
      .mutations = {{"square-root", "(1 + 4b)^(1/2), and a tail of r^-2"}, {"too-long", "s instead of s/2 for ReLU"}},
      .check = check_radial_length,
  };
}

}  // namespace widegeo::theory
