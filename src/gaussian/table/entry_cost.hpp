// What pairs and tables of one layer are expected to cost, from counts of work alone: the choice between them, and so
// every bit of a matrix, must not depend on a clock. Seconds of one core of the machine of calibration
// (docs/math/series.md).
#pragma once

#include "activation/activation.hpp"
#include "activation/entry_expectations.hpp"

namespace widegeo {

/// One pair by the two-point quadrature, in doubles.
double cost_of_pair(const Activation& activation);

/// Tables for a range of variances (gaussian/table/entries.hpp); infinite where they cannot be made.
double cost_of_tables(const Activation& activation, double q_low, double q_high, const EntryNeed& need);

}  // namespace widegeo
