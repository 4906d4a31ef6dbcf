#include "api/gram/derivatives.hpp"

#include "api/gram/gram_job.hpp"
#include "closedform/entries/entries.hpp"
#include "gaussian/table/entries.hpp"

namespace widegeo::api {
namespace {

/// Pairs from which tables of the entries cost less than a quadrature for each of them.
constexpr std::size_t table_pairs = 256;

gram::DerivativeSources sources_of(const PreparedNetwork& network, std::size_t pairs) {
  gram::DerivativeSources s;
  const bool closed = network.use_closed();
  if (closed) s.block = [&network] { return make_expectations<TrackedBlock>(network, true); };
  s.single = [&network, closed] { return make_expectations<TrackedDouble>(network, closed); };
  s.exact = [&network, closed] { return make_expectations<Real>(network, closed); };
  const Activation& phi = network.activation;
  if (pairs >= table_pairs && phi.analysis.analytic() && phi.derivative_analysis.analytic())
    s.entries = closed ? closed_form_entries(*network.closed) : series_entries(phi, network.threads);
  return s;
}

}  // namespace

void require_derivatives(const PreparedNetwork& network, const gram::DerivativeRequest& request) {
  if (request.ntk && request.derivatives == 2)
    throw Error::about_argument(ErrorCode::input,
                                "the mixed Hessian of the NTK needs averages of phi'', which are not computed",
                                "derivatives 2", "ask for --derivatives 1, or for --kind nngp");
  if (request.derivatives == 0 && !request.ntk) return;
  const std::string reason = network.no_metric_reason();
  if (!reason.empty())
    throw Error::about_argument(ErrorCode::input, "the kernel has no derivatives: " + reason, "derivatives");
}

DerivativeKernel::DerivativeKernel(const PreparedNetwork& network, const gram::DerivativeRequest& request,
                                   const ExactRows& x, const ExactRows* y, gram::DerivativePieces::PairList pairs,
                                   unsigned threads)
    : network_(network), request_(request), rows_x_(x), rows_y_(y), pairs_(std::move(pairs)), x_(x, threads) {
  require_derivatives(network, request);
  if (y != nullptr) y_.emplace(*y, threads);
  const std::size_t all = x_.count() * (y_ ? *y_ : x_).count();
  engine_.emplace(network.model, sources_of(network, pairs_ ? pairs_->size() : all), request, x_, y_ ? &*y_ : nullptr,
                  threads);
  pieces_.emplace(*engine_, request, x, y == nullptr ? x : *y, pairs_);
}

job::Stats DerivativeKernel::write(job::FileRequest file, const job::Effort& effort) const {
  gram::GramRequest kernel;
  kernel.nngp = !request_.ntk;
  kernel.ntk = request_.ntk;
  kernel.tolerance = request_.tolerance;
  storage::Digest digest = digest_of_job(network_, kernel, file.type, rows_x_, rows_y_);
  digest.word(request_.derivatives + 16U).word(request_.of_x ? 2 : 1);
  if (pairs_)
    for (const gram::PairIndex& pair : *pairs_) digest.word(pair.i).word(pair.j);
  file.digest = digest.value();
  return job::fill(*pieces_, file, effort);
}

}  // namespace widegeo::api
