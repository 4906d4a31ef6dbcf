#include "montecarlo/moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/error.hpp"

namespace widegeo {
namespace {
// Counts travel as doubles in the state, which hold every integer up to here.
constexpr std::uint64_t max_count = std::uint64_t{1} << 53;

constexpr std::size_t row_start(std::size_t i) { return i * (i + 1) / 2; }

/// M += factor * delta delta^T on the lower triangle: the inner loop is free of branches and vectorises.
void add_outer(std::vector<double>& triangle, const std::vector<double>& delta, double factor) {
  const double* const d = delta.data();
  double* row = triangle.data();
  for (std::size_t i = 0; i < delta.size(); row += ++i) {
    const double scaled = factor * d[i];
    for (std::size_t j = 0; j <= i; ++j) row[j] += scaled * d[j];
  }
}
}  // namespace

Moments::Moments(std::size_t size) : mean_(size), centred_(row_start(size)), delta_(size) {}

void Moments::add(std::span<const double> sample) {
  if (sample.size() != size())
    throw Error(ErrorCode::input, "a sample of " + std::to_string(sample.size()) + " numbers where " +
                                      std::to_string(size()) + " are averaged");
  if (count_ >= max_count) throw Error(ErrorCode::input, "more than 2^53 samples");
  for (const double v : sample)
    if (!std::isfinite(v)) throw Error(ErrorCode::input, "a sample is not finite", {}, "leave it out and count it");
  const auto n = static_cast<double>(++count_);
  for (std::size_t i = 0; i < sample.size(); ++i) {
    delta_[i] = sample[i] - mean_[i];
    mean_[i] += std::isfinite(delta_[i]) ? delta_[i] / n : sample[i] / n - mean_[i] / n;
  }
  add_outer(centred_, delta_, (n - 1) / n);
}

void Moments::merge(const Moments& later) {
  if (later.size() != size())
    throw Error(ErrorCode::input, "moments of " + std::to_string(later.size()) + " numbers merged into those of " +
                                      std::to_string(size()));
  if (later.count_ > max_count - count_) throw Error(ErrorCode::input, "more than 2^53 samples");
  if (later.count_ == 0) return;
  if (count_ == 0) {
    *this = later;
    return;
  }
  const auto a = static_cast<double>(count_), b = static_cast<double>(later.count_);
  count_ += later.count_;
  const double share = b / static_cast<double>(count_);
  for (std::size_t i = 0; i < size(); ++i) {
    delta_[i] = later.mean_[i] - mean_[i];
    mean_[i] += std::isfinite(delta_[i]) ? share * delta_[i] : share * later.mean_[i] - share * mean_[i];
  }
  for (std::size_t k = 0; k < centred_.size(); ++k) centred_[k] += later.centred_[k];
  add_outer(centred_, delta_, a * share);
}

double Moments::covariance(std::size_t i, std::size_t j) const {
  if (std::max(i, j) >= size()) throw Error(ErrorCode::input, "no such component of the moments");
  if (count_ < 2) throw Error(ErrorCode::input, "a covariance needs at least two samples");
  const double moment = centred_[i < j ? row_start(j) + i : row_start(i) + j];
  // Values near the end of the range overflow when multiplied, and opposite infinities add to NaN.
  if (std::isnan(moment)) return std::numeric_limits<double>::infinity();
  return moment / static_cast<double>(count_ - 1);
}

std::size_t Moments::state_size(std::size_t size) { return 1 + size + row_start(size); }

void Moments::save(std::span<double> state) const {
  if (state.size() != state_size(size())) throw Error(ErrorCode::input, "a state of moments has another length");
  state[0] = static_cast<double>(count_);
  std::copy(mean_.begin(), mean_.end(), state.begin() + 1);
  std::copy(centred_.begin(), centred_.end(), state.begin() + 1 + static_cast<std::ptrdiff_t>(size()));
}

void Moments::load(std::span<const double> state) {
  if (state.size() != state_size(size())) throw Error(ErrorCode::input, "a state of moments has another length");
  const double count = state[0];
  if (!(count >= 0) || count > static_cast<double>(max_count) || count != std::floor(count))
    throw Error(ErrorCode::input, "a state of moments is damaged", "its count");
  for (const double v : state.subspan(1, size()))
    if (!std::isfinite(v)) throw Error(ErrorCode::input, "a state of moments is damaged", "its means");
  count_ = static_cast<std::uint64_t>(count);
  std::copy_n(state.begin() + 1, size(), mean_.begin());
  std::copy(state.begin() + 1 + static_cast<std::ptrdiff_t>(size()), state.end(), centred_.begin());
}

}  // namespace widegeo
