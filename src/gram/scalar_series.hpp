// Inputs of one norm: coefficients of the kernel as a function of their correlation, in any number of digits.
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

/// Coefficients of rho^k, k = 0..order, of the kernel at |x|^2 = |y|^2 = t, x.y = rho t. One layer after the other,
/// the truncated series of n_l(rho) is inserted in the Taylor series of K about n_l(0):
///   n_1 = s_1 t rho + b_1,  n_{l+1} = s_{l+1} K(n_l) + b_{l+1},  Theta_{l+1} = n_{l+1} + s_{l+1} Kdot(n_l) Theta_l
/// No coefficient is touched by the truncation. All are >= 0, and their sum is K(1) [Schoenberg, "Positive definite
/// functions on spheres", Duke Math. J. 9 (1942)]: K(1) - sum_{k <= N} bounds what is left out on all of [-1, 1].
template <class T>
std::vector<T> power_series(const Model& model, const Expectations<T>& source, const TaylorOfKernel<T>& taylor,
                            const T& t, unsigned long dimension, bool ntk, unsigned order);

/// sum_k coefficient[k] T_k(v), v in [-1, 1].
struct ChebyshevSeries {
  std::vector<Real> coefficient;
  Real coefficient_error;  ///< of each
  Real truncation;         ///< |sum - f| on [-1, 1], a-posteriori as in scalar_kernel.hpp
};

/// f(v) with a bound of its error; v is -1, 1 or a number at the working precision.
using ChebyshevSampler = std::function<std::pair<Real, Real>(const Real& v)>;

/// Degrees 16, 32, ... up to max_degree at Chebyshev points of the second kind, until the truncation is at most
/// `tolerance`. Throws Error(accuracy).
ChebyshevSeries chebyshev_series(const ChebyshevSampler& f, const Real& tolerance, unsigned max_degree,
                                 unsigned threads);

}  // namespace widegeo::gram
