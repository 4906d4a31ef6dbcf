// Entries of many pairs by series and tables, against the two-point quadrature and within their own bounds.
#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include "gaussian/gaussian.hpp"
#include "gaussian/table/entries.hpp"
#include "gaussian/table/series_loops.hpp"
#include "number/error.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

struct Case {
  const char* name;
  double low, high;
  EntryNeed need;
};
constexpr EntryNeed both{true, false, 1e-12}, all{true, true, 1e-12}, only_K{false, false, 1e-12};

const std::vector<Case> cases = {
    {"tanh", 1, 1, all},
    {"tanh", 0.5, 2, both},
    {"tanh", 0, 2, both},
    {"sigmoid", 0.1, 10, both},
    {"softplus", 0.5, 2, all},
    {"silu", 1, 1, both},
    {"mish", 0.5, 2, both},
    {"sin", 0.1, 10, all},
    {"x*tanh(x)+sin(2*x)/3", 0.5, 2, both},
    {"exp(x)", 0.5, 2, both},
    {"x^2", 0.5, 3, all},
    {"tanh", 9, 16, both},
    {"hard-tanh", 1, 1, only_K},
    {"elu", 1, 1, both},
    {"elu", 0.5, 2, both},
    {"softsign", 0.5, 2, both},
    {"relu", 0, 25, both},
    {"max(x, sin(x))", 0.5, 2, both},
    {"exp(-abs(x))", 0.5, 2, both},
    {"sign", 0.5, 2, only_K},
};

/// A pair of variances at a correlation, and what the layer says of it.
struct Pair {
  PointBatch x, y;
  double n = 0, minor = 0;
  double K = 0, Kdot = 0, gap = 0, Ka = 0, Kb = 0;

  Pair(const EntryLayer& layer, double a, double b, double rho, double sine_squared) {
    x.variance = {a};
    y.variance = {b};
    layer.prepare(x);
    layer.prepare(y);
    n = rho * std::sqrt(a) * std::sqrt(b);
    minor = sine_squared * a * b;
  }
  void evaluate(const EntryLayer& layer, const EntryNeed& need) {
    const EntryRow row{&x, 0, &y, 0, 1, &n, &minor};
    layer.evaluate(row, {&K, need.dot ? &Kdot : nullptr, &gap, need.derivatives ? &Ka : nullptr,
                         need.derivatives ? &Kb : nullptr});
  }
  double size() const { return x.root_V[0] * y.root_V[0]; }
  double slope_size() const { return std::sqrt(x.D[0] * y.D[0]); }
};

struct Correlation {
  double rho, sine_squared;
};
const std::vector<Correlation> correlations = {
    {-1, 0},     {-0.999, 0.001999}, {-0.7, 0.51},   {-0.2, 0.96},        {0, 1},
    {0.4, 0.84}, {0.9, 0.19},        {0.99, 0.0199}, {0.9999, 1.9999e-4}, {1 - 1e-8, 2e-8 - 1e-16},
    {1, 0}};

double variance_of(std::mt19937_64& random, const Case& c) {
  return c.low == c.high ? c.low : testing::log_uniform(random, c.low > 0 ? c.low : 1e-3 * c.high, c.high);
}

template <class F>
void each_case(const F& check) {
  std::size_t index = 0;
  for (const Case& c : cases) {
    // Every third one under a sanitizer.
    if (testing::test_effort() < 1 && index++ % 3 != 0) continue;
    CAPTURE(c.name);
    CAPTURE(c.low);
    CAPTURE(c.high);
    const Activation activation = make_activation(c.name);
    const auto layer = series_entries(activation, 2)->layer(c.low, c.high, c.need);
    check(c, activation, *layer);
  }
}

}  // namespace

