// Kernel ridge regression: the posterior mean of the Gaussian process of an infinitely wide network (NNGP), or the mean
// of the trained network (NTK).
//   alpha = A^-1 Y,   A = K + jitter I,   prediction of a row x:  k(x)^T alpha
// Error. Let A' and k' be the matrices in memory (A = A' + dA, k = k' + dk), alpha' the computed solution, r = Y - A'
// alpha' and w = A^-1 k. Then exactly
//   k^T A^-1 Y - k'^T alpha' = w^T (r - dA alpha') + dk^T alpha'
// so |error| <= |w| (|r| + |dA| |alpha'|) + |dk| |alpha'|, where |dA| <= kernel_error trace K if every entry is
// accurate to kernel_error sqrt(K(x,x) K(y,y)). The rounding of r and of k'^T alpha' is added; |w| is computed from A'
// and doubled.
#pragma once

#include <cstddef>
#include <vector>

namespace widegeo::learning {

struct RidgeResult {
  std::vector<double> prediction;  ///< test x outputs, row-major
  std::vector<double> error;       ///< error bound of each prediction, of the same kind as the kernel's
  double jitter = 0;               ///< the number added to the diagonal
  double residual = 0;             ///< |(K + jitter) alpha - Y| / |Y| (Frobenius)
};

/// Accuracy of the kernel entries: |entry - exact| <= relative sqrt(K(x,x) K(y,y)).
struct KernelError {
  double relative = 0;
  std::vector<double> test_diagonal;  ///< K(x, x) of the test rows; empty: at most the largest of training
};

/// prediction = K_test (K_train + jitter I)^-1 Y, by Cholesky factorisation. K_train: n x n symmetric, K_test: m x n,
/// targets: n x outputs, all row-major. jitter = ridge * mean of the diagonal. Throws Error(input): inconsistent sizes,
/// not positive definite at this ridge.
RidgeResult ridge_regression(const std::vector<double>& train, const std::vector<double>& test,
                             const std::vector<double>& targets, std::size_t outputs, double ridge,
                             const KernelError& known = {});

}  // namespace widegeo::learning
