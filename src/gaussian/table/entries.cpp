#include "gaussian/table/entries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "gaussian/table/angle_table.hpp"
#include "gaussian/table/series_loops.hpp"
#include "gaussian/table/series_table.hpp"
#include "number/error.hpp"
#include "simd/vector_math.hpp"

namespace widegeo {
namespace {

using gaussian::series_chunk;
using gaussian::SeriesLoops;
using gaussian::SeriesRow;
using gaussian::SeriesTable;

class SeriesLayer final : public EntryLayer {
 public:
  explicit SeriesLayer(std::unique_ptr<SeriesTable> table) : table_(std::move(table)) {}
  void prepare(PointBatch& batch) const override { table_->prepare(batch); }
  const EntryErrors& errors() const override { return table_->errors(); }
  const char* representation() const override { return "hermite series"; }
  void evaluate(const EntryRow& row, const EntryValues& out) const override;

 private:
  std::unique_ptr<SeriesTable> table_;
};

/// Copies the features of one point into consecutive places.
void gather(const PointBatch& batch, std::size_t i, std::size_t first, std::size_t count, double* out) {
  for (std::size_t f = 0; f < count; ++f) out[f] = batch.features[(first + f) * batch.stride + i];
}

void SeriesLayer::evaluate(const EntryRow& row, const EntryValues& out) const {
  const SeriesTable& t = *table_;
  const SeriesLoops& loops = gaussian::series_loops();
  const bool odd = t.parity() == expr::Parity::odd, even = t.parity() == expr::Parity::even;
  const PointBatch &x = *row.x, &y = *row.y;
  const double own_inverse = x.features[SeriesTable::inverse_root * x.stride + row.i],
               own_root = x.features[SeriesTable::root * x.stride + row.i],
               own_first = x.features[SeriesTable::first * x.stride + row.i], own_root_V = x.root_V[row.i];
  thread_local std::vector<double> weight, h_weight;
  weight.resize(t.terms());
  gather(x, row.i, SeriesTable::series, t.terms(), weight.data());
  const bool derivatives = out.Ka != nullptr || out.Kb != nullptr;
  if (derivatives) {
    h_weight.resize(t.terms());
    gather(x, row.i, t.h_series(), t.terms(), h_weight.data());
  }
  double rho[series_chunk], power[series_chunk], value[series_chunk], slope[series_chunk];
  const bool square = odd || even;
  for (std::size_t begin = 0; begin < row.count; begin += series_chunk) {
    const std::size_t count = std::min(series_chunk, row.count - begin), j = row.begin + begin;
    const double *n = row.n + begin, *features = y.features.data() + j;
    const double* inverse = features + SeriesTable::inverse_root * y.stride;
    const double* first = features + SeriesTable::first * y.stride;
    const double* root_V = y.root_V.data() + j;
    for (std::size_t l = 0; l < count; ++l) {
      const double r = n[l] * (own_inverse * inverse[l]);
      rho[l] = r < -1 ? -1 : r > 1 ? 1 : r;
      power[l] = square ? rho[l] * rho[l] : rho[l];
    }
    SeriesRow terms{count, t.terms(), y.stride, weight.data(), features + SeriesTable::series * y.stride};
    loops.horner(terms, power, value, out.Kdot != nullptr ? slope : nullptr);
    const auto K_of = [&](std::size_t l) {
      const double front = (even ? n[l] * rho[l] : n[l]) * value[l];
      return own_first * first[l] + front;
    };
    if (out.K != nullptr)
      for (std::size_t l = 0; l < count; ++l) {
        const double size = own_root_V * root_V[l];
        out.K[begin + l] = std::clamp(K_of(l), -size, size);  // exactly 0 with a point that phi takes to 0
      }
    if (out.gap != nullptr)
      for (std::size_t l = 0; l < count; ++l) {
        const double size = own_root_V * root_V[l];
        out.gap[begin + l] = std::clamp(size - K_of(l), 0.0, 2 * size);  // above, the next minor would be negative
      }
    if (out.Kdot != nullptr) {
      double* Kdot = out.Kdot + begin;
      if (even)
        for (std::size_t l = 0; l < count; ++l) Kdot[l] = 2 * rho[l] * (value[l] + power[l] * slope[l]);
      else if (odd)
        for (std::size_t l = 0; l < count; ++l) Kdot[l] = value[l] + 2 * power[l] * slope[l];
      else
        for (std::size_t l = 0; l < count; ++l) Kdot[l] = value[l] + power[l] * slope[l];
    }
    if (!derivatives) continue;
    const double* other_root = features + SeriesTable::root * y.stride;
    const double* other_h = features + t.h_first() * y.stride;
    const double own_h = x.features[t.h_first() * x.stride + row.i];
    if (out.Ka != nullptr) {
      terms.weight = h_weight.data();
      loops.horner(terms, power, value, nullptr);
      for (std::size_t l = 0; l < count; ++l)
        out.Ka[begin + l] = own_h * first[l] + other_root[l] * (even ? power[l] : rho[l]) * value[l];
    }
    if (out.Kb != nullptr) {
      terms.weight = weight.data();
      terms.feature = features + t.h_series() * y.stride;
      loops.horner(terms, power, value, nullptr);
      for (std::size_t l = 0; l < count; ++l)
        out.Kb[begin + l] = own_first * other_h[l] + own_root * (even ? power[l] : rho[l]) * value[l];
    }
  }
}

class AngleLayer final : public EntryLayer {
  /// Where phi jumps, or Kdot was not asked for: dK/dn by a difference of K in the angle, a few digits without a bound.
  void slope_of_jump(const EntryRow& row, std::size_t begin, std::size_t count, const double* two_t,
                     const SeriesRow& terms, double* Kdot) const;