TEST_CASE("series: entries agree with the two-point quadrature within the bounds, and a wrong coefficient does not") {
  auto random = testing::generator_of_test("series_entries two_point");
  each_case([&](const Case& c, const Activation& activation, const EntryLayer& layer) {
    const auto exact = quadrature_expectations<TrackedDouble>(activation);
    const EntryErrors& e = layer.errors();
    CHECK(e.K <= 2e-12);
    double worst = 0;
    for (std::size_t trial = 0; trial < testing::trials(4); ++trial) {
      // The first is one at which every term counts.
      const Correlation at = correlations[trial == 0 ? 5 : random() % correlations.size()];
      Pair pair(layer, variance_of(random, c), variance_of(random, c), at.rho, at.sine_squared);
      pair.evaluate(layer, c.need);
      CAPTURE(at.rho);
      CAPTURE(pair.x.variance[0]);
      CAPTURE(pair.y.variance[0]);
      const auto t = exact->two_point({TrackedDouble(pair.x.variance[0]), TrackedDouble(pair.y.variance[0]),
                                       TrackedDouble(pair.n), TrackedDouble(pair.minor), false},
                                      c.need.derivatives ? TwoPointNeed::derivatives : TwoPointNeed::kernel);
      const auto V = exact->one_point(TrackedDouble(pair.x.variance[0]), 0);
      const double size = pair.size(), slope_size = pair.slope_size();
      CHECK(std::abs(pair.K - t.K.value) <= e.K * size + t.K.error);
      CHECK(std::abs(pair.x.V[0] - V.V[0].value) <= e.V * V.V[0].value + V.V[0].error);
      CHECK(pair.gap >= 0);
      CHECK(std::abs(pair.gap - (size - t.K.value)) <= e.gap * size + t.K.error);
      worst = std::max(worst, std::abs(pair.K - t.K.value) / size);
      if (c.need.dot) {
        CHECK(std::abs(pair.Kdot - t.Kdot.value) <= e.Kdot * slope_size + t.Kdot.error);
        CHECK(std::abs(pair.x.D[0] - V.D[0].value) <= e.D * V.D[0].value + V.D[0].error);
      }
      if (c.need.derivatives) {
        CHECK(std::abs(pair.Ka - t.Ka.value) <= e.Ka * size + t.Ka.error);
        CHECK(std::abs(pair.Kb - t.Kb.value) <= e.Ka * size + t.Kb.error);
      }
      // One wrong coefficient of one point must be seen: the largest term's, by 1e-10.
      if (trial == 0) {
        double change = 0;
        for (std::size_t f = 0; f < pair.x.features.size() / pair.x.stride; ++f) {
          Pair wrong = pair;
          wrong.x.features[f * wrong.x.stride] *= 1 + 1e-10;
          wrong.evaluate(layer, c.need);
          change = std::max(change, std::abs(wrong.K - t.K.value) - t.K.error);
        }
        CHECK(change > e.K * size);
      }
    }
    std::printf("%-22s [%g, %g]: worst difference of K %.1e, bounds K %.1e, Kdot %.1e\n", c.name, c.low, c.high, worst,
                e.K, e.Kdot);
  });
}

TEST_CASE("series: entries agree with 30 digits") {
  auto random = testing::generator_of_test("series_entries digits");
  const PrecisionScope precision(30);
  for (const Case& c : {Case{"tanh", 0.5, 2, both}, Case{"softplus", 0.1, 10, both}, Case{"elu", 0.5, 2, both},
                        Case{"exp(-abs(x))", 1, 1, both}}) {
    CAPTURE(c.name);
    const Activation activation = make_activation(c.name);
    const auto layer = series_entries(activation, 2)->layer(c.low, c.high, c.need);
    const auto exact = quadrature_expectations<Real>(activation, {.threads = 2});
    for (std::size_t trial = 0; trial < testing::trials(1); ++trial) {
      // Where the multiprecision route is a series of its own.
      const double rho = testing::uniform(random, -0.8, 0.8);
      Pair pair(*layer, variance_of(random, c), variance_of(random, c), rho, (1 - rho) * (1 + rho));
      pair.evaluate(*layer, c.need);
      const Real a(pair.x.variance[0]), b(pair.y.variance[0]), n(pair.n);
      const auto t = exact->two_point({a, b, n, Real(a * b - n * n), false}, TwoPointNeed::kernel);
      // The minor in double is off by at most 3 roundings of ab: so is the angle of the table.
      CHECK(abs(Real(pair.K) - t.K) <= (layer->errors().K + 1e-15) * pair.size());
      CHECK(abs(Real(pair.Kdot) - t.Kdot) <= (layer->errors().Kdot + 1e-15) * pair.slope_size());
    }
  }
}

