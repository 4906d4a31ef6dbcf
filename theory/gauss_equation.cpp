#include "theory/catalogue.hpp"
#include "theory/support_network.hpp"
#include "theory/support_tensor.hpp"

namespace widegeo::theory {
namespace {

using Vector = std::vector<Real>;

Real dot(const Vector& u, const Vector& v) {
  Real sum(0);
  for (std::size_t i = 0; i < u.size(); ++i) sum += u[i] * v[i];
  return sum;
}

/// First and second derivatives of the feature map: d_a Phi at [a], d_a d_b Phi at [a d + b].
struct Derivatives {
  std::vector<Vector> first, second;
};

Derivatives derivatives(const std::vector<Jet<Real>>& phi, unsigned d) {
  Derivatives r{std::vector<Vector>(d), std::vector<Vector>(d * d)};
  for (const Jet<Real>& f : phi)
    for (unsigned a = 0; a < d; ++a) {
      const Jet<Real> slope = partial(f, a);
      r.first[a].push_back(slope.value());
      for (unsigned b = 0; b < d; ++b) r.second[a * d + b].push_back(partial(slope, b).value());
    }
  return r;
}

/// Takes what is tangent to the image off the second derivatives: by an orthonormal basis of the tangent space (Gram
/// and Schmidt), in which no inverse of the metric occurs.
std::vector<Vector> normal_parts(const Derivatives& f) {
  std::vector<Vector> basis, r = f.second;
  const auto remove = [](Vector& v, const Vector& e) {
    const Real part = dot(v, e);
    for (std::size_t i = 0; i < v.size(); ++i) v[i] -= part * e[i];
  };
  for (Vector e : f.first) {
    for (const Vector& other : basis) remove(e, other);
    const Real length = sqrt(dot(e, e));
    for (Real& component : e) component /= length;
    basis.push_back(std::move(e));
  }
  for (Vector& v : r)
    for (const Vector& e : basis) remove(v, e);
  return r;
}

void check_gauss_equation(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(60);
  evidence.tolerance_reason("40 of 60 digits, relative to the largest component of the Riemann tensor");
  Cases cases(conditions.seed, "gauss-equation");
  for (unsigned round = 0; round < conditions.effort; ++round)
    for (const char* activation : {"erf", "tanh", "gelu", "sin"})
      for (unsigned d = 2; d <= 3; ++d)
        for (unsigned depth = 1; depth <= 2; ++depth) {
          const SmallNetwork network =
              small_network(cases, activation, d, depth == 1 ? std::vector<unsigned>{8} : std::vector<unsigned>{5, 8});
          const auto phi = features(network, random_point(cases, d), 3);
          const Derivatives f = derivatives(phi, d);
          const std::vector<Vector> II = conditions.broken("not-projected") ? f.second : normal_parts(f);
          const int sign = conditions.broken("sign") ? -1 : 1;
          const TensorFields tensor = tensor_fields(pullback(phi, d), d);
          const Real scale = largest(tensor.riemann);
          for (unsigned i = 0; i < tensor.riemann.size(); ++i) {
            const unsigned a = i / (d * d * d), b = i / (d * d) % d, c = i / d % d, e = i % d;
            if (a >= b || c >= e) continue;
            const Real gauss = sign * (dot(II[a * d + c], II[b * d + e]) - dot(II[a * d + e], II[b * d + c]));
            std::string component;
            for (const unsigned index : {a, b, c, e}) component += std::to_string(index + 1);
            evidence.equal(place_of(network) + ", R_" + component, gauss, tensor.riemann[i].value(), 40, scale);
          }
        }
}

}  // namespace

Theorem gauss_equation() {
  return {
      .id = "gauss-equation",
      .group = "networks",
      .statement =
          "The curvature that one finite network pulls back to its input space follows from second derivatives of its "
          "feature map alone: R_abce = II_ac . II_be - II_ae . II_bc with II_ab the part of d_a d_b Phi normal to the "
          "image.",
      .latex = R"(R_{abce} = \langle \mathrm{II}_{ac}, \mathrm{II}_{be}\rangle - \langle \mathrm{II}_{ae}, )"
               R"(\mathrm{II}_{bc}\rangle,\quad \mathrm{II}_{ab} = (I - J g^{-1} J^T)\,\partial_a\partial_b\Phi)",
      .hypotheses = "phi three times differentiable, Jacobian of full rank; any weights, widths and depth",
      .source =
          "C. F. Gauss, Disquisitiones generales circa superficies curvas (1828); M. P. do Carmo, Riemannian "
          "Geometry (1992), section 6.2",
      .derivation = "docs/math/theorems.md, Curvature of a finite network",
      .left = "normal parts of second derivatives of the network, by an orthonormal basis of the tangent space",
      .right = "Christoffel symbols and their derivatives from the metric's Taylor series",
      .mutations = {{"not-projected", "second derivatives without removing their tangential part"},
                    {"sign", "the other sign of the Riemann tensor"}},
      .check = check_gauss_equation,
  };
}

}  // namespace widegeo::theory
