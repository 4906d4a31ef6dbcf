// From answers to what is printed of them.
#pragma once

#include "number/escalation.hpp"
#include "report/record.hpp"

namespace widegeo::report {

/// Printed with so many significant digits; 0: as the shortest text of the nearest double. The error covers what
/// printing takes away.
Value number(double value, double error, ErrorKind kind, unsigned print_digits);
Value number(const Real& value, const Real& error, ErrorKind kind, unsigned print_digits);

/// A number, or null with the reason.
Value value_of(const Answer& answer, unsigned print_digits);

}  // namespace widegeo::report
