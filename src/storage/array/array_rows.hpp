// Stores rectangles of doubles into the rows of an array in a file.
#pragma once

#include <cstddef>

namespace widegeo::storage {

/// Element (i, j), i < rows, j < columns, goes to out[i * out_stride + j] (in elements), from values[i * stride + j],
/// or from values[j * stride + i] if transposed. Conversion to float rounds to nearest; returns false if a number is
/// too large for float (infinity is written).
bool store_rows(std::size_t rows, std::size_t columns, const double* values, std::size_t stride, bool transposed,
                double* out, std::size_t out_stride);
bool store_rows(std::size_t rows, std::size_t columns, const double* values, std::size_t stride, bool transposed,
                float* out, std::size_t out_stride);

}  // namespace widegeo::storage
