// The closed forms of very many pairs: the tape over strips of doubles.
#pragma once

#include <memory>

#include "activation/entry_expectations.hpp"
#include "closedform/closedform.hpp"

namespace widegeo {

/// The bounds of the rounding errors are running errors of the same tape over a grid of the range (variances, and
/// angles down to the smallest), doubled.
std::unique_ptr<EntrySource> closed_form_entries(const ClosedForm& form);

}  // namespace widegeo
