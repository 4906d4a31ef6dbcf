// Building blocks for evaluating a pair: conversion of balls, arrays of exponentials, sums over the inner nodes.
#pragma once

#include <array>
#include <cmath>
#include <span>
#include <type_traits>
#include <vector>

#include "number/ball/ball.hpp"
#include "number/scalar.hpp"
#include "simd/vector_math.hpp"

namespace widegeo::gaussian {

/// The midpoint of a ball.
template <class T>
T number(const Ball& x);
template <>
inline double number<double>(const Ball& x) {
  return x.midpoint();
}
template <>
inline Ball number<Ball>(const Ball& x) {
  return x.centre();
}
template <>
inline Real number<Real>(const Ball& x) {
  Real r;
  arf_get_mpfr(r.get(), arb_midref(x.get()), MPFR_RNDN);
  return r;
}

/// The midpoint of the sum of products of the midpoints, rounded to about 2^-bits of the largest. Many times faster
/// than a sum of Reals.
Real approximate_dot(std::span<const Ball> x, std::span<const Ball> y, long bits);

inline void exponentials(std::vector<double>& x) { vector_functions().exp(x.data(), x.data(), x.size()); }
inline void exponentials(std::vector<Real>& x) {
  for (Real& one : x) one = exp(one);
}
inline void exponentials(std::vector<Ball>& x) {
  for (Ball& one : x) one = exp(one);
}

/// Sums over the inner nodes for one outer node: of phi(v) z2^k and phi'(v) z2^k under the conditional distribution, k
/// = 0, 1, 2, and of |phi(v)| and |phi'(v)| weighted by the rounding errors of their terms, in units of the unit
/// roundoff.
template <class T, class S>
struct InnerSums {
  std::array<S, 3> value{}, slope{};
  T value_rounding{0}, slope_rounding{0};
};

/// Adds the term of one inner node with weight `weight`; `loose`: its rounding errors. `powers`: k = 1, 2 too.
template <class T>
void accumulate(InnerSums<T, T>& s, const T& z2, const T& weight, const T& phi, const T& dphi, const T& loose,
                bool powers) {
  T f = weight * phi, g = weight * dphi;
  if constexpr (std::is_same_v<T, double>) {
    s.value_rounding += std::abs(f) * loose;
    s.slope_rounding += std::abs(g) * loose;
  }
  s.value[0] += f;
  s.slope[0] += g;
  if (!powers) return;
  f *= z2;
  g *= z2;
  s.value[1] += f;
  s.slope[1] += g;
  s.value[2] += T(f * z2);
  s.slope[2] += T(g * z2);
}

/// Nodes and weights in z2.
template <class T>
struct InnerRule {
  std::vector<Ball> node;
  std::vector<T> z, weight;
};

}  // namespace widegeo::gaussian
