// The recursion of Gram matrices over a source that works pair by pair, and the pieces of a job.
#include "gram/gram.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <set>
#include <vector>

#include "closedform/closedform.hpp"
#include "closedform/entries/entries.hpp"
#include "gram/matrix_pieces.hpp"
#include "number/error.hpp"
#include "testing/checks.hpp"
#include "testing/gram_in_memory.hpp"
#include "testing/pair_entries.hpp"

using namespace widegeo;
using namespace widegeo::testing;
using gram::GramEngine;
using gram::GramRequest;

namespace {

/// Rounding of the forms below at variances of order 1; the gap is a difference of two numbers of size V.
EntryErrors errors_of(const std::string& name) {
  EntryErrors e;
  e.V = e.D = 4e-16;
  e.K = e.gap = 4e-15;
  e.Kdot = 4e-15;
  e.by_angle = 1;
  if (name != "relu") e.by_correlation = 4;
  return e;
}

struct Source {
  explicit Source(const std::string& name)
      : expectations(closed_form_expectations<TrackedDouble>(*find_closed_form(make_activation(name)))),
        entries(*expectations, errors_of(name)) {}
  std::unique_ptr<Expectations<TrackedDouble>> expectations;
  PairEntries entries;
};

std::vector<double> random_rows(std::mt19937_64& random, std::size_t rows, std::size_t columns) {
  std::vector<double> x(rows * columns);
  for (double& value : x) value = uniform(random, -1, 1);
  return x;
}

struct Data {
  Data(std::vector<double> numbers, std::size_t columns)
      : values(std::move(numbers)),
        reader(gram::rows_in_memory(values.data(), values.size() / columns, columns)),
        points(*reader, 1) {}
  std::vector<double> values;
  std::unique_ptr<gram::RowReader> reader;
  gram::Points points;
};

Model model_of(unsigned depth, ReadOut read_out, int bias) {
  Model m;
  m.depth = depth;
  m.read_out = read_out;
  m.weight_variance = {Rational(3, 2)};
  m.bias_variance = {Rational(bias, 10)};
  return m;
}

InputPair<TrackedDouble> input_pair(const Data& x, std::size_t i, const Data& y, std::size_t j) {
  const std::size_t d = x.points.dimension();
  const double *u = &x.values[i * d], *v = &y.values[j * d];
  const PrecisionScope precision(60);
  Real xx(0), yy(0), xy(0), distance(0);
  for (std::size_t k = 0; k < d; ++k) {
    xx += Real(u[k]) * u[k];
    yy += Real(v[k]) * v[k];
    xy += Real(u[k]) * v[k];
    distance += (Real(u[k]) - v[k]) * (Real(u[k]) - v[k]);
  }
  const auto rounded = [](const Real& r) {
    const double value = r.to_double();
    return TrackedDouble{value, std::fabs(value) * 0x1p-53};
  };
  InputPair<TrackedDouble> p;
  p.xx = rounded(xx);
  p.yy = rounded(yy);
  p.xy = rounded(xy);
  p.minor = rounded(xx * yy - xy * xy);
  p.distance_squared = rounded(distance);
  p.coincident = distance == 0;
  p.dimension = d;
  return p;
}

}  // namespace

