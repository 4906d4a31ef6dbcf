// Products of tiles against exact arithmetic, and the independence of their bits from everything but the two rows.
#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <thread>
#include <vector>

#include "gram/products/products.hpp"
#include "number/rational.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using namespace widegeo::gram;

namespace {

using Row = std::vector<double>;

/// A normal number by the sum of twelve.
double normal(std::mt19937_64& g) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += testing::uniform(g, 0, 1);
  return sum;
}

Row random_row(std::mt19937_64& g, std::size_t d) {
  Row row(d);
  const unsigned form = g() % 4;
  for (double& x : row) {
    x = normal(g);
    if (form == 1) x = std::fabs(x);                        // images
    if (form == 2) x *= testing::log_uniform(g, 1e-12, 1);  // a wide range of sizes
    if (form == 3 && g() % 4 != 0) x = 0;                   // sparse
  }
  return row;
}

/// A partner of x: near, parallel, antiparallel, orthogonal, equal, zero or unrelated.
Row partner(std::mt19937_64& g, const Row& x) {
  static constexpr std::array<double, 6> nearness{1e-3, 1e-6, 1e-8, 1e-10, 1e-12, 3e-16};
  const std::size_t d = x.size();
  const double near = nearness[g() % nearness.size()];
  const double factor = testing::log_uniform(g, 1e-3, 1e3) * (g() % 2 == 0 ? 1 : -1);
  const Row other = random_row(g, d);
  Row y = x;
  switch (g() % 9) {
    case 0:
      return other;
    case 1:
      for (std::size_t k = 0; k < d; ++k) y[k] += near * other[k];
      return y;
    case 2:
      for (double& v : y) v *= factor;  // parallel up to rounding
      return y;
    case 3:
      for (std::size_t k = 0; k < d; ++k) y[k] = factor * (x[k] + near * other[k]);
      return y;
    case 4:
      for (double& v : y) v *= std::ldexp(g() % 2 == 0 ? 1.0 : -1.0, static_cast<int>(g() % 40) - 20);
      return y;
    case 5:
      y[g() % d] *= 1 + 0x1p-52;
      return y;
    case 6:
      return Row(d, 0.0);
    case 7: {  // orthogonal up to rounding
      y = other;
      double xy = 0, xx = 0;
      for (std::size_t k = 0; k < d; ++k) xy += x[k] * y[k], xx += x[k] * x[k];
      for (std::size_t k = 0; xx > 0 && k < d; ++k) y[k] -= xy / xx * x[k];
      return y;
    }
    default:
      return y;
  }
}

struct Exact {
  Rational xx = 0, yy = 0, xy = 0, dd = 0, minor = 0;
  Exact(const Row& x, const Row& y) {
    for (std::size_t k = 0; k < x.size(); ++k) {
      const Rational a(x[k]), b(y[k]);
      xx += a * a;
      yy += b * b;
      xy += a * b;
      dd += (a - b) * (a - b);
    }
    minor = xx * yy - xy * xy;
  }
};

double ratio(const Rational& error, const Rational& bound) {
  if (error == 0) return 0;
  if (bound == 0) return std::numeric_limits<double>::infinity();
  return nearest_double(Rational(abs(error) / bound));
}

bool same_bits(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }

struct Data {
  Row values;
  std::size_t n, d;
  std::unique_ptr<RowReader> reader;
  Points points;
  Data(Row v, std::size_t rows, std::size_t columns)
      : values(std::move(v)), n(rows), d(columns), reader(rows_in_memory(values.data(), n, d)), points(*reader, 2) {}
};

/// Random rows, a good part of which are near to, or multiples of, an earlier one.
Data related_rows(std::mt19937_64& g, std::size_t n, std::size_t d) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < n; ++i)
    rows.push_back(i > 0 && g() % 2 == 0 ? partner(g, rows[g() % i]) : random_row(g, d));
  Row all;
  for (const Row& row : rows) all.insert(all.end(), row.begin(), row.end());
  return {std::move(all), n, d};
}

