// From symmetric matrices at the angles theta_k = (1 - cos(k pi / M)) pi / 2 to an AngleSeries.
#pragma once

#include <vector>

#include "gaussian/table/angle_table.hpp"

namespace widegeo::gaussian {

/// values[k]: the n x n matrix at angle k, k = 0..M. Coefficients by the cosine transform; degrees are cut where the
/// rest of the sizes is below `budget`, ranks where what is dropped is, both with `lebesgue`^2 for points between the
/// nodes. Empty rank: the coefficients do not fall off yet; `reached` says how far they did.
AngleSeries angle_series(const std::vector<std::vector<double>>& values, std::size_t n, double budget, double lebesgue,
                         double& reached);

}  // namespace widegeo::gaussian
