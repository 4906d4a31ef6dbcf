// The terminal that standard output is.
#pragma once

#include <cstddef>
#include <optional>

namespace widegeo::report {

/// Characters in a line of the terminal: COLUMNS where it is a whole number above 0, else what the terminal says. None
/// when standard output is no terminal (a pipe, a file), or its width is not known.
std::optional<std::size_t> terminal_width();

}  // namespace widegeo::report
