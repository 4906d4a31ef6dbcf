#include "random/loops.hpp"

#include <bit>
#include <cmath>
#include <vector>

// Each loop is one inline function, compiled once per instruction set; this file is compiled without contraction of a *
// b + c (CMakeLists.txt), which would make the bits depend on the instruction set.
#if defined(__GNUC__)
#define WIDEGEO_INLINE inline __attribute__((always_inline))
#else
#define WIDEGEO_INLINE inline
#endif
#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define WIDEGEO_X86 1
#else
#define WIDEGEO_X86 0
#endif

namespace widegeo {

namespace {

// [SMDS11]: the multipliers and the Weyl increments of Philox4x32; ten rounds.
constexpr std::uint32_t multiplier0 = 0xD2511F53, multiplier1 = 0xCD9E8D57;
constexpr std::uint32_t increment0 = 0x9E3779B9, increment1 = 0xBB67AE85;
constexpr int rounds = 10;
// 1 + k 2^-52 in [1, 2), less 1 - 2^-53, is (2 k + 1) 2^-53 exactly.
constexpr std::uint64_t bits_of_one = 0x3ff0000000000000;
constexpr double below_one = 1 - 0x1p-53;

/// Words of 32 bits in lanes of 64 bits, whose upper halves hold what the products leave there.
WIDEGEO_INLINE void uniform_pairs_loop(const PhiloxCounters& c, double* __restrict first, double* __restrict second,
                                       std::size_t n) {
  constexpr std::uint64_t word = 0xffffffff;
  for (std::size_t i = 0; i < n; ++i) {
    std::uint64_t x0 = c.word0 + i * c.step0, x1 = c.word1 + i * c.step1, x2 = c.word2, x3 = c.word3;
    std::uint32_t key0 = c.key0, key1 = c.key1;
#pragma GCC unroll 10
    for (int round = 0; round < rounds; ++round) {
      const std::uint64_t p0 = (x0 & word) * multiplier0, p1 = (x2 & word) * multiplier1;
      x0 = (p1 >> 32) ^ x1 ^ key0;
      x1 = p1;
      x2 = (p0 >> 32) ^ x3 ^ key1;
      x3 = p0;
      key0 += increment0;
      key1 += increment1;
    }
    first[i] = std::bit_cast<double>((x1 << 32 | (x0 & word)) >> 12 | bits_of_one) - below_one;
    second[i] = std::bit_cast<double>((x3 << 32 | (x2 & word)) >> 12 | bits_of_one) - below_one;
  }
}

/// log u for normal u > 0. u = 2^e (1 + f), sqrt(1/2) < 1 + f < sqrt 2, log(1 + f) = 2 atanh(s) = f - s (f - R),
/// s = f / (2 + f), R = 2 atanh(s) / s - 2 = sum_k 2 s^2k / (2 k + 1) to k = 10 (the next term is below 2^-57).
WIDEGEO_INLINE double log_of(double u) {
  constexpr std::uint64_t root_half = 0x3fe6a09e667f3bcd;  // bits of sqrt(1/2)
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(u) - root_half;
  const std::uint64_t fraction = (bits & 0x000fffffffffffff) + root_half;
  // The exponent, a small integer of either sign, as a double by the magic number 3 * 2^51.
  constexpr std::uint64_t magic = 0x4338000000000000;
  const std::uint64_t exponent = ((bits >> 52) + 0x800) & 0xfff;  // + 2048
  const double e = std::bit_cast<double>(exponent | magic) - (0x1.8p52 + 2048);
  const double f = std::bit_cast<double>(fraction) - 1;
  const double s = f / (2 + f), z = s * s, z2 = z * z, z4 = z2 * z2;
  const double low = (2.0 / 3 + z * (2.0 / 5)) + z2 * (2.0 / 7 + z * (2.0 / 9));
  const double high = (2.0 / 11 + z * (2.0 / 13)) + z2 * (2.0 / 15 + z * (2.0 / 17));
  const double top = 2.0 / 19 + z * (2.0 / 21);
  const double r = z * (low + z4 * (high + z4 * top));
  constexpr double log2_high = 0x1.62e42fefa38p-1, log2_low = 0x1.ef35793c7673p-45;  // e log2_high is exact
  return e * log2_high + (f - (s * (f - r) - e * log2_low));
}

WIDEGEO_INLINE void box_muller_loop(double* __restrict u, double* __restrict w, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const double radius = std::sqrt(-2 * log_of(u[i]));
    // 2 w = q / 2 + r, |r| <= 1/4, exactly; the angle is q quarter turns and pi r.
    const double shifted = 4 * w[i] + 0x1.8p52;
    const std::uint64_t q = std::bit_cast<std::uint64_t>(shifted);
    const double r = 2 * w[i] - 0.5 * (shifted - 0x1.8p52);
    constexpr double pi = 0x1.921fb54442d18p+1, pi_low = 0x1.1a62633145c07p-53;
    const double t = r * pi, z = t * t, z2 = z * z, z4 = z2 * z2;
    // Taylor: the next terms, t^19/19! and t^18/18! at t = pi/4, are below 2^-60.
    const double sine_low = (-1.0 / 6 + z * (1.0 / 120)) + z2 * (-1.0 / 5040 + z * (1.0 / 362880));
    const double sine_high =
        (-1.0 / 39916800 + z * (1.0 / 6227020800)) + z2 * (-1.0 / 1307674368000 + z * (1.0 / 355687428096000));
    const double sine = t + (r * pi_low + t * z * (sine_low + z4 * sine_high));
    const double cosine_low = (1.0 / 24 + z * (-1.0 / 720)) + z2 * (1.0 / 40320 + z * (-1.0 / 3628800));
    const double cosine_high = (1.0 / 479001600 + z * (-1.0 / 87178291200)) + z2 * (1.0 / 20922789888000);
    const double cosine = 1 - (0.5 * z - z2 * (cosine_low + z4 * cosine_high));
    const bool odd = (q & 1) != 0;
    const double x = odd ? sine : cosine, y = odd ? cosine : sine;
    // cos is negative in the quarters 1 and 2, sin in 2 and 3.
    const std::uint64_t sign_x = ((q + 1) & 2) << 62, sign_y = (q & 2) << 62;
    u[i] = radius * std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) ^ sign_x);
    w[i] = radius * std::bit_cast<double>(std::bit_cast<std::uint64_t>(y) ^ sign_y);
  }
}

