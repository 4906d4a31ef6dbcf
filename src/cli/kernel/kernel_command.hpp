// The kernel of a pair of inputs.
#pragma once

#include "api/kernel.hpp"
#include "cli/program/commands.hpp"

namespace widegeo::cli {

/// --kind and --derivatives.
PairRequest make_request(const Options& options);

}  // namespace widegeo::cli
