// Entries of a layer without tables over the variances, for every activation whose V exists: what a data set falls back
// to where neither a closed form nor a table serves (kinks away from 0 under different norms, growth like exp(c x^2),
// singular points, activations that vanish to second order at a zero variance).
//   K = sum_{k<=N} c_k(a) c_k(b) rho^k, the coefficients made for each point, where |rho|^(N+1) sqrt(T(a) T(b)) is
//   small
// (Parseval, docs/math/quadrature.md): microseconds. Nearer to |rho| = 1 the nested rule of gaussian/nested_pair.hpp,
// pair by pair: milliseconds.
#pragma once

#include <memory>

#include "activation/activation.hpp"
#include "activation/entry_expectations.hpp"
#include "parallel/watch.hpp"

namespace widegeo {

/// The bounds of a layer are four times the largest errors that the quadrature states of itself over points and pairs
/// of the range; a point that states more leaves its pairs to the nested rule, a pair that states more is done again in
/// multiprecision, and Error(accuracy) names one that fails there too. The bits of an entry depend on its pair and on
/// the range alone, and not on which point comes first.
/// `watch` (null: none), kept by the caller, is asked between pairs.
std::unique_ptr<EntrySource> pair_entries(const Activation& activation, const Watch* watch = nullptr);

}  // namespace widegeo
