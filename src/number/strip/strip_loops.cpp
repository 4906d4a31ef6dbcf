#include "number/strip/strip_loops.hpp"

#include <cmath>
#include <vector>

// Compiled without contraction (CMakeLists.txt). No loop rounds more than once per lane, except the power.
namespace widegeo {

namespace {

constexpr std::size_t width = Strip::width;

#if defined(__GNUC__)
#define WIDEGEO_INLINE inline __attribute__((always_inline))
#else
#define WIDEGEO_INLINE inline
#endif

// The rules of functions.hpp for double.
WIDEGEO_INLINE double least_of(double a, double b) { return b < a || b != b ? b : a; }
WIDEGEO_INLINE double largest_of(double a, double b) { return a < b || b != b ? b : a; }
WIDEGEO_INLINE double sign_of(double x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
WIDEGEO_INLINE double step_of(double x) { return x > 0 ? 1 : x < 0 ? 0 : x + 0.5; }
WIDEGEO_INLINE double relu_of(double x) { return x < 0 ? 0 : x; }

/// Both sides are read before one is chosen: no masked loads.
WIDEGEO_INLINE double chosen(bool first, double yes, double no) { return first ? yes : no; }

/// pow_int of functions.hpp for each lane: the same products in the same order.
WIDEGEO_INLINE double power_of(double x, long n) {
  unsigned long k = n < 0 ? 0UL - static_cast<unsigned long>(n) : static_cast<unsigned long>(n);
  if (k == 0) return 1;
  double square = x;
  for (; k % 2 == 0; k /= 2) square *= square;
  double r = square;
  for (k /= 2; k != 0; k /= 2) {
    square *= square;
    if (k % 2 == 1) r *= square;
  }
  return n < 0 ? 1 / r : r;
}

// `to` may be an operand: no lane depends on another.
#if defined(__clang__)
#define WIDEGEO_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define WIDEGEO_INDEPENDENT _Pragma("GCC ivdep")
#endif
#define WIDEGEO_LOOP(value) \
  WIDEGEO_INDEPENDENT       \
  for (std::size_t i = 0; i < width; ++i) to[i] = value
#define WIDEGEO_UNARY(name, target, value) \
  target void name(const double* a, double* to) { WIDEGEO_LOOP(value); }
#define WIDEGEO_BINARY(name, target, value) \
  target void name(const double* a, const double* b, double* to) { WIDEGEO_LOOP(value); }
#define WIDEGEO_CHOICE(name, target, relation)                                                          \
  target void name(const double* a, const double* b, const double* yes, const double* no, double* to) { \
    WIDEGEO_LOOP(chosen(a[i] relation b[i], yes[i], no[i]));                                            \
  }
// The commonest powers as loops of their own: the general one is not unrolled into multiplications.
#define WIDEGEO_POWER(name, target)                                      \
  target void name(const double* a, long n, double* to) {                \
    if (n == 2) {                                                        \
      WIDEGEO_LOOP(a[i] * a[i]);                                         \
    } else if (n == 3) {                                                 \
      WIDEGEO_LOOP(power_of(a[i], 3));                                   \
    } else if (n == 4) {                                                 \
      WIDEGEO_LOOP(power_of(a[i], 4));                                   \
    } else {                                                             \
      for (std::size_t i = 0; i < width; ++i) to[i] = power_of(a[i], n); \
    }                                                                    \
  }
#define WIDEGEO_SET(set, target)                                                                  \
  WIDEGEO_BINARY(set##_add, target, a[i] + b[i])                                                  \
  WIDEGEO_BINARY(set##_subtract, target, a[i] - b[i])                                             \
  WIDEGEO_BINARY(set##_multiply, target, a[i] * b[i])                                             \
  WIDEGEO_BINARY(set##_divide, target, a[i] / b[i])                                               \
  WIDEGEO_BINARY(set##_min, target, least_of(a[i], b[i]))                                         \
  WIDEGEO_BINARY(set##_max, target, largest_of(a[i], b[i]))                                       \
  WIDEGEO_UNARY(set##_negate, target, -a[i])                                                      \
  WIDEGEO_UNARY(set##_abs, target, std::fabs(a[i]))                                               \
  WIDEGEO_UNARY(set##_sign, target, sign_of(a[i]))                                                \
  WIDEGEO_UNARY(set##_step, target, step_of(a[i]))                                                \
  WIDEGEO_UNARY(set##_relu, target, relu_of(a[i]))                                                \
  WIDEGEO_UNARY(set##_sqrt, target, __builtin_sqrt(a[i]))                                         \
  WIDEGEO_CHOICE(set##_less, target, <)                                                           \
  WIDEGEO_CHOICE(set##_less_equal, target, <=)                                                    \
  WIDEGEO_CHOICE(set##_equal, target, ==)                                                         \
  WIDEGEO_POWER(set##_power, target)                                                              \
  const StripLoops set##_loops = {&set##_add,  &set##_subtract,   &set##_multiply, &set##_divide, \
                                  &set##_min,  &set##_max,        &set##_negate,   &set##_abs,    \
                                  &set##_sign, &set##_step,       &set##_relu,     &set##_sqrt,   \
                                  &set##_less, &set##_less_equal, &set##_equal,    &set##_power};

WIDEGEO_SET(plain, )

#if defined(__x86_64__) && defined(__GNUC__)
#define WIDEGEO_X86 1
#if defined(__clang__)
#define WIDEGEO_AVX512 __attribute__((target("avx512f,avx512dq,avx512vl")))
#else  // GCC would else stay with half of the width
#define WIDEGEO_AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,prefer-vector-width=512")))
#endif
#define WIDEGEO_AVX2 __attribute__((target("avx2")))
WIDEGEO_SET(avx2, WIDEGEO_AVX2)
WIDEGEO_SET(avx512, WIDEGEO_AVX512)
#else
#define WIDEGEO_X86 0
#endif

std::vector<const StripLoops*> runnable() {
  std::vector<const StripLoops*> sets{&plain_loops};
#if WIDEGEO_X86
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2")) sets.push_back(&avx2_loops);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    sets.push_back(&avx512_loops);
#endif
  return sets;
}

}  // namespace

std::span<const StripLoops* const> all_strip_loops() {
  static const std::vector<const StripLoops*> sets = runnable();
  return sets;
}

const StripLoops& strip_loops() {
  static const StripLoops& widest = *all_strip_loops().back();
  return widest;
}

}  // namespace widegeo
