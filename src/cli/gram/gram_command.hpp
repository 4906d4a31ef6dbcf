// Gram matrices: the kernel of every row of a file against every row of it, or of another file.
#pragma once

#include "cli/program/commands.hpp"

namespace widegeo::cli {

Result gram_command(const Options& options);

}  // namespace widegeo::cli
