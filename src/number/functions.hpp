// Every function of the language for every scalar type, and lane-wise selection. All live in namespace widegeo: generic
// code there calls them unqualified (exp(x), not std::exp(x)), and Jet's overloads are found by argument-dependent
// look-up. Do not hide them by `using std::erf;` before a call with a Real: Boost's slower generic erf would be found
// instead.
//
//   normal_cdf(x) = erfc(-x / sqrt 2) / 2     normal_pdf(x) = exp(-x^2/2) / sqrt(2 pi)
//   owens_t(h, a) = 1/(2 pi) int_0^a exp(-h^2 (1+x^2)/2) / (1+x^2) dx
//   sigmoid(x) = 1/(1+exp(-x))   softplus(x) = log(1+exp(x))   sinc(x) = sin(x)/x, sinc(0) = 1
//   relu(x) = max(x, 0)   sign(0) = 0   step(x) = [x > 0], step(0) = 1/2
//
// Accuracy: double and Block to a relative error of 2 * 2^-52 (erfc, normal_cdf, pdf, owens_t: 10 * 2^-52), in the
// tails too; Real to the working precision of the calling thread; Tracked carries a bound that includes these roundings
// and the propagated errors.
#pragma once

#include <cmath>
#include <limits>
#include <utility>

#include "number/block.hpp"
#include "number/function_list.hpp"
#include "number/mask.hpp"
#include "number/real.hpp"
#include "number/tracked/tracked.hpp"

namespace widegeo {

// double: the names of the standard library denote the same functions here, so a file that sees both has no ambiguity.
using std::abs;
using std::acos;
using std::asin;
using std::asinh;
using std::atan;
using std::atan2;
using std::cos;
using std::cosh;
using std::erf;
using std::erfc;
using std::exp;
using std::expm1;
using std::log;
using std::log1p;
using std::pow;
using std::sin;
using std::sinh;
using std::sqrt;
using std::tan;
using std::tanh;
// NaN propagates: none of these may replace it by a number.
inline double min(double a, double b) { return b < a || b != b ? b : a; }
inline double max(double a, double b) { return a < b || b != b ? b : a; }
inline double relu(double x) { return x < 0 ? 0 : x; }
inline double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : x; }
inline double step(double x) { return x > 0 ? 1 : x < 0 ? 0 : x + 0.5; }
double normal_cdf(double x);
double normal_pdf(double x);
double sigmoid(double x);
double softplus(double x);
double sinc(double x);
double owens_t(double h, double a);

// Block
#define WIDEGEO_DECLARE(f) Block f(const Block& x);
WIDEGEO_FUNCTIONS_OF_ONE(WIDEGEO_DECLARE)
#undef WIDEGEO_DECLARE
#define WIDEGEO_DECLARE(f) Block f(const Block& x, const Block& y);
WIDEGEO_FUNCTIONS_OF_TWO(WIDEGEO_DECLARE)
#undef WIDEGEO_DECLARE

// Real
#define WIDEGEO_DECLARE(f) Real f(const Real& x);
WIDEGEO_FUNCTIONS_OF_ONE(WIDEGEO_DECLARE)
#undef WIDEGEO_DECLARE
#define WIDEGEO_DECLARE(f) Real f(const Real& x, const Real& y);
WIDEGEO_FUNCTIONS_OF_TWO(WIDEGEO_DECLARE)
#undef WIDEGEO_DECLARE

// Tracked: defined in functions_tracked*.cpp for T = double and Block.
#define WIDEGEO_DECLARE(f) \
  template <class T>       \
  Tracked<T> f(const Tracked<T>& x);
WIDEGEO_FUNCTIONS_OF_ONE(WIDEGEO_DECLARE)
#undef WIDEGEO_DECLARE
#define WIDEGEO_DECLARE(f) \
  template <class T>       \
  Tracked<T> f(const Tracked<T>& x, const Tracked<T>& y);
WIDEGEO_FUNCTIONS_OF_TWO(WIDEGEO_DECLARE)
#undef WIDEGEO_DECLARE

/// x^n by repeated squaring: exact if the products are; n < 0 gives 1 / x^-n.
template <class T>
T pow_int(const T& x, long n) {
  unsigned long k = n < 0 ? 0UL - static_cast<unsigned long>(n) : static_cast<unsigned long>(n);
  if (k == 0) return T(1);
  T square = x;
  while (k % 2 == 0) {
    square = square * square;
    k /= 2;
  }
  T r = square;
  for (k /= 2; k != 0; k /= 2) {
    square = square * square;
    if (k % 2 == 1) r = r * square;
  }
  return n < 0 ? T(1) / r : r;
}
/// Correctly rounded.
template <>
Real pow_int(const Real& x, long n);

inline void multiply_add(double& sum, double a, double b) { sum += a * b; }
inline void multiply_add(Block& sum, const Block& a, const Block& b) {
  for (std::size_t i = 0; i < Block::width; ++i) sum.lane[i] += a.lane[i] * b.lane[i];
}
void multiply_add(Real& sum, const Real& a, const Real& b);
inline void multiply_add(Tracked<double>& sum, const Tracked<double>& a, const Tracked<double>& b) { sum += a * b; }
void multiply_add(Tracked<Block>& sum, const Tracked<Block>& a, const Tracked<Block>& b);

/// True if the scalar (every lane) is finite, error included.
inline bool is_finite(double x) { return std::isfinite(x); }
bool is_finite(const Block& x);
bool is_finite(const Real& x);
template <class T>
bool is_finite(const Tracked<T>& x) {
  return is_finite(x.value) && is_finite(x.error);
}

/// The value as a double (for a Block: the first lane).
inline double value_of(double x) { return x; }
inline double value_of(const Block& x) { return x.lane[0]; }
double value_of(const Real& x);
template <class T>
double value_of(const Tracked<T>& x) {
  return value_of(x.value);
}

/// The carried error (for a Block: that of the first lane); zero for scalars that carry none.
inline double error_of(double) { return 0; }
inline double error_of(const Block&) { return 0; }
inline double error_of(const Real&) { return 0; }
template <class T>
double error_of(const Tracked<T>& x) {
  return value_of(x.error);
}

/// Decimal digits of the scalar type; for Real: the working precision of this thread.
template <class T>
unsigned digits10_of() {
  return static_cast<unsigned>(std::numeric_limits<double>::digits10);
}
template <>
inline unsigned digits10_of<Real>() {
  return working_digits();
}

}  // namespace widegeo
