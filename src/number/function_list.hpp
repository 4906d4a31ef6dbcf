// The functions of the language, in one list: from it follow their declarations for every scalar, the instances of
// their Taylor series, and the instructions of the tape. A new function is a name here and in the table of operators
// (expr/expr.hpp, expr/expr_table.cpp), and its definitions. What each of them is says number/functions.hpp.
#pragma once

// clang-format off
#define WIDEGEO_FUNCTIONS_OF_ONE(X) \
  X(exp) X(log) X(sqrt) X(sin) X(cos) X(tan) X(sinh) X(cosh) X(tanh) X(asin) X(acos) X(atan) X(asinh) X(erf) X(erfc) \
  X(log1p) X(expm1) X(abs) X(relu) X(sign) X(step) X(normal_cdf) X(normal_pdf) X(sigmoid) X(softplus) X(sinc)
/// atan2(y, x), pow(x, y), min(a, b), max(a, b), owens_t(h, a)
#define WIDEGEO_FUNCTIONS_OF_TWO(X) X(atan2) X(pow) X(min) X(max) X(owens_t)
// clang-format on
