// A strip of doubles: the scalar type for very many entries at once. Operations are loops compiled for several
// instruction sets and selected at run time; they use IEEE operations without contraction, so all give the same bits.
//
// Operations are lazy: they run on assignment and write directly into the destination, so `to = a + b` makes no copy.
// Operands are Strips, and intermediate results (exp(-x)) are temporaries of the expression; do not store the result of
// an operation in an `auto` variable.
#pragma once

#include <cstddef>

#include "number/function_list.hpp"

namespace widegeo {

struct StripOperation;

struct alignas(64) Strip {
  static constexpr std::size_t width = 128;
  double lane[width];

  Strip() {}                               // NOLINT: lanes are written before they are read
  Strip(double value);                     // NOLINT: a double is a strip of equal lanes
  Strip(const StripOperation& operation);  // NOLINT: see above
  Strip& operator=(const StripOperation& operation);
};

/// f(operands) for one strip, not yet evaluated. `to` may be an operand.
struct StripOperation {
  using Function = void (*)(const StripOperation& operation, double* to);
  Function function;
  const double *a, *b, *c, *d;
  long exponent;
};

struct StripComparison {
  enum class Kind { less, less_equal, equal } kind;
  const double *a, *b;
};

StripOperation operator+(const Strip& a, const Strip& b);
StripOperation operator-(const Strip& a, const Strip& b);
StripOperation operator*(const Strip& a, const Strip& b);
StripOperation operator/(const Strip& a, const Strip& b);
StripOperation operator-(const Strip& a);
StripOperation pow_int(const Strip& x, long n);  ///< by repeated multiplication, like pow_int of every scalar

StripComparison less(const Strip& a, const Strip& b);
StripComparison less_equal(const Strip& a, const Strip& b);
StripComparison equal(const Strip& a, const Strip& b);
StripOperation select(const StripComparison& mask, const Strip& if_true, const Strip& if_false);

// The functions of number/functions.hpp, as accurate as those of Block.
#define WIDEGEO_DECLARE(f) StripOperation f(const Strip& x);
WIDEGEO_FUNCTIONS_OF_ONE(WIDEGEO_DECLARE)
#undef WIDEGEO_DECLARE
#define WIDEGEO_DECLARE(f) StripOperation f(const Strip& x, const Strip& y);
WIDEGEO_FUNCTIONS_OF_TWO(WIDEGEO_DECLARE)
#undef WIDEGEO_DECLARE

}  // namespace widegeo
