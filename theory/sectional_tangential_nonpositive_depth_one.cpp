#include "number/error.hpp"
#include "route/expectations.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_formula.hpp"
#include "theory/support_tensor.hpp"

namespace widegeo::theory {
namespace {

/// Printed and evaluated from this one text.
constexpr const char* sectional_tangential_nonpositive_depth_one_formula = "-t*d_omega^2*exp(-omega)/(1 + 2*t*d_omega)";

/// No jump in phi, so that E phi'^2 exists.
bool has_metric(const Activation& activation) {
  for (const auto& point : activation.analysis.points)
    if (!point.derivative_integrable) return false;
  return !activation.analysis.has_jump();
}

/// The sign, for one activation on a grid of radii.
void sign_of(Evidence& evidence, const Conditions& conditions, Cases& cases, const Activation& activation) {
  const auto source = make_expectations<TrackedDouble>(route_to(activation));
  const Model model = random_model(cases, conditions.broken("depth-two") ? 2 : 1);
  for (const Rational& size : {Rational(1, 100), Rational(1, 4), Rational(2), Rational(10)}) {
    const Rational t = size * cases.rational(0.7, 1.4);
    const TrackedDouble at = from_rational<TrackedDouble>(t);
    const std::string place = place_of(activation.name, model, 3, t);
    try {
      const TrackedDouble K = radial_geometry(radial_metric(model, *source, at, 3), at, 3).sectional_tangential;
      evidence.at_most(place, K.value, 0, K.error);
    } catch (const Error& error) {
      // Two layers of an exponential leave the range of double: part of the mutation alone.
      if (model.depth == 1) throw;
    }
  }
}

/// The formula that shows the sign, against the Riemann tensor.
void formula_of(Evidence& evidence, const Conditions& conditions, Cases& cases, const ClosedCase& c) {
  const Formula formula(conditions.broken("sign")
                            ? replaced(sectional_tangential_nonpositive_depth_one_formula, "-t*", "t*")
                            : sectional_tangential_nonpositive_depth_one_formula,
                        {"t", "omega", "d_omega"});
  const Model model = random_model(cases, 1);
  const auto point = random_point(cases, 3);
  const Rational t = squared_length(point);
  const std::vector<Real> x = real_point(point);
  const auto g = metric_from_kernel<Real>(network_kernel<Real>(model, feature_of(c.form)), std::span<const Real>(x));
  const auto normal = normal_vectors(x);
  const OmegaValues w = omega_values(c.form, model, t);
  const std::string place = place_of(c.activation.name, model, 3, t);
  const Real K = formula(std::vector<Real>{to_real(t), w.omega, w.d_omega});
  evidence.equal(place + ", formula", sectional(g, curvature(g), normal[0], normal[1]), K, 35,
                 Real(exp(-w.omega) / to_real(t)));
  evidence.at_most(place + ", formula <= 0", value_of(K), 0, 0);
}

void check_sectional_tangential_nonpositive_depth_one(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(60);
  evidence.tolerance_reason("the errors that the sources of expectations state; the formula: 35 of 60 digits");
  Cases cases(conditions.seed, "sectional-tangential-nonpositive-depth-one");
  for (unsigned round = 0; round < conditions.effort; ++round) {
    for (const CatalogueEntry& entry : widegeo::catalogue()) {
      const Activation activation = make_activation(entry.name);
      if (has_metric(activation)) sign_of(evidence, conditions, cases, activation);
    }
    for (const ClosedCase* c : smooth_cases()) formula_of(evidence, conditions, cases, *c);
  }
}

}  // namespace

Theorem sectional_tangential_nonpositive_depth_one() {
  return {
      .id = "sectional-tangential-nonpositive-depth-one",
      .group = "curvature",
      .statement = std::string("At depth 1 the sectional curvature of planes normal to x is K_tan = ") +
                   sectional_tangential_nonpositive_depth_one_formula +
                   " <= 0 with omega = log(s D(s t + b)), whatever the activation.",
      .latex = R"(L = 1:\quad K_{\mathrm{tan}} = -\frac{t\,\Omega'^2 e^{-\Omega}}{1+2t\Omega'} \le 0)",
      .hypotheses = "depth 1, d >= 3, phi continuous with E phi'^2 finite and the metric not degenerate",
      .source = "derived here",
      .derivation = "docs/math/geometry.md, Curvature",
      .left = "K_tan of every activation with its error; the Riemann tensor from the kernel of two points",
      .right = "0; the formula from D(q)",
      .mutations = {{"sign", "without the minus"}, {"depth-two", "claimed at depth 2"}},
      .check = check_sectional_tangential_nonpositive_depth_one,
      .provable = R"([[statement]]
id = "erf-sectional-tangential-negative"
claim = "sectional_tangential < 0"
forall.activation = ["erf"]
forall.depth = [1]
forall.dimension = [3, 10]
forall.weight_variance = "0.5:4"
forall.bias_variance = "0:2"
forall.radius = "0.01:10"
)",
  };
}

}  // namespace widegeo::theory
