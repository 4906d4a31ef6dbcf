// Inputs of one norm: the kernel as one function of their correlation.
#pragma once

#include "api/prepared.hpp"
#include "gram/scalar/scalar_series.hpp"
#include "number/escalation.hpp"

namespace widegeo::api {

/// The kernel of inputs with |x|^2 = |y|^2 = t. The network is kept by the caller.
struct ScalarRequest {
  const PreparedNetwork& network;
  bool ntk = false;
  Rational t = 1;
  unsigned long dimension = 1;
};

/// kernel and kernel_dot at a correlation in [-1, 1].
Answers kernel_at_correlation(const ScalarRequest& request, const Rational& rho, const Accuracy& accuracy);

/// coefficient[k] of rho^k and remainder_at_one[k] = K(1) less the coefficients up to k, for k = 0..order in turn.
Answers power_coefficients(const ScalarRequest& request, unsigned order, const Accuracy& accuracy);

/// Coefficients of the Chebyshev polynomials in rho, or in 2 theta / pi - 1 with theta = arccos(rho) where the
/// activation is not analytic: a kink shows as a singularity at rho = 1, which the angle does not have. Call it, and
/// use the numbers, under chebyshev_digits().
struct ChebyshevKernel {
  gram::ChebyshevSeries series;
  bool in_angle = false;
};
ChebyshevKernel chebyshev_kernel(const ScalarRequest& request, const Accuracy& accuracy);
unsigned chebyshev_digits(const Accuracy& accuracy);

}  // namespace widegeo::api
