#include "core/vector_math.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/vector_kernels.hpp"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define WIDEGEO_X86 1
#define WIDEGEO_AVX __attribute__((target("avx")))
#define WIDEGEO_AVX512 __attribute__((target("avx512f")))
#else
#define WIDEGEO_X86 0
#endif

// sleef.h declares the wide variants only to files compiled for wide processors as a whole; these are chosen at run
// time. Each struct names the variants of one function.
#if WIDEGEO_X86
#define WIDEGEO_DECLARE(name, ulp, types, types2, types4, types8)             \
  extern "C" {                                                                \
  double Sleef_cinz_##name##d1_##ulp##purec types;                            \
  __m128d Sleef_cinz_##name##d2_##ulp##sse2 types2;                           \
  WIDEGEO_AVX __m256d Sleef_cinz_##name##d4_##ulp##avx types4;                \
  WIDEGEO_AVX512 __m512d Sleef_cinz_##name##d8_##ulp##avx512fnofma types8;    \
  }                                                                           \
  struct sleef_##name {                                                       \
    static constexpr auto one = &Sleef_cinz_##name##d1_##ulp##purec;          \
    static constexpr auto two = &Sleef_cinz_##name##d2_##ulp##sse2;           \
    static constexpr auto four = &Sleef_cinz_##name##d4_##ulp##avx;           \
    static constexpr auto eight = &Sleef_cinz_##name##d8_##ulp##avx512fnofma; \
  };
#define WIDEGEO_UNARY(name, ulp) WIDEGEO_DECLARE(name, ulp, (double), (__m128d), (__m256d), (__m512d))
#define WIDEGEO_BINARY(name, ulp) \
  WIDEGEO_DECLARE(name, ulp, (double, double), (__m128d, __m128d), (__m256d, __m256d), (__m512d, __m512d))
#else
#define WIDEGEO_DECLARE(name, ulp, types)                            \
  extern "C" double Sleef_cinz_##name##d1_##ulp##purec types;        \
  struct sleef_##name {                                              \
    static constexpr auto one = &Sleef_cinz_##name##d1_##ulp##purec; \
  };
#define WIDEGEO_UNARY(name, ulp) WIDEGEO_DECLARE(name, ulp, (double))
#define WIDEGEO_BINARY(name, ulp) WIDEGEO_DECLARE(name, ulp, (double, double))
#endif

namespace {

WIDEGEO_UNARY(exp, u10)
WIDEGEO_UNARY(log, u10)
WIDEGEO_UNARY(sin, u10)
WIDEGEO_UNARY(cos, u10)
WIDEGEO_UNARY(tan, u10)
WIDEGEO_UNARY(sinh, u10)
WIDEGEO_UNARY(cosh, u10)
WIDEGEO_UNARY(asin, u10)
WIDEGEO_UNARY(acos, u10)
WIDEGEO_UNARY(atan, u10)
WIDEGEO_UNARY(asinh, u10)
WIDEGEO_UNARY(log1p, u10)
WIDEGEO_UNARY(expm1, u10)
WIDEGEO_BINARY(atan2, u10)
WIDEGEO_BINARY(pow, u10)

}  // namespace

