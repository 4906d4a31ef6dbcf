#include <array>

#include "montecarlo/statistics.hpp"
#include "network/conditional/conditional_sampler.hpp"
#include "theory/catalogue.hpp"
#include "theory/support_formula.hpp"
#include "theory/support_metric.hpp"
#include "theory/support_network.hpp"
#include "theory/support_units.hpp"

namespace widegeo::theory {
namespace {

/// The entries of a covariance of (h, d_1 h, d_2 h) on which the metric depends.
struct Covariances {
  double v = 0, u1 = 0, u2 = 0, w11 = 0, w22 = 0;  ///< Var h, Cov(h, d_a h), Var d_a h
};

/// D(q) = E phi'(sqrt(q) z)^2 of the closed form and its derivatives, by the rules of the language.
class SquaredSlope {
 public:
  explicit SquaredSlope(const ClosedForm& form) : formulas_{Formula(form.D, {"q"})} {
    for (unsigned k = 0; k < 3; ++k) formulas_.push_back(formulas_.back().derivative("q"));
  }
  std::vector<double> operator()(double q, unsigned order) const {
    std::vector<double> r;
    for (unsigned k = 0; k <= order; ++k) r.push_back(formulas_[k](std::vector<double>{q}));
    return r;
  }

 private:
  std::vector<Formula> formulas_;
};

/// E phi'(h)^2 (d_a h)^2 = D(v) w_aa + 2 D'(v) u_a^2: the mean metric of the second layer given the first.
std::array<double, 2> mean_metric(const SquaredSlope& slope, const Covariances& S) {
  const std::vector<double> D = slope(S.v, 1);
  return {D[0] * S.w11 + 2 * D[1] * S.u1 * S.u1, D[0] * S.w22 + 2 * D[1] * S.u2 * S.u2};
}

struct Case {
  UnitModel first;
  double s = 1, b = 0;  ///< of the second layer
  Covariances layer(double phi2, double phi_d1, double phi_d2, double d11, double d22) const {
    return {s * phi2 + b, s * phi_d1, s * phi_d2, s * d11, s * d22};
  }
};

/// Half the second derivatives of the mean metric times the covariances of one unit's products (radial, tangential).
std::array<double, 2> expansion(const SquaredSlope& slope, const UnitAverage& average, const Case& c,
                                const Covariances& S, const Conditions& conditions) {
  const double s1 = c.first.s;
  const double V = (S.v - c.b) / c.s, M1 = S.u1 / c.s, M11 = S.w11 / c.s, M22 = S.w22 / c.s;
  // Covariances of the products phi^2, phi phi' w_a, phi'^2 w_a^2 of one unit.
  double c00 = average([](const Unit&u) { return u.phi * u.phi * u.phi * u.phi; }) - V * V,
         c01 = average([](const Unit&u) { return u.phi * u.phi * u.phi * u.slope * u.w; }) - V * M1,
         c011 = average([](const Unit&u) { return u.phi * u.phi * u.slope * u.slope * u.w2; }) - V * M11,
         c11 = c011 + V * M11 - M1 * M1;
  double across = s1 * average([](const Unit& u) { return u.phi * u.phi * u.slope * u.slope; });
  double c022 = across - V * M22;
  if (conditions.broken("gaussian-covariance")) {  // Wick's theorem, as if phi and phi' w were normal
    c00 = 2 * V * V, c01 = 2 * V * M1, c011 = 2 * M1 * M1, c11 = V * M11 + M1 * M1, across = V * M22, c022 = 0;
  }
  const std::vector<double> D = slope(S.v, 3);
  const double half = (conditions.broken("half") ? 1 : 0.5) * c.s * c.s;
  return {
      half * ((D[2] * S.w11 + 2 * D[3] * S.u1 * S.u1) * c00 + 2 * D[1] * c011 + 8 * D[2] * S.u1 * c01 + 4 * D[1] * c11),
      half * (D[2] * S.w22 * c00 + 2 * D[1] * c022 + 4 * D[1] * across)};
}

void check_first_order_correction(Evidence& evidence, const Conditions& conditions) {
  evidence.tolerance_reason(std::string(statistical_reason) +
                            "; extrapolated from widths 32, 64, 128 with terms 1/n and 1/n^2; reference values: "
                            "a unit of their last digit");
  const Activation activation = make_activation("erf(x/sqrt(2))");
  const SquaredSlope slope(*find_closed_form(activation));
  Cases cases(conditions.seed, "first-order-correction");
  std::uint32_t campaign = first_campaign + 600;
  for (unsigned round = 0; round < 2; ++round) {
    const Case c = round == 0 ? Case{{1.5, 0.1, 0.8}, 1.5, 0.1}
                              : Case{{cases.uniform(1, 1.5), cases.uniform(0.05, 0.3), cases.uniform(0.5, 1)},
                                     cases.uniform(1, 1.5),
                                     cases.uniform(0.05, 0.3)};
    const UnitAverage average(activation, c.first);
    const std::array exact{average([](const Unit& u) { return u.phi * u.phi; }),
                           average([](const Unit& u) { return u.phi * u.slope * u.w; }),
                           average([](const Unit& u) { return u.slope * u.slope * u.w2; }),
                           c.first.s * average([](const Unit& u) { return u.slope * u.slope; })};
    const Covariances S = c.layer(exact[0], exact[1], 0, exact[2], exact[3]);
    const std::array limit = mean_metric(slope, S);
    const std::array predicted = expansion(slope, average, c, S, conditions);

    std::array<std::vector<WidthPoint>, 2> points;
    for (const std::uint64_t width : {32U, 64U, 128U}) {
      const NetworkSpec spec{.width = {width}, .weight_variance = {c.first.s}, .bias_variance = {c.first.b}};
      const ConditionalSampler sampler(spec, activation, std::array{c.first.r, 0.0});
      const double n = static_cast<double>(width);
      // n (mean metric given the first layer - limit), and that layer's deviations, whose mean is 0.
      const Moments moments = simulate(40'000 * conditions.effort, conditions.threads, 6, [&] {
        return [&, workspace = std::make_shared<ConditionalSampler::Workspace>(), gram = FeatureGram()](
                   std::uint32_t index, std::span<double> out) mutable {
          sampler.draw({conditions.seed, campaign, index}, gram, {}, *workspace);
          const Eigen::MatrixXd& f = gram.gram;
          const std::array g = mean_metric(slope, c.layer(f(0, 0), f(0, 1), f(0, 2), f(1, 1), f(2, 2)));
          for (std::size_t e = 0; e < 2; ++e) out[e] = n * (g[e] - limit[e]);
          out[2] = f(0, 0) - exact[0], out[3] = f(0, 1) - exact[1], out[4] = f(1, 1) - exact[2],
          out[5] = f(2, 2) - exact[3];
        };
      });
      for (std::size_t e = 0; e < 2; ++e) points[e].push_back({n, controlled_mean(moments, e, 2)});
      ++campaign;
    }
    constexpr std::array names{"radial", "tangential"};
    const std::string place = "erf(x/sqrt(2)), depth 2, s_1 = " + short_text(c.first.s) +
                              ", b_1 = " + short_text(c.first.b) + ", r = " + short_text(c.first.r) +
                              ", s_2 = " + short_text(c.s) + ", b_2 = " + short_text(c.b) + ", ";
    for (std::size_t e = 0; e < 2; ++e) {
      const MeanEstimate fit = extrapolate_in_width(points[e], 1).limit;
      evidence.statistical(place + names[e], fit.mean, predicted[e], fit.standard_error, quantile_of_alarms);
    }
    if (round > 0) continue;
    // The values of the expansion as they were first computed, to a unit of their last digit.
    constexpr std::array published{-0.00681, -0.01225};
    for (std::size_t e = 0; e < 2; ++e)
      evidence.equal(place + names[e] + ", reference value", predicted[e], published[e], 1e-5);
  }
}

}  // namespace

Theorem first_order_correction() {
  return {
      .id = "first-order-correction",
      .group = "networks",
      .statement =
          "At depth 2 the mean of the metric of a network whose first layer has n units differs from the infinite one "
          "by c/n + O(1/n^2), where c is half the second derivatives of the next layer's mean metric in the "
          "covariances "
          "of (h, dh), contracted with the covariance of one unit's products; the last layer's width does not matter.",
      .latex = R"(\mathbb E\, g_n - g = \tfrac12 F'' : V_2 + O(n^{-2}),\qquad V_2 = s_2^2\, C(S_1)/n)",
      .hypotheses = "depth 2, normal weights, phi smooth",
      .source = "derived here",
      .derivation = "docs/math/theorems.md, The first correction in 1/width",
      .left = "simulated first layers, the second one averaged exactly, with control variates",
      .right = "the expansion, by integrals over one unit",
      .mutations = {{"half", "the factor 1/2 forgotten"},
                    {"gaussian-covariance", "covariances of the products by Wick's theorem"}},
      .check = check_first_order_correction,
  };
}

}  // namespace widegeo::theory
