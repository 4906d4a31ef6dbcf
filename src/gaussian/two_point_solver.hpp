// Chooses step and precision for the two-point integrals, and turns them into the quantities of the interface.
#pragma once

#include <array>
#include <map>
#include <mutex>

#include "activation/expectations.hpp"
#include "gaussian/one_point_solver.hpp"
#include "gaussian/two_point.hpp"

namespace widegeo::gaussian {

class TwoPointSolver {
 public:
  TwoPointSolver(const Activation& activation, const OnePointSolver& one_point, unsigned threads);

  /// Errors hold truncation, rounding and what the errors of the covariance bring.
  TwoPoint<TrackedDouble> solve(const Covariance<TrackedDouble>& c, TwoPointNeed need) const;
  /// `digits`: correct digits wanted, relative to the terms that make up each quantity.
  TwoPoint<Real> solve(const Covariance<Real>& c, TwoPointNeed need, unsigned digits) const;

 private:
  template <class T>
  struct Quantities {  ///< in the order of TwoPoint
    std::array<quadrature::Integral<T>, 7> list;
    quadrature::Integral<T> u_dphi;
  };
  template <class T>
  Quantities<T> assemble(const PairIntegrals<T>& p, const PairLaw<T>& law) const;
  PairIntegrals<double> run(const PairLaw<double>& law, double h, double reach) const;
  PairIntegrals<double> converge(const PairLaw<double>& law, double& h, double& reach) const;
  PairIntegrals<Real> converge(const PairLaw<Real>& law, unsigned working) const;
  Real mean_value(const PairLaw<Real>& law, unsigned working) const;
  void require(double a, double b, double minor, TwoPointNeed need) const;
  TwoPoint<Real> degenerate(const Covariance<Real>& c, TwoPointNeed need, unsigned digits) const;
  TwoPoint<TrackedDouble> lifted(const Covariance<TrackedDouble>& c, TwoPointNeed need, unsigned digits) const;
  /// Averages that live beyond the reach of the double rule: digits are doubled until two results agree.
  TwoPoint<TrackedDouble> from_the_tail(const Covariance<TrackedDouble>& c, TwoPointNeed need) const;

  using Key = std::array<int, 4>;  ///< sizes of root_a, slope, sigma on a logarithmic scale, digits
  struct Found {
    double h = 0, reach = 0;
  };
  static Key key_of(const PairLaw<double>& law, unsigned digits);

  const Activation& activation_;
  const OnePointSolver& one_point_;
  Problem<double> problem_;
  unsigned threads_;
  mutable std::mutex mutex_;
  mutable std::map<Key, Found> found_;
};

}  // namespace widegeo::gaussian
