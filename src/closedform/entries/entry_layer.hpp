// Inside the module: one activation's closed form as a layer of a Gram matrix.
#pragma once

#include <array>
#include <memory>

#include "activation/entry_expectations.hpp"
#include "closedform/entries/entry_trees.hpp"
#include "closedform/formulas.hpp"
#include "number/strip/strip.hpp"

namespace widegeo {

/// The tapes of one closed form, made once for all layers.
struct EntryTapes {
  explicit EntryTapes(const ClosedForm& form);

  /// Which outputs besides K, in this order: Kdot; gap; Ka and Kb.
  static constexpr unsigned dot = 1, gap = 2, derivatives = 4;

  ClosedForm form;
  EntryTrees trees;
  std::array<PairTape, 8> pair;  ///< by the flags above
  std::size_t features = 0;
  expr::Tape point;  ///< q -> V, D, sqrt(V), then the features
};

/// Zero variances and parallel pairs of kinked forms are approached: q = 0 becomes this variance, m at least this part
/// of ab, which moves the angle by 2^-60.
inline constexpr double nearest_variance = 0x1p-400, nearest_minor = 0x1p-120;

/// Bounds over the range of variances, see closed_form_entries(). Throws Error(accuracy) above 1e-9.
EntryErrors errors_of_entries(const EntryTapes& tapes, double q_low, double q_high, const EntryNeed& need);

}  // namespace widegeo
