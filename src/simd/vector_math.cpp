#include "simd/vector_math.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "simd/vector_loops.hpp"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define WIDEGEO_X86 1
#define WIDEGEO_AVX __attribute__((target("avx")))
#define WIDEGEO_AVX512 __attribute__((target("avx512f")))
#else
#define WIDEGEO_X86 0
#endif

// sleef.h declares the wide variants only in files compiled for wide processors as a whole; here they are selected at
// run time. Each struct names the variants of one function.
#if WIDEGEO_X86
#define WIDEGEO_DECLARE(name, ulp, types, types2, types4, types8)                              \
  extern "C" {                                                                                 \
  double Sleef_cinz_##name##d1_##ulp##purec types;                                             \
  __m128d Sleef_cinz_##name##d2_##ulp##sse2 types2;                                            \
  WIDEGEO_AVX __m256d Sleef_cinz_##name##d4_##ulp##avx types4;                                 \
  WIDEGEO_AVX512 __m512d Sleef_cinz_##name##d8_##ulp##avx512fnofma types8;                     \
  }                                                                                            \
  struct sleef_##name {                                                                        \
    static constexpr auto one = &Sleef_cinz_##name##d1_##ulp##purec;                           \
    [[maybe_unused]] static constexpr auto two = &Sleef_cinz_##name##d2_##ulp##sse2;           \
    [[maybe_unused]] static constexpr auto four = &Sleef_cinz_##name##d4_##ulp##avx;           \
    [[maybe_unused]] static constexpr auto eight = &Sleef_cinz_##name##d8_##ulp##avx512fnofma; \
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
WIDEGEO_BINARY(pow, u10)

}  // namespace

namespace widegeo {

namespace {

// Where a function of the library overflows before the true value does, or a loop ends: margin(x) < 0, and there(x).

struct sinh_far : sleef_sinh {
  static double margin(double x) { return 709 - std::fabs(x); }
  static double there(double x) {
    const double half = sleef_exp::one(std::fabs(x) / 2);
    return std::copysign(half / 2 * half, x);
  }
};
struct cosh_far : sleef_cosh {
  static double margin(double x) { return 709 - std::fabs(x); }
  static double there(double x) {
    const double half = sleef_exp::one(std::fabs(x) / 2);
    return half / 2 * half;
  }
};
struct asinh_far : sleef_asinh {
  static double margin(double x) { return 1e150 - std::fabs(x); }
  static double there(double x) { return std::copysign(sleef_log::one(std::fabs(x)) + 0x1.62e42fefa39efp-1, x); }
};
struct log1p_far : sleef_log1p {
  static double margin(double x) { return 1e300 - x; }
  static double there(double x) { return sleef_log::one(x); }
};
struct sin_far {
  static double margin(double x) { return VectorLoops::largest_angle - std::fabs(x); }
  static double there(double x) { return sleef_sin::one(x); }
};
struct cos_far {
  static double margin(double x) { return VectorLoops::largest_angle - std::fabs(x); }
  static double there(double x) { return sleef_cos::one(x); }
};

struct pow_corrected : sleef_pow {
  static double correct(double x, double y, double result) {
    if (!std::isinf(result) || x == 0 || !std::isfinite(x) || !std::isfinite(y)) return result;
    if (y == 1) return x;  // the square below would round the largest numbers up to infinity
    const double half = sleef_pow::one(std::fabs(x), y / 2);
    return std::copysign(half * half, result);
  }
};

/// Runs one set of instructions over an array, the last elements in a padded vector.
template <std::size_t width, void (*step)(const double*, double*)>
void run(const double* in, double* out, std::size_t n) {
  std::size_t i = 0;
  for (; i + width <= n; i += width) step(in + i, out + i);
  if (i < n) {
    std::array<double, width> rest{}, result;
    std::copy_n(in + i, n - i, rest.data());
    step(rest.data(), result.data());
    std::copy_n(result.data(), n - i, out + i);
  }
}

/// The same, corrected by F. The argument is kept, since in and out may be the same.
template <class F, class Base>
void run_corrected(const double* in, double* out, std::size_t n) {
  constexpr std::size_t chunk = 64;
  std::array<double, chunk> kept;
  for (std::size_t i = 0; i < n; i += chunk) {
    const std::size_t count = std::min(chunk, n - i);
    std::copy_n(in + i, count, kept.data());
    Base::apply(kept.data(), out + i, count);
    std::uint64_t signs = 0;  // a loop over integers, which vectorises
    for (std::size_t j = 0; j < count; ++j) signs |= std::bit_cast<std::uint64_t>(F::margin(kept[j]));
    if (signs >> 63 == 0) continue;
    for (std::size_t j = 0; j < count; ++j)
      if (F::margin(kept[j]) < 0) out[i + j] = F::there(kept[j]);
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

struct Plain {
  static constexpr const VectorLoops& loops = loops_plain;
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
  static constexpr const VectorLoops& loops = loops_plain;
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
  static constexpr const VectorLoops& loops = loops_plain;
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
  static constexpr const VectorLoops& loops = loops_avx2;
  static constexpr const char* name = "avx2";
};

struct Avx512 {
  static constexpr const VectorLoops& loops = loops_avx512;
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
struct Sleef {
  static void apply(const double* in, double* out, std::size_t n) {
    run<Set::width, &Set::template step<F>>(in, out, n);
  }
};
template <class Set, VectorLoops::Unary VectorLoops::*loop>
struct Kernel {
  static void apply(const double* in, double* out, std::size_t n) { (Set::loops.*loop)(in, out, n); }
};

template <class Set, class F>
constexpr VectorFunctions::Unary unary = &Sleef<Set, F>::apply;
template <class Set, class F>
constexpr VectorFunctions::Unary corrected = &run_corrected<F, Sleef<Set, F>>;
template <class Set, class F>
constexpr VectorFunctions::Binary binary = &run2<F, Set::width, &Set::template step2<F>>;

template <class Set>
const VectorFunctions* functions_of() {
  static const VectorFunctions functions = {
      Set::name,
      unary<Set, sleef_exp>,
      unary<Set, sleef_log>,
      &run_corrected<sin_far, Kernel<Set, &VectorLoops::sin>>,
      &run_corrected<cos_far, Kernel<Set, &VectorLoops::cos>>,
      unary<Set, sleef_tan>,
      corrected<Set, sinh_far>,
      corrected<Set, cosh_far>,
      Set::loops.tanh,
      unary<Set, sleef_asin>,
      unary<Set, sleef_acos>,
      unary<Set, sleef_atan>,
      corrected<Set, asinh_far>,
      Set::loops.erf,
      Set::loops.erfc,
      Set::loops.normal_cdf,
      corrected<Set, log1p_far>,
      Set::loops.expm1,
      Set::loops.atan2,
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
