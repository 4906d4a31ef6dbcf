// Rows of data sets: norms, refusals, readers that give whole rows only, and the memory of tiles.
#include <doctest/doctest.h>

#include <vector>

#include "gram/points.hpp"
#include "number/error.hpp"
#include "number/rational.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using namespace widegeo::gram;

namespace {

/// A reader that has read() alone.
class WholeRows final : public RowReader {
 public:
  explicit WholeRows(const RowReader& rows) : rows_(rows) {}
  std::size_t rows() const override { return rows_.rows(); }
  std::size_t columns() const override { return rows_.columns(); }
  void read(std::size_t first, std::size_t count, double* out) const override { rows_.read(first, count, out); }

 private:
  const RowReader& rows_;
};

std::string refusal(const std::vector<double>& values, std::size_t columns) {
  const auto reader = rows_in_memory(values.data(), values.size() / columns, columns);
  try {
    Points points(*reader, 1);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::input);
    return error.summary() + "|" + error.where();
  }
  return "";
}

}  // namespace

TEST_CASE("gram points: squared norms are the doubles nearest to the exact sums, or their neighbours") {
  std::mt19937_64 g = testing::generator_of_test("gram points norms");
  for (std::size_t trial = 0; trial < testing::trials(100); ++trial) {
    const std::size_t d = 1 + g() % 400, n = 3;
    std::vector<double> x(n * d);
    for (double& v : x) v = testing::uniform(g, -1, 1) * testing::log_uniform(g, 1e-20, 1e20);
    const auto reader = rows_in_memory(x.data(), n, d);
    const Points points(*reader, 2);
    for (std::size_t i = 0; i < n; ++i) {
      Rational sum = 0;
      for (std::size_t k = 0; k < d; ++k) sum += Rational(x[i * d + k]) * Rational(x[i * d + k]);
      // A sum of twice the precision rounds to the nearest but where it is within 1e-30 of the middle of two doubles.
      CHECK(testing::ulp_distance(points.squared_norm(i), nearest_double(sum)) == 0);
    }
  }
}

TEST_CASE("gram points: numbers that are not finite and norms out of range are refused, with the row") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  CHECK(refusal({1, 2, 3, 4, 5, nan}, 2).find("row 3, column 2") != std::string::npos);
  CHECK(refusal({1, 2, -infinity, 4}, 2).find("row 2, column 1") != std::string::npos);
  CHECK(refusal({1, 2, 1e61, 4}, 2).find("norm of a row is out of range|row 2") != std::string::npos);
  CHECK(refusal({1, 2, 1e200, 4}, 2).find("row 2") != std::string::npos);
  CHECK(refusal({1, 2, 1e-61, 0}, 2).find("row 2") != std::string::npos);
  CHECK(refusal({1, 2, 1e-300, 0}, 2).find("row 2") != std::string::npos);  // its square is 0
  CHECK(refusal({1, 2, 0, 0}, 2).empty());
  CHECK(refusal({1e-58, 2, 1e59, 1e-300}, 2).empty());
}

TEST_CASE("gram points: data sets of different dimensions are refused") {
  const std::vector<double> x{1, 2, 3, 4, 5, 6};
  const auto two = rows_in_memory(x.data(), 3, 2), three = rows_in_memory(x.data(), 2, 3);
  const Points a(*two, 1), b(*three, 1);
  TileProducts tile;
  CHECK_THROWS_AS(tile_products(a, 0, 1, b, 0, 1, tile), Error);
}

TEST_CASE("gram points: readers of whole rows give the same tiles, and memory does not grow with the dimension") {
  std::mt19937_64 g = testing::generator_of_test("gram points readers");
  const std::size_t n = 20, d = 100'000;
  std::vector<double> x(n * d);
  for (double& v : x) v = testing::uniform(g, -1, 1);
  const auto parts = rows_in_memory(x.data(), n, d);
  const WholeRows whole(*parts);
  const Points p(*parts, 1), q(whole, 2);
  TileProducts a, b;
  tile_products(p, 0, n, p, 0, n, a);
  tile_products(q, 0, n, q, 0, n, b);
  CHECK(p.squared_norms() == q.squared_norms());
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t at = i * a.stride + j;
      wrong += a.dot[at] == b.dot[at] && a.minor[at] == b.minor[at] && a.distance[at] == b.distance[at] ? 0 : 1;
    }
  CHECK(wrong == 0);
  CHECK(a.scratch.size() * sizeof(double) <= std::size_t{4} << 20);
}

TEST_CASE("gram points: the stated errors grow with the dimension as the sums do, and with the error of the input") {
  const double unit = 0x1p-53;
  CHECK(product_errors(64, 0).dot == doctest::Approx(67 * unit).epsilon(0.02));        // 64 + 1 + 2
  CHECK(product_errors(100'000, 0).dot == doctest::Approx(912 * unit).epsilon(0.02));  // 128 + 782 + 2
  CHECK(product_errors(64, 0).minor <= 3e-13);
  CHECK(product_errors(64, 0).distance <= 3e-13);
  CHECK(product_errors(64, 0).angle <= 1e-22);
  const ProductErrors read = product_errors(64, unit);
  CHECK(read.angle >= 2 * unit);
  CHECK(read.dot >= product_errors(64, 0).dot + 2 * unit);
}
