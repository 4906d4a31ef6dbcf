// Before a number is taken modulo pi: its size decides what that costs.
#pragma once

#include "number/ball/ball.hpp"

namespace widegeo::ball_detail {

/// Whether x can be taken modulo pi: a number of so many bits before its point would cost as many digits of pi, and
/// beyond some size all of the memory.
bool is_reducible(const Ball& x);

}  // namespace widegeo::ball_detail
