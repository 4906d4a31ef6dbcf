// Streams of correlated vectors for the tests of moments and statistics.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "montecarlo/moments.hpp"
#include "random/random.hpp"

namespace widegeo::testing {

constexpr std::uint64_t stream_seed = 40;

/// Rows of `size` correlated numbers of different scales about different means.
inline std::vector<std::vector<double>> stream(std::size_t count, std::size_t size, std::uint32_t which) {
  std::vector<std::vector<double>> rows(count, std::vector<double>(size));
  for (std::size_t k = 0; k < count; ++k) {
    fill_normals({stream_seed, 0, which, 0, static_cast<std::uint32_t>(k)}, 0, rows[k]);
    for (std::size_t i = 1; i < size; ++i) rows[k][i] = 0.6 * rows[k][i - 1] + rows[k][i];
    for (std::size_t i = 0; i < size; ++i)
      rows[k][i] = std::pow(10.0, static_cast<double>(i) - 2) * (rows[k][i] + static_cast<double>(i));
  }
  return rows;
}

inline Moments moments_of(const std::vector<std::vector<double>>& rows, std::size_t from, std::size_t to) {
  Moments out(rows[0].size());
  for (std::size_t k = from; k < to; ++k) out.add(rows[k]);
  return out;
}
inline Moments moments_of(const std::vector<std::vector<double>>& rows) { return moments_of(rows, 0, rows.size()); }

}  // namespace widegeo::testing
