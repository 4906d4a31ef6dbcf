// Nodes for E f(u) g(v) over a pair of pre-activations u = root_a z1, v = slope z1 + sigma z2, with a proved bound of
// the truncation error. The outer panels are in u as in line_rule.hpp; inside each of them, one of
//   narrow   panels in v under the conditional Gaussian of width sigma: the inner average varies on the scale sigma, so
//            the panel in u must not be much longer than sigma root_a / slope;
//   wide     phi is one analytic function on all v within reach of the panel: the trapezoid rule in z2 evaluates it
//            there, with an error below 2 M exp(-(2 pi / h)^2 / 2), |phi| <= M for |Im z2| <= 2 pi / h. Where sigma is
//            small relative to the panel, a few Gauss-Hermite nodes suffice (hermite_rule.hpp).
// Panels in u are halved until one of the two meets the requested error. Near a kink of phi(v) the panels become graded
// down to sigma, however close the pair is to coincidence. Truncation of large |z1|, |z2| is bounded by Cauchy-Schwarz:
// E |f(u) g(v)| over an event A of z2 is at most sqrt(E f^2 P(A) E g^2).
#pragma once

#include <memory>
#include <vector>

#include "gaussian/one_point/line_rule.hpp"

namespace widegeo::gaussian {

template <class T>
struct PairLaw {
  T root_a, slope, sigma;  ///< sqrt(a), n / sqrt(a), sqrt(minor / a)
};

struct PairRequest {
  Ball root_a, slope, sigma;        ///< with digits to resolve v on the scale sigma; sigma = 0: parallel
  double nats = 41;                 ///< errors below e^-nats of sqrt(V V) and sqrt(D D)
  bool slope_wanted = true;         ///< averages with phi'(u) or phi'(v)
  bool moments = false;             ///< averages with second moments of z1 and z2
  bool symmetric = false;           ///< f(-u) g(-v) = f(u) g(v): only u >= 0 is integrated, then doubled
  double most_products = 6e7;       ///< limit of the work, in products summed; beyond it the request is refused
  double enclosure = 1;             ///< cost of phi in balls relative to the number type in use
  partition::LogBounds at_a, at_b;  ///< upper bounds of log V and log D at the two variances
};

struct OuterPanel {
  partition::Panel* panel;
  std::shared_ptr<const partition::Branch> branch;  ///< wide: branch of phi on all v within reach; else null
  unsigned hermite = 0;                             ///< wide: number of Gauss-Hermite nodes, 0 for the trapezoid rule
  std::vector<partition::Panel*> inner;             ///< narrow: the inner panels
};

struct PairChoice {
  unsigned count = 0;  ///< nodes per panel
  double step = 0;     ///< of the trapezoid rule in z2; its nodes are j step, |j| <= most
  long most = 0;
  std::vector<OuterPanel> panels;
  /// Logarithms of the truncation errors of averages of phi phi, of phi' phi' and of phi phi'.
  double error_values = 0, error_slopes = 0, error_mixed = 0;
  /// Logarithms of sqrt(V V) and sqrt(D D).
  double size_values = 0, size_slopes = 0;
};

/// Throws Error(accuracy), naming the place, if phi is not resolved within the allowed number of panels. Locks the
/// partition.
PairChoice choose_pair(partition::Partition& partition, const PairRequest& request);

}  // namespace widegeo::gaussian
