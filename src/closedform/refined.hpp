// Module-internal: closed forms with a fallback to multiprecision. A result in double whose error is too large
// is recomputed in multiprecision at the exact inputs; the errors of the inputs are then propagated by perturbing the
// inputs.
//
// Too large: above 1e-11 of the value itself; for d^k V / dq^k and d^k D / dq^k, k >= 1, above 1e-11 of V / (1 + q)^k
// and D / (1 + q)^k where these are larger. Derivatives change sign, and near a zero no double is relatively accurate,
// nor need it be: results computed from them carry their own errors.
#pragma once

#include <functional>
#include <limits>
#include <vector>

#include "closedform/formulas.hpp"

namespace widegeo {

/// For `negligible`: every number is required to the working precision, however small.
inline constexpr long nothing = std::numeric_limits<long>::min() / 2;

/// One-point values at the working precision. Results below 2^negligible in magnitude may be off by as much; all others
/// are accurate to the working precision, or Error(accuracy) is thrown (too much cancels, or the number is out of
/// range). At q = 0 a kinked form is evaluated as a limit; if a derivative does not exist there: Error(input).
std::vector<Real> limit_single(const Formulas& f, const Real& q, unsigned order, long negligible = nothing);

/// For a kinked form a covariance with |rho| = 1 or a zero variance is perturbed by a relative 10^(-4 digits),
/// invisible in K and Kdot, which have modulus of continuity sqrt(m). (At u = 0 this is the value for independent u:
/// phi'(0) is the mean of its two sides.)
std::vector<Real> limit_pair(const Formulas& f, const Real& a, const Real& b, const Real& n, const Real& m,
                             bool derivatives, long negligible = nothing);

std::vector<TrackedDouble> refined_single(const Formulas& f, const TrackedDouble& q, unsigned order);
std::vector<TrackedDouble> refined_pair(const Formulas& f, const TrackedDouble& a, const TrackedDouble& b,
                                        const TrackedDouble& n, const TrackedDouble& m, bool derivatives);
/// Falls back lane by lane.
std::vector<TrackedBlock> refined_single(const Formulas& f, const TrackedBlock& q, unsigned order);
std::vector<TrackedBlock> refined_pair(const Formulas& f, const TrackedBlock& a, const TrackedBlock& b,
                                       const TrackedBlock& n, const TrackedBlock& m, bool derivatives);

}  // namespace widegeo
