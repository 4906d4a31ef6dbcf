// Gram matrices of few pairs: each pair by itself gives what the layers give and what many digits give, and the prices
// by which one or the other is chosen are finite where they must be.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "gaussian/gaussian.hpp"
#include "gaussian/table/entry_cost.hpp"
#include "gaussian/table/pair_entries.hpp"
#include "gram/single_pairs.hpp"
#include "number/error.hpp"
#include "testing/gram_data.hpp"
#include "testing/gram_in_memory.hpp"

using namespace widegeo;
using namespace widegeo::testing;
using gram::GramEngine;
using gram::GramRequest;
using gram::RowOf;
using gram::SinglePairSources;

namespace {

/// Products of rows of doubles, with the errors of plain sums.
InputPair<TrackedDouble> pair_of_rows(const double* u, const double* v, std::size_t d) {
  const auto sum = [d](const auto& term) {
    TrackedDouble s(0.0);
    for (std::size_t k = 0; k < d; ++k) s = s + term(k);
    return s;
  };
  const auto at = [](const double* x, std::size_t k) { return TrackedDouble(x[k]); };
  InputPair<TrackedDouble> p;
  p.xx = sum([&](std::size_t k) { return at(u, k) * at(u, k); });
  p.yy = sum([&](std::size_t k) { return at(v, k) * at(v, k); });
  p.xy = sum([&](std::size_t k) { return at(u, k) * at(v, k); });
  p.distance_squared = sum([&](std::size_t k) {
    const TrackedDouble difference = at(u, k) - at(v, k);
    return difference * difference;
  });
  p.minor = TrackedDouble(0.0);
  for (std::size_t k = 0; k < d; ++k)
    for (std::size_t l = 0; l < k; ++l) {
      const TrackedDouble minor = at(u, k) * at(v, l) - at(u, l) * at(v, k);
      p.minor = p.minor + minor * minor;
    }
  p.coincident = std::equal(u, u + d, v);
  p.dimension = d;
  return p;
}

SinglePairSources sources_of(const Activation& activation, const GramData& x, const GramData* y) {
  const auto row = [&x, y](RowOf r) { return (r.of_y ? *y : x).row(r.index); };
  SinglePairSources sources;
  sources.fast = [&activation] { return quadrature_expectations<TrackedDouble>(activation); };
  sources.inputs = [row, d = x.points.dimension()](RowOf i, RowOf j) {
    const double *u = row(i), *v = row(j);
    if (std::lexicographical_compare(v, v + d, u, u + d)) std::swap(u, v);
    return pair_of_rows(u, v, d);
  };
  sources.refined = [](RowOf, RowOf, double*, double*, double*) {
    throw Error(ErrorCode::accuracy, "no more digits in this test");
  };
  return sources;
}

Model random_model(std::mt19937_64& random) {
  Model m;
  m.depth = 1 + static_cast<unsigned>(random() % 3);
  m.weight_variance = {Rational(3 + static_cast<int>(random() % 10), 8)};
  m.bias_variance = {Rational(static_cast<int>(random() % 3), 10)};
  m.read_out = random() % 3 == 0 && m.depth > 1 ? ReadOut::pre : ReadOut::post;
  return m;
}

}  // namespace

TEST_CASE("gram: single pairs equal the layers and many digits, within the bounds of both") {
  std::mt19937_64 random = generator_of_test("gram single pairs");
  for (std::size_t trial = 0; trial < trials(4); ++trial) {
    const std::string name = std::vector<std::string>{"tanh", "softplus", "silu", "x*exp(-x^2)"}[trial % 4];
    CAPTURE(name);
    const Activation activation = make_activation(name);
    const std::size_t n = 2 + random() % 3, d = 2 + random() % 4;
    std::vector<double> numbers = random_rows(random, n, d);
    if (n > 2) std::copy_n(numbers.begin(), d, numbers.begin() + static_cast<std::ptrdiff_t>(2 * d));  // equal rows
    const GramData x(numbers, d);
    const Model model = random_model(random);
    GramRequest request;
    request.ntk = true;
    request.all_layers = true;
    const GramEngine single(model, sources_of(activation, x, nullptr), request, x.points, nullptr, 1, nullptr);
    const auto source = series_entries(activation);
    const GramEngine layers(model, *source, request, x.points, nullptr);
    CHECK(single.by_single_pairs());
    REQUIRE(single.matrices().size() == layers.matrices().size());
    const auto K = gram_in_memory(single, 2), L = gram_in_memory(layers, 1);
    const PrecisionScope precision(28);
    const auto exact = exact_expectations(activation);
    for (std::size_t k = 0; k < K.size(); ++k) {
      CHECK(single.matrices()[k].layer == layers.matrices()[k].layer);
      CHECK(single.matrices()[k].ntk == layers.matrices()[k].ntk);
      CHECK(single.error_bound(k) <= request.tolerance);
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
          const double size = std::sqrt(K[k][i * n + i] * K[k][j * n + j]);
          CHECK(K[k][i * n + j] == K[k][j * n + i]);
          CHECK(std::fabs(K[k][i * n + j] - L[k][i * n + j]) <=
                1.01 * (single.error_bound(k) + layers.error_bound(k)) * size);
        }
      if (n > 2) CHECK(K[k][2] == K[k][0]);  // row 3 is row 1
      // Deeper layers take seconds each in many digits; above they are held against the layers.
      if (single.matrices()[k].layer > 1) continue;
      const auto truth =
          exact_entry(model, single.matrices()[k].layer, single.matrices()[k].ntk, *exact, x.row(0), x.row(1), d);
      const double size = std::sqrt(K[k][0] * K[k][n + 1]);
      CHECK(std::fabs(static_cast<double>(Real(truth - Real(K[k][1])))) <= 1.01 * single.error_bound(k) * size);
    }
  }
}

