// The .npy format, versions 1 to 3: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "number/rational.hpp"

namespace widegeo::storage {

enum class NpyKind { f8, f4, f2, i1, u1, i2, u2, i4, u4, i8, u8 };

struct NpyNumber {
  NpyKind kind = NpyKind::f8;
  bool swapped = false;  ///< big-endian
  std::size_t size = 8;  ///< bytes

  bool may_exceed_double() const { return kind == NpyKind::i8 || kind == NpyKind::u8; }
};

/// A matrix in a .npy file: number (i, k) is at data_begin + number.size * index(i, k).
struct NpyMatrix {
  NpyNumber number;
  bool fortran = false;  ///< column-major
  std::size_t rows = 0, columns = 0;
  std::size_t data_begin = 0;

  std::size_t index(std::size_t row, std::size_t column) const {
    return fortran ? column * rows + row : row * columns + column;
  }
};

/// Parses the header of a file in memory. 1 axis is one column. Throws Error(io): not a .npy file, truncated, empty,
/// more than 2 axes, unsupported number format.
NpyMatrix parse_npy_matrix(std::string_view file, const std::string& name);

/// out[i * stride] = the double nearest to number i, i < count. `from` may be unaligned.
void decode(const NpyNumber& number, const char* from, std::size_t count, double* out, std::size_t stride = 1);
Rational decode_exact(const NpyNumber& number, const char* from);

}  // namespace widegeo::storage
