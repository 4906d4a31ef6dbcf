#include <boost/math/quadrature/gauss.hpp>
#include <cmath>
#include <utility>

#include "theory/catalogue.hpp"
#include "theory/support_formula.hpp"
#include "theory/support_tensor.hpp"

namespace widegeo::theory {
namespace {

/// Printed and evaluated from this one text.
constexpr const char* gauss_bonnet_on_discs_formula = "(A + t*dA)/sqrt(A*(A + B*t))";

constexpr unsigned fine = 30, coarse = 20;
// Thirty products of rounded weights and values.
constexpr double rounding = 60 * 0x1p-53;

/// Integral of K dA / (2 pi) over |x| < radius, with K = R/2 and dA from the tensors at (r, 0).
template <unsigned nodes>
double total_curvature(const ClosedCase& c, const Model& model, double radius) {
  const KernelFunction<Real> kernel = network_kernel<Real>(model, feature_of(c.form));
  const auto density = [&](double r) {
    const std::vector<Real> x{Real(r), Real(0)};
    const auto g = metric_from_kernel<Real>(kernel, std::span<const Real>(x));
    const Real volume = sqrt(g.metric(0, 0) * g.metric(1, 1) - g.metric(0, 1) * g.metric(1, 0));
    return value_of(Real(curvature(g).scalar / 2 * volume * Real(r)));
  };
  return boost::math::quadrature::gauss<double, nodes>::integrate(density, 0.0, radius);
}

void check_gauss_bonnet_on_discs(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(40);
  evidence.tolerance_reason(
      "the difference of Gauss's rules with 20 and 30 nodes, and 60 roundings of their sums in double");
  Cases cases(conditions.seed, "gauss-bonnet-on-discs");
  const Formula P(conditions.broken("tangential-only")
                      ? replaced(gauss_bonnet_on_discs_formula, "sqrt(A*(A + B*t))", "A")
                      : gauss_bonnet_on_discs_formula,
                  {"A", "dA", "B", "t"});
  for (unsigned round = 0; round < conditions.effort; ++round)
    for (const auto& [name, depth] :
         {std::pair{"erf", 2U}, {"gelu", 1U}, {"sin", 2U}, {"normal-cdf", 1U}, {"exp", 1U}}) {
      const ClosedCase& c = closed_case(name);
      const Model model = random_model(cases, depth);
      const Rational radius = cases.rational(0.6, 1.2), t = radius * radius;
      const RadialRoute r = radial_route(c, model, t, 2);
      const double left = total_curvature<fine>(c, model, nearest_double(radius));
      const double rough = total_curvature<coarse>(c, model, nearest_double(radius));
      const double right =
          value_of(Real(1 - P(std::vector<Real>{r.geometry.A, r.geometry.dA, r.geometry.B, to_real(t)})));
      evidence.equal(place_of(name, model, 2, t), left, right,
                     std::fabs(left - rough) + rounding * (1 + std::fabs(left)));
    }
}

}  // namespace

Theorem gauss_bonnet_on_discs() {
  return {
      .id = "gauss-bonnet-on-discs",
      .group = "curvature",
      .statement =
          std::string(
              "In the plane, the integral of the Gaussian curvature over the disc |x| < r is 2 pi (1 - P) with P = ") +
          gauss_bonnet_on_discs_formula + " at t = r^2.",
      .latex = R"(\int_{|x|<r} K\,dA = 2\pi\,(1 - P(r^2)),\qquad P = \frac{A+tA'}{\sqrt{A(A+Bt)}})",
      .hypotheses = "d = 2, the metric smooth at the origin, any depth",
      .source = "theorem of Gauss and Bonnet: 2 pi minus the geodesic curvature of the circle",
      .derivation = "docs/math/geometry.md, Laws",
      .left = "the integral over r of K sqrt(det g) r, K from the Riemann tensor of the kernel's metric",
      .right = "the boundary term, from A and B by the radial recursion",
      .mutations = {{"tangential-only", "P without the radial eigenvalue: (A + t A')/A"}},
      .check = check_gauss_bonnet_on_discs,
  };
}

}  // namespace widegeo::theory
