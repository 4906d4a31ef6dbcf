// Kernel ridge regression, which is the posterior mean of the Gaussian process of an infinitely wide network (NNGP), or
// the mean of the trained one (NTK).
#pragma once

#include <cstddef>
#include <vector>

namespace widegeo::learning {

struct RidgeResult {
  std::vector<double> prediction;  ///< test x outputs, row after row
  double jitter = 0;               ///< what was added to the diagonal
  double residual = 0;             ///< |(K + jitter) alpha - Y| / |Y| (Frobenius)
};

/// prediction = K_test (K_train + jitter I)^-1 Y, by Cholesky factorisation. K_train: n x n symmetric, K_test: m x n,
/// targets: n x outputs, all row after row. jitter = ridge * mean of the diagonal. Throws Error(input): sizes, not
/// positive definite at this ridge (says so).
RidgeResult ridge_regression(const std::vector<double>& train, const std::vector<double>& test,
                             const std::vector<double>& targets, std::size_t outputs, double ridge);

}  // namespace widegeo::learning
