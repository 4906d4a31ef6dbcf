// A panel of the line: a closed interval on which phi is proved to equal one analytic function (a Branch), with proved
// bounds of that function around it and its values at Gauss-Legendre nodes. Nothing here depends on a variance, so all
// of it is computed once and cached.
//
// For g analytic with |g| <= M on the ellipse with foci at the panel's ends and semi-axes l (rho +- 1/rho)/2, l half
// the panel's length, the truncation error of the rule with n >= 2 nodes is at most
//   l (64/15) M rho^(-2n) / (1 - rho^-2)                                                 (docs/math/quadrature.md)
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "number/ball/complex_ball.hpp"
#include "partition/branches.hpp"

namespace widegeo::partition {

/// Upper bounds of log |phi| and log |phi'|: +infinity if unknown, -infinity if the function vanishes.
struct LogBounds {
  double phi, dphi;
};

/// Gauss-Legendre nodes and weights on [-1, 1], cached for the process. Thread-safe.
struct LegendreRule {
  std::vector<Ball> node, weight;
  std::vector<double> node_double, weight_double;
};
std::shared_ptr<const LegendreRule> legendre_rule(unsigned count, long bits);

/// phi and phi' at the nodes of one rule: enclosures with radii below 2^-bits of the largest value on the panel.
struct PanelValues {
  std::vector<Ball> phi, dphi;
};

class Panel {
 public:
  /// low < high are exact. The activation must outlive the panel.
  Panel(const Activation& activation, Ball low, Ball high, std::shared_ptr<const Branch> branch, unsigned depth = 0);
  Panel(const Panel&) = delete;
  Panel& operator=(const Panel&) = delete;

  /// Sizes rho of the ellipses, in the order in which they are tried.
  static constexpr std::array<double, 3> ellipses{4.0, 2.6, 7.0};
  /// The ellipse lies in |Re x - centre| <= wide(i), |Im x| <= high(i).
  double wide(std::size_t ellipse) const;
  double high(std::size_t ellipse) const;
  /// log of l (64/15) rho^(-2 count) / (1 - rho^-2), the error of the rule per unit bound of g.
  double log_rule_error(std::size_t ellipse, unsigned count) const;

  /// Bounds on the ellipse; infinite unless the branch is proved to be analytic on all of it.
  const LogBounds& on_ellipse(std::size_t ellipse);
  /// Bounds on |Re x - centre| <= wide, |Im x| <= high; not cached.
  LogBounds on_rectangle(double wide, double high) const;
  /// Bounds on the panel itself, whether or not a single branch holds there.
  const LogBounds& on_line();
  /// Proves that phi equals this branch on the whole panel.
  bool branch_holds();

  const Ball& low() const { return low_; }
  const Ball& high_end() const { return high_; }
  /// The centre as a sum of two doubles; half the length, rounded up.
  double centre() const { return centre_; }
  double centre_rest() const { return centre_rest_; }
  double half_length() const { return half_; }
  Ball exact_centre() const;
  Ball exact_half_length() const;
  /// Smallest |x| on the panel, rounded down.
  double distance() const;
  unsigned depth() const { return depth_; }

  /// Values at the nodes of legendre_rule(count, .), to `bits` bits. Not thread-safe. Throws Error(accuracy) if no
  /// working precision suffices.
  const PanelValues& values(unsigned count, long bits);

  /// Each has the branch at its midpoint if none was proved for the whole panel.
  std::array<std::unique_ptr<Panel>, 2>& halves();

 private:
  LogBounds on_box(const ComplexBall& box) const;

  const Activation& activation_;
  Ball low_, high_;
  std::shared_ptr<const Branch> branch_;
  unsigned depth_;
  double centre_, centre_rest_, half_;
  long close_bits_;  ///< bits that separate points of the panel
  std::array<LogBounds, ellipses.size()> ellipse_bounds_;
  std::array<bool, ellipses.size()> ellipse_known_{};
  LogBounds line_bounds_{};
  bool line_known_ = false, branch_known_ = false, branch_proved_ = false;
  unsigned value_count_ = 0;
  long value_bits_ = 0;
  PanelValues values_;
  std::array<std::unique_ptr<Panel>, 2> halves_;
};

}  // namespace widegeo::partition
