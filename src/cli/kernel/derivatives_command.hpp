// Derivatives of the kernel over data: gradients of all pairs of rows, or values, gradients and mixed Hessians of the
// pairs that a file lists.
#pragma once

#include "cli/program/commands.hpp"

namespace widegeo::cli {

/// `kernel --input` with --pairs or with --derivatives above 0.
bool asks_for_derivatives(const Options& options);
Result derivatives_command(const Options& options);

}  // namespace widegeo::cli
