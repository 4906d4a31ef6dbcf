// A block of doubles evaluated together: one pass over a tape serves all lanes, and plain loops over the lanes are
// what the compiler vectorises.
#pragma once

#include <array>
#include <cstddef>

namespace widegeo {

struct Block {
  static constexpr std::size_t width = 32;
  std::array<double, width> lane;

  Block() : lane{} {}
  Block(double value) { lane.fill(value); }  // NOLINT: a double is a block of equal lanes
};

}  // namespace widegeo