namespace widegeo {

namespace {

// Where SLEEF overflows before the true value does.

struct sinh_corrected : sleef_sinh {
  static bool outside(double x) { return std::fabs(x) > 709; }
  static double there(double x) {
    const double half = sleef_exp::one(std::fabs(x) / 2);
    return std::copysign(half / 2 * half, x);
  }
};
struct cosh_corrected : sleef_cosh {
  static bool outside(double x) { return std::fabs(x) > 709; }
  static double there(double x) {
    const double half = sleef_exp::one(std::fabs(x) / 2);
    return half / 2 * half;
  }
};
struct asinh_corrected : sleef_asinh {
  static bool outside(double x) { return std::fabs(x) > 1e150; }
  static double there(double x) { return std::copysign(sleef_log::one(std::fabs(x)) + 0x1.62e42fefa39efp-1, x); }
};
struct log1p_corrected : sleef_log1p {
  static bool outside(double x) { return x > 1e300; }
  static double there(double x) { return sleef_log::one(x); }
};
struct pow_corrected : sleef_pow {
  static double correct(double x, double y, double result) {
    if (!std::isinf(result) || x == 0 || !std::isfinite(x) || !std::isfinite(y)) return result;
    if (y == 1) return x;  // the square below would round the largest numbers up to infinity
    const double half = sleef_pow::one(std::fabs(x), y / 2);
    return std::copysign(half * half, result);
  }
};

template <class F>
concept Corrected = requires(double x) {
  F::outside(x);
};

/// Runs one set of instructions over an array, the last elements in a padded vector. The argument is kept for the
/// correction: in and out may be the same.
template <class F, std::size_t width, void (*step)(const double*, double*)>
void run(const double* in, double* out, std::size_t n) {
  const auto block = [](const double* a, double* b) {
    if constexpr (Corrected<F>) {
      std::array<double, width> kept;
      std::copy_n(a, width, kept.data());
      step(kept.data(), b);
      int outside = 0;
      for (const double x : kept) outside |= static_cast<int>(F::outside(x));
      if (outside == 0) return;
      for (std::size_t i = 0; i < width; ++i)
        if (F::outside(kept[i])) b[i] = F::there(kept[i]);
    } else {
      step(a, b);
    }
  };
  std::size_t i = 0;
  for (; i + width <= n; i += width) block(in + i, out + i);
  if (i < n) {
    std::array<double, width> rest{}, result;
    std::copy_n(in + i, n - i, rest.data());
    block(rest.data(), result.data());
    std::copy_n(result.data(), n - i, out + i);
  }
}

template <class F, std::size_t width, void (*step)(const double*, const double*, double*)>
void run2(const double* a, const double* b, double* out, std::size_t n) {
  std::array<double, width> kept_a{}, kept_b{}, result;
  for (std::size_t i = 0; i < n; i += width) {
    const std::size_t count = std::min(width, n - i);
    std::copy_n(a + i, count, kept_a.data());
    std::copy_n(b + i, count, kept_b.data());
    step(kept_a.data(), kept_b.data(), result.data());
    if constexpr (requires { F::correct(0.0, 0.0, 0.0); })
      for (std::size_t j = 0; j < width; ++j) result[j] = F::correct(kept_a[j], kept_b[j], result[j]);
    std::copy_n(result.data(), count, out + i);
  }
}

/// sin or cos: the kernel, and SLEEF for angles that are too large for it.
template <class Set, VectorKernels::Unary VectorKernels::*kernel, class F>
void angles(const double* in, double* out, std::size_t n) {
  constexpr std::size_t chunk = 64;
  std::array<double, chunk> kept;
  for (std::size_t i = 0; i < n; i += chunk) {
    const std::size_t count = std::min(chunk, n - i);
    std::copy_n(in + i, count, kept.data());
    (Set::kernels.*kernel)(kept.data(), out + i, count);
    const auto is_large = [](double x) { return std::fabs(x) > VectorKernels::largest_angle; };
    int large = 0;
    for (std::size_t j = 0; j < count; ++j) large |= static_cast<int>(is_large(kept[j]));
    if (large == 0) continue;
    for (std::size_t j = 0; j < count; ++j)
      if (is_large(kept[j])) out[i + j] = F::one(kept[j]);
  }
}

struct Plain {
  static constexpr const VectorKernels& kernels = kernels_plain;
  static constexpr const char* name = "plain";
  static constexpr std::size_t width = 1;
  template <class F>
  static void step(const double* a, double* out) {
    *out = F::one(*a);
  }
  template <class F>
  static void step2(const double* a, const double* b, double* out) {
    *out = F::one(*a, *b);
  }
};

#if WIDEGEO_X86
struct Sse2 {
  static constexpr const VectorKernels& kernels = kernels_plain;
  static constexpr const char* name = "sse2";
  static constexpr std::size_t width = 2;
  template <class F>
  static void step(const double* a, double* out) {
    _mm_storeu_pd(out, F::two(_mm_loadu_pd(a)));
  }
  template <class F>
  static void step2(const double* a, const double* b, double* out) {
    _mm_storeu_pd(out, F::two(_mm_loadu_pd(a), _mm_loadu_pd(b)));
  }
};

struct Avx {
  static constexpr const VectorKernels& kernels = kernels_plain;
  static constexpr const char* name = "avx";
  static constexpr std::size_t width = 4;
  template <class F>
  WIDEGEO_AVX static void step(const double* a, double* out) {
    _mm256_storeu_pd(out, F::four(_mm256_loadu_pd(a)));
  }
  template <class F>
  WIDEGEO_AVX static void step2(const double* a, const double* b, double* out) {
    _mm256_storeu_pd(out, F::four(_mm256_loadu_pd(a), _mm256_loadu_pd(b)));
  }
};

/// SLEEF has no variant for AVX2 without fused multiply-add.
struct Avx2 : Avx {
  static constexpr const VectorKernels& kernels = kernels_avx2;
  static constexpr const char* name = "avx2";
};

struct Avx512 {
  static constexpr const VectorKernels& kernels = kernels_avx512;
  static constexpr const char* name = "avx512";
  static constexpr std::size_t width = 8;
  template <class F>
  WIDEGEO_AVX512 static void step(const double* a, double* out) {
    _mm512_storeu_pd(out, F::eight(_mm512_loadu_pd(a)));
  }
  template <class F>
  WIDEGEO_AVX512 static void step2(const double* a, const double* b, double* out) {
    _mm512_storeu_pd(out, F::eight(_mm512_loadu_pd(a), _mm512_loadu_pd(b)));
  }
};
#endif

template <class Set, class F>
constexpr VectorFunctions::Unary unary = &run<F, Set::width, &Set::template step<F>>;
template <class Set, class F>
constexpr VectorFunctions::Binary binary = &run2<F, Set::width, &Set::template step2<F>>;

template <class Set>
const VectorFunctions* functions_of() {
  static const VectorFunctions functions = {
      Set::name,
      unary<Set, sleef_exp>,
      unary<Set, sleef_log>,
      &angles<Set, &VectorKernels::sin, sleef_sin>,
      &angles<Set, &VectorKernels::cos, sleef_cos>,
      unary<Set, sleef_tan>,
      unary<Set, sinh_corrected>,
      unary<Set, cosh_corrected>,
      Set::kernels.tanh,
      unary<Set, sleef_asin>,
      unary<Set, sleef_acos>,
      unary<Set, sleef_atan>,
      unary<Set, asinh_corrected>,
      Set::kernels.erf,
      Set::kernels.erfc,
      Set::kernels.normal_cdf,
      unary<Set, log1p_corrected>,
      unary<Set, sleef_expm1>,
      binary<Set, sleef_atan2>,
      binary<Set, pow_corrected>,
  };
  return &functions;
}

std::vector<const VectorFunctions*> runnable() {
  std::vector<const VectorFunctions*> sets{functions_of<Plain>()};
#if WIDEGEO_X86
  __builtin_cpu_init();
  sets.push_back(functions_of<Sse2>());
  if (__builtin_cpu_supports("avx")) sets.push_back(functions_of<Avx>());
  const bool fused = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (fused) sets.push_back(functions_of<Avx2>());
  if (fused && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    sets.push_back(functions_of<Avx512>());
#endif
  return sets;
}

}  // namespace

std::span<const VectorFunctions* const> all_vector_functions() {
  static const std::vector<const VectorFunctions*> sets = runnable();
  return sets;
}

const VectorFunctions& vector_functions() {
  static const VectorFunctions& widest = *all_vector_functions().back();
  return widest;
}

}  // namespace widegeo
