// Decimal text of numbers: correctly rounded values, errors rounded upwards.
#pragma once

#include <string>

#include "number/real.hpp"

namespace widegeo::report {

/// `digits` significant decimal digits, rounded to nearest, trailing zeros kept ("0.250"); zero is "0". Plain notation
/// for 1e-5 <= |value| < 10^digits, otherwise "1.25e-7". Throws Error(accuracy) when value is not finite.
std::string decimal(double value, unsigned digits);
std::string decimal(const Real& value, unsigned digits);

/// The shortest text that reads back as the same double.
std::string shortest(double value);

/// A bound of |shortest(value) - value|, which is up to half a unit of the last place: what printing the shortest text
/// adds to the error. 0 where the text is the double exactly (0.25).
double shortest_error(double value);

/// An error to two significant digits, rounded up: the text is never below `error`. "0" for zero.
std::string error_text(double error);
/// The same of error + printing, the sum rounded up.
std::string error_text(double error, double printing);
std::string error_text(const Real& error);

/// Half a unit of the last of `digits` significant digits of value: what printing with `digits` digits adds to the
/// error.
double print_error(double value, unsigned digits);
Real print_error(const Real& value, unsigned digits);

/// A decimal text ("0.250", "1.0e-17") as a JSON number: the same decimal, digit for digit, without zeros at its end;
/// plain from 1e-4 to 1e15, whole numbers below without a point.
std::string json_decimal(const std::string& text);

}  // namespace widegeo::report
