// Builds an AngleSeries from symmetric matrices at the angles theta_k = (1 - cos(k pi / M)) pi / 2.
#pragma once

#include <vector>

#include "gaussian/table/angle_table.hpp"

namespace widegeo::gaussian {

/// values[k]: the n x n matrix at angle k, k = 0..M. Coefficients come from a cosine transform; degrees and ranks are
/// truncated where the dropped part is below `budget`, allowing a factor `lebesgue`^2 for points between the nodes. An
/// empty rank means that the coefficients have not decayed yet; `reached` reports how far they did.
AngleSeries angle_series(const std::vector<std::vector<double>>& values, std::size_t n, double budget, double lebesgue,
                         double& reached);

}  // namespace widegeo::gaussian
