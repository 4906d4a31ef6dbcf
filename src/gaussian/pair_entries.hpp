// Entries of a layer by quadrature of one pair at a time: about a millisecond each, for every activation whose V
// exists. What a data set falls back to where neither a closed form nor a table serves (kinks away from 0 under
// different norms, growth like exp(c x^2), singular points, activations that vanish to second order at a zero
// variance).
//   K = E phi(u) phi(v),  Kdot = E phi'(u) phi'(v) by the nested rule of gaussian/two_point.hpp
#pragma once

#include <memory>

#include "activation/activation.hpp"
#include "activation/entry_expectations.hpp"

namespace widegeo {

/// The bounds of a layer are four times the largest errors that the quadrature states of itself over pairs of the range
/// (variances and angles); a pair that states more is done again in multiprecision, and Error(accuracy) names one that
/// fails there too. The bits of an entry depend on its pair and on the range alone, and not on which point comes first.
std::unique_ptr<EntrySource> pair_entries(const Activation& activation);

}  // namespace widegeo
