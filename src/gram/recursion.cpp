#include "gram/recursion.hpp"

#include <cstdint>

#include "simd/clones.hpp"

namespace widegeo::gram {

WIDEGEO_CLONES void first_layer_row(const LayerScale& scale, std::size_t count, double* __restrict dot,
                                    double* __restrict minor, const double* __restrict distance) {
  const double s = scale.s, b = scale.b;
  for (std::size_t j = 0; j < count; ++j) {
    dot[j] = s * dot[j] + b;
    minor[j] = s * (s * minor[j] + b * distance[j]);
  }
}

WIDEGEO_CLONES void next_layer_row(const LayerScale& scale, std::size_t count, double root_V,
                                   const double* __restrict root_V_y, const double* __restrict gap,
                                   double* __restrict n, double* __restrict m) {
  const double s = scale.s, b = scale.b, square = s * s, mixed = s * b, twice = 2 * mixed;
  for (std::size_t j = 0; j < count; ++j) {
    const double difference = root_V - root_V_y[j];
    const double R = root_V * root_V_y[j], K = R - gap[j];
    n[j] = s * K + b;
    m[j] = gap[j] * (square * (R + K) + twice) + mixed * (difference * difference);
  }
}

WIDEGEO_CLONES void next_ntk_row(double s, std::size_t count, const double* __restrict n, const double* __restrict dot,
                                 double* __restrict theta) {
  for (std::size_t j = 0; j < count; ++j) theta[j] = n[j] + s * (dot[j] * theta[j]);
}

WIDEGEO_CLONES void multiply_row(std::size_t count, const double* a, const double* b, double* out) {
  for (std::size_t j = 0; j < count; ++j) out[j] = a[j] * b[j];
}

WIDEGEO_CLONES std::size_t count_zeros(std::size_t count, const double* x) {
  std::int64_t zeros = 0;
  for (std::size_t j = 0; j < count; ++j) zeros += x[j] == 0 ? 1 : 0;
  return static_cast<std::size_t>(zeros);
}

WIDEGEO_CLONES bool all_finite(std::size_t count, const double* x) {
  std::int64_t bad = 0;
  for (std::size_t j = 0; j < count; ++j) bad += x[j] - x[j] == 0 ? 0 : 1;
  return bad == 0;
}

WIDEGEO_CLONES std::size_t count_near_parallel(double limit_times_a, std::size_t count, const double* a_y,
                                               const double* m) {
  std::int64_t near = 0;
  for (std::size_t j = 0; j < count; ++j) near += m[j] < limit_times_a * a_y[j] ? 1 : 0;
  return static_cast<std::size_t>(near);
}

}  // namespace widegeo::gram
