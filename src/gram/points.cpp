#include "gram/points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "number/error.hpp"
#include "parallel/parallel.hpp"

namespace widegeo::gram {

namespace {

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

/// Dot2 of a row with itself in eight lanes, which are summed in order.
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
      throw Error(ErrorCode::input, "a number of the data is not finite",
                  fmt::format("row {}, column {}", row + 1, k + 1));
    largest = std::fmax(largest, std::fabs(x[k]));
  }
  constexpr double low = Points::smallest_norm * Points::smallest_norm;
  constexpr double high = Points::largest_norm * Points::largest_norm;
  if (largest > 0 && !(norm >= low && norm <= high))
    throw Error(
        ErrorCode::input, "the norm of a row is out of range",
        fmt::format("row {}, largest number {:g}", row + 1, largest),
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
  if (d == 0 || n == 0) throw Error(ErrorCode::input, "the data are empty");
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

}  // namespace widegeo::gram
