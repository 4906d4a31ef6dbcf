// Expectations of pairs as Chebyshev series in the angle, with a low-rank table in the variances for each degree:
//   K(a, b, theta) = g(a) g(b) sum_m T_m(2 theta / pi - 1) sum_r s_mr U_mr(a) U_mr(b),   cos theta = n / sqrt(ab)
// For kinked activations the averages are smooth functions of the angle up to 0 and pi, but not of the correlation. g
// is the scale: sqrt(V), or sqrt(q) or 1 where the range reaches 0. Kdot likewise with sqrt(D).
#pragma once

#include <cmath>
#include <memory>

#include "activation/entry_expectations.hpp"
#include "gaussian/table/angle_samples.hpp"
#include "gaussian/table/series_grid.hpp"
#include "parallel/watch.hpp"

namespace widegeo::gaussian {

/// One function of (a, b, theta).
struct AngleSeries {
  std::vector<unsigned> rank;  ///< of each degree
  std::vector<double> sign;    ///< s of each term; terms are numbered consecutively over degrees
  std::vector<double> table;   ///< |s|^(1/2) U of each term at node j: [j * terms + term]
  std::size_t terms() const { return sign.size(); }
  double cut = 0;           ///< bound of the truncated degrees and ranks, between the nodes too
  double slope = 0;         ///< largest derivative in theta on a fine mesh
  double cosine_slope = 0;  ///< the same in cos(theta)
  double least = HUGE_VAL;  ///< smallest value on the mesh at the first node
  double size = 0;          ///< largest sum of |terms| over degrees
};

class AngleTable {
 public:
  /// Throws Error(accuracy), stating the accuracy reached, and Error(input) for derivatives.
  static std::unique_ptr<AngleTable> make(const Activation& activation, double q_low, double q_high,
                                          const EntryNeed& need, unsigned threads, const Watch* watch = nullptr);

  /// Expected seconds on one core (entry_cost.hpp); infinite where make() refuses.
  static double cost(const Activation& activation, double q_low, double q_high, const EntryNeed& need);

  const EntryErrors& errors() const { return errors_; }
  const AngleSeries& K() const { return K_; }
  const AngleSeries& Kdot() const { return Kdot_; }
  /// For one variance q: K() returns J instead of K, with
  ///   sqrt(V V) - K = (q - n) J,   even activations: minor / q J,
  /// so that the gap keeps its relative accuracy at small angles.
  bool by_gap() const { return by_gap_; }
  bool even() const { return even_; }
  // Features of a point: those of K, then those of Kdot.
  std::size_t features() const { return K_.terms() + Kdot_.terms(); }
  void prepare(PointBatch& batch) const;

 private:
  enum class Size { root_V, root_q, one };
  AngleTable(double q_low, double q_high) : grid_(q_low, q_high) {}
  double scale(double q, double root_V) const;
  void adapt(const AngleSampler& sampler, double goal, unsigned threads);
  double value(const AngleSeries& series, double a, double b, double theta) const;

  bool make_gap(const AngleSampler& sampler, double D, double tolerance, unsigned threads);

  VarianceGrid grid_;
  bool by_gap_ = false, even_ = false;
  Size size_ = Size::root_V;
  std::vector<double> V_, D_;  ///< at the nodes; V by g^2 where the range reaches 0
  AngleSeries K_, Kdot_;
  EntryErrors errors_;
  double misfit_ = 0, V_misfit_ = 0, D_misfit_ = 0, gap_off_ = 0;
};

}  // namespace widegeo::gaussian
