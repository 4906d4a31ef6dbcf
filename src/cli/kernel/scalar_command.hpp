// `widegeo kernel --scalar`: inputs of one norm, where the kernel is one function of their correlation.
#pragma once

#include "cli/program/commands.hpp"

namespace widegeo::cli {

Result scalar_command(const Options& options);

/// Throws Error(input) when an option of --scalar is given without it.
void refuse_scalar_options(const Options& options);

}  // namespace widegeo::cli
