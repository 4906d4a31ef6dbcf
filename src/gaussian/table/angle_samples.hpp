// E phi(u) phi(v) and E phi'(u) phi'(v) for all pairs of a list of variances at one angle.
#pragma once

#include <memory>
#include <vector>

#include "activation/activation.hpp"
#include "activation/expectations.hpp"

namespace widegeo::gaussian {

/// Entry (i, j) of the symmetric matrices at [i * size + j].
struct PairMatrices {
  std::vector<double> K, Kdot;
};

/// Kinks at 0 only (or none): in polar coordinates u = sqrt(a) r cos t, v = sqrt(b) r cos(t - theta) the lines of
/// non-smoothness of the product are rays, the same for all variances:
///   E f(u) g(v) = 1/(2 pi) int_0^inf r exp(-r^2/2) dr  [sum over both signs of (u, v)]
///                 (int over -pi/2 < t < theta - pi/2, where u v < 0)  +  (theta - pi/2 < t < pi/2, where u v > 0)
/// so one product of two Gauss-Legendre rules gives all pairs through a product of two matrices, the second of which is
/// the first with mirrored nodes. At a large variance phi(sqrt(q) .) is steep near those rays and near r = 0, towards
/// which the rule is then graded. Kinks elsewhere: two-point quadrature, pair by pair.
class AngleSampler {
 public:
  AngleSampler(const Activation& activation, double q_high, bool dot);
  bool polar() const { return polar_; }
  /// Typical number of nodes of the rule, both sectors together; and whether both signs of (u, v) are computed.
  double expected_nodes() const;
  bool both_signs() const { return parity_ == expr::Parity::none; }

  /// Chooses the polar rule for these variances: at some angles a finer rule must agree to `goal` relative to sqrt(V
  /// V), sqrt(D D). False if none does.
  bool choose(const std::vector<double>& variances, const std::vector<double>& root_V,
              const std::vector<double>& root_D, double goal);
  /// Difference between the finer and the chosen rule, or the largest two-point error so far.
  double error() const { return error_; }

  PairMatrices operator()(double theta, const std::vector<double>& variances) const;
  /// E (phi(u) - phi(v))^2 / 2 at one variance, as a sum of squares: no cancellation at small angles. Polar rule only.
  double half_distance(double theta, double q, bool finer = false) const;
  /// One pair by two-point quadrature, with its errors.
  TwoPoint<TrackedDouble> pair(double a, double b, double theta) const;
  OnePoint<TrackedDouble> one_point(double q) const { return quadrature_->one_point(TrackedDouble(q), 0); }

 private:
  PairMatrices in_polar(double theta, const std::vector<double>& variances, std::size_t angles, std::size_t radii,
                        bool differences = false) const;
  struct Slab;
  void fill(Slab& slab, double cosine, const std::vector<double>& radius, const std::vector<double>& variances) const;

  const Activation activation_;
  bool dot_, polar_ = false;
  double steepness_ = 1;  ///< above 1: the rules are graded
  expr::Parity parity_;
  double reach_ = 0, error_ = 0;
  std::size_t angles_ = 0, radii_ = 0;
  std::unique_ptr<Expectations<TrackedDouble>> quadrature_;
};

}  // namespace widegeo::gaussian
