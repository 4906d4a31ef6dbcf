// How many trials a randomised test runs, and from which seed. Both can be set from outside:
//   WIDEGEO_TEST_EFFORT   factor on the number of trials (0.1 under sanitizers, 10 for a night), default 1
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace widegeo::testing {

/// base times WIDEGEO_TEST_EFFORT, at least `least`.
inline int trials(int base, int least = 1) {
  const char* text = std::getenv("WIDEGEO_TEST_EFFORT");
  const double effort = text ? std::atof(text) : 1;
  return std::max(least, static_cast<int>(std::lround(base * (effort > 0 ? effort : 1))));
}

}  // namespace widegeo::testing
