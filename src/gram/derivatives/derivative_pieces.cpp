#include "gram/derivatives/derivative_pieces.hpp"

#include <algorithm>
#include <string>

#include "number/error.hpp"

namespace widegeo::gram {
namespace {

/// Numbers written at once by a thread, about: 1 MiB.
constexpr std::size_t piece_numbers = std::size_t{1} << 17;
constexpr std::size_t pairs_of_piece = 256;
/// Pieces between two releases of the written pages, about 16 MiB.
constexpr std::size_t pieces_kept = 16;

}  // namespace

class DerivativePieces::PairWorker final : public job::Pieces::Worker {
 public:
  explicit PairWorker(const DerivativePieces& pieces)
      : all_(pieces), engine_(pieces.engine_), d_(engine_.dimension()), worker_(engine_.make_worker()) {}

  void compute(std::size_t piece) override {
    pairs_.clear();
    if (all_.pairs_) {
      row_ = 0;
      begin_ = piece * all_.length_;
      const std::size_t end = std::min(begin_ + all_.length_, all_.pairs_->size());
      for (std::size_t k = begin_; k < end; ++k) pairs_.push_back((*all_.pairs_)[k]);
    } else {
      row_ = piece / all_.in_row_;
      begin_ = piece % all_.in_row_ * all_.length_;
      const std::size_t end = std::min(begin_ + all_.length_, engine_.columns());
      for (std::size_t j = begin_; j < end; ++j) pairs_.push_back({row_, j});
    }
    c_.resize(pairs_.size());
    engine_.coefficients(pairs_, c_.data(), *worker_);
  }

  void write(std::size_t /*piece*/, storage::ArrayOutput& out) override {
    if (all_.derivatives_ == 0) {
      values_.resize(c_.size());
      for (std::size_t k = 0; k < c_.size(); ++k) values_[k] = c_[k].value;
      out.write(0, 0, 1, begin_, c_.size(), values_.data(), values_.size());
    } else {
      all_.derivatives_ == 1 ? gradients(out) : hessians(out);
    }
  }

 private:
  void gradients(storage::ArrayOutput& out) {
    const bool listed = all_.pairs_.has_value();
    x_.resize(d_);
    y_.resize(listed ? d_ : c_.size() * d_);
    values_.resize(c_.size() * d_);
    if (!listed) {
      all_.x_.read(row_, 1, x_.data());
      all_.y_.read(begin_, c_.size(), y_.data());
    }
    for (std::size_t k = 0; k < c_.size(); ++k) {
      if (listed) read(pairs_[k]);
      engine_.gradient(c_[k], x_.data(), y_.data() + (listed ? 0 : k * d_), values_.data() + k * d_);
    }
    out.write(row_, begin_, c_.size(), 0, d_, values_.data(), d_);
  }

  /// Band by band of rows: one Hessian may be larger than memory.
  void hessians(storage::ArrayOutput& out) {
    const std::size_t band = std::clamp<std::size_t>(piece_numbers / d_, 1, d_);
    x_.resize(d_);
    y_.resize(d_);
    values_.resize(band * d_);
    for (std::size_t k = 0; k < c_.size(); ++k) {
      read(pairs_[k]);
      for (std::size_t first = 0; first < d_; first += band) {
        const std::size_t rows = std::min(band, d_ - first);
        engine_.hessian(c_[k], x_.data(), y_.data(), first, rows, values_.data());
        out.write(begin_ + k, first, rows, 0, d_, values_.data(), d_);
        if (d_ * d_ > pieces_kept * piece_numbers) out.release(first, rows);
      }
    }
  }

  void read(const PairIndex& pair) {
    all_.x_.read(pair.i, 1, x_.data());
    all_.y_.read(pair.j, 1, y_.data());
  }

  const DerivativePieces& all_;
  const DerivativeEngine& engine_;
  std::size_t d_, row_ = 0, begin_ = 0;  ///< the piece: its plane, and its first pair there
  std::unique_ptr<DerivativeEngine::Worker> worker_;
  std::vector<PairIndex> pairs_;
  std::vector<PairCoefficients> c_;
  std::vector<double> x_, y_, values_;
};

DerivativePieces::DerivativePieces(const DerivativeEngine& engine, const DerivativeRequest& request, const RowReader& x,
                                   const RowReader& y, const PairList& pairs)
    : engine_(engine), derivatives_(request.derivatives), x_(x), y_(y), pairs_(pairs) {
  const std::size_t d = engine.dimension();
  if (!pairs) {
    if (derivatives_ != 1) throw Error(ErrorCode::input, "of all pairs of rows only gradients are written");
    length_ = std::max(Block::width, piece_numbers / d / Block::width * Block::width);
    in_row_ = (engine.columns() + length_ - 1) / length_;
    count_ = engine.rows() * in_row_;
    return;
  }
  if (pairs->empty()) throw Error(ErrorCode::input, "the list of pairs is empty");
  for (const PairIndex& pair : *pairs)
    if (pair.i >= engine.rows() || pair.j >= engine.columns())
      throw Error(ErrorCode::input, "a pair names a row that does not exist",
                  std::to_string(pair.i) + ", " + std::to_string(pair.j));
  std::size_t numbers = 1;  // of a pair
  for (unsigned k = 0; k < derivatives_; ++k) numbers *= d;
  length_ = std::clamp<std::size_t>(piece_numbers / numbers, 1, pairs_of_piece);
  count_ = (pairs->size() + length_ - 1) / length_;
}

std::vector<std::size_t> DerivativePieces::extents() const {
  const std::size_t d = engine_.dimension();
  if (!pairs_) return {engine_.rows(), engine_.columns(), d};
  std::vector<std::size_t> extents{pairs_->size()};
  extents.resize(1 + derivatives_, d);
  return extents;
}

std::size_t DerivativePieces::band(std::size_t piece) const { return piece / pieces_kept; }

void DerivativePieces::end_band(std::size_t /*band*/, storage::ArrayOutput& out) const {
  const std::vector<std::size_t> all = extents();
  out.release(0, all.size() < 2 ? 1 : all[all.size() - 2]);
}

std::unique_ptr<job::Pieces::Worker> DerivativePieces::make_worker() const {
  return std::make_unique<PairWorker>(*this);
}

}  // namespace widegeo::gram
