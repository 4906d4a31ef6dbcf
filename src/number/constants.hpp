// Constants of double precision arithmetic.
#pragma once

#include <limits>

namespace widegeo {

inline constexpr double infinity = std::numeric_limits<double>::infinity();
/// Largest relative error of one rounding to nearest, u = 2^-53.
inline constexpr double unit_roundoff = 0x1p-53;

}  // namespace widegeo