TEST_CASE("gram: every entry of every layer is the kernel of its pair") {
  std::mt19937_64 random = generator_of_test("gram entries");
  for (const char* name : {"erf", "relu", "gelu"})
    for (const ReadOut read_out : {ReadOut::post, ReadOut::pre})
      for (const int bias : {0, 1}) {
        const Source source(name);
        const Data x(random_rows(random, 7, 5), 5), y(random_rows(random, 4, 5), 5);
        GramRequest request;
        request.ntk = request.all_layers = true;
        const Model model = model_of(3, read_out, bias);
        for (const Data* other : {&x, &y}) {
          const GramEngine engine(model, source.entries, request, x.points, other == &x ? nullptr : &other->points);
          CHECK(engine.symmetric() == (other == &x));
          const auto matrices = gram_in_memory(engine, 1);
          REQUIRE(matrices.size() == 6);
          for (std::size_t k = 0; k < matrices.size(); ++k) {
            Model cut = model;
            cut.depth = engine.matrices()[k].layer;
            const auto exact = [&](std::size_t i, const Data& b, std::size_t j) {
              const InputPair<TrackedDouble> pair = input_pair(x, i, b, j);
              return engine.matrices()[k].ntk ? ntk(cut, *source.expectations, pair, 0).kernel
                                              : nngp(cut, *source.expectations, pair, 0).kernel;
            };
            const auto own = [&](const Data& d, std::size_t i) {
              const InputPair<TrackedDouble> pair = input_pair(d, i, d, i);
              return engine.matrices()[k].ntk ? ntk(cut, *source.expectations, pair, 0).kernel.value
                                              : nngp(cut, *source.expectations, pair, 0).kernel.value;
            };
            // A kinked activation's Kdot follows the angle, known to the root of the gap's error only.
            const bool kinked = std::string(name) == "relu" && engine.matrices()[k].ntk;
            CHECK(engine.error_bound(k) < (kinked ? 1e-6 : 1e-12));
            for (std::size_t i = 0; i < engine.rows(); ++i)
              for (std::size_t j = 0; j < engine.columns(); ++j) {
                const TrackedDouble expected = exact(i, *other, j);
                const double bound = engine.error_bound(k) * std::sqrt(own(x, i) * own(*other, j)) + expected.error;
                CHECK(std::fabs(matrices[k][i * engine.columns() + j] - expected.value) <= bound);
              }
          }
        }
      }
}

TEST_CASE("gram: entries do not depend on the tile, and (i, j) is (j, i) to the bit") {
  std::mt19937_64 random = generator_of_test("gram tiles");
  const Source source("relu");
  const Data x(random_rows(random, 23, 6), 6);
  GramRequest request;
  request.ntk = true;
  const GramEngine engine(model_of(3, ReadOut::post, 1), source.entries, request, x.points, nullptr);
  const auto whole = gram_in_memory(engine, 1);
  const std::size_t n = engine.rows();
  for (std::size_t k = 0; k < whole.size(); ++k)
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) CHECK(whole[k][i * n + j] == whole[k][j * n + i]);
  const auto workspace = engine.make_workspace();
  for (int trial = 0; trial < 60; ++trial) {
    const std::size_t row = random() % n, rows = 1 + random() % (n - row);
    const std::size_t column = random() % n, columns = 1 + random() % (n - column);
    std::vector<std::vector<double>> tile(2, std::vector<double>(rows * columns));
    engine.tile(row, rows, column, columns, {tile[0].data(), tile[1].data()}, columns, *workspace);
    for (std::size_t k = 0; k < 2; ++k)
      for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
          CHECK(tile[k][i * columns + j] == whole[k][(row + i) * n + column + j]);
  }
}

TEST_CASE("gram: equal rows have the entry of the diagonal, zero rows the right one") {
  std::mt19937_64 random = generator_of_test("gram equal rows");
  std::vector<double> values = random_rows(random, 5, 4);
  std::copy_n(values.begin(), 4, values.begin() + 12);             // row 3 = row 0
  std::fill_n(values.begin() + 4, 4, 0.0);                         // row 1 = 0
  for (std::size_t k = 0; k < 4; ++k) values[8 + k] = -values[k];  // row 2 = -row 0
  const Data x(values, 4);
  for (const char* name : {"erf", "relu"})
    for (const int bias : {0, 1}) {
      const Source source(name);
      GramRequest request;
      request.ntk = true;
      const Model model = model_of(4, ReadOut::post, bias);
      const GramEngine engine(model, source.entries, request, x.points, nullptr);
      const auto K = gram_in_memory(engine, 1);
      for (std::size_t k = 0; k < 2; ++k) {
        CHECK(K[k][3] == K[k][0]);
        CHECK(K[k][3 * 5 + 3] == K[k][0]);
        for (std::size_t j = 0; j < 5; ++j) CHECK(K[k][3 * 5 + j] == K[k][j]);
        if (bias == 0)
          for (std::size_t j = 0; j < 5; ++j) CHECK(K[k][5 + j] == 0);
      }
      if (bias == 0 && std::string(name) == "erf") CHECK(K[0][2] == doctest::Approx(-K[0][0]).epsilon(1e-13));
    }
}

