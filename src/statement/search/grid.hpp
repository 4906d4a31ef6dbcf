// Points of a box of ranges, every coordinate an exact short decimal.
#pragma once

#include <vector>

#include "statement/statement.hpp"

namespace widegeo::statement {

/// value to so many significant decimal digits, exactly.
Rational rounded(double value, unsigned digits);

/// One range in a coordinate u from 0 to 1: logarithmic where low > 0 and high > 20 low.
class Axis {
 public:
  explicit Axis(const Domain& range);
  /// To `digits` digits; the ends exactly.
  Rational at(double u, unsigned digits) const;
  double coordinate(const Rational& value) const;
  /// value to `digits` digits, inside the range.
  Rational shortened(const Rational& value, unsigned digits) const;

 private:
  Rational low_, high_;
  bool logarithmic_;
  double from_, to_;  ///< low and high, or their logarithms
};

/// Coordinates of about `budget` points: a grid with both ends of every range while there is room for 3 points a range,
/// else the two extreme corners and Halton's sequence.
class Grid {
 public:
  Grid(std::size_t dimensions, std::size_t budget);
  std::size_t size() const { return size_; }
  double spacing() const { return spacing_; }
  std::vector<double> operator[](std::size_t index) const;

 private:
  std::size_t dimensions_, per_range_ = 0, size_ = 1;
  double spacing_ = 0.25;
};

}  // namespace widegeo::statement
