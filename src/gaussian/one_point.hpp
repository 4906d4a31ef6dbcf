// V(q) = E phi(sqrt(q) z)^2, D(q) = E phi'(sqrt(q) z)^2 and their q-derivatives by one pass over one set of nodes:
//   D^(k) = E[phi'^2 He_2k(z)] / (2q)^k
//   V^(k) = 2 sqrt(q) E[phi phi' He_{2k-1}(z)] / (2q)^k    (one integration by parts: phi is continuous)
//         = E[phi^2 He_2k(z)] / (2q)^k                     (when phi jumps or phi' is singular)
#pragma once

#include <cmath>

#include "gaussian/problem.hpp"
#include "gaussian/rule.hpp"
#include "gaussian/sampler.hpp"

namespace widegeo::gaussian {

template <class T>
struct OnePointIntegrals {
  std::vector<quadrature::Integral<T>> V, D;
  double truncation_log = -HUGE_VAL;  ///< log of the largest truncation relative to its magnitude
  double tail_log = -HUGE_VAL;        ///< the same of the extreme nodes: what the range may leave out
  double rate = 0;                    ///< nats per 1/h seen (0: not seen)
  double significant = 0;             ///< largest |z| whose terms matter
  bool followed = false;              ///< phi is seen to be the integral of phi' between neighbouring nodes
  std::size_t nodes = 0;
  bool finite = true;
};

/// survey: also fill `significant` and (no kinks) `followed`.
template <class T>
OnePointIntegrals<T> integrate_one_point(const Problem<T>& problem, const Rule<T>& rule, const T& q, unsigned order,
                                         unsigned threads, bool survey = false);

}  // namespace widegeo::gaussian
