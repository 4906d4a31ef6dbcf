// Gram matrices as a job (job/job.hpp): the matrices of an engine are the planes of one array, made tile by tile.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "gram/gram.hpp"
#include "job/pieces.hpp"
#include "parallel/watch.hpp"

namespace widegeo::gram {

/// Squares of `side` x `side` entries of every matrix (smaller at the edges), row band by row band; for a symmetric
/// matrix, those on and right of the diagonal, each standing for its mirror image too. The side depends on the number
/// of matrices alone, so runs with other threads and limits can resume.
class Tiling {
 public:
  Tiling(std::size_t rows, std::size_t columns, bool symmetric, std::size_t matrices);

  struct Tile {
    std::size_t first_row, rows, first_column, columns;
    bool mirrored;  ///< to be written transposed as well
  };
  std::size_t count() const { return count_; }
  std::size_t side() const { return side_; }
  Tile operator[](std::size_t index) const;
  std::size_t band(std::size_t index) const;  ///< the row band that contains the tile

 private:
  std::size_t rows_, columns_, side_, across_, count_ = 0;
  bool symmetric_;
  std::vector<std::size_t> first_of_band_;
};

class MatrixPieces final : public job::Pieces {
 public:
  explicit MatrixPieces(const GramEngine& engine);  ///< kept by the caller

  const char* name() const override { return "tiles"; }
  /// Matrices x rows x columns; a single matrix has two axes.
  std::vector<std::size_t> extents() const override;
  std::size_t count() const override { return tiling_.count(); }
  std::size_t band(std::size_t piece) const override { return tiling_.band(piece); }
  void end_band(std::size_t band, storage::ArrayOutput& out) const override;
  std::unique_ptr<Worker> make_worker() const override;
  std::size_t bytes_of_worker() const override;
  std::size_t refined() const override { return engine_.refined_pairs(); }

 private:
  const GramEngine& engine_;
  Tiling tiling_;
};

/// Into memory of the caller: entry (i, j) of matrix k at (k * rows + i) * columns + j. Throws as job::fill.
void gram_in_memory(const GramEngine& engine, std::span<double> out, unsigned threads, const Watch* watch = nullptr);

}  // namespace widegeo::gram