TEST_CASE("series: bits of an entry depend on its two points alone, and not on their order") {
  auto random = testing::generator_of_test("series_entries bits");
  for (const Case& c :
       {Case{"tanh", 0.5, 2, all}, Case{"x^2", 0.5, 3, all}, Case{"elu", 0.5, 2, both}, Case{"sigmoid", 1, 1, both}}) {
    CAPTURE(c.name);
    const auto source = series_entries(make_activation(c.name));
    const auto layer = source->layer(c.low, c.high, c.need);
    const std::size_t N = 301;
    PointBatch x, y;
    for (std::size_t i = 0; i < N; ++i) y.variance.push_back(variance_of(random, c));
    x.variance = {variance_of(random, c)};
    layer->prepare(x);
    layer->prepare(y);
    std::vector<double> n(N), minor(N), K(N), Kdot(N), gap(N), Ka(N), Kb(N);
    for (std::size_t j = 0; j < N; ++j) {
      const double rho = testing::uniform(random, -1, 1), ab = x.variance[0] * y.variance[j];
      n[j] = rho * std::sqrt(ab);
      minor[j] = (1 - rho) * (1 + rho) * ab;
    }
    const bool d = c.need.derivatives;
    layer->evaluate({&x, 0, &y, 0, N, n.data(), minor.data()},
                    {K.data(), Kdot.data(), gap.data(), d ? Ka.data() : nullptr, d ? Kb.data() : nullptr});
    for (std::size_t j = 0; j < N; ++j) {
      double K1 = 0, Kdot1 = 0, gap1 = 0, Ka1 = 0, Kb1 = 0;
      layer->evaluate({&y, j, &x, 0, 1, &n[j], &minor[j]},
                      {&K1, &Kdot1, &gap1, d ? &Ka1 : nullptr, d ? &Kb1 : nullptr});
      REQUIRE(K1 == K[j]);
      REQUIRE(Kdot1 == Kdot[j]);
      REQUIRE(gap1 == gap[j]);
      if (d) REQUIRE(Ka1 == Kb[j]);
      if (d) REQUIRE(Kb1 == Ka[j]);
    }
  }
}

TEST_CASE("series: every set of instructions gives the same bits") {
  auto random = testing::generator_of_test("series_entries kernels");
  const std::size_t count = 61, terms = 13, stride = 64;
  std::vector<double> weight(terms), feature(terms * stride), x(count), value(count), slope(count), plain(count),
      plain_slope(count);
  for (auto* v : {&weight, &feature, &x})
    for (double& f : *v) f = testing::uniform(random, -1, 1);
  const gaussian::SeriesRow row{count, terms, stride, weight.data(), feature.data()};
  gaussian::series_loops().horner(row, x.data(), value.data(), slope.data());
  gaussian::plain_series_loops().horner(row, x.data(), plain.data(), plain_slope.data());
  CHECK(value == plain);
  CHECK(slope == plain_slope);
  for (std::size_t l = 0; l < count; ++l) {
    double sum = 0, derivative = 0;
    for (std::size_t m = 0; m < terms; ++m) {
      sum += weight[m] * feature[m * stride + l] * std::pow(x[l], static_cast<double>(m));
      if (m > 0)
        derivative +=
            static_cast<double>(m) * weight[m] * feature[m * stride + l] * std::pow(x[l], static_cast<double>(m - 1));
    }
    CHECK(std::abs(sum - value[l]) < 1e-14);         // 13 terms below 1
    CHECK(std::abs(derivative - slope[l]) < 1e-13);  // their derivatives sum to less than 78
  }
  const std::vector<unsigned> rank{1, 0, 5, 3, 4};
  for (double& t : x) t *= 2;
  gaussian::series_loops().clenshaw(row, rank.data(), rank.size(), x.data(), value.data());
  gaussian::plain_series_loops().clenshaw(row, rank.data(), rank.size(), x.data(), plain.data());
  CHECK(value == plain);
  for (std::size_t l = 0; l < count; ++l) {
    double sum = 0;
    std::size_t term = 0;
    for (std::size_t m = 0; m < rank.size(); ++m)
      for (unsigned r = 0; r < rank[m]; ++r, ++term)
        sum += weight[term] * feature[term * stride + l] * std::cos(static_cast<double>(m) * std::acos(x[l] / 2));
    CHECK(std::abs(sum - value[l]) < 1e-13);
  }
}

