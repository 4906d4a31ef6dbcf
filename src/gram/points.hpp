// The rows of a data set, and the products of pairs of rows that the input layer needs.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace widegeo::gram {

/// Source of rows of doubles (memory, a mapped file). Thread-safe.
class RowReader {
 public:
  virtual ~RowReader() = default;
  virtual std::size_t rows() const = 0;
  virtual std::size_t columns() const = 0;
  /// Copies rows first .. first + count - 1 to out, row by row.
  virtual void read(std::size_t first, std::size_t count, double* out) const = 0;
  /// Columns column .. column + width - 1 of those rows, packed with `width` numbers per row. By default reads whole
  /// rows; override where possible, because data of more than a few thousand columns are read in parts.
  virtual void read_part(std::size_t first, std::size_t count, std::size_t column, std::size_t width,
                         double* out) const;
  /// |stored - intended| <= input_error() |stored| for every coordinate: 0 if the doubles are the data, 2^-53 if they
  /// were rounded from decimals.
  virtual double input_error() const { return 0; }
};

/// Rows in memory (row-major, owned by the caller).
std::unique_ptr<RowReader> rows_in_memory(const double* values, std::size_t rows, std::size_t columns);

/// A reader with the squared norms of its rows, each rounded once from a sum in twice the precision [Ogita, Rump and
/// Oishi, "Accurate sum and dot product", SIAM J. Sci. Comput. 26 (2005)].
class Points {
 public:
  /// Row norms must be 0 or in this range, so that products of two squared norms and a small sine remain normal
  /// numbers.
  static constexpr double smallest_norm = 1e-60, largest_norm = 1e60;

  /// Throws Error(input), naming the row (1-based), for numbers that are not finite and norms out of range.
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

/// Products of a tile: x_i . y_j, |x_i|^2 |y_j|^2 - (x_i . y_j)^2 and |x_i - y_j|^2, the last two with small RELATIVE
/// errors: pairs for which they cancel are recomputed from the coordinates. With x the longer row of a pair and alpha =
/// |y| / |x|, rounded,
///   s = y + alpha x,  t = y - alpha x,   minor = (|s|^2 |t|^2 - (s.t)^2) / (4 alpha^2),
/// an identity for every alpha, without cancellation: each coordinate of s and t is rounded once, and s.t, which is
/// |y|^2 - alpha^2 |x|^2, is close to 0. The bits of a number depend on its two rows alone, not on the tile, the
/// threads or the instruction set. Equal rows give exactly x.y = |x|^2, minor 0, distance 0; rows that are multiples by
/// powers of two give minor 0; exchanging x and y changes nothing.
struct TileProducts {
  std::size_t rows = 0, columns = 0;
  std::size_t stride = 0;                    ///< chosen by tile_products, at least `columns`
  std::vector<double> dot, minor, distance;  ///< entry (i, j) at [i * stride + j]
  std::size_t redone = 0;                    ///< pairs of the tile that were recomputed
  std::vector<double> scratch;               ///< used by tile_products: at most a few MiB, reused from tile to tile
};
void tile_products(const Points& x, std::size_t first_row, std::size_t rows, const Points& y, std::size_t first_column,
                   std::size_t columns, TileProducts& out);

/// Error bounds for a dimension d, u = 2^-53, m = min(d, 128) + ceil(d / 128) + 2:
///   |error of dot| <= dot |x| |y|,   dot = 1.01 m u (chains of 128 fused products, their sums added in order)
///   |error of minor| <= minor_absolute |x|^2 |y|^2,        and <= minor * minor(x, y) + (angle |x| |y|)^2
///   |error of distance| <= distance_absolute (|x|^2 + |y|^2), and <= distance |x - y|^2
///   |error of |x|^2| <= norm |x|^2
/// angle = 5 m^(1/2) u^(3/2), about 1e-22: minor is known to a relative error where the sine is far above it. These
/// bounds hold for the stored doubles. An error of the input is included in dot, norm and angle: the intended rows have
/// an sqrt(minor) that differs by at most angle |x| |y|, and an sqrt(distance) that differs by angle (|x| + |y|).
struct ProductErrors {
  double dot, minor, distance, norm;
  double minor_absolute, distance_absolute, angle;
};
ProductErrors product_errors(std::size_t dimension, double input_error);

}  // namespace widegeo::gram
