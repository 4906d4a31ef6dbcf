// The matrices of an engine, one vector each, for comparing entries.
#pragma once

#include <vector>

#include "gram/matrix_pieces.hpp"

namespace widegeo::testing {

/// Entry (i, j) of matrix k at [k][i * columns + j].
inline std::vector<std::vector<double>> gram_in_memory(const gram::GramEngine& engine, unsigned threads) {
  const std::size_t size = engine.rows() * engine.columns();
  std::vector<double> all(engine.matrices().size() * size);
  gram::gram_in_memory(engine, all, threads);
  std::vector<std::vector<double>> matrices;
  for (auto begin = all.begin(); begin != all.end(); begin += static_cast<std::ptrdiff_t>(size))
    matrices.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(size));
  return matrices;
}

}  // namespace widegeo::testing
