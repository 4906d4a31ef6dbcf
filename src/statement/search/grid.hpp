// Points of a box of ranges; every coordinate is an exact short decimal.
#pragma once

#include <vector>

#include "statement/statement.hpp"

namespace widegeo::statement {

/// value rounded to this many significant decimal digits, as an exact number.
Rational rounded(double value, unsigned digits);

/// One range in a coordinate u in [0, 1]: logarithmic if low > 0 and high > 20 low.
class Axis {
 public:
  explicit Axis(const Domain& range);
  /// Rounded to `digits` digits; the ends are exact.
  Rational at(double u, unsigned digits) const;
  double coordinate(const Rational& value) const;
  /// value rounded to `digits` digits, inside the range.
  Rational shortened(const Rational& value, unsigned digits) const;

 private:
  Rational low_, high_;
  bool logarithmic_;
  double from_, to_;  ///< low and high, or their logarithms
};

/// Coordinates of about `budget` points: a grid including both ends of every range if that allows 3 points per range,
/// else the two extreme corners and a Halton sequence.
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
