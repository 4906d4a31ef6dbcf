#include "storage/array_rows.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>

#include "core/clones.hpp"

namespace widegeo::storage {
namespace {

/// Numbers that become infinite in float: those that are finite and round to 2^128 or more.
WIDEGEO_CLONES
bool to_float(const double* values, std::size_t count, float* out) {
  double sum = 0;
  for (std::size_t j = 0; j < count; ++j) {
    out[j] = static_cast<float>(values[j]);
    sum = std::max(sum, std::abs(values[j]));
  }
  // The middle between the largest float and 2^128 rounds up.
  return sum < 0x1.ffffffp127;
}

constexpr std::size_t edge = 8;  ///< doubles of a cache line

/// One block of at most edge x edge, transposed: reads and writes whole cache lines.
WIDEGEO_CLONES
void transpose_full(const double* values, std::size_t stride, double* out) {
  for (std::size_t j = 0; j < edge; j += 2) {
    for (std::size_t i = 0; i < edge; ++i) {
      out[i * edge + j] = values[j * stride + i];
      out[i * edge + j + 1] = values[(j + 1) * stride + i];
    }
  }
}

void transpose_part(std::size_t rows, std::size_t columns, const double* values, std::size_t stride, double* out) {
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) out[i * edge + j] = values[j * stride + i];
  }
}

bool store_row(const double* values, std::size_t count, double* out) {
  std::memcpy(out, values, count * sizeof(double));
  return true;
}
bool store_row(const double* values, std::size_t count, float* out) { return to_float(values, count, out); }

template <class Element>
bool store(std::size_t rows, std::size_t columns, const double* values, std::size_t stride, bool transposed,
           Element* out, std::size_t out_stride) {
  bool fits = true;
  if (!transposed) {
    for (std::size_t i = 0; i < rows; ++i) fits &= store_row(values + i * stride, columns, out + i * out_stride);
    return fits;
  }
  double block[edge * edge];
  for (std::size_t i = 0; i < rows; i += edge) {
    const std::size_t height = std::min(edge, rows - i);
    for (std::size_t j = 0; j < columns; j += edge) {
      const std::size_t width = std::min(edge, columns - j);
      const double* from = values + j * stride + i;
      if (height == edge && width == edge) {
        transpose_full(from, stride, block);
      } else {
        transpose_part(height, width, from, stride, block);
      }
      for (std::size_t r = 0; r < height; ++r)
        fits &= store_row(block + r * edge, width, out + (i + r) * out_stride + j);
    }
  }
  return fits;
}

}  // namespace

bool store_rows(std::size_t rows, std::size_t columns, const double* values, std::size_t stride, bool transposed,
                double* out, std::size_t out_stride) {
  return store(rows, columns, values, stride, transposed, out, out_stride);
}

bool store_rows(std::size_t rows, std::size_t columns, const double* values, std::size_t stride, bool transposed,
                float* out, std::size_t out_stride) {
  return store(rows, columns, values, stride, transposed, out, out_stride);
}

}  // namespace widegeo::storage
