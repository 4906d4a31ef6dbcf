#include <array>

#include "theory/catalogue.hpp"
#include "theory/support_metric.hpp"

namespace widegeo::theory {
namespace {

void check_depth_two_is_not_hessian(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(60);
  evidence.tolerance_reason(
      "half of the sixth decimal that is printed; the two routes among themselves: 40 of 60 digits");
  const ClosedCase probit{make_activation("erf(x/sqrt(2))"), *find_closed_form(make_activation("erf(x/sqrt(2))"))};
  // t = 313/400, and one coordinate is 0: there d_3 g_13 reduces to B x_1 and d_1 g_33 to 2 A' x_1.
  const std::vector<Rational> point{Rational(3, 5), Rational(13, 20), 0};
  const std::vector<Real> x = real_point(point);
  const std::array<double, 2> printed{0.879475, 0.838102};
  for (unsigned depth = 2; depth <= 3; ++depth) {
    Model model;
    model.depth = depth;
    model.weight_variance = {Rational(3, 2), Rational(6, 5), Rational(9, 10)};
    model.bias_variance = {Rational(1, 10), Rational(1, 5), Rational(1, 20)};
    model.weight_variance.resize(depth);
    model.bias_variance.resize(depth);
    const auto g =
        metric_from_kernel<Real>(network_kernel<Real>(model, feature_of(probit.form)), std::span<const Real>(x));
    const RadialRoute r = radial_route(probit, model, squared_length(point), 3);
    const std::string place = place_of("erf(x/sqrt(2))", model, 3, squared_length(point));
    const Real by_kernel = g.first(2, 0, 2) / g.first(0, 2, 2),
               B = conditions.broken("hessian") ? Real(2 * r.geometry.dA) : r.geometry.B;
    const Real by_recursion = B / (2 * r.geometry.dA);
    evidence.equal(place + ", B/(2A') by both routes", by_kernel, by_recursion, 40, Real(1));
    evidence.equal(place + ", B/(2A') as printed", value_of(by_recursion), printed[depth - 2], 5e-7);
    evidence.exceeds(place + ", |B/(2A') - 1|", value_of(abs(Real(1 - by_recursion))), 0, 1e-3);
  }
}

}  // namespace

Theorem depth_two_is_not_hessian() {
  return {
      .id = "depth-two-is-not-hessian",
      .group = "metric",
      .statement =
          "From depth 2 on the metric is in general not a Hessian: for erf(x/sqrt 2), s = (1.5, 1.2, 0.9), "
          "b = (0.1, 0.2, 0.05), t = 0.7825 the ratio B/(2A') is 0.879475 at depth 2 and 0.838102 at depth 3.",
      .latex = R"(L \ge 2:\quad B \ne 2A' \text{ in general})",
      .hypotheses = "a witness: one model and one point suffice",
      .source = "derived here",
      .derivation = "docs/math/geometry.md, The radial recursion",
      .left = "d_3 g_13 / d_1 g_33 at x_3 = 0 from fourth derivatives of the kernel",
      .right = "B/(2A') by the radial recursion",
      .mutations = {{"hessian", "B = 2 A' claimed at every depth"}},
      .check = check_depth_two_is_not_hessian,
      .provable = R"TOML([[statement]]
id = "erf-depth-two-not-hessian"
claim = "B > 2*derivative(A)"
forall.activation = ["erf"]
forall.depth = [2]
forall.weight_variance = "1:2"
forall.bias_variance = "0.1:0.3"
forall.radius = "0.1:1"
)TOML",
  };
}

}  // namespace widegeo::theory
