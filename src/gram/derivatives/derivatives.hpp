// Kernel values, gradients and mixed Hessians for pairs of rows of two data sets.
//
// Each is a short combination of the two rows (kernel/kernel.hpp) whose coefficients come from the pair recursion with
// running errors, thirty-two pairs at a time. With (p, q) = (x_i, y_j), or (y_j, x_i) for the gradient in x, and sigma
// the sign of x.y (so that w is short for nearly parallel rows, where coefficients are large):
//   gradient  d_q k(p, q) = g[0] w + g[1] q,   w = p - sigma q
//   Hessian   d_{x_m} d_{y_n} k = identity I + h[0] w w^T + h[1] w y^T + h[2] y w^T + h[3] y y^T,   w = x - sigma y
// Equal rows: the one-point recursion, V'(q) q' x and A I + B x x^T. The NTK theta of a kinked activation has a corner
// at y = x (its part -c |x - y|); the value there is the mean of the two one-sided derivatives, (1/2) d theta(x, x)/dx.
//
// Error: one number for all results, the maximum of |error| / scale over the pairs, |.| the Euclidean norm of a
// gradient and the spectral norm of a Hessian. By Cauchy-Schwarz the scale bounds the exact quantity of the NNGP:
//   value  sqrt(k(p,p) k(q,q)),   gradient  sqrt(k(p,p) g(q)),   Hessian  sqrt(g(x) g(y)),   g = max(A, A + B t)
// (g the larger eigenvalue of the metric). The NTK has no metric where phi has a kink: its gradients are relative to
// sqrt(theta(p,p) theta(q,q) s_1 / (s_1 |q|^2 + b_1)). A pair whose running error exceeds the tolerance is recomputed
// in multiprecision from the exact rows, that is from the stored doubles.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "activation/entry_expectations.hpp"
#include "gram/points.hpp"
#include "kernel/kernel.hpp"
#include "number/estimate.hpp"

namespace widegeo::gram {

/// Factories of expectations, called once per worker. An empty `block`: pairs one by one.
struct DerivativeSources {
  std::function<std::unique_ptr<Expectations<TrackedBlock>>()> block;
  std::function<std::unique_ptr<Expectations<TrackedDouble>>()> single;
  std::function<std::unique_ptr<Expectations<Real>>()> exact;
  /// Tables of the entries of a smooth activation, or empty: used for gradients of the NNGP where possible.
  std::shared_ptr<const EntrySource> entries{};
};

struct DerivativeRequest {
  bool ntk = false;
  unsigned derivatives = 1;  ///< 0: the kernel, 1: a gradient, 2: the mixed Hessian (not for the NTK)
  bool of_x = false;         ///< gradient in x_i instead of y_j
  double tolerance = 1e-10;  ///< of the error, as above
};

/// Row i of x with row j of y, 0-based.
struct PairIndex {
  std::size_t i = 0, j = 0;
};

struct PairCoefficients {
  double value = 0, sign = 1, g[2] = {0, 0}, identity = 0, h[4] = {0, 0, 0, 0};
};

class DerivativeEngine {
 public:
  /// y == nullptr: x with itself. The model and the points are owned by the caller. Throws Error(input, accuracy).
  DerivativeEngine(const Model& model, DerivativeSources sources, const DerivativeRequest& request, const Points& x,
                   const Points* y, unsigned threads = 1);
  ~DerivativeEngine();

  std::size_t rows() const, columns() const, dimension() const;

  /// Per-thread scratch and sources.
  struct Worker {
    std::unique_ptr<Expectations<TrackedBlock>> block;
    std::unique_ptr<Expectations<TrackedDouble>> single;
    TileProducts products;
  };
  std::unique_ptr<Worker> make_worker() const;

  /// Coefficients of many pairs; they depend on the two rows (and the tables) alone, not on the other pairs.
  /// Thread-safe. Runs of pairs with equal i and consecutive j share the work of their products. Throws Error(input),
  /// naming the rows, where the derivative does not exist, and Error(accuracy).
  void coefficients(std::span<const PairIndex> pairs, PairCoefficients* out, Worker& worker) const;

  /// Computes the gradient, dimension() numbers, from the two rows.
  void gradient(const PairCoefficients& c, const double* x, const double* y, double* out) const;
  /// Rows first .. first + count - 1 of the Hessian (d/dx), dimension() numbers each.
  void hessian(const PairCoefficients& c, const double* x, const double* y, std::size_t first, std::size_t count,
               double* out) const;

  /// As above, over all pairs computed so far.
  double error_bound() const;
  std::size_t refined_pairs() const;  ///< pairs recomputed in multiprecision so far
  ErrorKind kind() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace widegeo::gram
