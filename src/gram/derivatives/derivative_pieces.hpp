// Derivatives of the kernel over data as a job (job/job.hpp).
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "gram/derivatives/derivatives.hpp"
#include "job/pieces.hpp"

namespace widegeo::gram {

/// The array: pairs x d^derivatives for listed pairs, else rows x columns x d, the gradients of all pairs. A piece is
/// some pairs of the list, or pairs of one row of x with some of y.
class DerivativePieces final : public job::Pieces {
 public:
  using PairList = std::optional<std::vector<PairIndex>>;  ///< none: all pairs

  /// All are kept by the caller. Throws Error(input) for a list that is empty or names rows that do not exist, and
  /// without a list for anything but gradients.
  DerivativePieces(const DerivativeEngine& engine, const DerivativeRequest& request, const RowReader& x,
                   const RowReader& y, const PairList& pairs);

  const char* name() const override { return "pieces"; }
  std::vector<std::size_t> extents() const override;
  std::size_t count() const override { return count_; }
  std::size_t band(std::size_t piece) const override;
  void end_band(std::size_t band, storage::ArrayOutput& out) const override;
  std::unique_ptr<Worker> make_worker() const override;
  std::size_t refined() const override { return engine_.refined_pairs(); }

 private:
  class PairWorker;
  const DerivativeEngine& engine_;
  unsigned derivatives_;
  const RowReader& x_;
  const RowReader& y_;
  const PairList& pairs_;
  std::size_t length_ = 1, in_row_ = 1, count_ = 0;
};

}  // namespace widegeo::gram
