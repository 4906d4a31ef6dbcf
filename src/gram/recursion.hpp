// One layer of the recursion of gram.hpp for a row of pairs: in-place loops over arrays, bit-identical on every
// instruction set.
#pragma once

#include <cstddef>

namespace widegeo::gram {

/// The affine map into a layer: a = s (output of the layer below) + b.
struct LayerScale {
  double s = 1, b = 0;
};

/// For `count` pairs: overwrites dot and minor of the inputs, with their distance given, by n and m.
///   n = s dot + b,   m = s (s minor + b distance)
void first_layer_row(const LayerScale& scale, std::size_t count, double* dot, double* minor, const double* distance);

/// With R = root_V root_V_y:
///   n = s (R - gap) + b,   m = gap (s^2 (2R - gap) + 2 s b) + s b (root_V - root_V_y)^2
/// Uses R - gap instead of the layer's K, so that n^2 + m = ab up to rounding, whatever the error of the gap.
void next_layer_row(const LayerScale& scale, std::size_t count, double root_V, const double* root_V_y,
                    const double* gap, double* n, double* m);

/// theta = n + s dot theta
void next_ntk_row(double s, std::size_t count, const double* n, const double* dot, double* theta);

/// out = a b
void multiply_row(std::size_t count, const double* a, const double* b, double* out);

std::size_t count_zeros(std::size_t count, const double* x);
bool all_finite(std::size_t count, const double* x);

/// Number of pairs with m < limit a a_y.
std::size_t count_near_parallel(double limit_times_a, std::size_t count, const double* a_y, const double* m);

}  // namespace widegeo::gram
