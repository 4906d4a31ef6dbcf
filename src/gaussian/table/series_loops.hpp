// The loops over very many pairs: products of functions of the two points, summed with powers or Chebyshev polynomials
// of their correlation or angle. IEEE operations and explicit fused multiply-adds: every instruction set gives the same
// bits, and those of an entry do not depend on its place.
#pragma once

#include <cstddef>

namespace widegeo::gaussian {

/// Entries a loop works on at a time: what it keeps stays in the first-level cache.
inline constexpr std::size_t series_chunk = 128;

/// feature m of entry l at feature[m * stride + l], count <= series_chunk.
struct SeriesRow {
  std::size_t count = 0, terms = 0, stride = 0;
  const double* weight = nullptr;   ///< of each term
  const double* feature = nullptr;  ///< of each term and entry
};

struct SeriesLoops {
  /// value = sum_m weight[m] feature[m] x^m by Horner; slope (may be null): its derivative in x.
  void (*horner)(const SeriesRow& row, const double* x, double* value, double* slope);
  /// value = sum_m T_m(t) sum_{r < rank[m]} weight[.] feature[.] by Clenshaw, terms numbered through; two_t = 2 t.
  void (*clenshaw)(const SeriesRow& row, const unsigned* rank, std::size_t degrees, const double* two_t, double* value);
};

/// The widest set that this processor can run.
const SeriesLoops& series_loops();
/// The plainest one: what the others must equal.
const SeriesLoops& plain_series_loops();

}  // namespace widegeo::gaussian