TEST_CASE("gram: single pairs are the same for any threads, and in a rectangle") {
  std::mt19937_64 random = generator_of_test("gram single pairs threads");
  const Activation activation = make_activation("tanh");
  const std::size_t d = 3;
  std::vector<double> numbers = random_rows(random, 4, d);
  std::fill_n(numbers.begin(), d, 0.0);  // a zero row: its entries vanish
  const GramData all(numbers, d);
  const GramData x(std::vector<double>(numbers.begin(), numbers.begin() + 2 * d), d);
  const GramData y(std::vector<double>(numbers.begin() + 2 * d, numbers.end()), d);
  Model model;
  model.depth = 2;
  GramRequest request;
  const auto square = gram_in_memory(
      GramEngine(model, sources_of(activation, all, nullptr), request, all.points, nullptr, 1, nullptr), 1);
  const auto threads = gram_in_memory(
      GramEngine(model, sources_of(activation, all, nullptr), request, all.points, nullptr, 3, nullptr), 1);
  const auto part =
      gram_in_memory(GramEngine(model, sources_of(activation, x, &y), request, x.points, &y.points, 2, nullptr), 1);
  CHECK(square == threads);
  for (std::size_t i = 0; i < 2; ++i)
    for (std::size_t j = 0; j < 2; ++j) CHECK(part[0][i * 2 + j] == square[0][i * 4 + 2 + j]);
  for (std::size_t j = 0; j < 4; ++j) CHECK(square[0][j] == 0);
}

TEST_CASE("gram: work that is asked to stop ends, in tables, pairs and tiles") {
  std::mt19937_64 random = generator_of_test("gram stop");
  const GramData x(random_rows(random, 3, 3), 3);
  const Activation activation = make_activation("tanh");
  Model model;
  const Watch stopped([] { return true; });
  CHECK_THROWS_AS(GramEngine(model, sources_of(activation, x, nullptr), {}, x.points, nullptr, 1, &stopped), Stopped);
  for (const bool pairs : {false, true}) {
    const auto source = pairs ? pair_entries(activation, &stopped) : series_entries(activation, 1, &stopped);
    CHECK_THROWS_AS(GramEngine(model, *source, {}, x.points, nullptr, {}, 1, {}, nullptr), Stopped);
  }
}

TEST_CASE("gram: the prices of pairs and tables know what tables cannot do and what makes them dear") {
  EntryNeed need;
  const Activation tanh = make_activation("tanh"), kinked = make_activation("relu(x-1)");
  const double tame = cost_of_tables(tanh, 1, 1.2, need);
  CHECK(tame > 0);
  CHECK(tame < cost_of_tables(tanh, 60, 70, need));  // the Hermite series is too long
  CHECK(cost_of_tables(tanh, 60, 70, need) < cost_of_tables(tanh, 1, 400, need));
  CHECK(std::isinf(cost_of_tables(kinked, 1, 2, need)));  // no table at all
  CHECK(std::isfinite(cost_of_tables(kinked, 1, 1, need)));
  CHECK(cost_of_pair(kinked) > cost_of_pair(tanh));
  CHECK(cost_of_pair(tanh) < cost_of_tables(tanh, 60, 70, need));  // a pair or two never wait for tables
}
