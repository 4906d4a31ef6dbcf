// A shorter equal expression, for print: formulas that symbolic differentiation left with towers of fractions.
#pragma once

#include "expr/expr.hpp"

namespace widegeo::expr {

/// Brings e into the form  c * product of powers of atoms, where an atom is a variable, a function of collected
/// arguments or a primitive sum, over one common denominator; square roots are half powers, so sqrt(u)^2 = u and
/// u/sqrt(u) = sqrt(u) are used, and common factors cancel. Equal to e wherever e is defined and its square roots are
/// of positive numbers; x/x becomes 1 also at 0. Meant for printing: it may cancel less stably, so it is never
/// evaluated. Comparisons, `if` and kinked functions stay as they are around collected arguments. An expression that
/// would exceed a few hundred terms is returned as it came.
Expr collect(const Expr& e);

}  // namespace widegeo::expr
