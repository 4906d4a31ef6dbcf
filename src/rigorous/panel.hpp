// A panel [a, b] of the line: Gauss-Legendre quadrature of phi^2 and phi'^2 against any Gaussian weight, with a proved
// error bound. Everything independent of the weight is computed once and cached: the values at the nodes, and bounds of
// |phi|^2 and |phi'|^2 on Bernstein ellipses around the panel.
//
// For g analytic with |g| <= M on the ellipse with foci a, b and semi-axes l (rho +- 1/rho)/2, l = (b - a)/2, n >= 2:
//   |int g - sum of n nodes| <= l (64/15) M rho^(-2n) / (1 - rho^-2)         (docs/math/rigorous.md)
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "partition/branches.hpp"

namespace widegeo::rigorous {

using partition::Branch;

/// Two integrands are treated together: those of V (index 0) and D (index 1).
using Two = std::array<double, 2>;

/// Upper bound of exp(log_value + exponent), and 0 for log_value = -infinity: never 0 by underflow.
double weighted(double log_value, double exponent);

/// The nodes and weights of Gauss-Legendre quadrature on [-1, 1] at the working precision of balls.
struct GaussRule {
  std::vector<Ball> node, weight;
};
GaussRule gauss_rule(unsigned count);

struct PanelSettings {
  GaussRule rule;
  long bits = 0;        ///< of the values at the nodes
  long proof_bits = 0;  ///< of the proof that a branch holds
};

class Panel {
 public:
  Panel(Ball low, Ball high, std::shared_ptr<const Branch> branch);

  /// Sizes rho of the ellipses, in the order in which they are tried.
  static constexpr std::array<double, 5> ellipses{4.0, 6.0, 3.0, 2.2, 10.0};

  /// One node: x^2 and weight * (phi(x)^2, phi'(x)^2), the panel's half-width included.
  struct Node {
    Ball square;
    std::array<Ball, 2> value;
    double square_low;  ///< lower bound of x^2
    Two value_log;      ///< upper bounds of the logarithms of the values
  };
  const std::vector<Node>& nodes(const PanelSettings& settings);

  /// Bounds of the truncation error with the weight exp(-decay_real Re(x)^2 + grow_imaginary Im(x)^2), on one ellipse;
  /// infinite unless the branch is known to be analytic there.
  Two error(std::size_t ellipse, double decay_real, double grow_imaginary, std::size_t node_count);

  /// Bounds of the unweighted integrals from the range of the branch on [a, b]; infinite if unknown.
  Two plain();

  bool branch_holds(const PanelSettings& settings);
  /// Smallest |x| on the panel.
  double distance() const;
  double width() const;
  bool can_split() const { return depth_ < most_depth; }
  std::array<Panel, 2>& halves();

 private:
  static constexpr unsigned most_depth = 200;

  /// One box of a cover of the upper half of an ellipse: |Re x| >= real, |Im x| <= imaginary, with bounds of the
  /// logarithms of |phi|^2 and |phi'|^2.
  struct Box {
    double real, imaginary;
    Two bound_log;
  };
  struct Cover {
    bool known = false;
    std::vector<Box> boxes;  ///< empty: not analytic
  };
  void cover(std::size_t ellipse);
  bool cover_box(std::vector<Box>& boxes, double left, double right, double bottom, double top, unsigned depth);

  Ball low_, high_;
  std::shared_ptr<const Branch> branch_;
  unsigned depth_ = 0;
  std::array<Cover, ellipses.size()> covers_;
  std::vector<Node> nodes_;
  bool plain_known_ = false, branch_proved_ = false;
  Two plain_{};
  std::unique_ptr<std::array<Panel, 2>> halves_;
};

}  // namespace widegeo::rigorous
