// What the kernels of a data set are expected to cost pair by pair and by tables: counts of work at calibrated prices.
// Counts and constants alone, no clock: which source is taken, and so every bit of the matrix, depends on the input
// only.
#pragma once

#include "api/prepared.hpp"
#include "gram/gram.hpp"

namespace widegeo::api {

/// Seconds of one idle core of the machine of calibration (docs/math/gram.md).
struct GramCost {
  double pairs = 0;   ///< all pairs by themselves
  double tables = 0;  ///< the making of the tables of all layers
};

GramCost estimate_cost(const PreparedNetwork& network, const gram::GramRequest& request, const gram::Points& x,
                       const gram::Points* y);

/// Whether the kernels of single pairs are expected to cost less than tables.
bool single_pairs_pay(const PreparedNetwork& network, const gram::GramRequest& request, const gram::Points& x,
                      const gram::Points* y);

}  // namespace widegeo::api
