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

}  // namespace widegeo::gaussian
