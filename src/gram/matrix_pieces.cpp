#include "gram/matrix_pieces.hpp"

#include <algorithm>

#include "job/job.hpp"

namespace widegeo::gram {

namespace {

constexpr std::size_t largest_side = 256;
constexpr std::size_t piece_bytes = 4U << 20U;  ///< of all matrices of a piece, as far as the side can be halved
/// Number of arrays of a tile's size per thread: products, minors, distances, Theta, and features and scratch together.
constexpr std::size_t tiles_of_scratch = 5;
constexpr std::size_t bytes_of_features = 12U << 20U;

class TileWorker final : public job::Pieces::Worker {
 public:
  TileWorker(const GramEngine& engine, const Tiling& tiling)
      : engine_(engine),
        tiling_(tiling),
        workspace_(engine.make_workspace()),
        tiles_(engine.matrices().size(), std::vector<double>(tiling.side() * tiling.side())) {
    for (std::vector<double>& tile : tiles_) out_.push_back(tile.data());
  }

  void compute(std::size_t piece) override {
    const Tiling::Tile at = tiling_[piece];
    engine_.tile(at.first_row, at.rows, at.first_column, at.columns, out_, tiling_.side(), *workspace_);
  }

  void write(std::size_t piece, storage::ArrayOutput& out) override {
    const Tiling::Tile at = tiling_[piece];
    for (std::size_t k = 0; k < out_.size(); ++k) {
      out.write(k, at.first_row, at.rows, at.first_column, at.columns, out_[k], tiling_.side());
      if (at.mirrored) out.write(k, at.first_column, at.columns, at.first_row, at.rows, out_[k], tiling_.side(), true);
    }
  }

 private:
  const GramEngine& engine_;
  const Tiling& tiling_;
  std::unique_ptr<GramEngine::Workspace> workspace_;
  std::vector<std::vector<double>> tiles_;
  std::vector<double*> out_;
};

}  // namespace

Tiling::Tiling(std::size_t rows, std::size_t columns, bool symmetric, std::size_t matrices)
    : rows_(rows), columns_(columns), side_(largest_side), symmetric_(symmetric) {
  while (side_ > 1 && matrices * side_ * side_ * sizeof(double) > piece_bytes) side_ /= 2;
  across_ = (columns + side_ - 1) / side_;
  const std::size_t down = (rows + side_ - 1) / side_;
  for (std::size_t band = 0; band < down; ++band) {
    first_of_band_.push_back(count_);
    count_ += across_ - (symmetric ? band : 0);
  }
}

std::size_t Tiling::band(std::size_t index) const {
  const auto above = std::upper_bound(first_of_band_.begin(), first_of_band_.end(), index);
  return static_cast<std::size_t>(above - first_of_band_.begin()) - 1;
}

Tiling::Tile Tiling::operator[](std::size_t index) const {
  const std::size_t row = band(index), column = index - first_of_band_[row] + (symmetric_ ? row : 0);
  Tile tile;
  tile.first_row = row * side_;
  tile.rows = std::min(side_, rows_ - tile.first_row);
  tile.first_column = column * side_;
  tile.columns = std::min(side_, columns_ - tile.first_column);
  tile.mirrored = symmetric_ && row != column;
  return tile;
}

MatrixPieces::MatrixPieces(const GramEngine& engine)
    : engine_(engine), tiling_(engine.rows(), engine.columns(), engine.symmetric(), engine.matrices().size()) {}

std::vector<std::size_t> MatrixPieces::extents() const {
  std::vector<std::size_t> extents{engine_.rows(), engine_.columns()};
  if (engine_.matrices().size() > 1) extents.insert(extents.begin(), engine_.matrices().size());
  return extents;
}

void MatrixPieces::end_band(std::size_t band, storage::ArrayOutput& out) const {
  const std::size_t first = band * tiling_.side();
  out.complete(first, std::min(tiling_.side(), engine_.rows() - first));
}

std::unique_ptr<job::Pieces::Worker> MatrixPieces::make_worker() const {
  return std::make_unique<TileWorker>(engine_, tiling_);
}

std::size_t MatrixPieces::bytes_of_worker() const {
  const std::size_t square = sizeof(double) * tiling_.side() * tiling_.side();
  return (tiles_of_scratch + engine_.matrices().size()) * square + bytes_of_features;
}

void gram_in_memory(const GramEngine& engine, std::span<double> out, unsigned threads, const Watch* watch) {
  job::fill(MatrixPieces(engine), out, threads, watch);
}

}  // namespace widegeo::gram
