// How much of this thread's stack is left: recursion over texts from outside ends in an error before it ends in a
// crash.
#pragma once

#include <cstddef>

namespace widegeo {

/// Bytes below the caller's frame, at least; a large number where the system does not tell.
std::size_t stack_room();

/// What the passes over a tree need that was read with so much room left.
inline constexpr std::size_t least_stack_room = 48 * 1024;

}  // namespace widegeo
