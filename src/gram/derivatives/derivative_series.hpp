// Module-internal: gradients of the NNGP over data from the tables of the entries, for smooth activations
// without a closed form. Tens of nanoseconds per layer instead of milliseconds for one quadrature per pair.
//
// With (p, q) as in derivatives.hpp, a = Var h(p), b = Var h(q), n their covariance, d_q n = g_p p + g_q q, d_q b = b'
// q:
//   layer 1  g_p = s, g_q = 0, b' = 2 s
//   above    g_p' = s Kdot g_p,   g_q' = s (K_b b' + Kdot g_q),   b'' = s V'(b) b',   V' = 2 K_b(b,b,b) + Kdot(b,b,b)
//
// Error: at most e_q (relative) for a and b, at most e_rho for rho = n / sqrt(ab), one number each per layer. With E
// the errors of the tables and L_. the Lipschitz constants in rho and in log q, by Cauchy-Schwarz
//   |error of Kdot| <= sqrt(D(a) D(b)) (E.Kdot + E.by_correlation e_rho + 2 L_dot e_q)
//   |error of K_b|  <= sqrt(V(a) V(b)) (E.Ka + L_rho e_rho + 2 L_q e_q)
//   e_rho' = chi e_rho + E.K + E.V + 2 L_K e_q + e_q',   e_q' = L_V e_q + E.V,   chi = max q D / V
// and from there each pair carries its own error bounds of g_p and g_q. L_rho and L_q are twice the largest differences
// on a grid of the range; the others are those of recursion_bound.hpp.
#pragma once

#include <memory>
#include <vector>

#include "activation/entry_expectations.hpp"
#include "gram/derivatives/derivatives.hpp"
#include "gram/recursion.hpp"

namespace widegeo::gram {

class GradientSeries {
 public:
  /// Null where the tables cannot be used: no derivatives in the variances, too wide a range, or no activation at all.
  static std::unique_ptr<GradientSeries> make(const Model& model, const EntrySource& source,
                                              const DerivativeRequest& request, const Points& x, const Points* y);

  /// A row of pairs: row i with columns first .. first + count - 1.
  struct Row {
    std::vector<double> value, g_p, g_q, error_p, error_q;
    std::vector<double> n, minor, gap, dot, slope;  ///< scratch
  };
  /// dot, minor and distance as given by tile_products. Zero rows are not supported: their errors are infinite.
  void row(std::size_t i, std::size_t first, std::size_t count, const double* dot, const double* minor,
           const double* distance, Row& out) const;

 private:
  /// The points of one side as they enter an activation.
  struct Side {
    PointBatch batch;
    std::vector<double> root_D, slope, slope_error;  ///< slope: d_q b / q (b' above)
  };
  struct LayerTables {
    LayerScale scale;  ///< affine map into the layer
    std::unique_ptr<EntryLayer> entries;
    Side side[2];
    double dot_error = 0, slope_error = 0;  ///< of Kdot and of K_b, relative as above
  };
  GradientSeries() = default;
  bool of_x_ = false, two_sets_ = false;
  LayerScale above_;  ///< the affine map above the last activation
  std::vector<bool> vanishes_[2];
  std::vector<LayerTables> layers_;
};

}  // namespace widegeo::gram
