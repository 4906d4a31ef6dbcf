// Multiprecision: MPFR through Boost.Multiprecision, precision chosen at run time and set in every thread that works.
#pragma once

#include <boost/multiprecision/mpfr.hpp>

#include "core/rational.hpp"

namespace widegeo {

/// Expression templates are off: `auto` is safe and compile times stay low.
using Real = boost::multiprecision::number<boost::multiprecision::mpfr_float_backend<0>, boost::multiprecision::et_off>;

/// Sets the precision (decimal digits) of every Real made by this thread until the end of the scope.
class PrecisionScope {
 public:
  explicit PrecisionScope(unsigned digits10);
  ~PrecisionScope();
  PrecisionScope(const PrecisionScope&) = delete;
  PrecisionScope& operator=(const PrecisionScope&) = delete;

 private:
  unsigned saved_;
};

/// The working precision of this thread in decimal digits.
unsigned working_digits();

/// Nearest Real at the working precision.
Real to_real(const Rational& value);

/// x rounded to the working precision. A plain copy keeps the precision of its source, and an operator on a temporary
/// keeps the temporary's: after raising the precision, pass every number from outside through here BEFORE computing
/// with it ((-x) / y with a 40-digit x has 40 digits whatever the scope says). The functions of core/functions.hpp
/// always round to the scope.
Real at_working_precision(const Real& x);

/// log10 |x| for any exponent; -infinity for zero, +infinity for what is not finite.
double log10_size(const Real& x);

}  // namespace widegeo
