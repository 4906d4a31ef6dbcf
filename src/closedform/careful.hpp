// Inside the module: values that hold where double precision alone does not. A result in double whose error is too
// large is computed again in multiprecision at the exact inputs, and the inputs' own errors are carried over by moving
// the inputs.
//
// Too large: above 1e-11 of the number itself; for d^k V / dq^k and d^k D / dq^k, k >= 1, above 1e-11 of V / (1 + q)^k
// and D / (1 + q)^k where these are larger. Derivatives change their signs, and next to a zero there are points where
// no double is relatively right, nor is it needed: what is made of them is judged by its own error.
#pragma once

#include <functional>
#include <limits>
#include <vector>

#include "closedform/formulas.hpp"

namespace widegeo {

/// As `negligible`: every number is wanted to the working precision, however small.
inline constexpr long nothing = std::numeric_limits<long>::min() / 2;

/// Numbers below 2^negligible in size may be off by that. Each other one is right to the working precision for these
/// inputs, or it is an Error(accuracy): more cancels than is carried, or the number leaves the range.
/// Limits at zero variance included: q = 0 of a kinked form is approached, and a derivative that does not exist there
/// is Error(input). At the working precision.
std::vector<Real> limit_single(const Formulas& f, const Real& q, unsigned order, long negligible = nothing);

/// A covariance of a kinked form with |rho| = 1 or a zero variance is moved by a relative 10^(-4 digits), which K and
/// Kdot, continuous with modulus sqrt(m), do not notice. (At u = 0 this is the value for independent u: phi'(0) counts
/// as the mean of its two sides.)
std::vector<Real> limit_pair(const Formulas& f, const Real& a, const Real& b, const Real& n, const Real& m,
                             bool derivatives, long negligible = nothing);

std::vector<TrackedDouble> careful_single(const Formulas& f, const TrackedDouble& q, unsigned order);
std::vector<TrackedDouble> careful_pair(const Formulas& f, const TrackedDouble& a, const TrackedDouble& b,
                                        const TrackedDouble& n, const TrackedDouble& m, bool derivatives);
/// Lane by lane where a lane needs it.
std::vector<TrackedBlock> careful_single(const Formulas& f, const TrackedBlock& q, unsigned order);
std::vector<TrackedBlock> careful_pair(const Formulas& f, const TrackedBlock& a, const TrackedBlock& b,
                                       const TrackedBlock& n, const TrackedBlock& m, bool derivatives);

}  // namespace widegeo