void uniform_pairs(const PhiloxCounters& c, double* first, double* second, std::size_t n) {
  uniform_pairs_loop(c, first, second, n);
}
void box_muller(double* u, double* w, std::size_t n) { box_muller_loop(u, w, n); }
constexpr RandomLoops plain{"plain", &uniform_pairs, &box_muller};

#if WIDEGEO_X86
#define WIDEGEO_AVX2 __attribute__((target("avx2")))
#if defined(__clang__)
#define WIDEGEO_AVX512 __attribute__((target("avx512f,avx512dq,avx512vl")))
#else  // GCC would else stay with half of the width
#define WIDEGEO_AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,prefer-vector-width=512")))
#endif
WIDEGEO_AVX2 inline __m256i all(std::uint64_t v) { return _mm256_set1_epi64x(static_cast<long long>(v)); }

WIDEGEO_AVX2 inline __m256i starts(std::uint64_t word, std::uint64_t step) {
  return _mm256_add_epi64(all(word), _mm256_mul_epu32(all(step), _mm256_set_epi64x(3, 2, 1, 0)));
}

WIDEGEO_AVX2 inline __m256d uniforms(__m256i high, __m256i low) {
  const __m256i bits = _mm256_or_si256(_mm256_slli_epi64(high, 32), _mm256_and_si256(low, all(0xffffffff)));
  const __m256i number = _mm256_or_si256(_mm256_srli_epi64(bits, 12), all(bits_of_one));
  return _mm256_sub_pd(_mm256_castsi256_pd(number), _mm256_set1_pd(below_one));
}

// Compilers do not see that the factors fit in half a lane; AVX2 has no other product than that of half lanes.
WIDEGEO_AVX2 void uniform_pairs_avx2(const PhiloxCounters& c, double* first, double* second, std::size_t n) {
  const __m256i factor0 = all(multiplier0), factor1 = all(multiplier1);
  __m256i counter0 = starts(c.word0, c.step0), counter1 = starts(c.word1, c.step1);
  const __m256i step0 = all(4 * std::uint64_t{c.step0}), step1 = all(4 * std::uint64_t{c.step1});
  const __m256i counter2 = all(c.word2), counter3 = all(c.word3);
  const std::size_t whole = n - n % 4;
  for (std::size_t i = 0; i < whole; i += 4) {
    __m256i x0 = counter0, x1 = counter1, x2 = counter2, x3 = counter3;
    std::uint32_t key0 = c.key0, key1 = c.key1;
#pragma GCC unroll 10
    for (int round = 0; round < rounds; ++round) {
      const __m256i p0 = _mm256_mul_epu32(x0, factor0), p1 = _mm256_mul_epu32(x2, factor1);
      x0 = _mm256_xor_si256(_mm256_srli_epi64(p1, 32), _mm256_xor_si256(x1, all(key0)));
      x1 = p1;
      x2 = _mm256_xor_si256(_mm256_srli_epi64(p0, 32), _mm256_xor_si256(x3, all(key1)));
      x3 = p0;
      key0 += increment0;
      key1 += increment1;
    }
    _mm256_storeu_pd(first + i, uniforms(x1, x0));
    _mm256_storeu_pd(second + i, uniforms(x3, x2));
    counter0 = _mm256_add_epi64(counter0, step0);
    counter1 = _mm256_add_epi64(counter1, step1);
  }
  PhiloxCounters rest = c;
  rest.word0 += static_cast<std::uint32_t>(whole) * c.step0;
  rest.word1 += static_cast<std::uint32_t>(whole) * c.step1;
  uniform_pairs_loop(rest, first + whole, second + whole, n - whole);
}
WIDEGEO_AVX2 void box_muller_avx2(double* u, double* w, std::size_t n) { box_muller_loop(u, w, n); }
WIDEGEO_AVX512 void uniform_pairs_avx512(const PhiloxCounters& c, double* first, double* second, std::size_t n) {
  uniform_pairs_loop(c, first, second, n);
}
WIDEGEO_AVX512 void box_muller_avx512(double* u, double* w, std::size_t n) { box_muller_loop(u, w, n); }
constexpr RandomLoops avx2{"avx2", &uniform_pairs_avx2, &box_muller_avx2};
constexpr RandomLoops avx512{"avx512", &uniform_pairs_avx512, &box_muller_avx512};
#endif

std::vector<const RandomLoops*> runnable() {
  std::vector<const RandomLoops*> sets{&plain};
#if WIDEGEO_X86
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2")) sets.push_back(&avx2);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    sets.push_back(&avx512);
#endif
  return sets;
}

}  // namespace

std::span<const RandomLoops* const> all_random_loops() {
  static const std::vector<const RandomLoops*> sets = runnable();
  return sets;
}

const RandomLoops& random_loops() {
  static const RandomLoops& widest = *all_random_loops().back();
  return widest;
}

}  // namespace widegeo
