#include "gaussian/table/series_loops.hpp"

#include <algorithm>

// Prevents contraction: no compiler option may fuse a product with an addition that is not written as a fused
// operation.
#if defined(__GNUC__)
#define WIDEGEO_INLINE inline __attribute__((always_inline))
#else
#define WIDEGEO_INLINE inline
#endif

namespace widegeo::gaussian {
namespace {

WIDEGEO_INLINE double fma(double a, double b, double c) { return __builtin_fma(a, b, c); }

/// Terms in groups: the running values are loaded and stored once a group.
template <int group, bool with_slope>
WIDEGEO_INLINE void horner_group(std::size_t count, const double* weight, const double* feature, std::size_t stride,
                                 const double* __restrict x, double* __restrict value, double* __restrict slope) {
  for (std::size_t l = 0; l < count; ++l) {
    double v = value[l], s = with_slope ? slope[l] : 0;
#pragma GCC unroll 8
    for (int m = group - 1; m >= 0; --m) {
      if (with_slope) s = fma(s, x[l], v);
      v = fma(v, x[l], weight[m] * feature[static_cast<std::size_t>(m) * stride + l]);
    }
    value[l] = v;
    if (with_slope) slope[l] = s;
  }
}

template <bool with_slope>
WIDEGEO_INLINE void horner_all(const SeriesRow& row, const double* x, double* value, double* slope) {
  std::fill(value, value + row.count, 0.0);
  if (with_slope) std::fill(slope, slope + row.count, 0.0);
  std::size_t m = row.terms;
  while (m % 4 != 0) {
    --m;
    horner_group<1, with_slope>(row.count, row.weight + m, row.feature + m * row.stride, row.stride, x, value, slope);
  }
  while (m > 0) {
    m -= 4;
    horner_group<4, with_slope>(row.count, row.weight + m, row.feature + m * row.stride, row.stride, x, value, slope);
  }
}

WIDEGEO_INLINE void horner_any(const SeriesRow& row, const double* x, double* value, double* slope) {
  if (slope != nullptr)
    horner_all<true>(row, x, value, slope);
  else
    horner_all<false>(row, x, value, slope);
}

template <int group>
WIDEGEO_INLINE void add_group(std::size_t count, const double* weight, const double* feature, std::size_t stride,
                              double* __restrict sum) {
  for (std::size_t l = 0; l < count; ++l) {
    double s = sum[l];
#pragma GCC unroll 8
    for (int r = 0; r < group; ++r) s = fma(weight[r], feature[static_cast<std::size_t>(r) * stride + l], s);
    sum[l] = s;
  }
}

/// b_m = w_m + 2 t b_{m+1} - b_{m+2};   the value is w_0 + t b_1 - b_2 = (b_0 - b_2 + w_0) / 2 with b_0 as above.
WIDEGEO_INLINE void clenshaw_any(const SeriesRow& row, const unsigned* rank, std::size_t degrees,
                                 const double* __restrict two_t, double* __restrict value) {
  double first[series_chunk], second[series_chunk], sum[series_chunk];
  const std::size_t count = row.count;
  std::fill(first, first + count, 0.0);
  std::fill(second, second + count, 0.0);
  std::size_t term = row.terms;
  for (std::size_t m = degrees; m-- > 0;) {
    std::size_t r = rank[m];
    term -= r;
    std::fill(sum, sum + count, 0.0);
    const double* weight = row.weight + term;
    const double* feature = row.feature + term * row.stride;
    while (r >= 4) {
      add_group<4>(count, weight, feature, row.stride, sum);
      weight += 4;
      feature += 4 * row.stride;
      r -= 4;
    }
    while (r-- > 0) {
      add_group<1>(count, weight, feature, row.stride, sum);
      ++weight;
      feature += row.stride;
    }
    if (m == 0) {
      for (std::size_t l = 0; l < count; ++l) value[l] = fma(0.5 * two_t[l], first[l], sum[l] - second[l]);
    } else {
      for (std::size_t l = 0; l < count; ++l) {
        const double next = fma(two_t[l], first[l], sum[l] - second[l]);
        second[l] = first[l];
        first[l] = next;
      }
    }
  }
}

#define WIDEGEO_SET(name, target)                                                                                   \
  target void name##_horner(const SeriesRow& row, const double* x, double* value, double* slope) {                  \
    horner_any(row, x, value, slope);                                                                               \
  }                                                                                                                 \
  target void name##_clenshaw(const SeriesRow& row, const unsigned* rank, std::size_t degrees, const double* two_t, \
                              double* value) {                                                                      \
    clenshaw_any(row, rank, degrees, two_t, value);                                                                 \
  }                                                                                                                 \
  constexpr SeriesLoops name##_set = {&name##_horner, &name##_clenshaw};

WIDEGEO_SET(plain, )

#if defined(__x86_64__) && defined(__GNUC__)
#if defined(__clang__)
#define WIDEGEO_AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,fma")))
#else  // GCC would else stay with half of the width
#define WIDEGEO_AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,fma,prefer-vector-width=512")))
#endif
#define WIDEGEO_AVX2 __attribute__((target("avx2,fma")))
WIDEGEO_SET(avx2, WIDEGEO_AVX2)
WIDEGEO_SET(avx512, WIDEGEO_AVX512)
#endif

}  // namespace

const SeriesLoops& plain_series_loops() { return plain_set; }

const SeriesLoops& series_loops() {
#if defined(__x86_64__) && defined(__GNUC__)
  static const SeriesLoops& best = [&]() -> const SeriesLoops& {
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
      return avx512_set;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return avx2_set;
    return plain_set;
  }();
  return best;
#else
  return plain_set;
#endif
}

}  // namespace widegeo::gaussian
