// Loops over very many pairs: products of functions of the two points, summed with powers or Chebyshev polynomials of
// their correlation or angle. Only IEEE operations and explicit fused multiply-adds: the bits of an entry depend
// neither on the instruction set nor on its position.
#pragma once

#include <cstddef>

namespace widegeo::gaussian {

/// Entries per call of a loop: the working set stays in the first-level cache.
inline constexpr std::size_t series_chunk = 128;

/// Feature m of entry l is feature[m * stride + l]; count <= series_chunk.
struct SeriesRow {
  std::size_t count = 0, terms = 0, stride = 0;
  const double* weight = nullptr;   ///< one per term
  const double* feature = nullptr;  ///< one per term and entry
};

struct SeriesLoops {
  /// value = sum_m weight[m] feature[m] x^m by Horner; slope (may be null): its derivative in x.
  void (*horner)(const SeriesRow& row, const double* x, double* value, double* slope);
  /// value = sum_m T_m(t) sum_{r < rank[m]} weight[.] feature[.] by Clenshaw, terms numbered consecutively; two_t = 2
  /// t.
  void (*clenshaw)(const SeriesRow& row, const unsigned* rank, std::size_t degrees, const double* two_t, double* value);
};

/// For the widest instruction set available.
const SeriesLoops& series_loops();
/// The baseline, which the others must equal.
const SeriesLoops& plain_series_loops();

}  // namespace widegeo::gaussian
