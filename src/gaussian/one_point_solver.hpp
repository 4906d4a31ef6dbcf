// Chooses step, range and precision for the one-point integrals, and remembers what it chose.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "gaussian/one_point.hpp"

namespace widegeo::gaussian {

/// A plan is made for a bucket of variances (a factor sqrt 2) by halving the step until the differences show
/// convergence, then stretching the step to what the observed rate allows, and checking the outcome against another,
/// incommensurate step. Where no map suits (an oscillation over the whole range of x: sin at a large variance) nearly
/// uniform nodes in z do: for phi of band limit w (in z) the error is about exp(-(2 pi/step - 2 w)^2/2). Such nodes are
/// trusted only where they follow phi: coarser ones may agree by luck and alias elsewhere in the bucket. Every later
/// call repeats the error estimate with its own three sums; a call that a plan does not serve makes its own.
class OnePointSolver {
 public:
  OnePointSolver(const Activation& activation, unsigned threads);

  bool derivative_diverges() const { return problem_.jump; }

  /// Throws Error(accuracy) when nothing served.
  /// `spare`: also the derivative of order + 1, at whatever accuracy comes (for inherited errors).
  OnePointIntegrals<double> solve(double q, unsigned order, bool spare) const;
  /// `digits`: correct digits wanted of each number (relative to itself, or to its cancelling terms where it vanishes).
  OnePointIntegrals<Real> solve(const Real& q, unsigned order, unsigned digits) const;

 private:
  struct Plan {
    double h = 0, reach = 0, spread = 1, rate = 0;
    bool converged = false;  ///< by doubles
    bool lift = false;       ///< doubles lose too many digits to cancellation: use Real and round
    std::shared_ptr<const Rule<double>> rule;
  };
  struct RealPlan {
    double h = 0, reach = 0, spread = 1;
  };
  Plan make_plan(double q, unsigned order, bool spare) const;
  /// uniform: `spread` stands for nearly uniform nodes in z.
  Plan try_spread(double q, unsigned order, double spread, std::size_t most_nodes, bool uniform) const;
  double uniform_spread(double q) const;
  Plan plan_for(double q, unsigned order, bool spare) const;
  OnePointIntegrals<double> lifted(double q, unsigned order) const;

  const Activation& activation_;
  Problem<double> problem_;
  unsigned threads_;
  mutable std::mutex mutex_;
  mutable std::map<std::pair<int, unsigned>, Plan> plans_;                                // bucket, 2 order + spare
  mutable std::map<std::pair<int, std::pair<unsigned, unsigned>>, RealPlan> real_plans_;  // bucket, (order, digits)
};

}  // namespace widegeo::gaussian
