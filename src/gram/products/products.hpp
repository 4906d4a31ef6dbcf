// The loops behind tile_products, compiled for several instruction sets with bit-identical results: IEEE operations and
// explicit fused multiply-adds, each number of a tile in its own lane.
//
// The columns of a tile are stored in panels, coordinate k of point j of a panel at [k * panel + j]; the rows row by
// row. Rows are padded to a multiple of row_block, columns to a multiple of panel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "gram/points.hpp"

namespace widegeo::gram {

constexpr std::size_t panel = 16;     ///< points per panel
constexpr std::size_t row_block = 8;  ///< rows are padded to a multiple of this
constexpr std::size_t chain = 128;    ///< fused products per chain
// Smaller numbers, relative to |x|^2 |y|^2 and to |x|^2 + |y|^2, are recomputed: the same angle for rows of equal norm.
constexpr double cancelled_minor = 1. / 16, cancelled_distance = 1. / 32;

/// Part of a row of products: one row against one panel.
struct PanelRow {
  double *dot, *minor, *distance;  ///< `panel` numbers each
};

/// Rows against one panel over at most `chain` coordinates.
struct PanelJob {
  const double* rows = nullptr;  ///< coordinate k of row i at [i * row_stride + k]
  std::size_t row_stride = 0, row_count = 0;
  const double* columns = nullptr;
  std::size_t depth = 0;
  bool first = true, last = true;  ///< whether these include the first (last) coordinates
  double *dot = nullptr, *minor = nullptr, *distance = nullptr;
  std::size_t stride = 0;
  const double *row_norm = nullptr, *column_norm = nullptr;
  std::uint16_t* marks = nullptr;  ///< per row, set with the last coordinates: bit j if pair j has cancelled
};

/// Sums for recomputing a row against a panel: |s|^2, |t|^2, s.t, |x - y|^2 of points.hpp.
struct RedoneSums {
  double ss[panel], tt[panel], st[panel], dd[panel];
};

struct ProductRoutines {
  const char* instruction_set;
  /// Packs `panel` rows of a matrix, at `stride`, into a panel.
  void (*pack)(const double* rows, std::size_t stride, std::size_t depth, double* packed);
  void (*multiply)(const PanelJob& job);
  /// Adds chains over any number of coordinates, starting at a multiple of `chain`.
  void (*redo)(const double* row, const double* columns, std::size_t depth, double row_norm, const double* column_norm,
               RedoneSums& sums);
  /// Writes the marked pairs computed from their sums.
  void (*finish)(const RedoneSums& sums, double row_norm, const double* column_norm, unsigned marks,
                 const PanelRow& out);
};

extern const ProductRoutines products_plain;
#if defined(__x86_64__) && defined(__GNUC__)
extern const ProductRoutines products_avx2, products_avx512;
#endif

/// For every instruction set available, baseline first; tile_products uses the last.
std::span<const ProductRoutines* const> all_product_routines();

void tile_products_by(const ProductRoutines& routines, const Points& x, std::size_t first_row, std::size_t rows,
                      const Points& y, std::size_t first_column, std::size_t columns, TileProducts& out);

}  // namespace widegeo::gram
