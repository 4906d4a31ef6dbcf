#include "gram/scalar/scalar_evaluate.hpp"

#include <array>
#include <cmath>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define WIDEGEO_X86 1
#else
#define WIDEGEO_X86 0
#endif

namespace widegeo::gram {
namespace {

void clenshaw_plain(const double* c, std::size_t terms, const double* x, double* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const double two_x = 2 * x[i];
    double b1 = 0, b2 = 0;
    for (std::size_t k = terms - 1; k >= 1; --k) {
      const double b = __builtin_fma(two_x, b1, c[k] - b2);
      b2 = b1;
      b1 = b;
    }
    out[i] = __builtin_fma(x[i], b1, c[0] - b2);
  }
}

#if WIDEGEO_X86
// Four vectors at a time hide the latency of the recurrence. Unrolled by hand, because compilers keep a local array
// indexed by a loop in memory. Every product that is added to something is an explicit fused operation, so nothing can
// be contracted.
__attribute__((target("avx2,fma"))) void clenshaw_avx2(const double* c, std::size_t terms, const double* x, double* out,
                                                       std::size_t n) {
  for (std::size_t i = 0; i < n; i += 16) {
    const __m256d x0 = _mm256_loadu_pd(x + i), x1 = _mm256_loadu_pd(x + i + 4), x2 = _mm256_loadu_pd(x + i + 8),
                  x3 = _mm256_loadu_pd(x + i + 12);
    const __m256d t0 = _mm256_add_pd(x0, x0), t1 = _mm256_add_pd(x1, x1), t2 = _mm256_add_pd(x2, x2),
                  t3 = _mm256_add_pd(x3, x3);
    __m256d p0 = _mm256_setzero_pd(), p1 = p0, p2 = p0, p3 = p0, q0 = p0, q1 = p0, q2 = p0, q3 = p0;
    for (std::size_t k = terms - 1; k >= 1; --k) {
      const __m256d ck = _mm256_broadcast_sd(c + k);
      const __m256d r0 = _mm256_fmadd_pd(t0, p0, _mm256_sub_pd(ck, q0)),
                    r1 = _mm256_fmadd_pd(t1, p1, _mm256_sub_pd(ck, q1)),
                    r2 = _mm256_fmadd_pd(t2, p2, _mm256_sub_pd(ck, q2)),
                    r3 = _mm256_fmadd_pd(t3, p3, _mm256_sub_pd(ck, q3));
      q0 = p0, q1 = p1, q2 = p2, q3 = p3;
      p0 = r0, p1 = r1, p2 = r2, p3 = r3;
    }
    const __m256d c0 = _mm256_broadcast_sd(c);
    _mm256_storeu_pd(out + i, _mm256_fmadd_pd(x0, p0, _mm256_sub_pd(c0, q0)));
    _mm256_storeu_pd(out + i + 4, _mm256_fmadd_pd(x1, p1, _mm256_sub_pd(c0, q1)));
    _mm256_storeu_pd(out + i + 8, _mm256_fmadd_pd(x2, p2, _mm256_sub_pd(c0, q2)));
    _mm256_storeu_pd(out + i + 12, _mm256_fmadd_pd(x3, p3, _mm256_sub_pd(c0, q3)));
  }
}

__attribute__((target("avx512f"))) void clenshaw_avx512(const double* c, std::size_t terms, const double* x,
                                                        double* out, std::size_t n) {
  for (std::size_t i = 0; i < n; i += 32) {
    const __m512d x0 = _mm512_loadu_pd(x + i), x1 = _mm512_loadu_pd(x + i + 8), x2 = _mm512_loadu_pd(x + i + 16),
                  x3 = _mm512_loadu_pd(x + i + 24);
    const __m512d t0 = _mm512_add_pd(x0, x0), t1 = _mm512_add_pd(x1, x1), t2 = _mm512_add_pd(x2, x2),
                  t3 = _mm512_add_pd(x3, x3);
    __m512d p0 = _mm512_setzero_pd(), p1 = p0, p2 = p0, p3 = p0, q0 = p0, q1 = p0, q2 = p0, q3 = p0;
    for (std::size_t k = terms - 1; k >= 1; --k) {
      const __m512d ck = _mm512_set1_pd(c[k]);
      const __m512d r0 = _mm512_fmadd_pd(t0, p0, _mm512_sub_pd(ck, q0)),
                    r1 = _mm512_fmadd_pd(t1, p1, _mm512_sub_pd(ck, q1)),
                    r2 = _mm512_fmadd_pd(t2, p2, _mm512_sub_pd(ck, q2)),
                    r3 = _mm512_fmadd_pd(t3, p3, _mm512_sub_pd(ck, q3));
      q0 = p0, q1 = p1, q2 = p2, q3 = p3;
      p0 = r0, p1 = r1, p2 = r2, p3 = r3;
    }
    const __m512d c0 = _mm512_set1_pd(c[0]);
    _mm512_storeu_pd(out + i, _mm512_fmadd_pd(x0, p0, _mm512_sub_pd(c0, q0)));
    _mm512_storeu_pd(out + i + 8, _mm512_fmadd_pd(x1, p1, _mm512_sub_pd(c0, q1)));
    _mm512_storeu_pd(out + i + 16, _mm512_fmadd_pd(x2, p2, _mm512_sub_pd(c0, q2)));
    _mm512_storeu_pd(out + i + 24, _mm512_fmadd_pd(x3, p3, _mm512_sub_pd(c0, q3)));
  }
}
#endif

struct Available {
  std::array<Clenshaw, 3> set{};
  std::size_t count = 0;

  Available() {
    set[count++] = clenshaw_plain;
#if WIDEGEO_X86
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) set[count++] = clenshaw_avx2;
    if (__builtin_cpu_supports("avx512f")) set[count++] = clenshaw_avx512;
#endif
  }
};

const Available& available() {
  static const Available instance;
  return instance;
}

}  // namespace

Clenshaw clenshaw() { return available().set[available().count - 1]; }

std::span<const Clenshaw> all_clenshaws() { return {available().set.data(), available().count}; }

}  // namespace widegeo::gram
