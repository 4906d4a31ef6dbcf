// Closed forms for very many pairs: the tape over strips of doubles.
#pragma once

#include <memory>

#include "activation/entry_expectations.hpp"
#include "closedform/closedform.hpp"

namespace widegeo {

/// False where an entry calls Owen's T functions (microseconds each): tables of the activation are faster then.
bool has_fast_entries(const ClosedForm& form);

/// The rounding error bounds are twice the running errors of the same tape over a grid of the range (variances, and
/// angles down to the smallest).
std::unique_ptr<EntrySource> closed_form_entries(const ClosedForm& form);

}  // namespace widegeo
