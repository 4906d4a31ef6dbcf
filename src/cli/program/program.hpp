// The program `widegeo`: from argv to an exit code. Nothing leaves it as an exception.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "cli/program/options.hpp"

namespace widegeo::cli {

/// 0 done; 1 a cross-check failed; 2 bad usage or input; 3 accuracy not reached; 4 reading or writing failed.
int run(int argc, const char* const* argv) noexcept;

/// Options, or the text asked for by --help and --version. Throws Error(input) for what cannot be understood.
std::variant<Options, std::string> parse_arguments(std::vector<std::string> arguments);

}  // namespace widegeo::cli