std::size_t differing(const TileProducts& a, std::size_t i, std::size_t j, const TileProducts& b, std::size_t k,
                      std::size_t l) {
  const std::size_t p = i * a.stride + j, q = k * b.stride + l;
  return same_bits(a.dot[p], b.dot[q]) && same_bits(a.minor[p], b.minor[q]) && same_bits(a.distance[p], b.distance[q])
             ? 0
             : 1;
}

}  // namespace

TEST_CASE("gram products: dot, minor, distance and norms are within their bounds of exact arithmetic") {
  std::mt19937_64 g = testing::generator_of_test("gram products bounds");
  double worst_dot = 0, worst_minor = 0, worst_distance = 0, worst_norm = 0, worst_absolute = 0;
  std::size_t exact_zeros = 0;
  for (std::size_t trial = 0; trial < testing::trials(3000); ++trial) {
    const std::size_t d = trial % 50 == 0 ? 100 + g() % 400 : 1 + g() % 20;
    Row x = random_row(g, d), y = partner(g, x);
    const double scale = std::ldexp(1.0, static_cast<int>(g() % 320) - 160);
    for (double& v : x) v *= scale;
    for (double& v : y) v *= scale;
    Row both = x;
    both.insert(both.end(), y.begin(), y.end());
    const Data data(both, 2, d);
    TileProducts tile;
    tile_products(data.points, 0, 1, data.points, 1, 1, tile);
    const ProductErrors e = product_errors(d, 0);
    const Exact exact(x, y);
    const Rational dot_error = Rational(tile.dot[0]) - exact.xy;
    const Rational minor_error = Rational(tile.minor[0]) - exact.minor;
    const Rational squares = exact.xx * exact.yy;
    worst_dot = std::fmax(worst_dot, std::sqrt(ratio(Rational(dot_error * dot_error),
                                                     Rational(Rational(e.dot) * Rational(e.dot) * squares))));
    const Rational floor = Rational(e.angle) * Rational(e.angle) * squares;
    worst_minor = std::fmax(worst_minor, ratio(minor_error, Rational(Rational(e.minor) * exact.minor + floor)));
    worst_absolute = std::fmax(worst_absolute, ratio(minor_error, Rational(Rational(e.minor_absolute) * squares)));
    const Rational distance_error = Rational(tile.distance[0]) - exact.dd;
    worst_distance = std::fmax(worst_distance, ratio(distance_error, Rational(Rational(e.distance) * exact.dd)));
    worst_absolute = std::fmax(worst_absolute,
                               ratio(distance_error, Rational(Rational(e.distance_absolute) * (exact.xx + exact.yy))));
    worst_norm = std::fmax(worst_norm, ratio(Rational(Rational(data.points.squared_norm(0)) - exact.xx),
                                             Rational(Rational(e.norm) * exact.xx)));
    // sines above 1e-12: a small relative error without the floor
    if (exact.minor * Rational("1000000000000000000000000") >= squares)
      worst_minor = std::fmax(worst_minor, ratio(minor_error, Rational(Rational(1.001 * e.minor) * exact.minor)));
    exact_zeros += exact.minor == 0 ? 1 : 0;
    CHECK(tile.minor[0] >= 0);
    CHECK(tile.distance[0] >= 0);
  }
  INFO("error over bound: dot ", worst_dot, " minor ", worst_minor, " distance ", worst_distance, " norm ", worst_norm,
       " absolute ", worst_absolute);
  std::printf("error over bound: dot %.3f minor %.3f distance %.3f norm %.3f absolute %.3f; exactly parallel %zu\n",
              worst_dot, worst_minor, worst_distance, worst_norm, worst_absolute, exact_zeros);
  CHECK(worst_dot <= 1);
  CHECK(worst_minor <= 1);
  CHECK(worst_distance <= 1);
  CHECK(worst_norm <= 1);
  CHECK(worst_absolute <= 1);
  CHECK(exact_zeros > 10);
}

