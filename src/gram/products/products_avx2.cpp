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
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif

#include "gram/products/products_loops.hpp"

namespace widegeo::gram {

namespace {

struct Avx2 {
  using V = __m256d;
  using M = __m256d;
  static constexpr std::size_t width = 4, vectors = 2, row_step = 4;
  static V zero() { return _mm256_setzero_pd(); }
  static V all(double x) { return _mm256_set1_pd(x); }
  static V load(const double* p) { return _mm256_loadu_pd(p); }
  static void store(double* p, V x) { _mm256_storeu_pd(p, x); }
  static V add(V a, V b) { return _mm256_add_pd(a, b); }
  static V sub(V a, V b) { return _mm256_sub_pd(a, b); }
  static V mul(V a, V b) { return _mm256_mul_pd(a, b); }
  static V div(V a, V b) { return _mm256_div_pd(a, b); }
  static V root(V a) { return _mm256_sqrt_pd(a); }
  static V fma(V a, V b, V c) { return _mm256_fmadd_pd(a, b, c); }
  static V fnma(V a, V b, V c) { return _mm256_fnmadd_pd(a, b, c); }
  static M less(V a, V b) { return _mm256_cmp_pd(a, b, _CMP_LT_OQ); }
  static M either(M a, M b) { return _mm256_or_pd(a, b); }
  static V select(M choose, V yes, V no) { return _mm256_blendv_pd(no, yes, choose); }
  static unsigned bits(M m) { return static_cast<unsigned>(_mm256_movemask_pd(m)); }
  static void transpose(const double* in, std::size_t stride, double* out, std::size_t out_stride) {
    const V a = load(in), b = load(in + stride), c = load(in + 2 * stride), d = load(in + 3 * stride);
    const V ab0 = _mm256_unpacklo_pd(a, b), ab1 = _mm256_unpackhi_pd(a, b);
    const V cd0 = _mm256_unpacklo_pd(c, d), cd1 = _mm256_unpackhi_pd(c, d);
    store(out, _mm256_permute2f128_pd(ab0, cd0, 0x20));
    store(out + out_stride, _mm256_permute2f128_pd(ab1, cd1, 0x20));
    store(out + 2 * out_stride, _mm256_permute2f128_pd(ab0, cd0, 0x31));
    store(out + 3 * out_stride, _mm256_permute2f128_pd(ab1, cd1, 0x31));
  }
};

}  // namespace

constinit const ProductRoutines products_avx2 = ProductLoops<Avx2>::routines("avx2");

}  // namespace widegeo::gram

#if defined(__clang__)
#pragma clang attribute pop
#endif
#endif
