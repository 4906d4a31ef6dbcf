// For inputs of equal norm the kernel of a deep network is one function of their correlation, stored as polynomials.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "kernel/kernel.hpp"

namespace widegeo::gram {

/// Two inputs with |x|^2 = |y|^2 = t and x.y = rho t. `sine_squared` = 1 - rho^2 and `one_minus` = 1 - rho, each with a
/// small relative error.
template <class T>
InputPair<T> pair_of_one_norm(const T& t, const T& rho, const T& sine_squared, const T& one_minus,
                              unsigned long dimension);

/// K(rho) or Theta(rho) of a model at inputs with |x|^2 = |y|^2 = t and x.y = rho t, as a Chebyshev series
///   in rho itself on [-1, 1] where that converges fast (activations without kinks), or else
///   in the angle theta = arccos(rho) on panels of [0, pi]: kinked activations are smooth in it too.
///
/// Error of a panel with coefficients c_0..c_n (kind `truncation`):
///   remainder + dropped coefficients + (1 + Lambda_n) (node errors) + rounding,
///   Lambda_n <= 1 + (2/pi) log(n + 1)          [Trefethen, Approximation Theory and Practice, ch. 8 and 15]
///   rounding <= u (4 n sum |c_k| + dx sum k^2 |c_k|),   u = 2^-53, dx u the error of the variable   (|T_k'| <= k^2)
/// In rho the remainder is bounded by chebyshev_rest, which assumes only that the function is a kernel. In theta it is
/// 2 sum_{k > 3n/4} |c_k|, assuming that the coefficients beyond n decay at least as in the last quarter; the bound is
/// checked at points off the nodes, and a panel that violates it is bisected. Then, where the tolerance allows, the
/// constant term is shifted so that the value at rho = 1 is at_one(): K(1) - K(rho) of near-duplicates keeps its
/// digits.
class ScalarKernel {
 public:
  /// `dimension` matters for the fan-in scale only; `tolerance` is relative to K(1). `refined` computes the samples
  /// whose running errors are too large in double (kinked activations at angles near 0 and pi, where ab - n^2 of the
  /// deeper layers is lost): at two working precisions, with more digits until they agree. Throws Error(accuracy) if
  /// `tolerance` is not reached, immediately where the errors of the samples alone exceed it; Error(input) if t is not
  /// a finite number > 0.
  ScalarKernel(const Model& model, const Expectations<TrackedDouble>& source, double t, unsigned long dimension,
               bool ntk, double tolerance = 1e-13, unsigned threads = 1, const Expectations<Real>* refined = nullptr);

  /// Kernel values of many pairs from rho and 1 - rho^2; in place is allowed. error() covers a relative error of 2^-50
  /// in 1 - rho^2; rho is taken as exact, in [-1, 1]. The bits of a result depend on its pair alone.
  void evaluate(std::span<const double> rho, std::span<const double> sine_squared, std::span<double> out) const;
  double at_one() const { return one_; }   ///< K(x, x)
  double error() const { return error_; }  ///< absolute bound for all rho
  /// Bound of the derivative of the polynomials in their variable: sum |d_k|, d_k the coefficients of the derivative.
  double slope() const;
  unsigned degree() const;  ///< maximum over panels
  std::size_t panels() const { return panels_.size(); }
  bool in_angle() const { return in_angle_; }
  std::size_t sample_count() const { return samples_; }

  struct Panel {
    double low = 0, high = 0;  ///< in the variable
    std::vector<double> coefficients;
    double error = 0;
  };

 private:
  using Sampler = std::function<TrackedDouble(double)>;
  bool fit(const Sampler& sampler, double tolerance, unsigned first_degree, unsigned last_degree, unsigned threads,
           Panel& panel);

  std::vector<Panel> panels_;
  std::vector<double> ends_;  ///< upper ends of the panels, for the look-up
  bool in_angle_ = false;
  double one_ = 0, error_ = 0;
  std::size_t samples_ = 0;
};

}  // namespace widegeo::gram
