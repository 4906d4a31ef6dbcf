// The range of a function over an interval from its values at the ends.
#pragma once

#include "number/ball/ball.hpp"

namespace widegeo {

/// Encloses f over [p, p + step] where f is enclosed by `plain` and its derivative by `slope`, both over the whole
/// interval; at_low = f(p), at_high = f(p + step), width = [0, step]:
///   [f(p), f(p + step)]                                         where the slope has one sign,
///   f(p) + slope [0, step] and f(p + step) - slope [0, step]    else (mean value theorem),
/// each also in `plain`.
inline Ball range_from_ends(const Ball& plain, const Ball& slope, const Ball& at_low, const Ball& at_high,
                            const Ball& width) {
  if (!is_finite(slope) || !is_finite(at_low) || !is_finite(at_high)) return plain;
  const bool monotone = slope.certainly_non_negative() || slope.certainly_non_positive();
  return intersection(
      plain, monotone ? Ball::hull(at_low, at_high) : intersection(at_low + slope * width, at_high - slope * width));
}

}  // namespace widegeo
