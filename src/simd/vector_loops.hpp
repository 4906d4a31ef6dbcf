// The functions in which simulation spends its time, faster than SLEEF's: polynomials using only IEEE operations and
// fused multiply-adds, so every instruction set gives the same bits. Processors without a fused multiply-add (before
// 2013) emulate it in software, slowly.
#pragma once

#include <cstddef>

namespace widegeo {

struct VectorLoops {
  using Unary = void (*)(const double* in, double* out, std::size_t n);  ///< in, out: equal or disjoint
  Unary tanh, erf, erfc, normal_cdf;
  Unary sin, cos;  ///< |x| <= largest_angle
  static constexpr double largest_angle = 1e6;
  using Binary = void (*)(const double* first, const double* second, double* out, std::size_t n);
  Binary atan2;  ///< atan2(y, x); out may be an input
  Unary expm1;
};

extern const VectorLoops loops_plain;
#if defined(__x86_64__) && defined(__GNUC__)
extern const VectorLoops loops_avx2, loops_avx512;
#endif

}  // namespace widegeo
