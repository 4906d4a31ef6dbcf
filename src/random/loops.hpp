// The inner loops of random.hpp for many counters at once. Only integer and IEEE operations: every instruction set
// gives the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace widegeo {

/// Counters i = 0, 1, ...: ( word0 + i step0, word1 + i step1, word2, word3 ), each word modulo 2^32.
struct PhiloxCounters {
  std::uint32_t key0, key1;
  std::uint32_t word0, word1, word2, word3;
  std::uint32_t step0, step1;
};

struct RandomLoops {
  const char* instruction_set;
  /// first[i], second[i] = the two uniforms of counter i, see fill_uniforms.
  void (*uniform_pairs)(const PhiloxCounters& counters, double* first, double* second, std::size_t n);
  /// Replaces (u, w), 2^-1022 <= u <= 1, 0 <= w <= 1 a multiple of 2^-53, by
  ///     (sqrt(-2 log u) cos 2 pi w, sqrt(-2 log u) sin 2 pi w)
  /// each with a relative error of at most 3 * 2^-52: the angle is reduced exactly.
  void (*box_muller)(double* u, double* w, std::size_t n);
};

/// For the widest instruction set available, selected once.
const RandomLoops& random_loops();

/// For every instruction set available, baseline first.
std::span<const RandomLoops* const> all_random_loops();

}  // namespace widegeo
