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

/// Evaluates in blocks of running-error doubles. `x_error`: error bounds of the arguments; the first value without a
/// bound then stops the evaluation with `finite` = false. If empty, the arguments carry one rounding, which is added to
/// the error of phi only; a value that is not finite (0/0 at a removable singularity) is then recomputed at raised
/// precision, if need be at a point too close to tell apart; if that fails, Error(input).
void sample(const expr::Tape& tape, std::span<const double> x, std::span<const double> x_error, Samples& out);

}  // namespace widegeo::gaussian
