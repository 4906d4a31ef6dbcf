// Remaining stack of this thread, so that recursion over untrusted texts can stop with an error before it overflows.
#pragma once

#include <cstddef>

namespace widegeo {

/// Lower bound of the bytes below the caller's frame; a large number if the system does not tell.
std::size_t stack_room();

/// Stack needed by the passes over a tree; the parser stops when less is left.
inline constexpr std::size_t least_stack_room = 48 * 1024;

}  // namespace widegeo