 public:
  explicit AngleLayer(std::unique_ptr<gaussian::AngleTable> table) : table_(std::move(table)) {}
  void prepare(PointBatch& batch) const override { table_->prepare(batch); }
  const EntryErrors& errors() const override { return table_->errors(); }
  const char* representation() const override { return "angle table"; }
  void evaluate(const EntryRow& row, const EntryValues& out) const override;

 private:
  std::unique_ptr<gaussian::AngleTable> table_;
};

void AngleLayer::evaluate(const EntryRow& row, const EntryValues& out) const {
  const gaussian::AngleTable& t = *table_;
  const SeriesLoops& loops = gaussian::series_loops();
  const VectorFunctions& functions = vector_functions();
  const PointBatch &x = *row.x, &y = *row.y;
  const std::size_t of_K = t.K().terms();
  const double own_root_V = x.root_V[row.i];
  thread_local std::vector<double> weight;
  weight.resize(t.features());
  gather(x, row.i, 0, t.features(), weight.data());
  for (std::size_t k = 0; k < of_K; ++k) weight[k] *= t.K().sign[k];
  for (std::size_t k = of_K; k < t.features(); ++k) weight[k] *= t.Kdot().sign[k - of_K];
  double root[series_chunk], two_t[series_chunk], value[series_chunk];
  constexpr double four_over_pi = 1.27323954473516268615;
  for (std::size_t begin = 0; begin < row.count; begin += series_chunk) {
    const std::size_t count = std::min(series_chunk, row.count - begin), j = row.begin + begin;
    for (std::size_t l = 0; l < count; ++l) root[l] = std::sqrt(std::max(row.minor[begin + l], 0.0));
    functions.atan2(root, row.n + begin, two_t, count);
    for (std::size_t l = 0; l < count; ++l) {
      // No angle: one of the points is the origin, where averages over all angles stand.
      const double angle = root[l] == 0 && row.n[begin + l] == 0 ? 0 : four_over_pi * two_t[l] - 2;
      two_t[l] = angle;
    }
    const double* features = y.features.data() + j;
    if (out.K != nullptr || out.gap != nullptr) {
      const SeriesRow terms{count, of_K, y.stride, weight.data(), features};
      loops.clenshaw(terms, t.K().rank.data(), t.K().rank.size(), two_t, value);
      if (t.by_gap()) {
        const double q = x.variance[row.i];
        for (std::size_t l = 0; l < count; ++l) {
          const double n = row.n[begin + l], m = row.minor[begin + l];
          const double gap = (t.even() ? m / q : n > 0 ? m / (q + n) : q - n) * value[l];
          if (out.gap != nullptr) out.gap[begin + l] = gap;
          if (out.K != nullptr) out.K[begin + l] = own_root_V * y.root_V[j + l] - gap;
        }
      } else if (out.K != nullptr) {
        std::copy(value, value + count, out.K + begin);
      }
      if (out.gap != nullptr && !t.by_gap())
        for (std::size_t l = 0; l < count; ++l) {
          const double size = own_root_V * y.root_V[j + l];
          out.gap[begin + l] = std::clamp(size - value[l], 0.0, 2 * size);  // above, the next minor would be negative
        }
    }
    if (out.Kdot == nullptr) continue;
    if (t.Kdot().terms() == 0) {
      slope_of_jump(row, begin, count, two_t, {count, of_K, y.stride, weight.data(), features}, out.Kdot + begin);
      continue;
    }
    const SeriesRow terms{count, t.Kdot().terms(), y.stride, weight.data() + of_K, features + of_K * y.stride};
    loops.clenshaw(terms, t.Kdot().rank.data(), t.Kdot().rank.size(), two_t, out.Kdot + begin);
  }
}

void AngleLayer::slope_of_jump(const EntryRow& row, std::size_t begin, std::size_t count, const double* two_t,
                               const SeriesRow& terms, double* Kdot) const {
  constexpr double step = 0x1p-12, pi_over_4 = 0.785398163397448309616;
  double above[series_chunk], below[series_chunk], upper[series_chunk], lower[series_chunk];
  for (std::size_t l = 0; l < count; ++l) {
    above[l] = std::min(2.0, two_t[l] + step);
    below[l] = std::max(-2.0, two_t[l] - step);
  }
  const SeriesLoops& loops = gaussian::series_loops();
  loops.clenshaw(terms, table_->K().rank.data(), table_->K().rank.size(), above, upper);
  loops.clenshaw(terms, table_->K().rank.data(), table_->K().rank.size(), below, lower);
  for (std::size_t l = 0; l < count; ++l) {
    const double root = std::sqrt(std::max(row.minor[begin + l], 0.0)), turn = pi_over_4 * (above[l] - below[l]);
    Kdot[l] = root > 0 ? (lower[l] - upper[l]) / (turn * root) : std::numeric_limits<double>::infinity();
  }
}

class SeriesSource final : public EntrySource {
 public:
  SeriesSource(const Activation& activation, unsigned threads, const Watch* watch)
      : activation_(activation), threads_(threads), watch_(watch) {}
  std::unique_ptr<EntryLayer> layer(double q_low, double q_high, const EntryNeed& need) const override;
  ErrorKind kind() const override { return ErrorKind::truncation; }

 private:
  const Activation activation_;
  const unsigned threads_;
  const Watch* const watch_;
};

std::unique_ptr<EntryLayer> SeriesSource::layer(double q_low, double q_high, const EntryNeed& need) const {
  if (!(q_low >= 0) || !(q_low <= q_high) || !std::isfinite(q_high))
    throw Error(ErrorCode::input, "a range of variances must be finite, not negative and in order",
                fmt::format("{:.6g} to {:.6g}", q_low, q_high));
  gaussian::require_existence(activation_, q_high, need.dot || need.derivatives);
  const unsigned most = gaussian::SeriesTable::most_terms(activation_, need);
  if (auto table = gaussian::SeriesTable::make(activation_, q_low, q_high, need, most, threads_, watch_))
    return std::make_unique<SeriesLayer>(std::move(table));
  return std::make_unique<AngleLayer>(gaussian::AngleTable::make(activation_, q_low, q_high, need, threads_, watch_));
}

}  // namespace

std::unique_ptr<EntrySource> series_entries(const Activation& activation, unsigned threads, const Watch* watch) {
  return std::make_unique<SeriesSource>(activation, threads, watch);
}

}  // namespace widegeo
