#include "api/gram/gram.hpp"

#include <algorithm>
#include <cmath>

#include "api/gram/gram_cost.hpp"
#include "api/gram/gram_pairs.hpp"
#include "closedform/entries/entries.hpp"

namespace widegeo::api {
namespace {

/// Layers that are made anew where closed forms do not reach the tolerance one after another. In deeper networks it is
/// the depth that spoils the bound, and tables would be made in vain for every layer.
constexpr unsigned most_remade = 32;
/// Up to so many pairs the closed form is tried alone first: where it fails, single pairs may cost less than tables.
constexpr std::size_t few_pairs = 500'000;

/// Single pairs for data of one norm. Samples by quadrature or Owen's T functions take seconds: only the largest
/// matrices repay them.
gram::OneNormSources one_norm_sources(const PreparedNetwork& network) {
  const bool closed = network.use_closed();
  gram::OneNormSources sources;
  sources.fast = make_expectations<TrackedDouble>(network, closed);
  if (closed) sources.refined = make_expectations<Real>(network, closed);
  if (!closed || !has_fast_entries(*network.closed)) sources.least_pairs = std::size_t{1} << 28U;
  return sources;
}

}  // namespace

MemoryRows::MemoryRows(std::span<const double> values, std::size_t rows)
    : values_(values), rows_(rows), columns_(rows == 0 ? 0 : values.size() / rows) {
  if (rows == 0 || columns_ == 0 || rows * columns_ != values.size())
    throw Error(ErrorCode::input,
                std::to_string(values.size()) + " numbers cannot be divided into " + std::to_string(rows) + " rows");
  const auto broken = std::ranges::find_if_not(values, [](double x) { return std::isfinite(x); });
  if (broken == values.end()) return;
  const auto at = static_cast<std::size_t>(broken - values.begin());
  throw Error(ErrorCode::input, "a number of the data is not finite",
              "row " + std::to_string(at / columns_ + 1) + ", column " + std::to_string(at % columns_ + 1));
}

void MemoryRows::read(std::size_t first, std::size_t count, double* out) const {
  std::ranges::copy(values_.subspan(first * columns_, count * columns_), out);
}

std::vector<Rational> MemoryRows::exact(std::size_t row) const {
  const auto values = values_.subspan(row * columns_, columns_);
  return {values.begin(), values.end()};
}

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

GramKernel::GramKernel(const PreparedNetwork& network, const gram::GramRequest& request, const ExactRows& x,
                       const ExactRows* y, unsigned threads, const Watch* watch)
    : network_(network), request_(request), rows_x_(x), rows_y_(y == nullptr ? x : *y), x_(x, threads) {
  network_.threads = 1;  // pairs that are done again come from several threads already
  if (y != nullptr) y_.emplace(*y, threads);
  const std::size_t rows = x.rows();
  EntryChoice choice;
  choice.pairs = y == nullptr ? rows * (rows + 1) / 2 : rows * y->rows();
  choice.threads = threads;
  choice.watch = watch;
  const gram::Points* of_y = y_ ? &*y_ : nullptr;
  const auto with_closed = [&](bool closed) {
    network_.closed = closed ? network.closed : std::nullopt;
    choice.closed = closed ? &*network.closed : nullptr;
    source_ = std::make_unique<ChosenEntries>(network.activation, choice);
  };
  const auto by_layers = [&](bool closed) {
    with_closed(closed);
    engine_ = std::make_unique<gram::GramEngine>(network_.model, *source_, request_, x_, of_y, refined(), threads,
                                                 one_norm_sources(network_), watch);
  };
  const auto by_pairs = [&] {
    with_closed(false);
    engine_ = std::make_unique<gram::GramEngine>(
        network_.model, single_pair_sources(network_, request, rows_x_, rows_y_), request, x_, of_y, threads, watch);
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
  const bool closed = network.use_closed(), few = choice.pairs <= few_pairs;
  if (closed && (network.route != Route::automatic || network.model.depth > most_remade)) {
    choice.others = network.route == Route::automatic;
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
  if (single_pairs_pay(network_, request, x_, of_y) && reached(by_pairs)) return;
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

gram::RefinedPair GramKernel::refined() const {
  return [this](std::size_t i, std::size_t j, double* entries) {
    kernels_of_pair(network_, request_, rows_x_.exact(i), rows_y_.exact(j), entries, nullptr, nullptr);
  };
}

}  // namespace widegeo::api
