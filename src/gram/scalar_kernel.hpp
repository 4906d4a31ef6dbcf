// Inputs of one norm: the kernel of the whole deep network is one function of their correlation, kept as polynomials.
#pragma once

#include <span>
#include <vector>

#include "kernel/kernel.hpp"

namespace widegeo::gram {

/// K(rho) and Theta(rho) of a model at inputs with |x|^2 = |y|^2 = t and x.y = rho t, as Chebyshev series in the angle
/// theta = arccos(rho), in which kinked activations are smooth too, on panels of [0, pi].
///   error (kind truncation): a-posteriori, from the decay of the coefficients and the errors of the samples, checked
///   off the nodes; relative to K(1).
class ScalarKernel {
 public:
  /// `dimension` matters for the fan-in scale alone. Throws Error(accuracy) when `tolerance` is not reached.
  ScalarKernel(const Model& model, const Expectations<TrackedDouble>& source, double t, unsigned long dimension,
               bool ntk, double tolerance = 1e-13, unsigned threads = 1);

  /// rho and 1 - rho^2 (>= 0, to a small relative error) of many pairs -> kernel. In place is allowed.
  void evaluate(std::span<const double> rho, std::span<const double> sine_squared, std::span<double> out) const;
  double at_one() const;    ///< K(x, x)
  double error() const;     ///< absolute bound for all rho
  unsigned degree() const;  ///< the largest of any panel
  std::size_t panels() const;

 private:
  struct Panel {
    double low, high;  ///< in theta
    std::vector<double> coefficients;
  };
  std::vector<Panel> panels_;
  double one_ = 0, error_ = 0;
};

/// The same function for users. All coefficients with a bound of the error of each.
template <class T>
struct ScalarSeries {
  std::vector<T> coefficient;  ///< power: of rho^k, k = 0..N;   chebyshev: of T_k(rho)
  T coefficient_error;         ///< bound for every coefficient
  T truncation;                ///< |sum - K| on [-1, 1]
};

}  // namespace widegeo::gram