TEST_CASE("series: Kdot follows its input no faster than stated") {
  auto random = testing::generator_of_test("series_entries slopes");
  for (const Case& c : {Case{"tanh", 0.5, 2, both}, Case{"elu", 0.5, 2, both}, Case{"relu", 1, 1, both}}) {
    CAPTURE(c.name);
    const auto layer = series_entries(make_activation(c.name))->layer(c.low, c.high, c.need);
    const EntryErrors& e = layer->errors();
    for (std::size_t trial = 0; trial < testing::trials(40); ++trial) {
      const double theta = testing::uniform(random, 0, 3.14), step = 1e-4, a = variance_of(random, c),
                   b = variance_of(random, c);
      const auto at = [&](double angle) {
        Pair p(*layer, a, b, std::cos(angle), std::sin(angle) * std::sin(angle));
        p.evaluate(*layer, c.need);
        return p.Kdot / p.slope_size();
      };
      const double change = std::abs(at(theta + step) - at(theta)), noise = 2 * e.Kdot;
      CHECK(change <= e.by_angle * step + noise);
      if (std::isfinite(e.by_correlation))
        CHECK(change <= e.by_correlation * std::abs(std::cos(theta + step) - std::cos(theta)) + noise);
    }
  }
}

TEST_CASE("series: on a sphere the gap of kinked activations keeps its relative error at small angles") {
  const PrecisionScope precision(50);
  for (const char* name : {"relu", "abs(x)"}) {
    CAPTURE(name);
    const double q = 2;
    const auto layer = series_entries(make_activation(name))->layer(q, q, both);
    CHECK(layer->errors().gap_relative < 1e-11);
    for (const double theta : {1e-8, 1e-5, 0.003, 0.2, 1.5, 3.0, 3.14159}) {
      CAPTURE(theta);
      const Real angle(theta), sine = sin(angle), cosine = cos(angle), pi_ = pi<Real>();
      // relu: (sin + (pi - theta) cos) / (2 pi); abs: (2 sin + (pi - 2 theta) cos) / pi  [Cho and Saul 2009]
      const bool relu = name[0] == 'r';
      const Real K = q * (relu ? Real((sine + (pi_ - angle) * cosine) / (2 * pi_))
                               : Real((2 * sine + (pi_ - 2 * angle) * cosine) / pi_));
      const Real gap = q * (relu ? Real(Real(1) / 2) : Real(1)) - K;
      Pair p(*layer, q, q, 0, 0);
      p.n = static_cast<double>(Real(q * cosine));
      p.minor = static_cast<double>(Real(q * q * sine * sine));
      p.evaluate(*layer, both);
      CHECK(abs(Real(p.K) - K) <= layer->errors().K * p.size());
      // For obtuse angles q - n is as good as n; the rounding of the minor is one unit.
      CHECK(abs(Real(p.gap) - gap) <= (layer->errors().gap_relative + 4e-16) * gap);
    }
  }
}

TEST_CASE("series: the tables do not depend on the threads, and a larger tolerance needs fewer terms") {
  for (const char* name : {"tanh", "elu"}) {
    CAPTURE(name);
    const Activation activation = make_activation(name);
    const auto features = [&](unsigned threads, double tolerance) {
      EntryNeed need = both;
      need.tolerance = tolerance;
      const auto layer = series_entries(activation, threads)->layer(0.8, 1.3, need);
      CHECK(layer->errors().K <= 2 * tolerance);
      PointBatch x;
      x.variance = {0.9, 1.1};
      layer->prepare(x);
      return x.features;
    };
    const auto one = features(1, 1e-12);
    CHECK(one == features(2, 1e-12));
    CHECK(features(1, 1e-6).size() < one.size());
  }
}

