// Elementary functions of arrays of doubles: out[i] = f(in[i]), `in` and `out` equal or disjoint.
//
// The bits of a result depend neither on the processor nor on the position of the element. tanh, erf, erfc, normal_cdf,
// sin, cos, atan2 and expm1 are those of vector_loops.hpp; the others are SLEEF's without fused multiply-add, whose
// variants agree bit for bit [Shibata and Petrogalli, "SLEEF: a portable vectorized library of C standard mathematical
// functions", IEEE TPDS 31 (2020)].
//
// Relative error where the true value is a normal number, in units of 2^-52 (one such unit is 1 to 2 ulp): 1; tanh,
// erf, atan2 and expm1 2; erfc and normal_cdf 4; asinh beyond 1e150, sinh and cosh beyond 709, pow beyond 1e308: 2. It
// holds near the zeros of sin, cos and tan too. Arguments outside the domain give NaN; infinities and signed zeros
// follow C's <math.h>.
#pragma once

#include <cstddef>
#include <span>

namespace widegeo {

struct VectorFunctions {
  using Unary = void (*)(const double* in, double* out, std::size_t n);
  using Binary = void (*)(const double* first, const double* second, double* out, std::size_t n);

  const char* instruction_set;
  Unary exp, log, sin, cos, tan, sinh, cosh, tanh, asin, acos, atan, asinh, erf, erfc, normal_cdf, log1p, expm1;
  Binary atan2, pow;  ///< atan2(y, x), pow(x, y)
};

/// For the widest instruction set available, selected once.
const VectorFunctions& vector_functions();

/// For every instruction set available, baseline first.
std::span<const VectorFunctions* const> all_vector_functions();

}  // namespace widegeo
