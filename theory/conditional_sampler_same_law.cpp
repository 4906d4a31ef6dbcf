#include <array>
#include <cmath>

#include "network/conditional/conditional_sampler.hpp"
#include "network/explicit_network.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_network.hpp"

namespace widegeo::theory {
namespace {

constexpr std::array names{"k", "k_r", "g_rr", "g_rt", "g_tt"};
constexpr std::size_t entries = names.size(), moments_count = entries + entries * (entries + 1) / 2;

/// Inner products of one network, with their squares and products.
void measure(const FeatureGram& f, std::span<double> out) {
  const std::array<double, entries> v{f.gram(0, 0), f.gram(0, 1), f.gram(1, 1), f.gram(1, 2), f.gram(2, 2)};
  std::size_t next = 0;
  for (std::size_t i = 0; i < entries; ++i) out[next++] = v[i];
  for (std::size_t i = 0; i < entries; ++i)
    for (std::size_t j = 0; j <= i; ++j) out[next++] = v[i] * v[j];
}

std::string name_of(std::size_t k) {
  if (k < entries) return std::string("E ") + names[k];
  std::size_t next = entries;
  for (std::size_t i = 0; i < entries; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      if (next++ == k) return std::string("E ") + names[i] + " " + names[j];
  return {};
}

void check_conditional_sampler_same_law(Evidence& evidence, const Conditions& conditions) {
  evidence.tolerance_reason(statistical_reason);
  Cases cases(conditions.seed, "conditional-sampler-same-law");
  std::uint32_t campaign = first_campaign + 400;
  for (const char* name : {"erf", "gelu", "relu"}) {
    const Activation activation = make_activation(name);
    const NetworkSpec spec{.depth = 2,
                           .width = {4, 6},
                           .weight_variance = {cases.uniform(0.5, 1.5), cases.uniform(0.5, 1.5)},
                           .bias_variance = {cases.uniform(0.05, 0.5), cases.uniform(0.05, 0.5)}};
    const std::array<double, 2> x{cases.uniform(0.3, 1), 0};
    NetworkSpec other = spec;
    if (conditions.broken("width")) other.width[0] *= 2;
    if (conditions.broken("weight-variance")) other.weight_variance[1] *= 1.2;
    const std::uint64_t samples = 20'000 * conditions.effort;
    const ConditionalSampler conditional(other, activation, x);
    const ExplicitSampler drawn(spec, activation, x);
    const Moments a = simulate(samples, conditions.threads, moments_count, [&] {
      return [&, workspace = std::make_shared<ConditionalSampler::Workspace>(), gram = FeatureGram()](
                 std::uint32_t index, std::span<double> out) mutable {
        conditional.draw({conditions.seed, campaign, index}, gram, {}, *workspace);
        measure(gram, out);
      };
    });
    const Moments b = simulate(samples, conditions.threads, moments_count, [&] {
      return [&](std::uint32_t index, std::span<double> out) {
        measure(gram_of(drawn.draw({conditions.seed, campaign + 1, index})), out);
      };
    });
    const auto count = static_cast<double>(samples);
    for (std::size_t k = 0; k < moments_count; ++k)
      evidence.statistical(std::string(name) + ", depth 2, widths 4 6, " + name_of(k), a.mean(k), b.mean(k),
                           std::sqrt((a.variance(k) + b.variance(k)) / count), quantile_of_alarms);
    campaign += 2;
  }
}

}  // namespace

Theorem conditional_sampler_same_law() {
  return {
      .id = "conditional-sampler-same-law",
      .group = "networks",
      .statement =
          "Given the units of one layer, the rows (h, dh) of the next are independent normal vectors with the layer's "
          "empirical covariance: drawing them so gives kernel and metric the same law as drawing all weights "
          "(compared: "
          "all moments up to the second).",
      .latex = R"((h,\partial h)_{l+1,i} \,|\, \text{layer } l \ \sim\ N\!\left(0,\ \tfrac{s_{l+1}}{n_l}\sum_j )"
               R"(f_j f_j^T + b_{l+1} e_0 e_0^T\right),\quad f = (\phi, \partial\phi))",
      .hypotheses = "normal weights and biases, finite widths",
      .source = "derived here",
      .derivation = "docs/math/theorems.md, Conditional sampling",
      .left = "the conditional sampler: normals times a small Cholesky factor",
      .right = "networks with weights drawn one by one",
      .mutations = {{"width", "eight units instead of four in the first layer of the sampler"},
                    {"weight-variance", "20 per cent too much in its second layer"}},
      .check = check_conditional_sampler_same_law,
  };
}

}  // namespace widegeo::theory
