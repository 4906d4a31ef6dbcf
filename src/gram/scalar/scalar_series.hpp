// For inputs of equal norm: coefficients of the kernel as a function of the correlation, to any number of digits.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "kernel/kernel.hpp"

namespace widegeo::gram {

/// Taylor coefficients of n -> K(q, q, n) at n0: d^j K / dn^j / j!, j = 0..order.
template <class T>
using TaylorOfKernel = std::function<std::vector<T>(const T& q, const T& n0, unsigned order)>;

inline constexpr unsigned max_power_order = 200;

/// Coefficients of rho^k, k = 0..order, of the kernel at |x|^2 = |y|^2 = t, x.y = rho t. Layer by layer, the truncated
/// series of n_l(rho) is inserted into the Taylor series of K about n_l(0):
///   n_1 = s_1 t rho + b_1,  n_{l+1} = s_{l+1} K(n_l) + b_{l+1},  Theta_{l+1} = n_{l+1} + s_{l+1} Kdot(n_l) Theta_l
/// The truncation does not affect any coefficient. All are >= 0, and they sum to K(1) [Schoenberg, "Positive definite
/// functions on spheres", Duke Math. J. 9 (1942)]: K(1) - sum_{k <= N} bounds the remainder on all of [-1, 1].
template <class T>
std::vector<T> power_series(const Model& model, const Expectations<T>& source, const TaylorOfKernel<T>& taylor,
                            const T& t, unsigned long dimension, bool ntk, unsigned order);

/// A kernel K(rho) = sum a_m rho^m, all a_m >= 0, interpolated at the points cos(pi j / n), n a multiple of 8 and at
/// least 16, by sum c_k T_k: |K - sum| <= chebyshev_rest(n) * sum_{k > 3n/4} c_k on [-1, 1]. Proof: all a_m beyond n
/// show in the interpolant: rho^m = E T_|S|, S the symmetric random walk of m steps, and at the points T_k equals T_j,
/// j = |k| folded into [0, n]. So the error is at most 2 P(|S| > n), and the last quarter of the coefficients is the
/// probability that S lies within n/4 of an odd multiple of n. Within each parity P(S = k) decreases in |k|; between
/// two such neighbourhoods lie at most 3n/4 + 1 values of S, in one of them at least n/4 - 1, nearer to 0. Hence P(|S|
/// > n) <= (1 + (3n/4 + 1)/(n/4 - 1)) * last quarter.
inline double chebyshev_rest(unsigned n) { return 8.0 * n / (n - 4.0); }

/// Upper bound of the norm of the map from values at the points to sum_{k > 3n/4} c_k, i.e. of the amplification of
/// errors of the values: 1.785 for n = 16, 2.093, 2.380, 2.657, 2.929, 3.198, 3.466 for n = 1024.
double chebyshev_tail_norm(unsigned n);

/// sum_k coefficient[k] T_k(v), v in [-1, 1].
struct ChebyshevSeries {
  std::vector<Real> coefficient;
  Real coefficient_error;  ///< bound for each coefficient
  Real truncation;         ///< |sum - f| on [-1, 1], as in scalar_kernel.hpp
};

/// f(v) with an error bound; v is -1, 1 or a number at the working precision.
using ChebyshevSampler = std::function<std::pair<Real, Real>(const Real& v)>;

/// correlation: the function is a kernel and v the correlation (see chebyshev_rest); angle: nothing is assumed.
enum class SeriesVariable { correlation, angle };

/// Tries degrees 16, 32, ... up to max_degree at Chebyshev points of the second kind until the truncation error is at
/// most `tolerance`. Throws Error(accuracy).
ChebyshevSeries chebyshev_series(const ChebyshevSampler& f, SeriesVariable variable, const Real& tolerance,
                                 unsigned max_degree, unsigned threads);

}  // namespace widegeo::gram
