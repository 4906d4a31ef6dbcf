#include "storage/array/array_rows.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "simd/clones.hpp"

namespace widegeo::storage {
namespace {

/// Converts to float; false if a number becomes infinite: if its modulus rounds to 2^128 or more.
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

#if defined(__SSE2__)

// Lines of the file that are written whole go past the caches: they are not read again by this process, and an ordinary
// store would first fetch from memory what it is about to replace. A copy: no bit depends on it.
constexpr std::size_t line = edge * sizeof(double);
bool whole_lines(const double* out, std::size_t stride, std::size_t rows) {
  return reinterpret_cast<std::uintptr_t>(out) % line == 0 && (rows <= 1 || stride % edge == 0);
}

void stream_row(const double* values, std::size_t count, double* out) {
  std::size_t j = 0;
  for (; j + edge <= count; j += edge)
    for (std::size_t k = j; k < j + edge; k += 2) _mm_stream_pd(out + k, _mm_loadu_pd(values + k));
  std::copy(values + j, values + count, out + j);
}

/// edge rows of the file, each of them one line.
void stream_transposed(const double* values, std::size_t stride, double* out, std::size_t out_stride) {
  for (std::size_t i = 0; i < edge; ++i)
    for (std::size_t j = 0; j < edge; j += 2) {
      const double* from = values + j * stride + i;
      _mm_stream_pd(out + i * out_stride + j, _mm_set_pd(from[stride], from[0]));
    }
}

/// Who sees what is stored after this sees the streams too.
void end_of_streams() { _mm_sfence(); }

#else

bool whole_lines(const double*, std::size_t, std::size_t) { return false; }
void stream_row(const double*, std::size_t, double*) {}
void stream_transposed(const double*, std::size_t, double*, std::size_t) {}
void end_of_streams() {}

#endif

// Numbers that are converted are stored by their own loop.
bool whole_lines(const float*, std::size_t, std::size_t) { return false; }
void stream_row(const double*, std::size_t, float*) {}
void stream_transposed(const double*, std::size_t, float*, std::size_t) {}

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
  const bool stream = whole_lines(out, out_stride, rows);
  if (!transposed && stream) {
    for (std::size_t i = 0; i < rows; ++i) stream_row(values + i * stride, columns, out + i * out_stride);
    end_of_streams();
    return fits;
  }
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
      if (stream && height == edge && width == edge) {
        stream_transposed(from, stride, out + i * out_stride + j, out_stride);
        continue;
      }
      if (height == edge && width == edge) {
        transpose_full(from, stride, block);
      } else {
        transpose_part(height, width, from, stride, block);
      }
      for (std::size_t r = 0; r < height; ++r)
        fits &= store_row(block + r * edge, width, out + (i + r) * out_stride + j);
    }
  }
  if (stream) end_of_streams();
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
