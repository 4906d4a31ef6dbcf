// Module-internal: the loops of Strip that are IEEE operations, one table per instruction set.
#pragma once

#include <span>

#include "number/strip/strip.hpp"

namespace widegeo {

struct StripLoops {
  using Unary = void (*)(const double* a, double* to);
  using Binary = void (*)(const double* a, const double* b, double* to);
  using Choice = void (*)(const double* a, const double* b, const double* if_true, const double* if_false, double* to);

  Binary add, subtract, multiply, divide, min, max;
  Unary negate, abs, sign, step, relu, sqrt;
  Choice less, less_equal, equal;
  void (*power)(const double* a, long n, double* to);
};

/// For the widest instruction set available, selected once.
const StripLoops& strip_loops();

/// For every instruction set available, baseline first.
std::span<const StripLoops* const> all_strip_loops();

}  // namespace widegeo
