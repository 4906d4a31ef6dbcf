// One function a theorem, each in a file of its own.
#pragma once

#include "theory/theorem.hpp"

namespace widegeo::theory {

// kernels and expectations

// the metric and its curvature

// finite networks and statistics

}  // namespace widegeo::theory
