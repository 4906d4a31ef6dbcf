// What the statistics promise about errors, p-values and power, against many synthetic repetitions of which the truth
// is known.
#include "montecarlo/statistics.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "random/random.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {
constexpr std::uint64_t seed = 2718;

/// sqrt(n) times Kolmogorov's distance of `p` to the uniform law on (0, 1).
double kolmogorov(std::vector<double> p) {
  std::sort(p.begin(), p.end());
  const auto n = static_cast<double>(p.size());
  double distance = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const auto k = static_cast<double>(i);
    distance = std::max({distance, (k + 1) / n - p[i], p[i] - k / n});
  }
  return distance * std::sqrt(n);
}
// P(sqrt(n) D > 2.5) = 2 exp(-2 * 2.5^2) = 7.5e-6 (Kolmogorov's limit law); the seed is fixed, so a pass stays a pass.
constexpr double kolmogorov_limit = 2.5;

/// P(T < (mean - truth) / standard_error) under the claimed law: uniform when mean and error are honest.
double probability_below(const MeanEstimate& estimate, double truth) {
  return cdf(boost::math::students_t(estimate.degrees_of_freedom), (estimate.mean - truth) / estimate.standard_error);
}

/// A count of `n` trials of probability p lies within 4.5 binomial standard deviations: false alarm 7e-6.
bool binomial(std::size_t count, std::size_t n, double p) {
  const auto trials = static_cast<double>(n);
  return std::fabs(static_cast<double>(count) - p * trials) < 4.5 * std::sqrt(p * (1 - p) * trials);
}

std::vector<double> normals(std::uint32_t experiment, std::size_t repetition, std::size_t count) {
  std::vector<double> out(count);
  fill_normals({seed, experiment, static_cast<std::uint32_t>(repetition), 0, 0}, 0, out);
  return out;
}

MeanEstimate sample_mean(const std::vector<double>& values, double scale = 1, double offset = 0) {
  Moments m(1);
  for (const double v : values) {
    const double x = offset + scale * v;
    m.add({&x, 1});
  }
  return plain_mean(m, 0);
}
}  // namespace

