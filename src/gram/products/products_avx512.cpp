#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

// Everything below uses this instruction set; the standard headers above must not.
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,prefer-vector-width=512")
#endif

#include "gram/products/products_loops.hpp"

namespace widegeo::gram {

namespace {

struct Avx512 {
  using V = __m512d;
  using M = __mmask8;
  static constexpr std::size_t width = 8, vectors = 2, row_step = 8;
  // GCC 12 warns about its own forms without a mask (gcc.gnu.org/PR105593).
  static constexpr M whole = 0xff;
  static V zero() { return _mm512_setzero_pd(); }
  static V all(double x) { return _mm512_set1_pd(x); }
  static V load(const double* p) { return _mm512_loadu_pd(p); }
  static void store(double* p, V x) { _mm512_storeu_pd(p, x); }
  static V add(V a, V b) { return _mm512_add_pd(a, b); }
  static V sub(V a, V b) { return _mm512_sub_pd(a, b); }
  static V mul(V a, V b) { return _mm512_mul_pd(a, b); }
  static V div(V a, V b) { return _mm512_div_pd(a, b); }
  static V root(V a) { return _mm512_maskz_sqrt_pd(whole, a); }
  static V fma(V a, V b, V c) { return _mm512_fmadd_pd(a, b, c); }
  static V fnma(V a, V b, V c) { return _mm512_fnmadd_pd(a, b, c); }
  static M less(V a, V b) { return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ); }
  static M either(M a, M b) { return static_cast<M>(a | b); }
  static V select(M choose, V yes, V no) { return _mm512_mask_blend_pd(choose, no, yes); }
  static unsigned bits(M m) { return m; }
  /// Pairs of rows, then pairs of pairs, then halves.
  static void transpose(const double* in, std::size_t stride, double* out, std::size_t out_stride) {
    V pair[8], four[8];
#pragma GCC unroll 4
    for (std::size_t r = 0; r < 8; r += 2) {
      const V a = load(in + r * stride), b = load(in + (r + 1) * stride);
      pair[r] = _mm512_maskz_unpacklo_pd(whole, a, b);
      pair[r + 1] = _mm512_maskz_unpackhi_pd(whole, a, b);
    }
    const __m512i even = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13),
                  odd = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
#pragma GCC unroll 2
    for (std::size_t r = 0; r < 8; r += 4)
#pragma GCC unroll 2
      for (std::size_t p = 0; p < 2; ++p) {
        // Columns p and p + 4, then p + 2 and p + 6, of the rows r ... r + 3.
        four[r + p] = _mm512_permutex2var_pd(pair[r + p], even, pair[r + p + 2]);
        four[r + p + 2] = _mm512_permutex2var_pd(pair[r + p], odd, pair[r + p + 2]);
      }
#pragma GCC unroll 4
    for (std::size_t c = 0; c < 4; ++c) {
      store(out + c * out_stride, _mm512_maskz_shuffle_f64x2(whole, four[c], four[c + 4], 0x44));
      store(out + (c + 4) * out_stride, _mm512_maskz_shuffle_f64x2(whole, four[c], four[c + 4], 0xee));
    }
  }
};

}  // namespace

constinit const ProductRoutines products_avx512 = ProductLoops<Avx512>::routines("avx512");

}  // namespace widegeo::gram

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
