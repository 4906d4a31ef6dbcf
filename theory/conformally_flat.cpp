#include "theory/catalogue.hpp"
#include "theory/support_tensor.hpp"

namespace widegeo::theory {
namespace {

/// C_abce = R_abce - (g_ac S_be - g_ae S_bc - g_bc S_ae + g_be S_ac)/ricci_divisor + R (g_ac g_be - g_ae
/// g_bc)/((d-1)(d-2)), S = Ric; the divisor is d - 2.
std::vector<Real> weyl_of(const TensorFields& f, int ricci_divisor) {
  const unsigned d = f.dimension;
  const auto g = [&](unsigned a, unsigned b) -> const Real& { return f.metric[a * d + b].value(); };
  const auto S = [&](unsigned a, unsigned b) -> const Real& { return f.ricci[a * d + b].value(); };
  const int scalar_divisor = static_cast<int>((d - 1) * (d - 2));
  std::vector<Real> r;
  for (unsigned a = 0; a < d; ++a)
    for (unsigned b = 0; b < d; ++b)
      for (unsigned c = 0; c < d; ++c)
        for (unsigned e = 0; e < d; ++e)
          r.push_back(f.riemann[((a * d + b) * d + c) * d + e].value() -
                      (g(a, c) * S(b, e) - g(a, e) * S(b, c) - g(b, c) * S(a, e) + g(b, e) * S(a, c)) / ricci_divisor +
                      f.scalar.value() * (g(a, c) * g(b, e) - g(a, e) * g(b, c)) / scalar_divisor);
  return r;
}

/// d = 3: Cotton_abc = D_c P_ab - D_b P_ac with P = Ric - R g/4.
std::vector<Real> cotton_of(const TensorFields& f, int scalar_divisor) {
  const unsigned d = f.dimension;
  std::vector<Jet<Real>> P;
  for (unsigned i = 0; i < d * d; ++i) P.push_back(f.ricci[i] - f.scalar * truncated(f.metric[i], 1) / scalar_divisor);
  const auto slope = covariant_derivative(f, P, 2);
  std::vector<Real> r;
  for (unsigned a = 0; a < d; ++a)
    for (unsigned b = 0; b < d; ++b)
      for (unsigned c = 0; c < d; ++c)
        r.push_back(slope[(c * d + a) * d + b].value() - slope[(b * d + a) * d + c].value());
  return r;
}

void check_conformally_flat(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(60);
  evidence.tolerance_reason(
      "35 of 60 digits, relative to the Riemann tensor; the control must exceed a thousandth of it");
  Cases cases(conditions.seed, "conformally-flat");
  const int wrong = conditions.broken("ricci-divisor") ? 1 : 0;
  const int scalar = conditions.broken("schouten") ? 6 : 4;
  for (unsigned round = 0; round < conditions.effort; ++round) {
    for (const char* name : {"erf", "gelu", "sin", "gaussian", "squared-relu", "cube"})
      for (unsigned depth = 1; depth <= 2; ++depth) {
        const ClosedCase& c = closed_case(name);
        const Model model = random_model(cases, depth);
        for (unsigned d = 4; d <= 5; ++d) {
          const auto point = random_point(cases, d);
          const TensorFields f = tensor_fields(network_metric(c, model, point, 2), d);
          evidence.equal(place_of(name, model, d, squared_length(point)) + ", Weyl",
                         largest(weyl_of(f, static_cast<int>(d) - 2 + wrong)), Real(0), 35, largest(f.riemann));
        }
        const auto point = random_point(cases, 3);
        const TensorFields f = tensor_fields(network_metric(c, model, point, 3), 3);
        evidence.equal(place_of(name, model, 3, squared_length(point)) + ", Cotton", largest(cotton_of(f, scalar)),
                       Real(0), 35, largest(f.riemann));
      }
    // From the kernel itself, in four dimensions.
    const Model model = random_model(cases, 2);
    const auto point = random_point(cases, 4);
    const std::vector<Real> x = real_point(point);
    const auto tensors = curvature(metric_from_kernel<Real>(
        network_kernel<Real>(model, feature_of(closed_case("erf").form)), std::span<const Real>(x)));
    evidence.equal(place_of("erf", model, 4, squared_length(point)) + ", Weyl of the kernel's metric",
                   largest(tensors.weyl), Real(0), 35, largest(tensors.riemann));
    // A metric without symmetry is not conformally flat.
    const TensorFields four = tensor_fields(random_metric(cases, 4, 2), 4),
                       three = tensor_fields(random_metric(cases, 3, 3), 3);
    evidence.exceeds("random metric, d = 4, Weyl", value_of(Real(largest(weyl_of(four, 2)) / largest(four.riemann))), 0,
                     1e-3);
    evidence.exceeds("random metric, d = 3, Cotton",
                     value_of(Real(largest(cotton_of(three, 4)) / largest(three.riemann))), 0, 1e-3);
  }
}

}  // namespace

Theorem conformally_flat() {
  return {
      .id = "conformally-flat",
      .group = "curvature",
      .statement =
          "The metric of an infinitely wide network is conformally flat at every depth: its Weyl tensor is 0 for d >= "
          "4, "
          "its Cotton tensor is 0 for d = 3.",
      .latex = R"(C_{abce} = 0\ (d\ge4),\qquad \nabla_c P_{ab} - \nabla_b P_{ac} = 0\ (d = 3))",
      .hypotheses = "weights with a rotation-invariant law; a metric without symmetry is the negative control",
      .source = "derived here: warped products over an interval with spheres as fibres",
      .derivation = "docs/math/theorems.md, Conformal flatness",
      .left = "Weyl and Cotton tensors by covariant differentiation of series",
      .right = "0; neither vanishes for a metric without symmetry",
      .mutations = {{"ricci-divisor", "d - 1 instead of d - 2 in the Weyl tensor"},
                    {"schouten", "R g/6 instead of R g/4 in the Cotton tensor"}},
      .check = check_conformally_flat,
  };
}

}  // namespace widegeo::theory
