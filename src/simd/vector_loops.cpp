#include "simd/vector_loops.hpp"

#include <bit>
#include <cmath>
#include <cstdint>

// Each loop is one inline function, compiled once per instruction set, without contraction of a * b + c
// (CMakeLists.txt): fused operations are explicit.
#if defined(__GNUC__)
#define WIDEGEO_INLINE inline __attribute__((always_inline))
#else
#define WIDEGEO_INLINE inline
#endif

namespace widegeo {

namespace {

WIDEGEO_INLINE double fma(double a, double b, double c) { return __builtin_fma(a, b, c); }

/// sum of c[i] x^i, the even and the odd powers apart.
template <std::size_t count>
WIDEGEO_INLINE double polynomial(const double (&c)[count], double x) {
  static_assert(count >= 4);
  const double square = x * x;
  double last = c[count - 1], other = c[count - 2];
#pragma GCC unroll 32
  for (std::size_t i = count - 2; i >= 2; i -= 2) {
    last = fma(last, square, c[i - 1]);
    other = fma(other, square, c[i - 2]);
    if (i == 3) break;
  }
  if constexpr (count % 2 == 0) return fma(last, x, other);
  // An odd count leaves c[0] to the chain of `last`.
  return fma(other, x, fma(last, square, c[0]));
}

constexpr double magic = 0x1.8p52;  // x + magic rounds |x| < 2^51 to an integer, which stands in the low bits
constexpr double log2_high = 0x1.62e42fefa39efp-1, log2_low = 0x1.abc9e3b39803fp-56;

struct Reduced {
  double remainder;     ///< |remainder| <= log(2) / 2
  std::uint64_t power;  ///< x = power log 2 + remainder, modulo 2^52
};

/// x - power log 2 is exact in the first step: a multiple of 2^-54 below 1/2.
WIDEGEO_INLINE Reduced reduce(double x) {
  const double shifted = fma(x, 0x1.71547652b82fep+0, magic), k = shifted - magic;
  return {fma(-k, log2_low, fma(-k, log2_high, x)), std::bit_cast<std::uint64_t>(shifted)};
}

/// (exp r - 1 - r) / r^2 for |r| <= 0.35 by Taylor; the next term, r^14/14!, is below 2^-57 of exp r.
WIDEGEO_INLINE double exp_rest(double r) {
  constexpr double c[] = {1.0 / 2,     1.0 / 6,      1.0 / 24,      1.0 / 120,      1.0 / 720,       1.0 / 5040,
                          1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800};
  return polynomial(c, r);
}

/// exp(x + low), low far below an ulp of x. 2^k is applied in two halves: the result may be subnormal.
WIDEGEO_INLINE double exp_of(double x, double low) {
  const double inside = x > 711 ? 711 : x < -750 ? -750 : x;
  const Reduced a = reduce(inside);
  const double r = a.remainder + low;
  const double e = 1 + fma(r * r, exp_rest(r), r);
  const std::uint64_t k = (a.power + 2200) & 0xfff;  // the bits of magic below 2^51 are 0
  const std::uint64_t half = k >> 1;
  return e * std::bit_cast<double>((half - 77) << 52) * std::bit_cast<double>((k - half - 77) << 52);
}

/// exp(x) - 1 for |x| < 700: 2^k (exp r - 1) + (2^k - 1).
WIDEGEO_INLINE double expm1_of(double x) {
  const Reduced a = reduce(x);
  const double r = a.remainder, p = fma(r * r, exp_rest(r), r);
  const double scale = std::bit_cast<double>((a.power + 1023) << 52);
  return fma(scale, p, scale - 1);
}

/// exp(x) - 1 for every x, (2^k2 (exp r - 1) + (2^k2 - 2^-k1)) 2^k1 with k = k1 + k2: neither power overflows before
/// the result does.
WIDEGEO_INLINE double expm1_of_any(double x) {
  const double inside = x > 711 ? 711 : x < -50 ? -50 : x;  // NaN passes
  const Reduced a = reduce(inside);
  const double r = a.remainder, p = fma(r * r, exp_rest(r), r);
  const std::uint64_t k = (a.power + 2200) & 0xfff, half = k >> 1;  // as in exp_of()
  const double first = std::bit_cast<double>((half - 77) << 52), second = std::bit_cast<double>((k - half - 77) << 52);
  const double inverse = std::bit_cast<double>((2123 - half) << 52);  // 1 / first
  return std::copysign(fma(second, p, second - inverse) * first, x);
}

/// tanh |x| = E / (E + 2), E = exp(2 |x|) - 1.
WIDEGEO_INLINE double tanh_of(double x) {
  const double size = std::fabs(x), inside = size > 22 ? 22 : size;
  const double e = expm1_of(2 * inside);
  return std::copysign(e / (e + 2), x);
}

/// erf |x| = 1 - exp(-|x| h(|x|)), h(x) = -log(erfc x) / x by least squares on [0, 6] for the relative error of erf:
/// 2^-56. erf 6 rounds to 1.
WIDEGEO_INLINE double erf_of(double x) {
  constexpr double h[] = {
      0x1.20dd750429b6dp+0,   0x1.45f306dc9c8a2p-1,   0x1.a4f4e2a1b0a9ap-4,   -0x1.396685934ab47p-6,
      -0x1.b6b68fa818005p-13, 0x1.bca67fa2f7c54p-10,  -0x1.356579248bb7bp-11, 0x1.b23f96d43570ap-16,
      0x1.0e71c1deb0f9dp-14,  -0x1.f23b2b8506102p-16, 0x1.c36820a1a3f57p-19,  0x1.84057a732e46ap-19,
      -0x1.e28c3dcfe437fp-20, 0x1.996eb7cf1980ap-22,  0x1.d11d8c5bdbbd7p-24,  -0x1.106697c95920ep-23,
      0x1.ff93e15eeb1f8p-25,  -0x1.450975f80950ap-26, 0x1.32b5252662400p-28,  -0x1.b75c4a5bc3ce3p-31,
      0x1.da865c8705732p-34,  -0x1.7798605f36be9p-37, 0x1.9bce710fb8ef8p-41,  -0x1.178879352f79fp-45,
      0x1.61e6c836fa097p-51};
  const double size = std::fabs(x), inside = size > 6 ? 6 : size;
  return std::copysign(expm1_of(-inside * polynomial(h, inside)), x);
}

/// exp(x^2) erfc(x) for x >= 0: (1 + 2 x) times it, by least squares in t = (x - 4) / (x + 4) for 0 <= x <= 28, 2^-54.
WIDEGEO_INLINE double scaled_erfc(double x) {
  constexpr double p[] = {
      0x1.3ba5916e9fd7fp+0,   -0x1.1df1ad154a29cp-3,  0x1.f7f5df66fd800p-7,   0x1.16ecefcfa60a0p-4,
      -0x1.9ddb23c3e902cp-4,  0x1.7fee004df5f0dp-4,   -0x1.0fb06dfe514a3p-4,  0x1.3079edfa1101bp-5,
      -0x1.09623881adafap-6,  0x1.49c6718ae1e5cp-8,   -0x1.8d4a9f0a62920p-11, -0x1.a1de7ee4e33b3p-13,
      0x1.3be0c63eb7bd0p-13,  -0x1.996a6835daf44p-16, -0x1.78a6c83838495p-17, 0x1.7fb3cd00a4bb2p-18,
      0x1.43fb5b4630caep-22,  -0x1.c02047a2da40fp-21, 0x1.0c5ea62fa7f43p-24,  0x1.eda55e2f7a137p-24,
      -0x1.09784d60f75a0p-27, -0x1.d06f821b0cefbp-27, -0x1.e6057690d7c5fp-30};
  const double inside = x > 28 ? 28 : x;
  return polynomial(p, (inside - 4) / (inside + 4)) / fma(2.0, inside, 1.0);
}

/// erfc and the normal distribution by their values at |x|; exp(-x^2) takes the low half of the square too.
WIDEGEO_INLINE double erfc_of(double x) {
  const double size = std::fabs(x), inside = size > 28 ? 28 : size;  // erfc 28 underflows
  const double square = inside * inside;
  const double y = exp_of(-square, -fma(inside, inside, -square)) * scaled_erfc(inside);
  return x != x ? x : x < 0 ? 2 - y : y;
}

WIDEGEO_INLINE double normal_cdf_of(double x) {
  const double size = std::fabs(x), inside = size > 39 ? 39 : size;  // Phi(-39) underflows
  const double square = inside * inside;
  const double y =
      exp_of(-0.5 * square, -0.5 * fma(inside, inside, -square)) * (0.5 * scaled_erfc(inside * 0x1.6a09e667f3bcdp-1));
  return x != x ? x : x > 0 ? 1 - y : y;
}

/// sin(x + quarter pi / 2) for |x| <= largest_angle, pi/2 = high + middle + low to 2^-163 [Cody and Waite 1980]. With k
/// the nearest integer to x / (pi/2), first = x - k high is exact as in reduce(), product + below = k middle too, and
/// r + rest = first - product - below - k low, the first difference with its rounding (Knuth's sum of two doubles):
/// near a zero, where |first| is as small as the product, nothing is lost.
WIDEGEO_INLINE double sin_of(double x, std::uint64_t quarter) {
  constexpr double high = 0x1.921fb54442d18p+0, middle = 0x1.1a62633145c07p-54, low = -0x1.f1976b7ed8fbcp-110;
  const double size = std::fabs(x);
  const double shifted = fma(size, 0x1.45f306dc9c883p-1, magic), k = shifted - magic;
  const double first = fma(-k, high, size), product = k * middle, below = fma(k, middle, -product);
  const double r = first - product, change = r - first;
  const double rounded = (first - (r - change)) - (product + change);
  const double rest = fma(-k, low, rounded - below);
  const double z = r * r;
  // Taylor; the next terms, r^19/19! and r^18/18! at pi/4, are below 2^-60.
  constexpr double s[] = {-1.0 / 6,        1.0 / 120,        -1.0 / 5040,          1.0 / 362880,
                          -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000, 1.0 / 355687428096000};
  constexpr double c[] = {1.0 / 24,        -1.0 / 720,         1.0 / 40320,         -1.0 / 3628800,
                          1.0 / 479001600, -1.0 / 87178291200, 1.0 / 20922789888000};
  const double sine = r + fma(r * z, polynomial(s, z), rest);
  const double half = 0.5 * z, near = 1 - half;
  const double cosine = near + fma(z * z, polynomial(c, z), ((1 - near) - half) - r * rest);
  const std::uint64_t q = std::bit_cast<std::uint64_t>(shifted) + quarter;
  const double y = (q & 1) != 0 ? cosine : sine;
  // sin is odd, down to the sign of 0; cos is even.
  const std::uint64_t sign = (quarter & 1) != 0 ? 0 : std::bit_cast<std::uint64_t>(x) >> 63 << 63;
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(y) ^ (q & 2) << 62 ^ sign);
}

/// The angle is k pi/4 + atan(t), k = 0..4, from t = num/den with |t| <= 1/2: the half plane in sectors about the axes
/// and the diagonals,
///   num = u Y - v X,   den = v Y + u X,   k = 1 - u + v,   u = [Y <= 2X], v = [2Y > X],   X = |x|, Y = |y|;
/// flags are numbers here, because branches are what the compiler would make of conditions. On a diagonal the
/// difference is exact (its terms lie within a factor 2); k pi/4 is added with one rounding. atan t = t + t^3 p(t^2) by
/// the Chebyshev interpolant on [0, 1/4]: 2^-55. `origin` is 1 at X = Y = 0, else 0.
WIDEGEO_INLINE double angle_of(double Y, double X, double origin, double y, double x) {
  constexpr double p[] = {-0x1.5555555555554p-2, 0x1.9999999998dc7p-3, -0x1.2492492404d83p-3, 0x1.c71c7173fae64p-4,
                          -0x1.745d0a99d91e0p-4, 0x1.3b128bfd32fbbp-4, -0x1.110025075dddcp-4, 0x1.e0955a999ace7p-5,
                          -0x1.a680f4658c711p-5, 0x1.5ee9281016ed2p-5, -0x1.da5fdeb30e33ep-6, 0x1.6d755fc1636f4p-7};
  const double u = Y > 2 * X ? 0.0 : 1.0, v = 2 * Y > X ? 1.0 : 0.0;
  const double t = fma(u, Y, -(v * X)) / (fma(v, Y, u * X) + origin), z = t * t;
  const double r = fma(t * z, polynomial(p, z), t);
  // x < 0: pi minus the angle, sign and 2 - 2 sign + sign k in place of 1 and k.
  const double sign = std::copysign(1.0, x);
  const double sectors = fma(sign, (1 - u) + v, 2 - 2 * sign), turned = sign * r;
  constexpr double high = 0x1.921fb54442d18p-1, low = 0x1.1a62633145c07p-55;
  return std::copysign(fma(sectors, high, fma(sectors, low, turned)), y);
}

/// The highest bit is 0 when 2^-900 <= |x| + |y| <= 2^900, where nothing needs care.
WIDEGEO_INLINE std::uint64_t out_of_range(double y, double x) {
  const double sum = std::fabs(x) + std::fabs(y);
  return std::bit_cast<std::uint64_t>(sum - 0x1p-900) | std::bit_cast<std::uint64_t>(0x1p900 - sum);
}
WIDEGEO_INLINE double atan2_of(double y, double x) { return angle_of(std::fabs(y), std::fabs(x), 0, y, x); }

/// For all arguments, and the same bits as above for those in range: infinite and huge arguments are brought down, in
/// their ratio.
WIDEGEO_INLINE double atan2_of_any(double y, double x) {
  constexpr double largest = 0x1.fffffffffffffp+1023;
  const double size_x = std::fabs(x), size_y = std::fabs(y), larger = size_y > size_x ? size_y : size_x;
  const double far_x = size_x > largest ? 1.0 : 0.0, far_y = size_y > largest ? 1.0 : 0.0;
  const double finite_x = size_x > largest ? largest : size_x, finite_y = size_y > largest ? largest : size_y;
  const double scale = (larger > 0x1p1000 ? 0x1p-100 : 1.0) * ((1 - far_x) * (1 - far_y));
  return angle_of(fma(finite_y, scale, far_y), fma(finite_x, scale, far_x), larger == 0 ? 1.0 : 0.0, y, x);
}

// in may be out, so the loops say what the compiler cannot know: no element depends on another.
#if defined(__clang__)
#define WIDEGEO_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define WIDEGEO_INDEPENDENT _Pragma("GCC ivdep")
#endif
#define WIDEGEO_LOOP(value) \
  WIDEGEO_INDEPENDENT       \
  for (std::size_t i = 0; i < n; ++i) out[i] = value
#define WIDEGEO_ATAN2                                                              \
  constexpr std::size_t chunk = 128;                                               \
  for (std::size_t first = 0; first < n; first += chunk) {                         \
    const std::size_t end = n - first < chunk ? n : first + chunk;                 \
    std::uint64_t signs = 0;                                                       \
    for (std::size_t i = first; i < end; ++i) signs |= out_of_range(y[i], x[i]);   \
    if (signs >> 63 == 0) {                                                        \
      WIDEGEO_INDEPENDENT                                                          \
      for (std::size_t i = first; i < end; ++i) out[i] = atan2_of(y[i], x[i]);     \
    } else {                                                                       \
      WIDEGEO_INDEPENDENT                                                          \
      for (std::size_t i = first; i < end; ++i) out[i] = atan2_of_any(y[i], x[i]); \
    }                                                                              \
  }
#define WIDEGEO_SET(name, target)                                                                               \
  target void name##_tanh(const double* in, double* out, std::size_t n) { WIDEGEO_LOOP(tanh_of(in[i])); }       \
  target void name##_expm1(const double* in, double* out, std::size_t n) { WIDEGEO_LOOP(expm1_of_any(in[i])); } \
  target void name##_erf(const double* in, double* out, std::size_t n) { WIDEGEO_LOOP(erf_of(in[i])); }         \
  target void name##_erfc(const double* in, double* out, std::size_t n) { WIDEGEO_LOOP(erfc_of(in[i])); }       \
  target void name##_cdf(const double* in, double* out, std::size_t n) { WIDEGEO_LOOP(normal_cdf_of(in[i])); }  \
  target void name##_sin(const double* in, double* out, std::size_t n) { WIDEGEO_LOOP(sin_of(in[i], 0)); }      \
  target void name##_cos(const double* in, double* out, std::size_t n) { WIDEGEO_LOOP(sin_of(in[i], 1)); }      \
  target void name##_atan2(const double* y, const double* x, double* out, std::size_t n) { WIDEGEO_ATAN2; }

#define WIDEGEO_MEMBERS(name) \
  { &name##_tanh, &name##_erf, &name##_erfc, &name##_cdf, &name##_sin, &name##_cos, &name##_atan2, &name##_expm1 }

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

const VectorLoops loops_plain = WIDEGEO_MEMBERS(plain);
#if defined(__x86_64__) && defined(__GNUC__)
const VectorLoops loops_avx2 = WIDEGEO_MEMBERS(avx2);
const VectorLoops loops_avx512 = WIDEGEO_MEMBERS(avx512);
#endif

}  // namespace widegeo