TEST_CASE("gram products: equal rows, multiples by powers of two and zero rows are exact") {
  std::mt19937_64 g = testing::generator_of_test("gram products exact");
  for (std::size_t trial = 0; trial < testing::trials(300); ++trial) {
    const std::size_t d = 1 + g() % 300;
    const Row x = random_row(g, d);
    Row all = x;
    const double factor = std::ldexp(g() % 2 == 0 ? 1.0 : -1.0, static_cast<int>(g() % 60) - 30);
    all.insert(all.end(), x.begin(), x.end());
    for (const double v : x) all.push_back(factor * v);
    all.insert(all.end(), d, 0.0);
    const Data data(all, 4, d);
    TileProducts t;
    tile_products(data.points, 0, 4, data.points, 0, 4, t);
    const double norm = data.points.squared_norm(0);
    CHECK(t.dot[1] == norm);
    CHECK(t.minor[1] == 0);
    CHECK(t.distance[1] == 0);
    CHECK(t.minor[2] == 0);
    CHECK(t.minor[3] == 0);
    CHECK(t.dot[3] == 0);
    CHECK(t.distance[3] == norm);
    CHECK(t.distance[3 * t.stride + 3] == 0);
  }
}

TEST_CASE("gram products: bits do not depend on the tile, the order of a pair, the instruction set or the threads") {
  std::mt19937_64 g = testing::generator_of_test("gram products bits");
  // The coordinates of the larger ones come in several parts for large tiles, in one for small ones.
  for (const std::size_t d : {1, 2, 3, 7, 8, 15, 64, 127, 128, 129, 300, 6000}) {
    const std::size_t n = 40;
    const Data data = related_rows(g, n, d);
    TileProducts whole;
    tile_products(data.points, 0, n, data.points, 0, n, whole);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) wrong += differing(whole, i, j, whole, j, i);
    CHECK_MESSAGE(wrong == 0, "exchange, d = ", d);
    for (const ProductRoutines* routines : all_product_routines()) {
      wrong = 0;
      for (int k = 0; k < 6; ++k) {
        const std::size_t r0 = g() % n, c0 = g() % n, rows = 1 + g() % (n - r0), columns = 1 + g() % (n - c0);
        TileProducts part;
        tile_products_by(*routines, data.points, r0, rows, data.points, c0, columns, part);
        for (std::size_t i = 0; i < rows; ++i)
          for (std::size_t j = 0; j < columns; ++j) wrong += differing(whole, r0 + i, c0 + j, part, i, j);
      }
      CHECK_MESSAGE(wrong == 0, routines->instruction_set, ", d = ", d);
    }
    std::vector<TileProducts> parts(4);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 4; ++t)
      threads.emplace_back([&, t] { tile_products(data.points, 10 * t, 10, data.points, 0, n, parts[t]); });
    for (std::thread& thread : threads) thread.join();
    wrong = 0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) wrong += differing(whole, i, j, parts[i / 10], i % 10, j);
    CHECK_MESSAGE(wrong == 0, "threads, d = ", d);
  }
}

TEST_CASE("gram products: tiles in which all pairs have cancelled, in several parts and batches") {
  std::mt19937_64 g = testing::generator_of_test("gram products cancelled");
  const std::size_t n = 300, d = 500;
  const Row base = random_row(g, d);
  Row all;
  for (std::size_t i = 0; i < n; ++i)
    for (const double v : base) all.push_back(v * (1 + 1e-7 * normal(g)));
  const Data data(std::move(all), n, d);
  TileProducts whole, one;
  tile_products(data.points, 0, n, data.points, 0, n, whole);
  CHECK(whole.redone == n * n);
  std::size_t wrong = 0;
  for (int k = 0; k < 200; ++k) {
    const std::size_t i = g() % n, j = g() % n;
    tile_products(data.points, i, 1, data.points, j, 1, one);
    wrong += differing(whole, i, j, one, 0, 0);
  }
  CHECK(wrong == 0);
}
