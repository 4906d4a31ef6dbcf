// Expected cost of pairs and tables of one layer, in seconds on one core of the calibration machine
// (docs/math/series.md). Estimated from operation counts alone: the choice between them, and so every bit of a matrix,
// must not depend on a clock.
#pragma once

#include "activation/activation.hpp"
#include "activation/entry_expectations.hpp"

namespace widegeo {

/// One pair by two-point quadrature in doubles.
double cost_of_pair(const Activation& activation);

/// Tables for a range of variances (gaussian/table/entries.hpp); infinite where they cannot be made.
double cost_of_tables(const Activation& activation, double q_low, double q_high, const EntryNeed& need);

}  // namespace widegeo
