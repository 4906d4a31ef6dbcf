// K, Kdot and the averages that their derivatives need, for one pair of preactivations, by two nested one-dimensional
// rules: u = root_a z1 outside, v = slope z1 + sigma z2 inside, the outer rule split at the kinks of phi(u) and where
// the inner mean slope z1 passes a kink (there the inner average varies on the scale sigma / slope), the inner rule at
// the kinks of phi(v). sigma = 0 (parallel inputs) is the same formula with one inner node.
#pragma once

#include "gaussian/pair_rule.hpp"
#include "gaussian/problem.hpp"
#include "gaussian/rule.hpp"
#include "gaussian/sampler.hpp"

namespace widegeo::gaussian {

/// With w = phi'(u)phi'(v) and E phi(u)phi'(v) ... as in activation/expectations.hpp:
///   u_dphi  = E z1 phi'(u) phi(v)      so that Ka = (u_dphi - slope Kdot) / (2 root_a)
///   v_dphi  = E v phi(u) phi'(v)       so that Kb = (v_dphi - n Kdot) / (2 b)
///   kdot_u  = E phi(u) phi(v) z1 z2,  kdot_v = E phi(u) phi(v) (z2^2 - 1): where phi jumps,
///             Kdot = (kdot_u - slope / sigma kdot_v) / (root_a sigma)
template <class T>
struct NestedIntegrals {
  quadrature::Integral<T> K, Kdot, u_dphi, v_dphi, radial, mixed, normal, kdot_u, kdot_v;
  double truncation_log = -HUGE_VAL, tail_log = -HUGE_VAL, rate = 0;
  std::size_t evaluations = 0;
  bool finite = true;
};

/// `rule` must have been made for deviations up to 2 max(root_a, slope, sigma).
template <class T>
NestedIntegrals<T> integrate_nested(const Problem<T>& problem, const Rule<T>& rule, const PairLaw<T>& law,
                                    unsigned threads);

}  // namespace widegeo::gaussian
