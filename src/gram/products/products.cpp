#include "gram/products/products.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "number/constants.hpp"
#include "number/error.hpp"

namespace widegeo::gram {

namespace {

constexpr std::size_t round_up(std::size_t n, std::size_t to) { return (n + to - 1) / to * to; }

std::vector<const ProductRoutines*> runnable() {
  std::vector<const ProductRoutines*> sets{&products_plain};
#if defined(__x86_64__) && defined(__GNUC__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) sets.push_back(&products_avx2);
  if (__builtin_cpu_supports("avx512f")) sets.push_back(&products_avx512);
#endif
  return sets;
}

/// Splits one array of doubles into parts aligned to 64 bytes.
class Pieces {
 public:
  explicit Pieces(double* begin) : next_(begin) {
    while (reinterpret_cast<std::uintptr_t>(next_) % 64 != 0) ++next_;
  }
  double* take(std::size_t count) {
    double* piece = next_;
    next_ += round_up(count, 8);
    return piece;
  }

 private:
  double* next_;
};

/// A tile while it is computed. Coordinates are taken in parts of `width`, so that memory does not grow with them.
class Tile {
 public:
  Tile(const ProductRoutines& routines, const Points& x, std::size_t first_row, const Points& y,
       std::size_t first_column, TileProducts& out)
      : routines_(routines), x_(x), y_(y), first_row_(first_row), first_column_(first_column), out_(out) {
    rows_ = round_up(out.rows, row_block);
    columns_ = round_up(out.columns, panel);
    const std::size_t d = x.dimension(), points = rows_ + columns_;
    width_ = std::min(d, std::max(chain, std::size_t{1} << 18) / points / chain * chain);
    width_ = std::max(width_, std::min(d, chain));
    // Rows a multiple of 4 KiB apart would fall into the same few sets of the cache.
    out.stride = columns_ % 64 == 0 ? columns_ + 8 : columns_;
    for (std::vector<double>* array : {&out.dot, &out.minor, &out.distance})
      if (array->size() < rows_ * out.stride) array->resize(rows_ * out.stride);
    const std::size_t marks = round_up(rows_ * (columns_ / panel), 4) / 4;
    const std::size_t need = points * (width_ + 1) + panel * width_ + marks + 64;
    if (out.scratch.size() < need) out.scratch.resize(need);
    Pieces pieces(out.scratch.data());
    row_ = pieces.take(rows_ * width_);
    column_ = pieces.take(columns_ * width_);
    staged_ = pieces.take(panel * width_);
    row_norm_ = pieces.take(rows_);
    column_norm_ = pieces.take(columns_);
    marks_ = reinterpret_cast<std::uint16_t*>(pieces.take(marks));
    for (std::size_t i = 0; i < rows_; ++i) row_norm_[i] = i < out.rows ? x.squared_norm(first_row + i) : 0;
    for (std::size_t j = 0; j < columns_; ++j) column_norm_[j] = j < out.columns ? y.squared_norm(first_column + j) : 0;
  }

  void run() {
    const std::size_t d = x_.dimension();
    for (std::size_t k = 0; k < d; k += width_) {
      load(k);
      for (std::size_t part = 0; part < depth_; part += chain) multiply(k, part);
    }
    redo();
  }

 private:
  void load(std::size_t k) {
    depth_ = std::min(width_, x_.dimension() - k);
    x_.reader().read_part(first_row_, out_.rows, k, depth_, row_);
    std::fill(row_ + out_.rows * depth_, row_ + rows_ * depth_, 0.0);
    for (std::size_t j = 0; j < columns_; j += panel) {
      const std::size_t count = std::min(panel, out_.columns - j);
      y_.reader().read_part(first_column_ + j, count, k, depth_, staged_);
      std::fill(staged_ + count * depth_, staged_ + panel * depth_, 0.0);
      routines_.pack(staged_, depth_, depth_, column_ + j * depth_);
    }
  }

  void multiply(std::size_t k, std::size_t part) {
    PanelJob job;
    job.rows = row_ + part;
    job.row_stride = depth_;
    job.row_count = rows_;
    job.depth = std::min(chain, depth_ - part);
    job.first = k + part == 0;
    job.last = k + part + job.depth == x_.dimension();
    job.stride = out_.stride;
    job.row_norm = row_norm_;
    for (std::size_t j = 0; j < columns_; j += panel) {
      job.columns = column_ + j * depth_ + part * panel;
      job.dot = out_.dot.data() + j;
      job.minor = out_.minor.data() + j;
      job.distance = out_.distance.data() + j;
      job.column_norm = column_norm_ + j;
      job.marks = marks_ + j / panel * rows_;
      routines_.multiply(job);
    }
  }

