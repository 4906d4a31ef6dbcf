// Concise notation of a number and its error: 0.0424(3) is 0.0424 +- 0.0003, 1.25(13)e-7 is 1.25e-7 +- 0.13e-7.
#pragma once

#include <string>

#include "report/record.hpp"

namespace widegeo::report {

/// The number rounded to its error, and in brackets the error in units of the last digit shown, rounded up, at most 19,
/// or 99 for a standard error. No digit is shown that number.value does not have. The interval that is read contains
/// number.value +- number.error.
///
/// Where the error reaches beyond the point, the number is written with an exponent: 1.23(4)e4. An exact number has no
/// bracket, and a number that is 0 up to its error is "0 +- 4.9e-30".
std::string concise(const Number& number);

}  // namespace widegeo::report
