// The kernels of single rows of a file, as `kernel --x --y` computes them: for Gram matrices of few pairs.
#pragma once

#include "api/gram/gram.hpp"
#include "gram/single_pairs.hpp"

namespace widegeo::api {

/// The rows are kept by the caller; products of rows are exact.
gram::SinglePairSources single_pair_sources(const PreparedNetwork& network, const gram::GramRequest& request,
                                            const ExactRows& x, const ExactRows& y);

/// All matrices' entries of one pair to the tolerance, with their errors and roots (see SinglePairSources), which
/// may be null: in double or in multiprecision.
void kernels_of_pair(const PreparedNetwork& network, const gram::GramRequest& request, std::vector<Rational> x,
                     std::vector<Rational> y, double* entries, double* errors, double* roots);

}  // namespace widegeo::api
