// What pairs and tables of one layer are expected to cost, from counts of work alone: the choice between them, and so
// every bit of a matrix, must not depend on a clock. Seconds of one core of the machine of calibration
// (docs/math/series.md); the bench `entries` prints what they are on another.
#pragma once

#include <cstddef>

#include "activation/activation.hpp"
#include "activation/entry_expectations.hpp"

namespace widegeo {

/// One pair by the two-point quadrature, in doubles.
double cost_of_pair(const Activation& activation, double a, double b);

/// Tables for a range of variances (gaussian/entries.hpp), the points that a data set adds to them left out.
double cost_of_tables(const Activation& activation, double q_low, double q_high, const EntryNeed& need);

/// The layer of gaussian/pair_entries.hpp before its first pair: the bounds and sensitivities of its range.
double cost_of_pair_layer(const Activation& activation, double q_high);

/// One point of it.
double cost_of_pair_point(const Activation& activation, double q);

}  // namespace widegeo
