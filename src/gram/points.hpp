// The rows of a data set, with what pairs of them need at the input layer.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace widegeo::gram {

/// Rows of doubles, wherever they are: memory, a mapped file. Thread-safe.
class RowReader {
 public:
  virtual ~RowReader() = default;
  virtual std::size_t rows() const = 0;
  virtual std::size_t columns() const = 0;
  /// Rows first .. first + count - 1 to out, row after row.
  virtual void read(std::size_t first, std::size_t count, double* out) const = 0;
  /// |stored - meant| <= input_error() |stored| for every coordinate: 0 when the doubles are the data, 2^-53 when they
  /// were rounded from decimals.
  virtual double input_error() const { return 0; }
};

/// Rows that stand in memory (row after row, kept by the caller).
std::unique_ptr<RowReader> rows_in_memory(const double* values, std::size_t rows, std::size_t columns);

/// A reader with the squared norms of its rows, each rounded once from a sum of twice the precision [Ogita, Rump and
/// Oishi, "Accurate sum and dot product", SIAM J. Sci. Comput. 26 (2005)].
class Points {
 public:
  Points(const RowReader& reader, unsigned threads);
  const RowReader& reader() const { return *reader_; }
  std::size_t count() const { return norm_.size(); }
  std::size_t dimension() const { return reader_->columns(); }
  double squared_norm(std::size_t i) const { return norm_[i]; }
  const std::vector<double>& squared_norms() const { return norm_; }

 private:
  const RowReader* reader_;
  std::vector<double> norm_;
};

/// Products of a tile: x_i . y_j and |x_i|^2 |y_j|^2 - (x_i . y_j)^2 and |x_i - y_j|^2, all with small RELATIVE errors
/// in the last two: pairs for which they cancel are done again from differences of coordinates. The bits of a number
/// depend on its two rows alone, not on the tile, the threads or the instruction set. Equal rows give exactly
/// x.y = |x|^2, minor 0, distance 0, and exchanging x and y changes nothing.
struct TileProducts {
  std::size_t rows = 0, columns = 0, stride = 0;
  std::vector<double> dot, minor, distance;  ///< entry (i, j) at [i * stride + j]
};
void tile_products(const Points& x, std::size_t first_row, std::size_t rows, const Points& y, std::size_t first_column,
                   std::size_t columns, TileProducts& out);

/// The relative error of minor and distance, and the error of dot relative to |x| |y|, for a dimension.
struct ProductErrors {
  double dot, minor, distance, norm;
};
ProductErrors product_errors(std::size_t dimension, double input_error);

}  // namespace widegeo::gram
