#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "montecarlo/statistics.hpp"
#include "number/error.hpp"

namespace widegeo {
namespace {
constexpr double deviations = 8;     ///< of the pilot samples, on each side of their mean
constexpr double smallest_ulps = 4;  ///< least half width, in ulp of the mean
constexpr double farthest = std::numeric_limits<double>::max() / 4;  ///< high - low stays finite
}  // namespace

Histogram::Histogram(std::span<const double> pilot) : counts_(bins + 2) {
  if (pilot.empty()) return;
  Moments moments(1);
  for (const double& value : pilot) moments.add({&value, 1});
  const double mean = moments.mean(0), variance = pilot.size() < 2 ? 0 : moments.variance(0);
  const double ulp =
      std::max(std::fabs(mean) * std::numeric_limits<double>::epsilon(), std::numeric_limits<double>::min());
  const double half = std::max(deviations * std::sqrt(variance), smallest_ulps * ulp);
  const double centre = std::clamp(mean, -farthest, farthest);
  low_ = std::max(centre - half, -farthest);
  high_ = std::min(centre + half, farthest);
}

void Histogram::add(double value) {
  if (std::isnan(value)) throw Error(ErrorCode::input, "a sample is not a number", {}, "leave it out and count it");
  if (value < low_ || low_ == high_)
    ++counts_[value < high_ ? 0 : bins + 1];
  else if (value > high_)
    ++counts_[bins + 1];
  else
    ++counts_[1 + std::min(bins - 1, static_cast<std::size_t>((value - low_) / (high_ - low_) * double{bins}))];
}

void Histogram::merge(const Histogram& other) {
  if (low_ != other.low_ || high_ != other.high_)
    throw Error(ErrorCode::input, "histograms of different ranges cannot be merged");
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

std::uint64_t Histogram::total() const { return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0}); }

std::optional<Histogram::Quantile> Histogram::quantile(double p) const {
  if (!(p > 0 && p < 1)) throw Error(ErrorCode::input, "the p of a quantile must be between 0 and 1");
  const double width = (high_ - low_) / double{bins}, samples = static_cast<double>(total());
  // The value below which `rank` samples lie, interpolated linearly within a bin.
  const auto at_rank = [&](double rank) -> std::optional<double> {
    double reached = static_cast<double>(below());
    if (rank < reached || rank > samples) return std::nullopt;
    for (std::size_t bin = 0; bin < bins; ++bin) {
      const auto here = static_cast<double>(count(bin));
      if (here > 0 && rank <= reached + here)
        return low_ + width * (static_cast<double>(bin) + (rank - reached) / here);
      reached += here;
    }
    return std::nullopt;
  };
  const double rank = p * samples, rank_error = std::sqrt(p * (1 - p) * samples);
  const auto value = at_rank(rank), lower = at_rank(rank - rank_error), upper = at_rank(rank + rank_error);
  if (samples == 0 || !value || !lower || !upper) return std::nullopt;
  return Quantile{*value, width / 2 + std::max(*value - *lower, *upper - *value)};
}

Histogram::Shape Histogram::shape() const {
  const double samples = static_cast<double>(total());
  if (samples < 2 || low_ == high_) return {};
  // Positions in units of the range.
  const auto position = [](std::size_t i) {
    return std::clamp((static_cast<double>(i) - 0.5) / double{bins}, 0.0, 1.0);  // counts_[0] and the last: the ends
  };
  double mean = 0, m2 = 0, m3 = 0, m4 = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) mean += static_cast<double>(counts_[i]) / samples * position(i);
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const double d = position(i) - mean, weight = static_cast<double>(counts_[i]) / samples;
    m2 += weight * d * d;
    m3 += weight * d * d * d;
    m4 += weight * d * d * d * d;
  }
  if (!(m2 > 0)) return {};
  return {m3 / (m2 * std::sqrt(m2)), m4 / (m2 * m2) - 3};
}

void Histogram::save(std::span<double> state) const {
  if (state.size() != state_size()) throw Error(ErrorCode::input, "the state of a histogram has the wrong length");
  state[0] = low_;
  state[1] = high_;
  std::transform(counts_.begin(), counts_.end(), state.begin() + 2,
                 [](std::uint64_t n) { return static_cast<double>(n); });
}

void Histogram::load(std::span<const double> state) {
  if (state.size() != state_size()) throw Error(ErrorCode::input, "the state of a histogram has the wrong length");
  bool sound = std::isfinite(state[0]) && std::isfinite(state[1]) && state[0] <= state[1];
  for (const double n : state.subspan(2)) sound = sound && n >= 0 && n <= 0x1p53 && n == std::floor(n);
  if (!sound) throw Error(ErrorCode::input, "the state of a histogram is damaged");
  low_ = state[0];
  high_ = state[1];
  std::transform(state.begin() + 2, state.end(), counts_.begin(),
                 [](double n) { return static_cast<std::uint64_t>(n); });
}

}  // namespace widegeo
