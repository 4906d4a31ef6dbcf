// Exact statements about finite networks beyond the mean of the metric: moments of the norm of a ReLU network at every
// width, and the first correction in 1/width of the metric of a network of two layers.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "montecarlo/statistics.hpp"
#include "network/conditional/conditional_sampler.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {
constexpr std::uint64_t seed = 5051;
// Probability of a false alarm of each comparison; the seed is fixed, so a pass stays a pass.
constexpr double false_alarm = 1e-5;

NetworkSpec he_relu(std::vector<std::uint64_t> widths, bool post) {
  NetworkSpec spec;
  spec.depth = static_cast<unsigned>(widths.size());
  spec.width = std::move(widths);
  spec.weight_variance = {2};
  spec.activate_last = post;
  return spec;
}
}  // namespace

// With s = 2, h_{l+1} is Gaussian given layer l, of variance |x|^2 prod_{k <= l} X_k, X_k the mean over n_k units of
// 2 relu(z)^2: mean 1, second moment of one unit 6. So E |Phi|^4 / (E |Phi|^2)^2 = prod_l (1 + 5/n_l) after the last
// activation; before it, the last layer's z^2 (second moment 3) gives 1 + 2/n_L instead.
TEST_CASE("network: the norm of a ReLU network has the second moment prod(1 + 5/n)") {
  const std::size_t samples = testing::trials(100'000);
  MESSAGE("seed ", seed, ", ", samples, " networks, false alarm ", false_alarm);
  const std::vector<double> x{0.6, -0.8};
  const Activation relu = make_activation("relu");
  std::uint32_t campaign = 100;
  for (const bool post : {true, false})
    for (const std::vector<std::uint64_t>& widths :
         {std::vector<std::uint64_t>{7}, {30, 20}, {25, 40, 20, 30}, {60, 60, 60, 60, 60, 60}}) {
      const ConditionalSampler sampler(he_relu(widths, post), relu, x);
      ConditionalSampler::Workspace workspace;
      FeatureGram gram;
      Moments moments(2);
      for (std::uint32_t k = 0; k < samples; ++k) {
        sampler.draw({seed, campaign, k}, gram, {}, workspace);
        const double norm = gram.gram(0, 0);
        moments.add(std::array{norm, norm * norm});
      }
      double expected = 1, without_last = 1;
      for (const auto n : widths) {
        without_last = expected;
        expected *= 1 + 5 / static_cast<double>(n);
      }
      if (!post) expected = 4 * without_last * (1 + 2 / static_cast<double>(widths.back()));
      const MeanEstimate mean = plain_mean(moments, 0), square = plain_mean(moments, 1);
      const TestResult first = compare(mean, post ? 1 : 2), second = compare(square, expected);
      MESSAGE(std::string(post ? "post" : "pre"), ", ", widths.size(), " layers: E|Phi|^4 = ", square.mean, " +- ",
              square.standard_error, ", exact ", expected, ", z = ", second.z);
      CHECK(first.p_value > false_alarm);
      CHECK(second.p_value > false_alarm);
      // The resolution tells the correction from none: the check could fail.
      CHECK(detectable_difference(square, false_alarm, 1) < 0.5 * std::fabs(expected - (post ? 1 : 4)));
      ++campaign;
    }
}

// docs/math/theorems.md, "The first correction in 1/width": E g_n = g + c/n + O(1/n^2). The last layer's width does not
// enter, since g_n is an average over its units. The difference of two networks of first widths n and 4n that share the
// normals of the second layer,
//     c(n) = (g_n - g_4n) 4n/3,     E c(n) = c + O(1/n),
// is free of most of the second layer's noise, and the first layer's Gram matrices, of which the means are elementary,
// are control variates for the rest. The values of c are those of the second-order expansion cited.
TEST_CASE("network: the metric's first correction in 1/width at depth 2 is that of the expansion") {
  constexpr std::size_t fewest = 100'000;  // what the resolution asked for below takes
  const std::size_t samples = std::max(testing::trials(fewest), fewest);
  MESSAGE("seed ", seed, ", ", samples, " networks a width, false alarm ", false_alarm);
  constexpr double s = 1.5, b = 0.1, r = 0.8;
  const std::vector<double> x{r, 0};
  const Activation erf = make_activation("erf(x/sqrt(2))");
  // Depth 1, with q = s r^2 + b: V = (2/pi) asin(q/(1+q)), D = (2/pi) (1+2q)^(-1/2), V' = D/(1+q), A = s D, B = 2 s^2
  // D'.
  const double q = s * r * r + b, d = 2 / std::numbers::pi / std::sqrt(1 + 2 * q), d_prime = -d / (1 + 2 * q);
  const std::array<double, 4> exact{2 / std::numbers::pi * std::asin(q / (1 + q)), s * d / (1 + q) * r,
                                    s * d + 2 * s * s * d_prime * r * r, s * d};
  const auto features = [](const FeatureGram& g) {
    return std::array{g.gram(0, 0), g.gram(0, 1), g.gram(1, 1), g.gram(2, 2)};
  };
  std::array<std::vector<WidthPoint>, 2> points;
  for (const std::uint64_t n : {8U, 12U, 24U}) {
    std::vector<ConditionalSampler> samplers;
    for (const std::uint64_t first : {n, 4 * n})
      for (const unsigned depth : {1U, 2U}) {
        NetworkSpec spec;
        spec.depth = depth;
        spec.width = depth == 1 ? std::vector<std::uint64_t>{first} : std::vector<std::uint64_t>{first, 500};
        spec.weight_variance = {s};
        spec.bias_variance = {b};
        samplers.emplace_back(spec, erf, x);
      }
    ConditionalSampler::Workspace workspace;
    FeatureGram gram;
    Moments moments(10);
    for (std::uint32_t k = 0; k < samples; ++k) {
      std::array<double, 10> sample{};
      for (std::size_t which = 0; which < 2; ++which) {
        const NetworkId id{seed, static_cast<std::uint32_t>(200 + n), k};
        samplers[2 * which].draw(id, gram, {}, workspace);
        for (std::size_t f = 0; f < 4; ++f) sample[2 + 4 * which + f] = features(gram)[f] - exact[f];
        samplers[2 * which + 1].draw(id, gram, {}, workspace);
        const double factor = (which == 0 ? 4 : -4) * static_cast<double>(n) / 3;
        for (std::size_t e = 0; e < 2; ++e) sample[e] += factor * features(gram)[2 + e];
      }
      moments.add(sample);
    }
    for (std::size_t e = 0; e < 2; ++e) {
      points[e].push_back({static_cast<double>(n), controlled_mean(moments, e, 2)});
      MESSAGE("width ", n, ": ", points[e].back().estimate.mean, " +- ", points[e].back().estimate.standard_error,
              ", without controls +- ", plain_mean(moments, e).standard_error);
    }
    for (std::size_t c = 2; c < 10; ++c) CHECK(compare(plain_mean(moments, c), 0).p_value > false_alarm);
  }
  constexpr std::array<double, 2> expansion{-0.00681,
                                            -0.01225};  // radial, tangential; to half a unit of the last digit
  for (std::size_t e = 0; e < 2; ++e) {
    const WidthFit fit = extrapolate_in_width(points[e]);
    const TestResult verdict = compare(fit.limit, expansion[e], 5e-6);
    MESSAGE(std::string(e == 0 ? "radial " : "tangential "), fit.limit.mean, " +- ", fit.limit.standard_error,
            ", expansion ", expansion[e], ", z = ", verdict.z, ", slope ", fit.slope, " +- ", fit.slope_error);
    CHECK(verdict.p_value > false_alarm);
    CHECK(*fit.fit_p_value > false_alarm);
    CHECK(detectable_difference(fit.limit, false_alarm, 1) < std::fabs(expansion[e]));
  }
}