TEST_CASE("gram: pairs of small angles are done again where the gap has an absolute error, each of them once") {
  std::mt19937_64 random = generator_of_test("gram refined");
  std::vector<double> values = random_rows(random, 6, 4);
  for (std::size_t k = 0; k < 4; ++k) values[20 + k] = values[k] + 1e-6 * values[4 + k];  // row 5 next to row 0
  const Data x(values, 4);
  const Source source("relu");
  GramRequest request;
  request.ntk = true;
  std::set<std::pair<std::size_t, std::size_t>> done;
  const auto refined = [&](std::size_t i, std::size_t j, double* entries) {
    CHECK(done.emplace(i, j).second);
    entries[0] = 100;
    entries[1] = 200;
  };
  const GramEngine engine(model_of(3, ReadOut::post, 1), source.entries, request, x.points, nullptr, refined);
  const GramEngine plain(model_of(3, ReadOut::post, 1), source.entries, request, x.points, nullptr);
  CHECK(engine.error_bound(1) < 4e-12);  // a quarter of the tolerance a layer, and what the rest costs
  CHECK(plain.error_bound(1) > 1e-9);
  const auto K = gram_in_memory(engine, 1);
  CHECK(done.count({0, 5}) == 1);
  CHECK(engine.refined_pairs() == done.size());
  for (const auto& [i, j] : done) CHECK(i < j);
  for (const std::size_t at : {5, 30}) {
    CHECK(K[0][at] == 100);
    CHECK(K[1][at] == 200);
  }
}

TEST_CASE("gram: what cannot be done is said") {
  std::mt19937_64 random = generator_of_test("gram errors");
  const Data x(random_rows(random, 3, 4), 4), narrow(random_rows(random, 3, 3), 3);
  const Source relu("relu");
  const auto sign = closed_form_entries(*find_closed_form(make_activation("sign")));
  GramRequest request;
  CHECK_THROWS_AS(GramEngine(model_of(2, ReadOut::post, 0), relu.entries, request, x.points, &narrow.points), Error);
  const auto code_of = [&](const Model& model, const EntrySource& source, const GramRequest& what) {
    try {
      const GramEngine engine(model, source, what, x.points, nullptr);
      (void)gram_in_memory(engine, 1);
    } catch (const Error& error) {
      return static_cast<int>(error.code());
    }
    return 0;
  };
  // 3/4 a layer: 400 layers are 1e-50, 3000 leave the range. 100 a layer overflows.
  CHECK(code_of(model_of(400, ReadOut::post, 0), relu.entries, request) == 0);
  CHECK(code_of(model_of(3000, ReadOut::post, 0), relu.entries, request) == static_cast<int>(ErrorCode::accuracy));
  Model growing = model_of(200, ReadOut::post, 0);
  growing.weight_variance = {Rational(200)};
  CHECK(code_of(growing, relu.entries, request) == static_cast<int>(ErrorCode::accuracy));
  const auto hint_of = [&](const Model& model) -> std::string {
    try {
      const GramEngine engine(model, relu.entries, request, x.points, nullptr);
    } catch (const Error& error) {
      return error.hint();
    }
    return "";
  };
  CHECK(hint_of(model_of(3000, ReadOut::post, 0)).find("larger") != std::string::npos);
  CHECK(hint_of(growing).find("smaller") != std::string::npos);
  request.ntk = true;
  CHECK(code_of(model_of(1, ReadOut::post, 0), *sign, request) == static_cast<int>(ErrorCode::input));
  request.ntk = request.nngp = false;
  CHECK(code_of(model_of(1, ReadOut::post, 0), relu.entries, request) == static_cast<int>(ErrorCode::input));
}

TEST_CASE("gram: the pieces of a job cover every entry once") {
  for (const bool symmetric : {false, true})
    for (const std::size_t rows : {1, 255, 256, 257, 700}) {
      const std::size_t columns = symmetric ? rows : 300;
      const gram::Tiling pieces(rows, columns, symmetric, 2);
      std::vector<int> seen(rows * columns);
      for (std::size_t k = 0; k < pieces.count(); ++k) {
        const gram::Tiling::Tile p = pieces[k];
        for (std::size_t i = p.first_row; i < p.first_row + p.rows; ++i)
          for (std::size_t j = p.first_column; j < p.first_column + p.columns; ++j) {
            ++seen[i * columns + j];
            if (p.mirrored) ++seen[j * columns + i];
          }
      }
      CHECK(std::all_of(seen.begin(), seen.end(), [](int n) { return n == 1; }));
    }
}
