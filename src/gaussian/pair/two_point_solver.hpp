// The two-point integrals behind the Expectations interface: degenerate covariances, errors of the inputs.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "activation/expectations.hpp"
#include "gaussian/one_point/one_point_solver.hpp"
#include "gaussian/pair/two_point.hpp"

namespace widegeo::gaussian {

class TwoPointSolver {
 public:
  TwoPointSolver(const Activation& activation, const OnePointSolver& one_point, unsigned threads);

  /// The errors include a proved bound of the truncation error, rounding, and the propagated errors of the covariance.
  TwoPoint<TrackedDouble> solve(const Covariance<TrackedDouble>& c, TwoPointNeed need) const;
  /// `digits`: correct digits required, relative to sqrt(V V) and sqrt(D D).
  TwoPoint<Real> solve(const Covariance<Real>& c, TwoPointNeed need, unsigned digits) const;

 private:
  /// Bounds of the derivatives with respect to log root_a, slope and log sigma.
  template <class T>
  struct LawMoves {
    T root_a, slope, sigma;
  };
  template <class T>
  struct Quantities {
    std::array<Integral<T>, 7> list;  ///< in the order of TwoPoint
    /// For K and for Kdot; empty where no computed average gives a bound.
    std::optional<LawMoves<T>> value_moves, slope_moves;
    bool finite = true;
  };
  /// `moves`: also compute what the two bounds of derivatives need.
  template <class T>
  Quantities<T> quantities(const PairLaw<T>& law, const PairLaw<Ball>& exact, TwoPointNeed need, unsigned digits,
                           bool moves) const;
  template <class T>
  Quantities<T> assemble(const PairIntegrals<T>& p, const PairLaw<T>& law) const;
  /// Upper bounds of log V and log D.
  partition::LogBounds sizes(double q) const;
  void require(double a, double b, double minor, TwoPointNeed need) const;
  TwoPoint<Real> degenerate(const Covariance<Real>& c, TwoPointNeed need, unsigned digits) const;
  /// Adds the propagated errors of the covariance to the first `count` numbers of `out`.
  void add_input_errors(const Covariance<TrackedDouble>& c, const PairLaw<Ball>& law, const Quantities<double>& base,
                        std::size_t count, TwoPointNeed need, std::span<TrackedDouble* const> out) const;
  TwoPoint<TrackedDouble> lifted(const Covariance<TrackedDouble>& c, TwoPointNeed need, unsigned digits) const;

  const Activation& activation_;
  const OnePointSolver& one_point_;
  unsigned threads_;
};

}  // namespace widegeo::gaussian
