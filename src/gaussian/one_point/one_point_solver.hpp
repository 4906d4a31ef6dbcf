// One-point integrals of one activation; caches its partition and the choices of panels made on it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <utility>

#include "gaussian/one_point/one_point.hpp"
#include "gaussian/problem.hpp"

namespace widegeo::gaussian {

/// A choice of panels serves a bucket of variances (a factor sqrt 2; less where phi grows like exp(c x^2)). Every error
/// includes a proved bound of the truncation error.
class OnePointSolver {
 public:
  OnePointSolver(const Activation& activation, unsigned threads);

  bool derivative_diverges() const { return problem_.jump; }

  /// Throws Error(accuracy) if no method succeeds. `spare`: also the derivative of order + 1, at any accuracy (to
  /// propagate errors of q).
  OnePointIntegrals<double> solve(double q, unsigned order, bool spare) const;
  /// `digits`: correct digits required of each number (relative to itself, or to its cancelling terms where it
  /// vanishes).
  OnePointIntegrals<Real> solve(const Real& q, unsigned order, unsigned digits) const;

  /// The partition whose gaps are negligible at `digits` digits; cached.
  partition::Partition& partition(unsigned digits) const;
  const Problem<double>& problem() const { return problem_; }
  /// Logarithms of E phi^2 and E phi'^2 at q, up to a small factor.
  partition::LogBounds size(double q) const;
  /// Message: why averages at variances not below q may fail to reach the requested digits.
  std::string why_not_reached(double q) const;
  /// Panels for every variance of a bucket around q, with errors below e^-nats of size(q). `coefficients`: number of
  /// Hermite coefficients that must reach this accuracy too. `below`: panels for q alone, with errors smaller by
  /// exp(-below). `shares`: see LineRequest.
  LineChoice choose(double q, unsigned order, unsigned digits, double nats, bool symmetric, unsigned coefficients = 1,
                    double below = 0, bool shares = true) const;

 private:
  struct Plan {
    LineNodes nodes;
    bool lift = false;  ///< doubles lose too many digits to cancellation: compute in Real and round
  };
  std::shared_ptr<const Plan> plan_for(double q, unsigned order, bool spare) const;
  std::shared_ptr<const Plan> make_plan(double q, unsigned order, bool spare) const;
  OnePointIntegrals<double> lifted(double q, unsigned order) const;

  using ChoiceKey = std::tuple<int, unsigned, unsigned>;  ///< bucket, order, digits
  LineChoice kept_choice(const ChoiceKey& key, const std::function<LineChoice()>& make) const;

  int bucket_of(double q) const;
  double low_of(int bucket) const;
  double high_of(int bucket) const;
  double middle_of(int bucket) const;

  const Activation& activation_;
  Problem<double> problem_;
  unsigned threads_;
  double per_octave_;  ///< buckets of variances per octave
  mutable std::mutex mutex_;
  mutable std::map<long, std::unique_ptr<partition::Partition>> partitions_;       // key: bits of the smallest gaps
  mutable std::map<int, partition::LogBounds> sizes_;                              // by bucket
  mutable std::map<std::pair<int, unsigned>, std::shared_ptr<const Plan>> plans_;  // bucket, 2 order + spare
  mutable std::map<ChoiceKey, LineChoice> choices_;
};

}  // namespace widegeo::gaussian
