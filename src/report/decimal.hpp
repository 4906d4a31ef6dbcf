// Decimal text of numbers: correctly rounded values, and errors rounded up.
#pragma once

#include <string>

#include "number/real.hpp"

namespace widegeo::report {

/// `digits` significant decimal digits, rounded to nearest, trailing zeros kept ("0.250"); zero is "0". Plain notation
/// for 1e-5 <= |value| < 10^digits, otherwise "1.25e-7". Throws Error(accuracy) if value is not finite.
std::string decimal(double value, unsigned digits);
std::string decimal(const Real& value, unsigned digits);

/// The shortest text that reads back as the same double.
std::string shortest(double value);

/// Bound of |shortest(value) - value|, up to half a unit in the last place: the error added by printing the shortest
/// text. 0 if the text is exactly the double (0.25).
double shortest_error(double value);

/// An error to two significant digits, rounded up, so the text is never below `error`. "0" for zero.
std::string error_text(double error);
/// The same for error + printing, the sum rounded up.
std::string error_text(double error, double printing);
std::string error_text(const Real& error);

/// Half a unit in the last of `digits` significant digits of value: the error added by printing that many digits.
double print_error(double value, unsigned digits);
Real print_error(const Real& value, unsigned digits);

/// A decimal text ("0.250", "1.0e-17") as a JSON number: the same decimal, digit for digit, without trailing zeros;
/// plain notation from 1e-4 to 1e15, integers below that without a point.
std::string json_decimal(const std::string& text);

}  // namespace widegeo::report
