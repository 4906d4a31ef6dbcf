// The one-point integrals at q = 0, as limits q -> 0+.
#pragma once

#include "activation/activation.hpp"
#include "number/scalar.hpp"

namespace widegeo::gaussian {

/// With f = phi^2 (or phi'^2) and its one-sided Taylor coefficients at 0, S_j = f_+^(j)(0) + (-1)^j f_-^(j)(0):
///   d^k/dq^k E f(sqrt(q) z) -> S_2k / 2^(k+1)   as q -> 0,   provided S_j = 0 for odd j < 2k (else it is infinite).
/// Throws Error(input) when a limit does not exist. V[0] is phi(0)^2, the value.
struct ZeroVariance {
  std::vector<Real> V, D;
};
ZeroVariance at_zero_variance(const Activation& activation, unsigned order);

/// phi(0) and the means of the one-sided phi'(0), phi''(0); the latter throws as above if phi' has a kink of odd order.
struct OriginValues {
  Real phi, dphi, ddphi;
  bool dphi_exists = true, ddphi_exists = true;
};
OriginValues at_origin(const Activation& activation);

}  // namespace widegeo::gaussian
