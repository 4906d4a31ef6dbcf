#include "montecarlo/moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "number/error.hpp"

namespace widegeo {
namespace {
// Counts are stored as doubles in the state; doubles represent every integer up to this.
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
  if (std::max(i, j) >= size()) throw Error(ErrorCode::input, "the moments have no such component");
  if (count_ < 2) throw Error(ErrorCode::input, "a covariance needs at least two samples");
  const double moment = centred_[i < j ? row_start(j) + i : row_start(i) + j];
  // Values near the end of the range overflow when multiplied, and opposite infinities add to NaN.
  if (std::isnan(moment)) return std::numeric_limits<double>::infinity();
  return moment / static_cast<double>(count_ - 1);
}

std::size_t Moments::state_size(std::size_t size) { return 1 + size + row_start(size); }

void Moments::save(std::span<double> state) const {
  if (state.size() != state_size(size())) throw Error(ErrorCode::input, "the state of moments has the wrong length");
  state[0] = static_cast<double>(count_);
  std::copy(mean_.begin(), mean_.end(), state.begin() + 1);
  std::copy(centred_.begin(), centred_.end(), state.begin() + 1 + static_cast<std::ptrdiff_t>(size()));
}

void Moments::load(std::span<const double> state) {
  if (state.size() != state_size(size())) throw Error(ErrorCode::input, "the state of moments has the wrong length");
  const double count = state[0];
  if (!(count >= 0) || count > static_cast<double>(max_count) || count != std::floor(count))
    throw Error(ErrorCode::input, "the state of moments is damaged", "its count");
  for (const double v : state.subspan(1, size()))
    if (!std::isfinite(v)) throw Error(ErrorCode::input, "the state of moments is damaged", "its means");
  count_ = static_cast<std::uint64_t>(count);
  std::copy_n(state.begin() + 1, size(), mean_.begin());
  std::copy(state.begin() + 1 + static_cast<std::ptrdiff_t>(size()), state.end(), centred_.begin());
}

void ValueMoments::add(double value) {
  if (!std::isfinite(value)) throw Error(ErrorCode::input, "a sample is not finite", {}, "leave it out and count it");
  ValueMoments one;
  one.count_ = 1;
  one.mean_ = value;
  merge(one);
}

void ValueMoments::merge(const ValueMoments& later) {
  if (later.count_ > max_count - count_) throw Error(ErrorCode::input, "more than 2^53 samples");
  if (later.count_ == 0) return;
  if (count_ == 0) {
    *this = later;
    return;
  }
  const auto a = static_cast<double>(count_), b = static_cast<double>(later.count_);
  const double n = a + b, p = a / n, q = b / n, delta = later.mean_ - mean_;
  const double square = square_ + later.square_ + delta * delta * (a * q);
  count_ += later.count_;
  mean_ += std::isfinite(delta) ? q * delta : q * later.mean_ - q * mean_;
  if (square > 0 && std::isfinite(square)) {
    // In units of the root of the new sum of squares.
    const double root = std::sqrt(square), d = delta / root;
    const double x = square_ / square, y = later.square_ / square;
    fourth_ = fourth_ * x * x + later.fourth_ * y * y + d * d * d * d * (a * q) * (p * p - p * q + q * q) +
              6 * d * d * (p * p * y + q * q * x) +
              4 * d * (p * later.third_ * y * std::sqrt(y) - q * third_ * x * std::sqrt(x));
    third_ = third_ * x * std::sqrt(x) + later.third_ * y * std::sqrt(y) + d * d * d * (a * q) * (p - q) +
             3 * d * (p * y - q * x);
  } else {
    third_ = fourth_ = 0;
  }
  square_ = square;
}

double ValueMoments::variance() const {
  if (count_ < 2) throw Error(ErrorCode::input, "a variance needs at least two samples");
  return square_ / static_cast<double>(count_ - 1);
}

double ValueMoments::skewness() const { return third_ * std::sqrt(static_cast<double>(count_)); }

double ValueMoments::excess_kurtosis() const {
  return square_ > 0 && std::isfinite(square_) ? fourth_ * static_cast<double>(count_) - 3 : 0;
}

void ValueMoments::save(std::span<double> state) const {
  if (state.size() != state_size()) throw Error(ErrorCode::input, "the state of moments has the wrong length");
  const double numbers[] = {static_cast<double>(count_), mean_, square_, third_, fourth_};
  std::ranges::copy(numbers, state.begin());
}

void ValueMoments::load(std::span<const double> state) {
  if (state.size() != state_size()) throw Error(ErrorCode::input, "the state of moments has the wrong length");
  const double count = state[0];
  const bool sound = count >= 0 && count <= static_cast<double>(max_count) && count == std::floor(count) &&
                     std::isfinite(state[1]) && state[2] >= 0 && std::isfinite(state[3]) && state[4] >= 0;
  if (!sound) throw Error(ErrorCode::input, "the state of moments is damaged", "of one value");
  count_ = static_cast<std::uint64_t>(count);
  mean_ = state[1];
  square_ = state[2];
  third_ = state[3];
  fourth_ = state[4];
}

}  // namespace widegeo
