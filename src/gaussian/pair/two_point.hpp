// K, Kdot and the averages needed for their derivatives, for one pair of pre-activations, over the nodes of
// pair_rule.hpp.
#pragma once

#include "gaussian/integral.hpp"
#include "gaussian/pair/pair_rule.hpp"

namespace widegeo::gaussian {

/// With w = phi'(u)phi'(v) and E phi(u)phi'(v) ... as in activation/expectations.hpp:
///   u_dphi  = E z1 phi'(u) phi(v)      so that Ka = (u_dphi - slope Kdot) / (2 root_a)
///   along   = E z1 phi(u) phi'(v),  across = E z2 phi(u) phi'(v)
///             so that Kb = (slope along + sigma across - n Kdot) / (2 b)
/// and, for phi with jumps, averages of phi(u) phi(v) alone
///   kdot_u  = E phi(u) phi(v) z1 z2,  kdot_v = E phi(u) phi(v) (z2^2 - 1)
///             so that Kdot = (kdot_u - slope / sigma kdot_v) / (root_a sigma)
///   kdot_a  = E phi(u) phi(v) (z1^2 - 1)
template <class T>
struct PairIntegrals {
  Integral<T> K, Kdot, u_dphi, along, across, radial, mixed, normal, kdot_u, kdot_v, kdot_a;
  bool finite = true;
};

struct PairNeed {
  bool slope = true;     ///< phi' is square integrable: averages with it
  bool moments = false;  ///< all averages; else K and Kdot alone
  bool symmetric = false;
};

/// T: double, with the rounding of every step in the errors, or Real at a working precision with guard digits. `exact`:
/// the law as balls, as in the request of the choice.
template <class T>
PairIntegrals<T> integrate_pair(partition::Partition& partition, const PairChoice& choice, const PairLaw<T>& law,
                                const PairLaw<Ball>& exact, const PairNeed& need, unsigned threads);

}  // namespace widegeo::gaussian
