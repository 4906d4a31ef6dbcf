// The Hermite coefficients of an activation as functions of the variance, truncated according to Parseval's tail.
//   phi(sqrt(q) z) = sum_k c_k(q) He_k(z)/sqrt(k!),   c_{k+1} = sqrt(q) e_{k+1},   e_{k+1} = d_k / sqrt(k+1)
//   K = c_0 c_0 + n sum_{k>=1} e_k(a) e_k(b) rho^(k-1)
// e_k is finite at q = 0, where c_k vanishes. Odd and even activations have every second term only:
//   K = c_0 c_0 + front Q(x),   Q = sum_m e_k(m)(a) e_k(m)(b) x^m
//   no parity: k = m+1, x = rho, front = n;   odd: k = 2m+1, x = rho^2, front = n;   even: k = 2m+2, x = rho^2,
//   front = n rho.
#pragma once

#include <memory>

#include "activation/entry_expectations.hpp"
#include "gaussian/table/series_grid.hpp"
#include "gaussian/table/series_points.hpp"
#include "parallel/watch.hpp"

namespace widegeo::gaussian {

class SeriesTable {
 public:
  /// Null if more than `most` terms of the full series would be needed, or if the coefficients do not reach the
  /// tolerance.
  static std::unique_ptr<SeriesTable> make(const Activation& activation, double q_low, double q_high,
                                           const EntryNeed& need, unsigned most, unsigned threads,
                                           const Watch* watch = nullptr);

  /// Estimated size of a table, from a few points: number of terms (0: cannot be made), initial panels, nodes of the
  /// rule.
  struct Plan {
    std::size_t terms = 0, panels = 1;
    std::size_t nodes = 0;  ///< of the rule at q_high
  };
  /// Maximal number of terms of the full series that a table may have.
  static unsigned most_terms(const Activation& activation, const EntryNeed& need);
  static Plan plan(const Activation& activation, double q_low, double q_high, const EntryNeed& need, unsigned most,
                   const Watch* watch = nullptr);

  expr::Parity parity() const { return parity_; }
  std::size_t terms() const { return terms_; }
  const EntryErrors& errors() const { return errors_; }
  bool derivatives() const { return derivatives_; }

  // Features of a point: 1/sqrt(q) (0 at 0), sqrt(q), c_0, e by m, and, with derivatives, h_0, h by m.
  static constexpr std::size_t inverse_root = 0, root = 1, first = 2, series = 3;
  std::size_t h_first() const { return series + terms_; }
  std::size_t h_series() const { return series + terms_ + 1; }
  std::size_t features() const { return series + terms_ + (derivatives_ ? 1 + terms_ : 0); }
  void prepare(PointBatch& batch) const;

 private:
  SeriesTable(double q_low, double q_high) : grid_(q_low, q_high) {}
  expr::Parity parity_ = expr::Parity::none;
  std::size_t terms_ = 0;
  bool derivatives_ = false;
  bool by_variance_ = false;  ///< V(q)/q and c_0/sqrt(q) are stored: phi(0) = 0 and the range reaches 0
  VarianceGrid grid_;
  std::size_t kept_ = 0;
  std::vector<double> table_;  ///< of node j: V, D, c_0, e, h_0, h at [j * kept_]
  EntryErrors errors_;
};

}  // namespace widegeo::gaussian
