#include "theory/catalogue.hpp"
#include "theory/support_formula.hpp"
#include "theory/support_network.hpp"
#include "theory/support_tensor.hpp"

namespace widegeo::theory {
namespace {

constexpr const char* scalar_text = "(norm_T - norm_trace)/4";

/// |T|^2 and |tr T|^2 of T_abc = d_a g_bc with all indices raised by the inverse metric.
std::vector<Real> norms(const std::vector<Jet<Real>>& metric, const std::vector<Jet<Real>>& inverse, unsigned d) {
  std::vector<Real> T, up;
  for (unsigned a = 0; a < d; ++a)
    for (unsigned bc = 0; bc < d * d; ++bc) T.push_back(partial(metric[bc], a).value());
  for (const Jet<Real>& entry : inverse) up.push_back(entry.value());
  // T^a_bc, T^ab_c, T^abc: one index is raised after the other.
  std::vector<Real> raised = T;
  unsigned stride = d * d;
  for (unsigned slot = 0; slot < 3; ++slot, stride /= d) {
    std::vector<Real> next(T.size(), Real(0));
    for (unsigned i = 0; i < T.size(); ++i) {
      const unsigned a = i / stride % d;
      for (unsigned m = 0; m < d; ++m) next[i] += up[a * d + m] * raised[i - a * stride + m * stride];
    }
    raised = std::move(next);
  }
  Real norm_T(0), norm_trace(0);
  for (unsigned i = 0; i < T.size(); ++i) norm_T += T[i] * raised[i];
  std::vector<Real> trace(d, Real(0));
  for (unsigned a = 0; a < d; ++a)
    for (unsigned bc = 0; bc < d * d; ++bc) trace[a] += up[bc] * T[a * d * d + bc];
  for (unsigned a = 0; a < d; ++a)
    for (unsigned b = 0; b < d; ++b) norm_trace += up[a * d + b] * trace[a] * trace[b];
  return {norm_T, norm_trace};
}

void check_depth_one_tensor_formula(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(60);
  evidence.tolerance_reason("40 of 60 digits, relative to |T|^2");
  Cases cases(conditions.seed, "depth-one-tensor-formula");
  const Formula scalar(conditions.broken("half")  ? replaced(scalar_text, "/4", "/2")
                       : conditions.broken("sum") ? replaced(scalar_text, "-", "+")
                                                  : scalar_text,
                       {"norm_T", "norm_trace"});
  for (unsigned round = 0; round < conditions.effort; ++round)
    for (const char* activation : {"erf", "tanh", "gelu", "sin"})
      for (unsigned d = 2; d <= 3; ++d) {
        const SmallNetwork network =
            small_network(cases, activation, d,
                          conditions.broken("depth-2") ? std::vector<unsigned>{6, 8} : std::vector<unsigned>{8});
        const TensorFields tensor = tensor_fields(pullback(features(network, random_point(cases, d), 3), d), d);
        const std::vector<Real> of_T = norms(tensor.metric, tensor.inverse, d);
        evidence.equal(place_of(network), scalar(of_T), tensor.scalar.value(), 40, of_T[0]);
      }
}

}  // namespace

Theorem depth_one_tensor_formula() {
  return {
      .id = "depth-one-tensor-formula",
      .group = "networks",
      .statement = std::string("The Ricci scalar of a finite network with one hidden layer needs no second derivative "
                               "of its metric: R = ") +
                   scalar_text + " with T_abc = d_a g_bc and both norms by the inverse metric.",
      .latex = R"(R = \tfrac14\left(|T|^2 - |\mathrm{tr}\, T|^2\right),\qquad T_{abc} = \partial_a g_{bc})",
      .hypotheses = "depth 1, phi three times differentiable, metric not degenerate; any weights and width",
      .source = "derived here; the general form: S. Amari and J. Armstrong, Hessian metrics (2014)",
      .derivation = "docs/math/theorems.md, Curvature of a finite network",
      .left = "the formula, from the metric and its first derivatives",
      .right = "general tensor calculus, from second derivatives of the metric",
      .mutations = {{"depth-2", "claimed for two hidden layers"},
                    {"half", "1/2 instead of 1/4"},
                    {"sum", "the sum of the norms"}},
      .check = check_depth_one_tensor_formula,
  };
}

}  // namespace widegeo::theory