TEST_CASE(
    "statistics: with control variates the mean is unbiased, its error honest and smaller by the theory's factor") {
  const std::size_t repetitions = testing::trials(20'000), samples = 200;
  MESSAGE("seed ", seed, ", ", repetitions, " repetitions");
  // value = 3 + a linear part + a small quadratic one of mean 0 + noise; controls c1, c2 = (c1 + n2)/sqrt 2, c3.
  constexpr double noise = 0.5, quadratic = 0.02;
  std::vector<double> controlled, plain;
  double squares = 0, z_squares = 0, ratio = 0;
  for (std::size_t r = 0; r < repetitions; ++r) {
    const auto z = normals(1, r, 4 * samples);
    Moments m(4);
    for (std::size_t k = 0; k < samples; ++k) {
      const double c1 = z[4 * k], c2 = (c1 + z[4 * k + 1]) / std::sqrt(2.0), c3 = z[4 * k + 2];
      m.add(std::array{3 + 0.7 * c1 - 0.4 * c2 + 0.9 * c3 + quadratic * (c1 * c1 - 1) + noise * z[4 * k + 3], c1, c2,
                       c3});
    }
    const MeanEstimate with = controlled_mean(m, 0, 1), without = plain_mean(m, 0);
    CHECK(with.degrees_of_freedom == static_cast<double>(samples - 4));
    controlled.push_back(probability_below(with, 3));
    plain.push_back(probability_below(without, 3));
    squares += (with.mean - 3) * (with.mean - 3);
    z_squares += std::pow((with.mean - 3) / with.standard_error, 2);
    ratio += std::pow(with.standard_error / without.standard_error, 2);
  }
  const auto n = static_cast<double>(repetitions);
  const double ks = kolmogorov(controlled);
  MESSAGE("Kolmogorov ", ks, " with controls, ", kolmogorov(plain), " without; E z^2 = ", z_squares / n);
  CHECK(ks < kolmogorov_limit);
  CHECK(kolmogorov(plain) < kolmogorov_limit);
  // E t^2 = nu / (nu - 2), with standard deviation sqrt(2/n): 4.5 of them.
  CHECK(std::fabs(z_squares / n - 196.0 / 194) < 4.5 * std::sqrt(2.05 / n));
  // Residual variance: noise^2 and Var(quadratic part) = 2 quadratic^2. Explained: Var of the linear part, by
  // c2 = (c1 + n2)/sqrt 2. The estimate of the intercept costs a factor 1 + 3/(samples - 5).
  const double residual = noise * noise + 2 * quadratic * quadratic;
  const double explained = std::pow(0.7 - 0.4 / std::sqrt(2.0), 2) + 0.08 + 0.81;
  const double inflated = residual * (1 + 3.0 / (samples - 5));
  CHECK(std::fabs(squares / n * samples / inflated - 1) < 4.5 * std::sqrt(2.0 / n));
  // The estimated 1 - R^2 exceeds the true one by the factor 1 + 2 R^2/samples, R^2 < 1; as much again for the noise.
  MESSAGE("variance ratio ", ratio / n, ", theory ", inflated / (residual + explained));
  CHECK(ratio / n == doctest::Approx(inflated / (residual + explained)).epsilon(3.0 / samples));
}

TEST_CASE(
    "statistics: the extrapolated limit and slope have honest errors, and p-values of a right model are uniform") {
  const std::size_t repetitions = testing::trials(10'000), samples = 200;
  MESSAGE("seed ", seed, ", ", repetitions, " repetitions");
  constexpr std::array<double, 4> widths{100, 200, 400, 1600};
  std::vector<double> limit, slope, fit_p;
  for (std::size_t r = 0; r < repetitions; ++r) {
    const auto z = normals(2, r, widths.size() * samples);
    std::vector<WidthPoint> points;
    for (std::size_t w = 0; w < widths.size(); ++w) {
      const auto first = z.begin() + static_cast<std::ptrdiff_t>(w * samples);
      const double n = widths[w];  // the spread of one network falls like 1/sqrt(n)
      points.push_back({n, sample_mean({first, first + samples}, 4 / std::sqrt(n), 0.3 + 2 / n)});
    }
    const WidthFit fit = extrapolate_in_width(points);
    limit.push_back(probability_below(fit.limit, 0.3));
    slope.push_back(cdf(boost::math::normal(), (fit.slope - 2) / fit.slope_error));
    fit_p.push_back(*fit.fit_p_value);
  }
  MESSAGE("Kolmogorov: limit ", kolmogorov(limit), ", slope ", kolmogorov(slope), ", fit ", kolmogorov(fit_p));
  CHECK(kolmogorov(limit) < kolmogorov_limit);
  CHECK(kolmogorov(slope) < kolmogorov_limit);
  CHECK(kolmogorov(fit_p) < kolmogorov_limit);
}

TEST_CASE("statistics: a term in 1/width^2 is told from a line") {
  const auto fit_p_value = [](double square) {
    std::vector<WidthPoint> points;
    for (std::uint32_t w = 0; w < 4; ++w) {
      const double n = 25U << w;
      points.push_back({n, sample_mean(normals(3, w, 2'000), 1 / std::sqrt(n), 1 - 3 / n + square / n / n)});
    }
    return *extrapolate_in_width(points).fit_p_value;
  };
  CHECK(fit_p_value(0) > 1e-4);  // false alarm 1e-4, at a fixed seed
  CHECK(fit_p_value(100) < 1e-9);
}

TEST_CASE("statistics: Holm's procedure keeps the family-wise error under independence and dependence") {
  const std::size_t repetitions = testing::trials(20'000), tests = 20;
  constexpr double alpha = 0.05;
  MESSAGE("seed ", seed, ", ", repetitions, " repetitions");
  const boost::math::normal law;
  const auto two_sided = [&](double z) { return 2 * cdf(complement(law, std::fabs(z))); };
  // p-values of `tests` z-scores; the first `nulls` are null, the others far off.
  const auto false_alarms = [&](std::uint32_t experiment, std::size_t nulls, double shared) {
    std::size_t families = 0;
    for (std::size_t r = 0; r < repetitions; ++r) {
      const auto z = normals(experiment, r, tests + 1);
      std::vector<double> p(tests);
      for (std::size_t k = 0; k < tests; ++k)
        p[k] = k < nulls ? two_sided(shared * z[tests] + std::sqrt(1 - shared * shared) * z[k]) : 1e-12;
      const auto rejected = holm_rejections(p, alpha);
      const auto end = rejected.begin() + static_cast<std::ptrdiff_t>(nulls);
      families += std::find(rejected.begin(), end, true) != end;
    }
    return families;
  };
  // Independent nulls: exactly 1 - (1 - alpha/m)^m, also when half of the hypotheses are false and step out first.
  CHECK(binomial(false_alarms(4, tests, 0), repetitions, 1 - std::pow(1 - alpha / 20, 20)));
  CHECK(binomial(false_alarms(5, tests / 2, 0), repetitions, 1 - std::pow(1 - alpha / 10, 10)));
  // Equal scores: alpha/m. Correlated ones: somewhere below alpha, one-sided 4.5 deviations (3e-6).
  CHECK(binomial(false_alarms(6, tests, 1), repetitions, alpha / 20));
  for (const double shared : {0.3, 0.7, 0.95}) {
    const auto count = static_cast<double>(false_alarms(7, tests, shared)), n = static_cast<double>(repetitions);
    CHECK(count < alpha * n + 4.5 * std::sqrt(alpha * (1 - alpha) * n));
    CHECK(count > alpha / 20 * n);
  }
}

TEST_CASE("statistics: Holm's procedure rejects all that Bonferroni's does, more when several hypotheses are false") {
  std::size_t holm_count = 0, bonferroni_count = 0;
  for (std::size_t r = 0; r < testing::trials(2'000); ++r) {
    const auto z = normals(8, r, 10);
    std::vector<double> p(10);
    for (std::size_t k = 0; k < 10; ++k)
      p[k] = 2 * cdf(complement(boost::math::normal(), std::fabs(z[k] + (k < 7 ? 2.5 : 0.0))));
    const auto rejected = holm_rejections(p, 0.05);
    for (std::size_t k = 0; k < 10; ++k) {
      const bool bonferroni = p[k] <= 0.005;
      CHECK((rejected[k] || !bonferroni));
      holm_count += rejected[k];
      bonferroni_count += bonferroni;
    }
  }
  MESSAGE("rejections: Holm ", holm_count, ", Bonferroni ", bonferroni_count);
  CHECK(static_cast<double>(holm_count) > 1.05 * static_cast<double>(bonferroni_count));
}

TEST_CASE("statistics: at the printed resolution the power is as stated") {
  const std::size_t repetitions = testing::trials(20'000);
  MESSAGE("seed ", seed, ", ", repetitions, " repetitions");
  // Power 0.9 and 0.5, one test and hundreds of them, many and few networks.
  struct Case {
    std::size_t samples, tests;
    double family_error, power;
  };
  std::uint32_t experiment = 9;
  for (const Case& c :
       {Case{500, 1, 0.05, 0.9}, Case{500, 300, 1e-3, 0.9}, Case{500, 300, 1e-3, 0.5}, Case{40, 300, 1e-3, 0.9}}) {
    const double error = 1 / std::sqrt(static_cast<double>(c.samples)), degrees = static_cast<double>(c.samples - 1);
    const double difference = detectable_difference({0, error, degrees, 1}, c.family_error, c.tests, c.power);
    std::size_t seen = 0;
    for (std::size_t r = 0; r < repetitions; ++r) {
      const MeanEstimate got = sample_mean(normals(experiment, r, c.samples), 1, difference);
      seen += compare(got, 0).p_value <= c.family_error / static_cast<double>(c.tests);
    }
    MESSAGE(c.samples, " networks, ", c.tests, " tests: power ", static_cast<double>(seen) / double(repetitions));
    CHECK(binomial(seen, repetitions, c.power));
    ++experiment;
  }
}

TEST_CASE("statistics: skewed and heavy-tailed values keep the level, up to the tail factor at which verdicts stop") {
  const std::size_t repetitions = testing::trials(20'000);
  constexpr std::size_t samples = 200;
  MESSAGE("seed ", seed, ", ", repetitions, " repetitions");
  struct Law {
    std::string name;
    std::size_t normals;  ///< a value
    double mean;
    double (*value)(const double*);
  };
  const std::vector<Law> laws{
      {"squares of 8 (skewness 1)", 8, 8,
       [](const double* z) {
         double sum = 0;
         for (int i = 0; i < 8; ++i) sum += z[i] * z[i];
         return sum;
       }},
      {"squares of 2 (skewness 2)", 2, 2, [](const double* z) { return z[0] * z[0] + z[1] * z[1]; }},
      {"product (kurtosis 6)", 2, 0, [](const double* z) { return z[0] * z[1]; }},
      {"correlated product (skewness 2.5)", 2, 0.6, [](const double* z) { return z[0] * (0.6 * z[0] + 0.8 * z[1]); }},
      {"exponential (skewness 2.3)", 1, std::exp(0.18), [](const double* z) { return std::exp(0.6 * z[0]); }},
  };
  std::uint32_t experiment = 40;
  for (const Law& law : laws) {
    for (const double level : {0.05, 0.01, 1e-3}) {
      std::size_t rejected = 0, uncorrected = 0, given = 0;
      for (std::size_t r = 0; r < repetitions; ++r) {
        const auto z = normals(experiment, r, law.normals * samples);
        ValueMoments values;
        for (std::size_t k = 0; k < samples; ++k) values.add(law.value(&z[law.normals * k]));
        MeanEstimate got = mean_of(values);
        if (tail_factor(got, level) > largest_tail_factor) continue;
        ++given;
        rejected += compare(got, law.mean).p_value <= level;
        got.skewness = 0;
        uncorrected += compare(got, law.mean).p_value <= level;
      }
      MESSAGE(law.name, ", level ", level, ": ", given, " p-values, ", rejected, " below it, ", uncorrected,
              " without the correction");
      // The goal for verdicts, 1.5 times the level, and 4.5 binomial deviations: false alarm 3e-6.
      const double most = 1.5 * level * static_cast<double>(repetitions);
      CHECK(static_cast<double>(rejected) <= most + 4.5 * std::sqrt(most));
    }
    ++experiment;
  }
}

TEST_CASE("statistics: quantiles lie within their errors as often as stated, which are what ranks and bins make them") {
  const std::size_t repetitions = testing::trials(1'000), samples = 2'000;
  MESSAGE("seed ", seed, ", ", repetitions, " repetitions");
  struct Law {
    std::string name;
    std::function<double(double)> from_normal, density;  ///< quantile function of P(Z < z), and the density
  };
  const boost::math::normal normal;
  const std::array laws{Law{"normal", [](double z) { return z; }, [&](double v) { return pdf(normal, v); }},
                        Law{"exponential", [&](double z) { return -std::log(cdf(complement(normal, z))); },
                            [](double v) { return std::exp(-v); }},
                        // A bimodal one, |v| = 3 + z/4 to either side: half of the mass at each.
                        Law{"bimodal",
                            [&](double z) {
                              const double p = cdf(normal, z);
                              return p < 0.5 ? -3 + quantile(normal, 2 * p) / 4 : 3 + quantile(normal, 2 * p - 1) / 4;
                            },
                            [&](double v) { return 2 * pdf(normal, (std::fabs(v) - 3) * 4); }}};
  std::uint32_t experiment = 20;
  for (const Law& law : laws) {
    constexpr std::array<double, 4> levels{0.025, 0.25, 0.6, 0.975};
    std::array<std::size_t, 4> covered{}, far{};
    std::array<double, 4> error{};
    double bin = 0;
    for (std::size_t r = 0; r < repetitions; ++r) {
      auto v = normals(experiment, r, samples);
      for (double& x : v) x = law.from_normal(x);
      Histogram h(std::span<const double>(v).first(200));
      for (const double x : v) h.add(x);
      bin = std::max(bin, (h.high() - h.low()) / Histogram::bins);
      for (std::size_t k = 0; k < levels.size(); ++k) {
        const auto q = h.quantile(levels[k]);
        REQUIRE(q);
        const double truth = law.from_normal(quantile(normal, levels[k]));
        covered[k] += std::fabs(q->value - truth) <= q->error;
        far[k] += std::fabs(q->value - truth) > 6 * q->error;
        error[k] += q->error / static_cast<double>(repetitions);
      }
    }
    for (std::size_t k = 0; k < levels.size(); ++k) {
      const double p = levels[k], truth = law.from_normal(quantile(normal, p));
      const double binomial_error = std::sqrt(p * (1 - p) / samples) / law.density(truth);
      const auto n = static_cast<double>(repetitions);
      MESSAGE(law.name, " ", p, ": covered ", static_cast<double>(covered[k]) / n, ", error ", error[k], ", theory ",
              binomial_error);
      // One standard error covers 68.3 percent, half a bin more; 4.5 binomial deviations below.
      CHECK(static_cast<double>(covered[k]) > 0.683 * n - 4.5 * std::sqrt(0.683 * 0.317 * n));
      CHECK(far[k] == 0);
      // The larger side of an asymmetric interval, and bins inside of which the density varies.
      CHECK(error[k] < 1.5 * binomial_error + 1.5 * bin);
    }
    ++experiment;
  }
}

TEST_CASE("statistics: what a histogram cannot see it does not state") {
  auto v = normals(30, 0, 20'000);
  for (double& x : v) x = std::exp(3 * x);  // a tail far beyond 8 standard deviations of most pilots
  Histogram h(std::span<const double>(v).first(100));
  for (const double x : v) h.add(x);
  const auto outside =
      static_cast<std::uint64_t>(std::count_if(v.begin(), v.end(), [&](double x) { return x > h.high(); }));
  CHECK(outside > 0);
  CHECK(h.above() == outside);
  CHECK_FALSE(h.quantile(1 - 0.5 * static_cast<double>(outside) / 20'000));
}

TEST_CASE("statistics: batch means of a correlated stream have an honest error, single values have not") {
  const std::size_t repetitions = testing::trials(2'000), batches = 25, length = 400;
  MESSAGE("seed ", seed, ", ", repetitions, " repetitions");
  constexpr double memory = 0.9;
  std::vector<double> batched, naive;
  for (std::size_t r = 0; r < repetitions; ++r) {
    auto v = normals(31, r, batches * length);
    for (std::size_t k = 1; k < v.size(); ++k) v[k] = memory * v[k - 1] + std::sqrt(1 - memory * memory) * v[k];
    std::vector<double> means(batches);
    for (std::size_t b = 0; b < batches; ++b)
      for (std::size_t k = 0; k < length; ++k) means[b] += v[b * length + k] / static_cast<double>(length);
    batched.push_back(probability_below(batch_mean(means), 0));
    naive.push_back(probability_below(sample_mean(v), 0));
  }
  MESSAGE("Kolmogorov: batches ", kolmogorov(batched), ", single values ", kolmogorov(naive));
  CHECK(kolmogorov(batched) < kolmogorov_limit);
  CHECK(kolmogorov(naive) > 2 * kolmogorov_limit);
}
