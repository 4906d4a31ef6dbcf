#include <array>

#include "network/explicit_network.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_metric.hpp"
#include "theory/support_network.hpp"

namespace widegeo::theory {
namespace {

constexpr std::uint64_t units = 300'000;  // of one comparison: the standard error is about half a per cent

void check_mean_metric_depth_one(Evidence& evidence, const Conditions& conditions) {
  evidence.tolerance_reason(statistical_reason);
  Cases cases(conditions.seed, "mean-metric-depth-one");
  std::uint32_t campaign = first_campaign;
  for (const char* name : {"erf", "gelu", "relu", "sin"}) {
    const ClosedCase& c = closed_case(name);
    const auto source = by_closed_form<TrackedDouble>(c.activation);
    for (const std::uint64_t width : {1U, 6U, 50U}) {
      const Model model = random_model(cases, 1);
      const auto point = random_point(cases, 2);
      const std::array<double, 2> x{point[0].get_d(), point[1].get_d()};
      const Rational t = squared_length(point);
      const auto g = radial_metric(model, *source, from_rational<TrackedDouble>(t), 2);
      const double A = g.A.value().value, B = conditions.broken("no-rank-one") ? 0 : g.B.value().value;

      NetworkSpec spec{
          .width = {width}, .weight_variance = {model.s(1).get_d()}, .bias_variance = {model.b(1).get_d()}};
      if (conditions.broken("variance")) spec.weight_variance[0] *= 1.05;
      const ExplicitSampler sampler(spec, c.activation, x);
      const std::uint64_t samples = conditions.effort * (width == 1 ? units / 10 : units / width);
      const Moments moments = simulate(samples, conditions.threads, 3, [&] {
        return [&](std::uint32_t index, std::span<double> out) {
          const FeatureJet f = sampler.draw({conditions.seed, campaign, index});
          const Eigen::Matrix2d metric = f.jacobian.transpose() * f.jacobian;
          out[0] = metric(0, 0), out[1] = metric(0, 1), out[2] = metric(1, 1);
        };
      });
      const std::string place = place_of(name, model, 2, t) + ", width " + std::to_string(width);
      compare_mean(evidence, place + ", g_11", moments, 0, A + B * x[0] * x[0]);
      compare_mean(evidence, place + ", g_12", moments, 1, B * x[0] * x[1]);
      compare_mean(evidence, place + ", g_22", moments, 2, A + B * x[1] * x[1]);
      ++campaign;
    }
  }
}

}  // namespace

Theorem mean_metric_depth_one() {
  return {
      .id = "mean-metric-depth-one",
      .group = "networks",
      .statement =
          "With one hidden layer the mean of the metric over random networks is the metric of the infinite "
          "network at every width, even of one unit: E g_n = A I + B x x^T.",
      .latex = R"(\mathbb E\, g_n = A(t)\, I + B(t)\, x x^T \quad\text{for all } n)",
      .hypotheses = "depth 1, normal weights, phi with square integrable derivative",
      .source = "arXiv 2301.11375, the metric at initialisation",
      .derivation = "docs/math/theorems.md, Mean and variance of finite metrics",
      .left = "networks with weights drawn one by one, mean over independent networks",
      .right = "A and B by the radial recursion from closed forms",
      .mutations = {{"variance", "networks whose weight variance is 5 per cent too large"},
                    {"no-rank-one", "B left out"}},
      .check = check_mean_metric_depth_one,
  };
}

}  // namespace widegeo::theory
