// Hermite coefficients of phi and phi' by the one-dimensional rule, and K from their series.
#pragma once

#include "activation/expectations.hpp"
#include "gaussian/problem.hpp"
#include "gaussian/rule.hpp"
#include "gaussian/sampler.hpp"

namespace widegeo::gaussian {

/// c[k] = E phi(sqrt(q) z) He_k(z) / sqrt(k!),   d[k] = E phi'(sqrt(q) z) He_k(z) / sqrt(k!), k = 0..N, each with its
/// a-posteriori truncation error. (d[k] = sqrt((k+1)/q) c[k+1] where phi does not jump.)
template <class T>
struct HermiteCoefficients {
  std::vector<T> c, d, c_error, d_error;
  double tail_log = -HUGE_VAL;  ///< share of the extreme nodes, weighted by `fading`
};

/// He_k(z)/sqrt(k!) grows towards the ends of the range and needs smaller steps as k grows; the coefficients matter
/// only times fading^k, so their errors are to be judged with that factor.
template <class T>
HermiteCoefficients<T> hermite_coefficients(const Problem<T>& problem, const Rule<T>& rule, const T& q, unsigned N,
                                            double fading, unsigned threads);

/// With steps chosen inside, for N up to a few hundred.
template <class T>
HermiteCoefficients<T> hermite_coefficients(const Activation& activation, const T& q, unsigned N);

/// All fields of TwoPoint to `digits` digits relative to sqrt(V V), sqrt(D D), for |rho| < 1, rho = n / sqrt(ab):
///   K = sum c_k c_k rho^k,  Kdot = sum d_k d_k rho^k,  Ka = 1/(2 sqrt a) sum sqrt(k+1) d_{k+1}(a) c_k(b) rho^k,  and
///   with S_a = sum sqrt((k+1)(k+2)) d_{k+2}(a) d_k(b) rho^k,  S_b the same exchanged,  S_n = sum (k+1) d_{k+1} d_{k+1}
///   rho^k: radial = S_a + 2 rho S_n + rho^2 S_b,  mixed = sqrt(1-rho^2) (S_n + rho S_b),  normal = (1-rho^2) S_b.
/// By Parseval sum c_k^2 = V and sum d_k^2 = D, so each tail beyond N is at most (N+2) |rho|^N / (1-|rho|) times the
/// scale. False when the rule did not converge; phi must not jump.
bool hermite_two_point(const Activation& activation, const Covariance<Real>& c, unsigned digits, unsigned threads,
                       TwoPoint<Real>& out);

}  // namespace widegeo::gaussian
