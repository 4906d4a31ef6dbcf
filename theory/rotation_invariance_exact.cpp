#include "theory/catalogue.hpp"
#include "theory/support_tensor.hpp"

namespace widegeo::theory {
namespace {

/// The same network with the variances s_1 of the first-layer weights multiplied by the squares of `stretch`, which
/// breaks rotation invariance.
KernelFunction<Real> stretched(KernelFunction<Real> kernel, std::vector<Real> stretch) {
  return [kernel = std::move(kernel), stretch = std::move(stretch)](std::span<const Jet<Real>> x,
                                                                    std::span<const Jet<Real>> y) {
    std::vector<Jet<Real>> u, v;
    for (std::size_t i = 0; i < x.size(); ++i) {
      u.push_back(stretch[i] * x[i]);
      v.push_back(stretch[i] * y[i]);
    }
    return kernel(u, v);
  };
}

/// (L_X g)_ab = X^c d_c g_ab + g_cb d_a X^c + g_ac d_b X^c for X = W x, row by row.
std::vector<Real> lie_derivative(const MetricJet<Real>& g, const std::vector<Real>& W, const std::vector<Real>& x) {
  const unsigned d = g.dimension;
  std::vector<Real> r;
  for (unsigned a = 0; a < d; ++a)
    for (unsigned b = 0; b < d; ++b) {
      Real sum(0);
      for (unsigned c = 0; c < d; ++c) {
        Real X(0);
        for (unsigned k = 0; k < d; ++k) X += W[c * d + k] * x[k];
        sum += X * g.first(c, a, b) + g.metric(c, b) * W[c * d + a] + g.metric(a, c) * W[c * d + b];
      }
      r.push_back(sum);
    }
  return r;
}

void check_rotation_invariance_exact(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(60);
  evidence.tolerance_reason("35 of 60 digits, relative to the metric; the control must exceed a thousandth of it");
  Cases cases(conditions.seed, "rotation-invariance-exact");
  const unsigned d = 3;
  for (unsigned round = 0; round < conditions.effort; ++round)
    for (const ClosedCase* c : smooth_cases()) {
      const unsigned depth = 1 + static_cast<unsigned>(cases.index(grows_fast(*c) ? 2 : 3));
      const Model model = random_model(cases, depth);
      const auto point = random_point(cases, d);
      const std::vector<Real> x = real_point(point);
      std::vector<Real> W(d * d, Real(0));
      for (unsigned a = 0; a < d; ++a)
        for (unsigned b = 0; b < a; ++b) {
          W[a * d + b] = to_real(cases.rational(-1, 1));
          W[b * d + a] = conditions.broken("symmetric-field") ? W[a * d + b] : Real(-W[a * d + b]);
        }
      const KernelFunction<Real> kernel = network_kernel<Real>(model, feature_of(c->form));
      const std::vector<Real> stretch{Real(1), Real(conditions.broken("anisotropic") ? 2 : 1), Real(1)};
      const auto g = metric_from_kernel<Real>(stretched(kernel, stretch), std::span<const Real>(x));
      evidence.equal(place_of(c->activation.name, model, d, squared_length(point)), largest(lie_derivative(g, W, x)),
                     Real(0), 35, largest(g.g));
    }
}

}  // namespace

Theorem rotation_invariance_exact() {
  return {
      .id = "rotation-invariance-exact",
      .group = "metric",
      .statement =
          "Rotations of the input space are isometries of the exact metric at every depth: the Lie derivative X^c d_c "
          "g_ab + "
          "g_cb d_a X^c + g_ac d_b X^c is 0 for every X = W x with W antisymmetric (Killing fields).",
      .latex = R"(\mathcal L_X g = 0 \quad\text{for } X = Wx,\ W^T = -W)",
      .hypotheses = "first-layer weights independent with equal variances, any depth and biases",
      .source = "arXiv 2301.11375, symmetries at infinite width",
      .derivation = "docs/math/theorems.md, Rotations",
      .left = "the Lie derivative from third derivatives of the kernel of two points",
      .right = "0",
      .mutations = {{"symmetric-field", "W symmetric"},
                    {"anisotropic", "weights of the second input with four times the variance"}},
      .check = check_rotation_invariance_exact,
  };
}

}  // namespace widegeo::theory
