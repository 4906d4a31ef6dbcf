// Simplifies formulas for printing, in particular the nested fractions left by symbolic differentiation.
#pragma once

#include "expr/expr.hpp"

namespace widegeo::expr {

/// Brings e into the form  c * product of powers of atoms  over one common denominator, where an atom is a variable, a
/// function of collected arguments or a primitive sum. Square roots are half powers (sqrt(u)^2 = u, u/sqrt(u) =
/// sqrt(u)) and common factors cancel. The result equals e wherever e is defined and its square roots are of positive
/// numbers; x/x becomes 1 also at 0. For printing only, never evaluated: it may cancel less stably. Comparisons, `if`
/// and kinked functions are kept around collected arguments. An expression that would exceed a few hundred terms is
/// returned unchanged.
Expr collect(const Expr& e);

}  // namespace widegeo::expr
