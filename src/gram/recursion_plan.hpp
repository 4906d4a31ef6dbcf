// Per-layer preparation of a Gram matrix before the first tile: expectations over the range of the variances, the
// numbers of the affine map, the matrices to be output and their error bounds.
#pragma once

#include <memory>
#include <vector>

#include "gram/gram.hpp"
#include "gram/recursion.hpp"

namespace widegeo::gram {

struct PlannedLayer {
  LayerScale scale;                           ///< affine map into the layer
  std::shared_ptr<const EntryLayer> entries;  ///< null above the last activation
  bool wanted = false;                        ///< its matrices are requested
  std::size_t first_matrix = 0;
  double refined_below = 0;  ///< pairs with sin(theta) below this are recomputed
};

struct RecursionPlan {
  GramRequest request;
  bool pre = false;
  std::vector<PlannedLayer> layers;
  std::vector<MatrixName> matrices;
  std::vector<double> bound;       ///< one per matrix
  bool has_refined = false;        ///< some layer has refined_below > 0
  std::size_t bytes_of_point = 0;  ///< size of a PointBatch, maximum over layers
};

/// Throws Error(input) for a request without a kernel, without rows, or with rows of different lengths.
void check_request(const Model& model, const GramRequest& request, const Points& x, const Points* y);

RecursionPlan plan_recursion(const Model& model, const EntrySource& source, const GramRequest& request, const Points& x,
                             const Points* y, bool refined, unsigned threads, const Watch* watch = nullptr);

}  // namespace widegeo::gram