TEST_CASE("series: the origin is among the points") {
  for (const char* name : {"tanh", "sigmoid", "silu", "elu", "relu", "exp(-abs(x))"}) {
    CAPTURE(name);
    const Activation activation = make_activation(name);
    const auto layer = series_entries(activation, 2)->layer(0, 2, both);
    const auto exact = quadrature_expectations<TrackedDouble>(activation);
    for (const double b : {0.0, 1.5}) {
      Pair p(*layer, 0, b, 0, 0);
      p.evaluate(*layer, both);
      const auto V = exact->one_point(TrackedDouble(0.0), 0).V[0].value;
      const auto t = exact->two_point(
          {TrackedDouble(0.0), TrackedDouble(b), TrackedDouble(0.0), TrackedDouble(0.0), b == 0}, TwoPointNeed::kernel);
      CHECK(std::abs(p.x.V[0] - V) <= layer->errors().V * V);
      CHECK(std::abs(p.K - t.K.value) <= layer->errors().K * p.size() + t.K.error);
      if (V == 0) CHECK(p.K == 0);
      if (b > 0) CHECK(std::abs(p.Kdot - t.Kdot.value) <= layer->errors().Kdot * p.slope_size() + t.Kdot.error);
    }
  }
}

TEST_CASE("series: tables down to the origin keep the accuracy of small variances, relative to their size") {
  auto generator = testing::generator_of_test("small_variances");
  std::uniform_real_distribution<double> decades(-40, -3), correlation(-1, 1), usual(0.1, 2);
  std::size_t made = 0;
  for (const char* name : {"silu", "mish", "tanh", "softplus", "x*tanh(exp(x))", "sin(x)+1-cos(x)", "tanh(x+1e-9)",
                           "sinc(x)*relu(x)", "log(1+x^2)", "tanh(x)-x", "max(tanh(x),0)"}) {
    CAPTURE(name);
    const Activation activation = make_activation(name);
    std::unique_ptr<EntryLayer> layer;
    try {
      layer = series_entries(activation, 1)->layer(0, 2, only_K);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::accuracy);
    }
    if (!layer) continue;
    ++made;
    const auto exact = quadrature_expectations<Real>(activation);
    for (std::size_t trial = 0; trial < testing::trials(4); ++trial) {
      const double a = std::pow(10, decades(generator)), b = trial % 3 == 2 ? a : usual(generator);
      const double rho = correlation(generator);
      CAPTURE(a);
      CAPTURE(b);
      Pair pair(*layer, a, b, rho, 1 - rho * rho);
      pair.evaluate(*layer, only_K);
      const PrecisionScope precision(24);
      const Real A(a), B(b), n(pair.n);
      const Real K = exact->two_point({A, B, n, Real(A * B - n * n), false}, TwoPointNeed::kernel).K;
      // The bound, and what the rounding of n and of the correlation brings.
      const double allowed = layer->errors().K + 1e-14;
      const Real size = sqrt(exact->one_point(A, 0).V[0] * exact->one_point(B, 0).V[0]);
      CHECK(static_cast<double>(Real(abs(Real(pair.K) - K) / size)) <= allowed);
      CHECK(std::fabs(static_cast<double>(Real(Real(pair.size()) / size)) - 1) <= layer->errors().V + 1e-15);
    }
  }
  CHECK(made >= 8);
}

TEST_CASE("series: what does not exist is refused") {
  const auto code_of = [](const char* name, double low, double high, const EntryNeed& need) {
    try {
      series_entries(make_activation(name))->layer(low, high, need);
    } catch (const Error& error) {
      return static_cast<int>(error.code());
    }
    return 0;
  };
  CHECK(code_of("sign", 1, 1, both) == 2);
  CHECK(code_of("exp(x^2)", 0.5, 2, both) == 2);
  CHECK(code_of("tanh", 2, 1, both) == 2);
  CHECK(code_of("tanh", -1, 1, both) == 2);
  CHECK(code_of("tanh", 1, HUGE_VAL, both) == 2);
  // Kinks away from 0 over a range of norms, and derivatives of kinked activations, are out of reach.
  CHECK(code_of("hard-tanh", 0.5, 2, both) == 3);
  CHECK(code_of("elu", 1, 1, all) == 3);
}
