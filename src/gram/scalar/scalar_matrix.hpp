// Gram matrices of data of equal norm: entries from one scalar function of the angle (docs/math/gram.md, "Data on a
// sphere").
#pragma once

#include <memory>
#include <vector>

#include "gram/gram.hpp"
#include "gram/recursion_plan.hpp"
#include "gram/scalar/scalar_kernel.hpp"

namespace widegeo::gram {

/// Squared norms whose relative spread is within this count as equal: rows that were divided by their norms differ by
/// some ulps.
inline constexpr double one_norm_spread = 0x1p-48;

/// Whether a matrix of that many pairs profits, for data of equal norm. Decided by counts alone: the bits must not
/// depend on the load of the machine.
bool gains_by_one_norm(const OneNormSources& sources, const RecursionPlan& plan, std::size_t pairs);

/// (max - min) / max of all squared norms; infinite if one is 0.
double spread_of_norms(const Points& x, const Points* y);

class OneNormMatrices {
 public:
  /// Throws Error(accuracy) if the bound does not reach max(tolerance, the plan's bound).
  OneNormMatrices(const Model& model, const OneNormSources& sources, const RecursionPlan& plan, const Points& x,
                  const Points* y, unsigned threads);

  /// Entries first .. columns - 1 of one row of a tile, of every matrix, to out[k]. `products` are those of the tile.
  struct Scratch {
    std::vector<double> inverse, scale, rho, factor;
    std::vector<unsigned> norm_x, norm_y;
  };
  void begin_tile(const Points& x, std::size_t first_row, std::size_t rows, const Points& y, std::size_t first_column,
                  std::size_t columns, Scratch& w) const;
  void row(std::size_t i, std::size_t begin, const TileProducts& products, const std::vector<double*>& out,
           std::size_t stride, Scratch& w) const;

  double bound(std::size_t k) const { return bound_[k]; }

 private:
  void make_diagonals(const RecursionPlan& plan);

  std::vector<double> norm_;                   ///< the distinct squared norms, sorted: at most some dozens
  std::vector<double> inverse_;                ///< 1 / |x| of each
  std::vector<std::vector<double>> diagonal_;  ///< per matrix, by norm
  std::vector<std::vector<double>> root_;      ///< sqrt(diagonal / K(1)) per matrix, by norm
  std::vector<std::unique_ptr<ScalarKernel>> kernel_;
  std::vector<double> bound_;
  bool by_correlation_ = false;  ///< some kernel is a series in rho
};

}  // namespace widegeo::gram
