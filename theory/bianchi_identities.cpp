#include "theory/catalogue.hpp"
#include "theory/support_tensor.hpp"

namespace widegeo::theory {
namespace {

/// Largest violation of the algebraic Bianchi identity and of the three symmetries of the Riemann tensor.
Real algebraic(const TensorFields& f) {
  const unsigned d = f.dimension;
  const auto R = [&](unsigned a, unsigned b, unsigned c, unsigned e) -> const Real& {
    return f.riemann[((a * d + b) * d + c) * d + e].value();
  };
  Real worst(0);
  for (unsigned a = 0; a < d; ++a)
    for (unsigned b = 0; b < d; ++b)
      for (unsigned c = 0; c < d; ++c)
        for (unsigned e = 0; e < d; ++e) {
          const Real here = R(a, b, c, e);
          for (const Real& r : {Real(here + R(a, c, e, b) + R(a, e, b, c)), Real(here + R(b, a, c, e)),
                                Real(here + R(a, b, e, c)), Real(here - R(c, e, a, b))})
            worst = max(worst, abs(r));
        }
  return worst;
}

/// Largest of D_m R_abce + D_c R_abem + D_e R_abmc.
Real differential(const TensorFields& f, bool with_connection) {
  const unsigned d = f.dimension, d4 = d * d * d * d;
  const auto slope = covariant_derivative(f, f.riemann, 4, with_connection);
  const auto at = [&](unsigned m, unsigned a, unsigned b, unsigned c, unsigned e) -> const Real& {
    return slope[m * d4 + ((a * d + b) * d + c) * d + e].value();
  };
  Real worst(0);
  for (unsigned a = 0; a < d; ++a)
    for (unsigned b = 0; b < d; ++b)
      for (unsigned c = 0; c < d; ++c)
        for (unsigned e = 0; e < d; ++e)
          for (unsigned m = 0; m < d; ++m)
            worst = max(worst, abs(Real(at(m, a, b, c, e) + at(c, a, b, e, m) + at(e, a, b, m, c))));
  return worst;
}

/// Largest of D^b Ric_bc - d_c R / 2.
Real contracted(const TensorFields& f, bool with_connection) {
  const unsigned d = f.dimension;
  const auto slope = covariant_derivative(f, f.ricci, 2, with_connection);
  Real worst(0);
  for (unsigned c = 0; c < d; ++c) {
    Real sum = -partial(f.scalar, c).value() / 2;
    for (unsigned a = 0; a < d; ++a)
      for (unsigned b = 0; b < d; ++b) sum += f.inverse[a * d + b].value() * slope[(a * d + b) * d + c].value();
    worst = max(worst, abs(sum));
  }
  return worst;
}

void compare(Evidence& evidence, const Conditions& conditions, const std::string& place, std::vector<Jet<Real>> metric,
             unsigned d) {
  const TensorFields f = tensor_fields(std::move(metric), d, conditions.broken("flipped-products") ? -1 : 1);
  const bool connection = !conditions.broken("plain-derivatives");
  const Real scale = largest(f.riemann);
  evidence.equal(place + ", algebraic", algebraic(f), Real(0), 40, scale);
  evidence.equal(place + ", differential", differential(f, connection), Real(0), 40, scale);
  evidence.equal(place + ", contracted", contracted(f, connection), Real(0), 40, scale);
}

void check_bianchi_identities(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(60);
  evidence.tolerance_reason("40 of 60 digits, relative to the Riemann tensor");
  Cases cases(conditions.seed, "bianchi-identities");
  for (unsigned round = 0; round < conditions.effort; ++round) {
    for (unsigned d = 2; d <= 4; ++d)
      compare(evidence, conditions, "random metric, d = " + std::to_string(d), random_metric(cases, d, 3), d);
    for (const char* name : {"erf", "gelu", "sin", "squared-relu", "cube"}) {
      const Model model = random_model(cases, 1 + static_cast<unsigned>(cases.index(3)));
      const auto point = random_point(cases, 3);
      compare(evidence, conditions, place_of(name, model, 3, squared_length(point)),
              network_metric(closed_case(name), model, point, 3), 3);
    }
  }
}

}  // namespace

Theorem bianchi_identities() {
  return {
      .id = "bianchi-identities",
      .group = "curvature",
      .statement =
          "The Riemann tensor has R_abce + R_aceb + R_aebc = 0 and its symmetries, D_m R_abce + D_c R_abem + D_e "
          "R_abmc = 0, and "
          "the divergence of the Ricci tensor is half of the gradient of R, for metrics without symmetry and for those "
          "of networks.",
      .latex = R"(R_{a[bce]} = 0,\qquad \nabla_{[m}R_{|ab|ce]} = 0,\qquad \nabla^b R_{bc} = \tfrac12\partial_c R)",
      .hypotheses = "a smooth metric",
      .source = "L. Bianchi (1902); textbook identities, here a check of the tensor calculus that other theorems use",
      .derivation = "docs/math/geometry.md, Sign conventions",
      .left = "the tensors from series of order 3 of the metric",
      .right = "0",
      .mutations = {{"plain-derivatives", "without the Christoffel terms of the derivatives"},
                    {"flipped-products", "the wrong sign of the products of Christoffel symbols"}},
      .check = check_bianchi_identities,
  };
}

}  // namespace widegeo::theory
