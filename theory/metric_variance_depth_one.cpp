#include <array>

#include "network/conditional/conditional_sampler.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_network.hpp"
#include "theory/support_units.hpp"

namespace widegeo::theory {
namespace {

void check_metric_variance_depth_one(Evidence& evidence, const Conditions& conditions) {
  evidence.tolerance_reason(statistical_reason);
  Cases cases(conditions.seed, "metric-variance-depth-one");
  std::uint32_t campaign = first_campaign + 200;
  for (const char* name : {"erf", "tanh", "gelu", "sin"}) {
    const Activation activation = make_activation(name);
    const UnitModel model{.s = cases.uniform(0.5, 1.5), .b = cases.uniform(0.05, 0.5), .r = cases.uniform(0.3, 1)};
    const UnitAverage average(activation, model);
    const auto fourth = [](const Unit& u) { return u.slope * u.slope * u.slope * u.slope; };
    const int moment = conditions.broken("fourth-moment") ? 1 : 3;  // E w_2^4 = 3 s^2
    const double radial = average([](const Unit&u) { return u.slope * u.slope * u.w2; }),
                 tangential = model.s * average([](const Unit&u) { return u.slope * u.slope; });
    // n Var g_rr, n Var g_rt, n Var g_tt
    const std::array<double, 3> exact{average([&](const Unit& u) { return fourth(u) * u.w4; }) - radial * radial,
                                      model.s * average([&](const Unit& u) { return fourth(u) * u.w2; }),
                                      moment * model.s * model.s * average(fourth) - tangential * tangential};
    for (const std::uint64_t width : {3U, 48U}) {
      const NetworkSpec spec{.width = {width}, .weight_variance = {model.s}, .bias_variance = {model.b}};
      const ConditionalSampler sampler(spec, activation, std::array{model.r, 0.0});
      const double n = static_cast<double>(width);
      const double power = conditions.broken("rate") ? n * n : n;
      const Moments moments = simulate(8000 * conditions.effort, conditions.threads, 3, [&] {
        return [&, workspace = std::make_shared<ConditionalSampler::Workspace>(), gram = FeatureGram()](
                   std::uint32_t index, std::span<double> out) mutable {
          sampler.draw({conditions.seed, campaign, index}, gram, {}, *workspace);
          const double rr = gram.metric()(0, 0) - radial, rt = gram.metric()(0, 1),
                       tt = gram.metric()(1, 1) - tangential;
          out[0] = power * rr * rr, out[1] = power * rt * rt, out[2] = power * tt * tt;
        };
      });
      constexpr std::array components{"g_rr", "g_rt", "g_tt"};
      for (std::size_t i = 0; i < 3; ++i)
        compare_mean(evidence, std::string(name) + ", width " + std::to_string(width) + ", n Var " + components[i],
                     moments, i, exact[i]);
      ++campaign;
    }
  }
}

}  // namespace

Theorem metric_variance_depth_one() {
  return {
      .id = "metric-variance-depth-one",
      .group = "networks",
      .statement =
          "With one hidden layer the variance of each entry of the metric over random networks is exactly 1/n "
          "of that of one unit: n Var g_ab = E phi'(h)^4 w_a^2 w_b^2 - (E g_ab)^2.",
      .latex = R"(n\,\mathrm{Var}\, g_{ab} = \mathbb E\,\phi'(h)^4 w_a^2 w_b^2 - (\mathbb E\, g_{ab})^2)",
      .hypotheses = "depth 1, normal weights, phi' with a finite fourth moment",
      .source = "derived here",
      .derivation = "docs/math/theorems.md, Mean and variance of finite metrics",
      .left = "networks by the conditional sampler, mean of the squared deviation",
      .right = "one integral over the preactivation of a unit",
      .mutations = {{"rate", "1/n^2 instead of 1/n"}, {"fourth-moment", "E w^4 = s^2 instead of 3 s^2"}},
      .check = check_metric_variance_depth_one,
  };
}

}  // namespace widegeo::theory
