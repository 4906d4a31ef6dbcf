// Kernel values, gradients and mixed Hessians over data, into a file.
#pragma once

#include <optional>
#include <vector>

#include "api/gram/gram.hpp"
#include "gram/derivatives/derivative_pieces.hpp"

namespace widegeo::api {

/// Throws Error(input), about the argument `derivatives`, for derivatives that do not exist.
void require_derivatives(const PreparedNetwork& network, const gram::DerivativeRequest& request);

/// The engine with all that it needs, on the route of `network`; network and rows are kept by the caller. The shape of
/// the array: gram::DerivativePieces.
class DerivativeKernel {
 public:
  /// y == nullptr: x with itself. Throws Error(input, accuracy).
  DerivativeKernel(const PreparedNetwork& network, const gram::DerivativeRequest& request, const ExactRows& x,
                   const ExactRows* y, gram::DerivativePieces::PairList pairs, unsigned threads);
  DerivativeKernel(const DerivativeKernel&) = delete;
  DerivativeKernel& operator=(const DerivativeKernel&) = delete;
  const gram::DerivativeEngine& engine() const { return *engine_; }
  const gram::DerivativeRequest& request() const { return request_; }
  std::vector<std::size_t> extents() const { return pieces_->extents(); }

  /// The digest of `file` is set here. Throws as job::fill.
  job::Stats write(job::FileRequest file, const job::Effort& effort) const;

 private:
  const PreparedNetwork& network_;
  gram::DerivativeRequest request_;
  const ExactRows& rows_x_;
  const ExactRows* rows_y_;
  gram::DerivativePieces::PairList pairs_;
  gram::Points x_;
  std::optional<gram::Points> y_;
  std::optional<gram::DerivativeEngine> engine_;
  std::optional<gram::DerivativePieces> pieces_;
};

}  // namespace widegeo::api
