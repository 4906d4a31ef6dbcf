// A strip of doubles: the scalar of very many entries at once. Its operations are loops compiled for several
// instruction sets and chosen at run time, in IEEE operations without contraction: the same bits from each.
#pragma once

#include <cstddef>

namespace widegeo {

struct alignas(64) Strip {
  static constexpr std::size_t width = 128;
  double lane[width];

  Strip() {}            // lanes are written before they are read
  Strip(double value);  // NOLINT: a double is a strip of equal lanes
};

}  // namespace widegeo