  /// Pairs that have cancelled, a panel's worth at once; all parts of the coordinates are read again unless one is all.
  void redo() {
    std::vector<std::uint32_t>& groups = groups_;
    out_.redone = 0;
    for (std::size_t g = 0; g < rows_ * (columns_ / panel); ++g)
      if (marks_[g] != 0) {
        groups.push_back(static_cast<std::uint32_t>(g));
        out_.redone += static_cast<std::size_t>(__builtin_popcount(marks_[g]));
      }
    const std::size_t d = x_.dimension();
    // The sums of a batch of groups stand in memory while the coordinates pass.
    const std::size_t batch = width_ >= d ? std::size_t{1} : std::min<std::size_t>(groups.size(), 4096);
    std::vector<RedoneSums> sums(groups.empty() ? 0 : batch);
    for (std::size_t first = 0; first < groups.size(); first += batch) {
      const std::size_t count = std::min(batch, groups.size() - first);
      std::memset(static_cast<void*>(sums.data()), 0, count * sizeof(RedoneSums));
      for (std::size_t k = 0; k < d; k += width_) {
        if (width_ < d) load(k);
        for (std::size_t g = 0; g < count; ++g) {
          const std::size_t i = groups[first + g] % rows_, j = groups[first + g] / rows_ * panel;
          routines_.redo(row_ + i * depth_, column_ + j * depth_, depth_, row_norm_[i], column_norm_ + j, sums[g]);
        }
      }
      for (std::size_t g = 0; g < count; ++g) {
        const std::size_t i = groups[first + g] % rows_, j = groups[first + g] / rows_ * panel;
        const std::size_t at = i * out_.stride + j;
        routines_.finish(sums[g], row_norm_[i], column_norm_ + j, marks_[groups[first + g]],
                         {out_.dot.data() + at, out_.minor.data() + at, out_.distance.data() + at});
      }
    }
  }

  const ProductRoutines& routines_;
  const Points &x_, &y_;
  std::size_t first_row_, first_column_;
  TileProducts& out_;
  std::size_t rows_ = 0, columns_ = 0, width_ = 0, depth_ = 0;
  double *row_ = nullptr, *column_ = nullptr, *staged_ = nullptr, *row_norm_ = nullptr, *column_norm_ = nullptr;
  std::uint16_t* marks_ = nullptr;
  std::vector<std::uint32_t> groups_;
};

}  // namespace

std::span<const ProductRoutines* const> all_product_routines() {
  static const std::vector<const ProductRoutines*> sets = runnable();
  return sets;
}

void tile_products_by(const ProductRoutines& routines, const Points& x, std::size_t first_row, std::size_t rows,
                      const Points& y, std::size_t first_column, std::size_t columns, TileProducts& out) {
  if (x.dimension() != y.dimension())
    throw Error(ErrorCode::input, "the two data sets differ in dimension",
                fmt::format("{} and {} columns", x.dimension(), y.dimension()));
  out.rows = rows;
  out.columns = columns;
  out.redone = 0;
  if (rows == 0 || columns == 0) return;
  Tile(routines, x, first_row, y, first_column, out).run();
}

void tile_products(const Points& x, std::size_t first_row, std::size_t rows, const Points& y, std::size_t first_column,
                   std::size_t columns, TileProducts& out) {
  static const ProductRoutines& widest = *all_product_routines().back();
  tile_products_by(widest, x, first_row, rows, y, first_column, columns, out);
}

ProductErrors product_errors(std::size_t dimension, double input_error) {
  const double d = static_cast<double>(dimension);
  const double sums = std::fmin(d, static_cast<double>(chain)) + std::ceil(d / static_cast<double>(chain)) + 2;
  ProductErrors e{};
  // Rounded up by a hundredth for the terms of second order. Norms: 2 u each; last operations: 2 u each.
  e.minor_absolute = 1.01 * (2 * sums + 7) * unit_roundoff;
  e.distance_absolute = 1.01 * (sums + 4) * unit_roundoff;
  e.minor = e.minor_absolute / cancelled_minor;
  e.distance = e.distance_absolute / cancelled_distance;
  e.norm = 2 * unit_roundoff + 2.01 * input_error;
  e.dot = 1.01 * sums * unit_roundoff + 2.01 * input_error;
  // What is left of s.t, below 5 u |y|^2, enters |t|^2 with the relative error of a sum.
  e.angle = 2.01 * input_error + 5 * std::sqrt(sums * unit_roundoff) * unit_roundoff;
  return e;
}

}  // namespace widegeo::gram
