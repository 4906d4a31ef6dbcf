// Module-internal: the weights of one layer, some rows at a time.
//
// The entry (i, j) of W_l is the random number at (layer l, unit i, entry j) of the network, and the bias of unit i is
// at a fixed entry far behind its weights; neither depends on the widths. Orthogonal matrices are made from the
// Gaussian one with these entries.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "network/spec.hpp"

namespace widegeo {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Rows first, first + 1, ... of a layer before scaling: weights of variance 1, biases N(0, 1) or 0.
struct WeightRows {
  Eigen::Index first = 0;
  RowMatrix weights;
  Eigen::VectorXd biases;
};

class LayerWeights {
 public:
  /// Enough rows for an efficient matrix product; a constant, so that rounding is the same in every run.
  static constexpr Eigen::Index block_rows = 64;

  LayerWeights(const NetworkSpec& spec, const NetworkId& id, unsigned layer, Eigen::Index rows, Eigen::Index columns);

  Eigen::Index block_count() const { return (rows_ + block_rows - 1) / block_rows; }
  void draw(Eigen::Index block, WeightRows& out) const;

 private:
  const NetworkSpec& spec_;
  NetworkId id_;
  unsigned layer_;
  Eigen::Index rows_, columns_;
  RowMatrix orthogonal_;  ///< the whole matrix; orthogonal law only
};

/// sqrt(m) times a Haar-distributed matrix with orthonormal rows or columns (the shorter ones), m the longer side, so
/// that E W_ij^2 = 1: Q of the QR decomposition of a Gaussian matrix with the signs that make R_ii > 0; without them Q
/// is not Haar-distributed [Mezzadri 2007, "How to generate random matrices from the classical compact groups"].
RowMatrix orthogonal_from_gaussian(const RowMatrix& gaussian);

}  // namespace widegeo
