#include <array>

#include "network/conditional/conditional_sampler.hpp"
#include "network/explicit_network.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_formula.hpp"
#include "theory/support_metric.hpp"
#include "theory/support_network.hpp"

namespace widegeo::theory {
namespace {

constexpr const char* after_text = "(1 + 5/n_1)*(1 + 5/n_2)*(1 + 5/n_3)";
constexpr const char* before_text = "(1 + 5/n_1)*(1 + 5/n_2)*(1 + 2/n_3)";

void check_he_relu_fourth_moment(Evidence& evidence, const Conditions& conditions) {
  evidence.tolerance_reason(statistical_reason);
  const std::vector<std::string> names{"n_1", "n_2", "n_3"};
  const bool same = conditions.broken("same-before");
  const Formula after(conditions.broken("two") ? replaced(after_text, "5/n_1", "2/n_1") : after_text, names),
      before(same ? after_text : before_text, names);
  const Activation relu = make_activation("relu");
  std::uint32_t campaign = first_campaign + 300;
  for (const bool post : {true, false})
    for (const bool explicit_weights : {false, true}) {
      const NetworkSpec spec{.depth = 3,
                             .width = {8, 12, 20},
                             .weight_variance = {conditions.broken("variance") ? 2.1 : 2.0},
                             .activate_last = post};
      const std::array<double, 2> x{0.6, -0.8};
      const ConditionalSampler conditional(spec, relu, x);
      const ExplicitSampler drawn(spec, relu, x);
      const Moments moments =
          simulate((explicit_weights ? 20'000 : 100'000) * conditions.effort, conditions.threads, 2, [&] {
            return [&, workspace = std::make_shared<ConditionalSampler::Workspace>(), gram = FeatureGram()](
                       std::uint32_t index, std::span<double> out) mutable {
              const NetworkId id{conditions.seed, campaign, index};
              double norm = 0;
              if (explicit_weights) {
                norm = drawn.draw(id).value.squaredNorm();
              } else {
                conditional.draw(id, gram, {}, *workspace);
                norm = gram.gram(0, 0);
              }
              out[0] = norm, out[1] = norm * norm;
            };
          });
      const double mean = post ? 1 : 2;  // |x| = 1, and half of h^2 is lost in the last activation
      const std::string place = std::string(post ? "after" : "before") + " the last activation, " +
                                (explicit_weights ? "explicit weights" : "conditional sampler");
      const std::vector<double> n{8, 12, 20};
      compare_mean(evidence, place + ", E |Phi|^2", moments, 0, mean);
      compare_mean(evidence, place + ", E |Phi|^4", moments, 1, mean * mean * (post ? after(n) : before(n)));
      ++campaign;
    }
}

}  // namespace

Theorem he_relu_fourth_moment() {
  return {
      .id = "he-relu-fourth-moment",
      .group = "networks",
      .statement =
          "In a ReLU network with weight variance 2 and no bias E |Phi|^4/(E |Phi|^2)^2 is the product of 1 + 5/n_l "
          "over all layers, at all widths; before the last activation the last factor is 1 + 2/n_L.",
      .latex = R"(\frac{\mathbb E|\Phi|^4}{(\mathbb E|\Phi|^2)^2} = \prod_{l=1}^L \left(1+\frac{5}{n_l}\right))",
      .hypotheses = "phi = ReLU, normal weights, no biases",
      .source =
          "B. Hanin and D. Rolnick, NeurIPS 2018 (arXiv 1803.01719), for the growth; the exact product: derived here",
      .derivation = "docs/math/theorems.md, Moments of the norm of a ReLU network",
      .left = "networks of widths 8, 12, 20 by the conditional sampler and with explicit weights",
      .right = std::string(after_text) + ", and " + before_text,
      .mutations = {{"two", "1 + 2/n in the first layer"},
                    {"same-before", "the factor 1 + 5/n before the last activation, too"},
                    {"variance", "weight variance 2.1 in the networks"}},
      .check = check_he_relu_fourth_moment,
  };
}

}  // namespace widegeo::theory
