// phi and phi' at many points at once.
#pragma once

#include <span>
#include <vector>

#include "activation/activation.hpp"
#include "number/scalar.hpp"

namespace widegeo::gaussian {

/// Values with bounds of their evaluation errors, the argument's included.
struct Samples {
  std::vector<double> phi, dphi, phi_error, dphi_error;
  bool finite = true;  ///< false when a value overflowed
};

/// By blocks of running-error doubles. `x_error`: bounds of what the arguments are off by; then the first value without
/// a bound ends it, `finite` = false. Empty where the arguments are off by their last rounding and phi' need not know:
/// then a value that is not a number (0/0 at a removable point) is taken from a point nearer than the accuracy can see,
/// at raised precision; where that fails too the activation is undefined there: Error(input).
void sample(const expr::Tape& tape, std::span<const double> x, std::span<const double> x_error, Samples& out);

}  // namespace widegeo::gaussian
