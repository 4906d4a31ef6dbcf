// The closed forms of very many pairs: the tape over strips of doubles.
#pragma once

#include <memory>

#include "activation/entry_expectations.hpp"
#include "closedform/closedform.hpp"

namespace widegeo {

/// False where an entry costs Owen's T functions one by one, microseconds: tables of the activation are faster then.
bool has_fast_entries(const ClosedForm& form);

/// The bounds of the rounding errors are running errors of the same tape over a grid of the range (variances, and
/// angles down to the smallest), doubled.
std::unique_ptr<EntrySource> closed_form_entries(const ClosedForm& form);

}  // namespace widegeo
