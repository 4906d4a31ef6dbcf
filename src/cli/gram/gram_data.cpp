#include "cli/gram/gram_data.hpp"

#include <algorithm>

#include "cli/gram/gram_cost.hpp"
#include "cli/gram/gram_pairs.hpp"
#include "cli/program/parse.hpp"
#include "closedform/entries/entries.hpp"

namespace widegeo::cli {
namespace {

constexpr double default_tolerance = 1e-12;
/// Layers that are made anew where closed forms do not reach the tolerance one after another. In deeper networks it is
/// the depth that spoils the bound, and tables would be made in vain for every layer.
constexpr unsigned most_remade = 32;
/// Up to so many pairs the closed form is tried alone first: where it fails, single pairs may cost less than tables.
constexpr std::size_t few_pairs = 500'000;

/// Single pairs for data of one norm. Samples by quadrature or Owen's T functions take seconds: only the largest
/// matrices repay them.
gram::OneNormSources one_norm_sources(const Setup& setup) {
  const bool closed = setup.use_closed();
  gram::OneNormSources sources;
  sources.fast = make_source<TrackedDouble>(setup, closed);
  if (closed) sources.careful = make_source<Real>(setup, closed);
  if (!closed || !has_fast_entries(*setup.closed)) sources.least_pairs = std::size_t{1} << 28U;
  return sources;
}

}  // namespace

FileRows::FileRows(const storage::InputMatrix& matrix, std::vector<Range> ranges)
    : matrix_(matrix), ranges_(std::move(ranges)) {
  for (const Range& range : ranges_) rows_ += range.count;
}

void FileRows::read(std::size_t first, std::size_t count, double* out) const {
  for (const Range& range : ranges_) {
    if (count == 0) return;
    if (first >= range.count) {
      first -= range.count;
      continue;
    }
    const std::size_t here = std::min(count, range.count - first);
    matrix_.read(range.first + first, here, out);
    out += here * columns();
    count -= here;
    first = 0;
  }
}

std::vector<Rational> FileRows::exact(std::size_t row) const {
  for (const Range& range : ranges_) {
    if (row >= range.count) {
      row -= range.count;
      continue;
    }
    std::vector<Rational> result;
    for (std::size_t k = 0; k < columns(); ++k) result.push_back(matrix_.exact(range.first + row, k));
    return result;
  }
  throw Error(ErrorCode::input, "no such row", std::to_string(row));
}

Kinds make_kinds(const Options& options) {
  const std::size_t choice = options.kind ? parse_choice(*options.kind, "--kind", {"nngp", "ntk", "both"}) : 0;
  return {choice != 1, choice != 0};
}

gram::GramRequest make_gram_request(const Options& options, const Setup& setup) {
  const Kinds kinds = make_kinds(options);
  gram::GramRequest request;
  request.nngp = kinds.nngp;
  request.ntk = kinds.ntk;
  request.all_layers = options.all_layers;
  request.tolerance = default_tolerance;
  if (options.tolerance) {
    request.tolerance = nearest_double(parse_number(*options.tolerance, "--tolerance"));
    if (!(request.tolerance >= 1e-15 && request.tolerance <= 0.1)) {
      throw Error(ErrorCode::input, "the tolerance is not between 1e-15 and 0.1", "--tolerance",
                  "for example --tolerance 1e-12");
    }
  }
  if (kinds.ntk && !setup.no_metric_reason().empty()) {
    throw Error(ErrorCode::input, "the neural tangent kernel does not exist: " + setup.no_metric_reason(),
                "--kind " + kinds.text());
  }
  return request;
}

GramKernel::GramKernel(const Setup& setup, const gram::GramRequest& request, const FileRows& x, const FileRows* y,
                       unsigned threads, const Watch* watch)
    : setup_(setup), request_(request), rows_x_(x), rows_y_(y == nullptr ? x : *y), x_(x, threads) {
  setup_.threads = 1;  // pairs that are done again come from several threads already
  if (y != nullptr) y_.emplace(*y, threads);
  const std::size_t rows = x.rows();
  GramSourceChoice choice;
  choice.pairs = y == nullptr ? rows * (rows + 1) / 2 : rows * y->rows();
  choice.threads = threads;
  choice.watch = watch;
  const gram::Points* of_y = y_ ? &*y_ : nullptr;
  const auto with_closed = [&](bool closed) {
    setup_.closed = closed ? setup.closed : std::nullopt;
    choice.closed = closed ? &*setup.closed : nullptr;
    source_ = std::make_unique<GramSource>(setup.activation, choice);
  };
  const auto by_layers = [&](bool closed) {
    with_closed(closed);
    engine_ = std::make_unique<gram::GramEngine>(setup_.model, *source_, request_, x_, of_y, careful(), threads,
                                                 one_norm_sources(setup_), watch);
  };
  const auto by_pairs = [&] {
    with_closed(false);
    engine_ = std::make_unique<gram::GramEngine>(setup_.model, single_pair_sources(setup_, request, rows_x_, rows_y_),
                                                 request, x_, of_y, threads, watch);
  };
  // Error(accuracy) of one way asks the next.
  const auto reached = [](const auto& way, auto... argument) {
    try {
      way(argument...);
      return true;
    } catch (const gram::OutOfRange&) {
      throw;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::accuracy) throw;
      return false;
    }
  };
  const bool closed = setup.use_closed(), few = choice.pairs <= few_pairs;
  if (closed && (setup.route != Route::automatic || setup.model.depth > most_remade)) {
    choice.others = setup.route == Route::automatic;
    by_layers(true);
    return;
  }
  if (closed && few) {
    choice.others = false;
    choice.strict = true;
    if (reached(by_layers, true)) return;
    choice.others = true;
    choice.strict = false;
  } else if (closed && reached(by_layers, true)) {
    return;
  }
  with_closed(false);
  if (single_pairs_pay(setup_, request, x_, of_y) && reached(by_pairs)) return;
  // Tables for all layers, or the closed form where it serves a layer, at whatever error.
  if (!(closed && few)) {
    by_layers(false);
    return;
  }
  choice.strict = true;
  if (reached(by_layers, false)) return;
  choice.strict = false;
  if (!reached(by_layers, true)) by_layers(false);
}

gram::CarefulPair GramKernel::careful() const {
  return [this](std::size_t i, std::size_t j, double* entries) {
    kernels_of_pair(setup_, request_, rows_x_.exact(i), rows_y_.exact(j), entries, nullptr, nullptr);
  };
}

}  // namespace widegeo::cli
