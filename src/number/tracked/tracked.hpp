// Running error analysis as a scalar type: a value with a bound of its rounding and propagated errors. The bound of
// each operation is |df| times the input errors plus the rounding of the operation itself. T is double or Block;
// multiprecision compares two working precisions instead.
//
// With u the unit roundoff below and r the computed result, da and db the errors of a and b:
//   a + b   da + db + min(u |r|, |a|, |b|)            (x + 0 stays exact)
//   a * b   |a| db + |b| da + da db + u |r|           (0 * x stays exact)
//   a / b   (da + |r| db) / (|b| - db) + u |r|        (infinite when b may be zero)
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "number/block.hpp"

namespace widegeo {

/// 2^-53 with a margin of one sixteenth, because the bounds are themselves computed in double.
inline constexpr double tracked_unit = 17.0 / 16.0 * 0x1p-53;

/// Added where a non-zero result may have underflowed; far above the smallest subnormal, so that bounds stay normal.
inline constexpr double tracked_underflow = std::numeric_limits<double>::min();

namespace tracked_lane {

// The rules above for one lane, shared by every T; branch-free, so they vectorise. Results are written through
// references, so that a block is one loop over flat arrays.

inline void add(double a, double da, double b, double db, double& value, double& error) {
  const double r = a + b;
  const double rounding = std::min(tracked_unit * std::fabs(r), std::min(std::fabs(a), std::fabs(b)));
  value = r;
  error = da + db + rounding;
}

inline void subtract(double a, double da, double b, double db, double& value, double& error) {
  add(a, da, -b, db, value, error);
}

inline void multiply(double a, double da, double b, double db, double& value, double& error) {
  const double r = a * b;
  const double abs_a = std::fabs(a), abs_b = std::fabs(b);
  // Non-zero only when neither factor is zero.
  const double underflow = std::min(tracked_underflow, std::min(abs_a, abs_b));
  value = r;
  error = abs_a * db + (abs_b + db) * da + (tracked_unit * std::fabs(r) + underflow);
}

inline void divide(double a, double da, double b, double db, double& value, double& error) {
  const double r = a / b;
  const double smallest = std::fabs(b) - db;
  const double inherited = (da + std::fabs(r) * db) / smallest;
  const double rounding = tracked_unit * std::fabs(r) + std::min(tracked_underflow, std::fabs(a));
  value = r;
  error = smallest > 0 ? inherited + rounding : std::numeric_limits<double>::infinity();
}

}  // namespace tracked_lane

template <class T>
struct Tracked;

template <>
struct Tracked<double> {
  double value = 0;
  double error = 0;  ///< absolute, >= 0

  Tracked() = default;
  Tracked(int constant) : value(constant), error(0) {}        // NOLINT: exact constants mix freely
  explicit Tracked(double exact) : value(exact), error(0) {}  ///< exactly this floating-point number
  Tracked(double value_, double error_) : value(value_), error(error_) {}

  friend Tracked operator+(const Tracked& a, const Tracked& b) {
    Tracked r;
    tracked_lane::add(a.value, a.error, b.value, b.error, r.value, r.error);
    return r;
  }
  friend Tracked operator-(const Tracked& a, const Tracked& b) {
    Tracked r;
    tracked_lane::subtract(a.value, a.error, b.value, b.error, r.value, r.error);
    return r;
  }
  friend Tracked operator*(const Tracked& a, const Tracked& b) {
    Tracked r;
    tracked_lane::multiply(a.value, a.error, b.value, b.error, r.value, r.error);
    return r;
  }
  friend Tracked operator/(const Tracked& a, const Tracked& b) {
    Tracked r;
    tracked_lane::divide(a.value, a.error, b.value, b.error, r.value, r.error);
    return r;
  }
  friend Tracked operator-(const Tracked& a) { return {-a.value, a.error}; }
  Tracked& operator+=(const Tracked& b) { return *this = *this + b; }
  Tracked& operator-=(const Tracked& b) { return *this = *this - b; }
  Tracked& operator*=(const Tracked& b) { return *this = *this * b; }
  Tracked& operator/=(const Tracked& b) { return *this = *this / b; }

  /// Compares VALUES only; for comparisons that account for the errors see less() and select() in functions.hpp.
  friend bool operator<(const Tracked& a, const Tracked& b) { return a.value < b.value; }
  friend bool operator>(const Tracked& a, const Tracked& b) { return a.value > b.value; }
  friend bool operator<=(const Tracked& a, const Tracked& b) { return a.value <= b.value; }
  friend bool operator>=(const Tracked& a, const Tracked& b) { return a.value >= b.value; }
};

template <>
struct Tracked<Block> {
  Block value{};
  Block error{};  ///< absolute, >= 0

  struct Uninitialised {};

  Tracked() = default;
  Tracked(int constant) : value(constant), error(0.0) {}              // NOLINT: exact constants mix freely
  explicit Tracked(const Block& exact) : value(exact), error(0.0) {}  ///< exactly these floating-point numbers
  explicit Tracked(Uninitialised) : value(Block::Uninitialised{}), error(Block::Uninitialised{}) {}
  Tracked(const Block& value_, const Block& error_) : value(value_), error(error_) {}

  // Out of line (tracked_block.cpp): the loops are compiled for several instruction sets and chosen at run time.
  Tracked& operator+=(const Tracked& b);
  Tracked& operator-=(const Tracked& b);
  Tracked& operator*=(const Tracked& b);
  Tracked& operator/=(const Tracked& b);
  friend Tracked operator+(const Tracked& a, const Tracked& b);
  friend Tracked operator-(const Tracked& a, const Tracked& b);
  friend Tracked operator*(const Tracked& a, const Tracked& b);
  friend Tracked operator/(const Tracked& a, const Tracked& b);
  friend Tracked operator-(const Tracked& a) { return {-a.value, a.error}; }
};

Tracked<Block> operator+(const Tracked<Block>& a, const Tracked<Block>& b);
Tracked<Block> operator-(const Tracked<Block>& a, const Tracked<Block>& b);
Tracked<Block> operator*(const Tracked<Block>& a, const Tracked<Block>& b);
Tracked<Block> operator/(const Tracked<Block>& a, const Tracked<Block>& b);

}  // namespace widegeo
