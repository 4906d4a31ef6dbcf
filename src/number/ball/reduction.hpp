// Guard for reductions modulo pi, whose cost grows with the size of the number.
#pragma once

#include "number/ball/ball.hpp"

namespace widegeo::ball_detail {

/// True if x can be reduced modulo pi: a number with that many bits before the point needs as many digits of pi, and
/// beyond some size all of the memory.
bool is_reducible(const Ball& x);

}  // namespace widegeo::ball_detail
