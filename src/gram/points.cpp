#include "gram/points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "parallel/parallel.hpp"

namespace widegeo::gram {

namespace {

constexpr double unit = 0x1p-53;
constexpr std::size_t chain = 128;

class MemoryRows final : public RowReader {
 public:
  MemoryRows(const double* values, std::size_t rows, std::size_t columns)
      : values_(values), rows_(rows), columns_(columns) {}
  std::size_t rows() const override { return rows_; }
  std::size_t columns() const override { return columns_; }
  void read(std::size_t first, std::size_t count, double* out) const override {
    std::copy_n(values_ + first * columns_, count * columns_, out);
  }
  void read_part(std::size_t first, std::size_t count, std::size_t column, std::size_t width,
                 double* out) const override {
    for (std::size_t i = 0; i < count; ++i)
      std::copy_n(values_ + (first + i) * columns_ + column, width, out + i * width);
  }

 private:
  const double* values_;
  std::size_t rows_, columns_;
};

struct Sum {
  double high = 0, low = 0;
  void add(double value) {
    const double sum = high + value, part = sum - high;
    low += (high - (sum - part)) + (value - part);
    high = sum;
  }
};

/// Dot2 of a row with itself in eight lanes, which are added in order.
double squared_norm_of(const double* x, std::size_t d) {
  constexpr std::size_t lanes = 8;
  Sum sum[lanes];
  for (std::size_t k = 0; k < d; ++k) {
    const double p = x[k] * x[k];
    sum[k % lanes].low += std::fma(x[k], x[k], -p);
    sum[k % lanes].add(p);
  }
  Sum total;
  for (const Sum& part : sum) {
    total.low += part.low;
    total.add(part.high);
  }
  return total.high + total.low;
}

void check(const double* x, std::size_t d, double norm, std::size_t row) {
  double largest = 0;
  for (std::size_t k = 0; k < d; ++k) {
    if (!std::isfinite(x[k]))
      throw Error(ErrorCode::input, "a number of the data is not finite", fmt::format("row {}, column {}", row, k));
    largest = std::fmax(largest, std::fabs(x[k]));
  }
  constexpr double low = Points::smallest_norm * Points::smallest_norm;
  constexpr double high = Points::largest_norm * Points::largest_norm;
  if (largest > 0 && !(norm >= low && norm <= high))
    throw Error(
        ErrorCode::input, "the norm of a row is out of range", fmt::format("row {}, largest number {:g}", row, largest),
        fmt::format(
            "norms are 0 or between {:g} and {:g}: scale the data, and the first weight variance by the inverse square",
            Points::smallest_norm, Points::largest_norm));
}

}  // namespace

void RowReader::read_part(std::size_t first, std::size_t count, std::size_t column, std::size_t width,
                          double* out) const {
  if (column == 0 && width == columns()) return read(first, count, out);
  std::vector<double> row(columns());
  for (std::size_t i = 0; i < count; ++i) {
    read(first + i, 1, row.data());
    std::copy_n(row.data() + column, width, out + i * width);
  }
}

std::unique_ptr<RowReader> rows_in_memory(const double* values, std::size_t rows, std::size_t columns) {
  return std::make_unique<MemoryRows>(values, rows, columns);
}

Points::Points(const RowReader& reader, unsigned threads) : reader_(&reader), norm_(reader.rows()) {
  const std::size_t d = reader.columns(), n = reader.rows();
  if (d == 0 || n == 0) throw Error(ErrorCode::input, "the data have no numbers");
  const std::size_t batch = std::clamp<std::size_t>((std::size_t{1} << 16) / d, 1, 1024);
  parallel_for_ordered((n + batch - 1) / batch, threads, [&](std::size_t b) {
    const std::size_t first = b * batch, count = std::min(batch, n - first);
    std::vector<double> rows(count * d);
    reader.read(first, count, rows.data());
    for (std::size_t i = 0; i < count; ++i) {
      norm_[first + i] = squared_norm_of(rows.data() + i * d, d);
      check(rows.data() + i * d, d, norm_[first + i], first + i);
    }
  });
}

ProductErrors product_errors(std::size_t dimension, double input_error) {
  const double d = static_cast<double>(dimension);
  const double sums = std::fmin(d, static_cast<double>(chain)) + std::ceil(d / static_cast<double>(chain));
  ProductErrors e{};
  const double dot = (sums + 2) * unit;
  constexpr double threshold = 1.0 / 16;
  e.minor_absolute = 2 * dot + 6 * unit;
  e.distance_absolute = dot + 6 * unit;
  e.minor = e.minor_absolute / threshold;
  e.distance = e.distance_absolute / threshold;
  e.norm = 2 * unit + 2.01 * input_error;
  e.dot = dot + 2.01 * input_error;
  e.angle = 2.01 * input_error + 1e-22;
  return e;
}

void tile_products(const Points& x, std::size_t first_row, std::size_t rows, const Points& y, std::size_t first_column,
                   std::size_t columns, TileProducts& out) {
  const std::size_t d = x.dimension();
  out.rows = rows;
  out.columns = columns;
  out.stride = columns;
  out.redone = 0;
  for (std::vector<double>* array : {&out.dot, &out.minor, &out.distance}) array->resize(rows * out.stride);
  std::vector<double> a(rows * d), b(columns * d);
  x.reader().read(first_row, rows, a.data());
  y.reader().read(first_column, columns, b.data());
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) {
      const double *p = a.data() + i * d, *q = b.data() + j * d;
      double np = x.squared_norm(first_row + i), nq = y.squared_norm(first_column + j);
      double dot = 0;
      for (std::size_t k0 = 0; k0 < d; k0 += chain) {
        double part = 0;
        for (std::size_t k = k0; k < std::min(d, k0 + chain); ++k) part = std::fma(p[k], q[k], part);
        dot += part;
      }
      double minor = std::fma(-dot, dot, np * nq), distance = std::fma(-2.0, dot, np + nq);
      if (minor < np * nq / 16 || distance < (np + nq) / 16) {
        ++out.redone;
        if (nq > np) std::swap(p, q), std::swap(np, nq);
        const double alpha = np > 0 ? std::sqrt(nq / np) : 1;
        double ss = 0, tt = 0, st = 0, dd = 0;
        for (std::size_t k0 = 0; k0 < d; k0 += chain) {
          double ss1 = 0, tt1 = 0, st1 = 0, dd1 = 0;
          for (std::size_t k = k0; k < std::min(d, k0 + chain); ++k) {
            const double s = std::fma(alpha, p[k], q[k]), t = std::fma(-alpha, p[k], q[k]), e = p[k] - q[k];
            ss1 = std::fma(s, s, ss1);
            tt1 = std::fma(t, t, tt1);
            st1 = std::fma(s, t, st1);
            dd1 = std::fma(e, e, dd1);
          }
          ss += ss1, tt += tt1, st += st1, dd += dd1;
        }
        const double large = std::fmax(ss, tt), small = std::fmin(ss, tt);
        minor = nq > 0 ? std::fmax(0.0, np * (large / (4 * nq)) * (small - st * (st / large))) : 0;
        distance = dd;
        if (dd == 0) dot = np;
      }
      out.dot[i * out.stride + j] = dot;
      out.minor[i * out.stride + j] = minor;
      out.distance[i * out.stride + j] = distance;
    }
}

}  // namespace widegeo::gram
