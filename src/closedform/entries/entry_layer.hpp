// Module-internal: the closed form of one activation as a layer of a Gram matrix.
#pragma once

#include <array>
#include <memory>

#include "activation/entry_expectations.hpp"
#include "closedform/entries/entry_trees.hpp"
#include "closedform/formulas.hpp"
#include "number/strip/strip.hpp"

namespace widegeo {

/// Tapes of one closed form, compiled once for all layers.
struct EntryTapes {
  explicit EntryTapes(const ClosedForm& form);

  /// Flags of the outputs besides K, in this order: Kdot; gap; Ka and Kb.
  static constexpr unsigned dot = 1, gap = 2, derivatives = 4;

  ClosedForm form;
  EntryTrees trees;
  std::array<PairTape, 8> pair;  ///< indexed by the flags above
  std::size_t features = 0;
  expr::Tape point;  ///< q -> V, D, sqrt(V), then the features
};

/// Kinked forms are evaluated near zero variances and parallel pairs: q = 0 is replaced by nearest_variance, and m is
/// at least nearest_minor * ab, which moves the angle by 2^-60.
inline constexpr double nearest_variance = 0x1p-400, nearest_minor = 0x1p-120;

/// Error bounds over the range of variances, see closed_form_entries(). Throws Error(accuracy) above 1e-9.
EntryErrors errors_of_entries(const EntryTapes& tapes, double q_low, double q_high, const EntryNeed& need);

}  // namespace widegeo
