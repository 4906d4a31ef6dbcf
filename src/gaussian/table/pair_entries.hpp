// Entries of a layer without tables over the variances, for every activation whose V exists: the fallback for data sets
// where neither a closed form nor a table is available (kinks away from 0 with different norms, growth like exp(c x^2),
// singular points, activations that vanish to second order at a zero variance).
//   K = sum_{k<=N} c_k(a) c_k(b) rho^k, with coefficients per point, where |rho|^(N+1) sqrt(T(a) T(b)) is small
// (Parseval, docs/math/quadrature.md): microseconds. Closer to |rho| = 1, pair by pair, the two-point rule of
// gaussian/pair/pair_rule.hpp: milliseconds.
#pragma once

#include <memory>

#include "activation/activation.hpp"
#include "activation/entry_expectations.hpp"
#include "parallel/watch.hpp"

namespace widegeo {

/// The bounds of a layer are four times the largest error bounds of the quadrature over points and pairs sampled from
/// the range. A point with a larger error sends its pairs to the two-point rule; a pair with a larger error is
/// recomputed in multiprecision, and Error(accuracy) names one that fails there too. The bits of an entry depend only
/// on its pair and the range, and not on the order of the two points. `watch` (null: none; owned by the caller) is
/// polled between pairs.
std::unique_ptr<EntrySource> pair_entries(const Activation& activation, const Watch* watch = nullptr);

}  // namespace widegeo
