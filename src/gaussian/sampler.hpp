// phi and phi' at many points at once.
#pragma once

#include <span>
#include <vector>

#include "activation/activation.hpp"
#include "core/scalar.hpp"

namespace widegeo::gaussian {

/// Values with bounds of their evaluation errors (the argument's rounding included); Real leaves the bounds empty, its
/// caller works with guard digits.
template <class T>
struct Samples {
  std::vector<T> phi, dphi, phi_error, dphi_error;
  bool finite = true;  ///< false when a value overflowed
};

/// double goes through blocks of running-error doubles; Real through single points, `threads` at a time. A value that
/// is not a number (0/0 at a removable point) is taken from a point nearer than the accuracy can see, at raised
/// precision; where that fails too the activation is undefined there: Error(input).
template <class T>
void sample(const expr::Tape& tape, std::span<const T> x, unsigned threads, Samples<T>& out);

}  // namespace widegeo::gaussian
