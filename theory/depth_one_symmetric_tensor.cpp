#include "theory/catalogue.hpp"
#include "theory/support_formula.hpp"
#include "theory/support_network.hpp"
#include "theory/support_tensor.hpp"

namespace widegeo::theory {
namespace {

/// factor/n sum_i phi'(h_i) phi''(h_i) W_ia W_ib W_ic of the first layer.
class Explicit {
 public:
  Explicit(const SmallNetwork& network, const std::vector<Rational>& point, int factor)
      : network_(network), d_(network.dimension), n_(network.widths[0]) {
    const Formula slope = Formula(network.activation.phi, {"x"}).derivative("x"), bend = slope.derivative("x");
    const std::vector<Real> x = real_point(point);
    for (unsigned i = 0; i < n_; ++i) {
      std::vector<Real> h{network.biases[0][i]};
      for (unsigned a = 0; a < d_; ++a) h[0] += weight(i, a) * x[a];
      coefficient_.push_back(slope(h) * bend(h) * factor / static_cast<int>(n_));
    }
  }
  Real operator()(unsigned a, unsigned b, unsigned c) const {
    Real sum(0);
    for (unsigned i = 0; i < n_; ++i) sum += coefficient_[i] * weight(i, a) * weight(i, b) * weight(i, c);
    return sum;
  }

 private:
  const Real& weight(unsigned i, unsigned a) const { return network_.weights[0][i * d_ + a]; }
  const SmallNetwork& network_;
  unsigned d_, n_;
  std::vector<Real> coefficient_;
};

void check_depth_one_symmetric_tensor(Evidence& evidence, const Conditions& conditions) {
  const PrecisionScope precision(60);
  evidence.tolerance_reason("45 of 60 digits, relative to the largest component");
  Cases cases(conditions.seed, "depth-one-symmetric-tensor");
  const unsigned d = 3;
  for (unsigned round = 0; round < conditions.effort; ++round)
    for (const char* activation : {"erf", "tanh", "gelu", "silu", "sin", "gaussian"}) {
      const auto point = random_point(cases, d);
      const SmallNetwork network = small_network(
          cases, activation, d, conditions.broken("depth-2") ? std::vector<unsigned>{6, 6} : std::vector<unsigned>{6});
      const Explicit formula(network, point, conditions.broken("factor-1") ? 1 : 2);
      const auto g = pullback(features(network, point, 2), d);
      std::vector<Real> T;
      for (unsigned a = 0; a < d; ++a)
        for (unsigned bc = 0; bc < d * d; ++bc) T.push_back(partial(g[bc], a).value());
      for (unsigned a = 0; a < d; ++a)
        for (unsigned b = 0; b < d; ++b)
          for (unsigned c = b; c < d; ++c) {
            const std::string place =
                place_of(network) + ", T_" + std::to_string(a + 1) + std::to_string(b + 1) + std::to_string(c + 1);
            const Real& left = T[(a * d + b) * d + c];
            if (a < b) evidence.equal(place + " and first two exchanged", left, T[(b * d + a) * d + c], 45, largest(T));
            if (network.widths.size() == 1) evidence.equal(place, left, formula(a, b, c), 45, largest(T));
          }
    }
}

}  // namespace

Theorem depth_one_symmetric_tensor() {
  return {
      .id = "depth-one-symmetric-tensor",
      .group = "networks",
      .statement =
          "With one hidden layer the metric of every finite network is a Hessian: T_abc = d_a g_bc is symmetric in all "
          "three indices, T_abc = 2/n sum_i phi'(h_i) phi''(h_i) W_ia W_ib W_ic.",
      .latex = R"(\partial_a g_{bc} = \frac2n \sum_i \phi'(h_i)\,\phi''(h_i)\, W_{ia} W_{ib} W_{ic})",
      .hypotheses = "depth 1, phi twice differentiable; any weights and width",
      .source = "derived here",
      .derivation = "docs/math/theorems.md, Curvature of a finite network",
      .left = "derivatives of the metric by Taylor series of the feature map",
      .right = "the sum over units with symbolic derivatives of phi; and the components with indices exchanged",
      .mutations = {{"depth-2", "claimed for two hidden layers"}, {"factor-1", "1/n instead of 2/n"}},
      .check = check_depth_one_symmetric_tensor,
  };
}

}  // namespace widegeo::theory
