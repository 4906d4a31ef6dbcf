// Nodes of E f(u) g(v) for a pair of preactivations u = root_a z1, v = slope z1 + sigma z2, with a proved bound of what
// they miss. Outside, panels in u as in line_rule.hpp. Inside, for each of them, one of
//   narrow   panels in v under the conditional Gaussian of width sigma: the inner average varies on the scale sigma, so
//            the panel in u must not be much longer than sigma root_a / slope;
//   wide     phi is one analytic function on all that v can reach from the panel: the trapezoid rule in z2 evaluates it
//            there, with an error below 2 M exp(-(2 pi / h)^2 / 2), |phi| <= M for |Im z2| <= 2 pi / h. Where sigma is
//            small against the panel a few Gauss-Hermite nodes do (hermite_rule.hpp).
// Panels in u are halved until one of the two has its error below the wanted one. Near a kink of phi(v) that gives
// panels graded down to sigma, however near the pair is to coincidence. What is cut off (|z1|, |z2| large) is bounded
// by Cauchy and Schwarz: E |f(u) g(v)| over an event A of z2 is at most sqrt(E f^2 P(A) E g^2).
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
  Ball root_a, slope, sigma;   ///< to enough digits to place v within a small part of sigma; sigma = 0: parallel inputs
  double nats = 41;            ///< errors below e^-nats of sqrt(V V) and sqrt(D D)
  bool slope_wanted = true;    ///< averages with phi'(u) or phi'(v)
  bool moments = false;        ///< averages with second moments of z1 and z2
  bool symmetric = false;      ///< f(-u) g(-v) = f(u) g(v): u >= 0 alone, doubled
  double most_products = 6e7;  ///< work allowed, in products of values that are summed: more is refused
  double enclosure = 1;        ///< what phi by balls costs more than by numbers of the type in use
  partition::LogBounds at_a, at_b;  ///< upper bounds of log V and log D at the two variances
};

struct OuterPanel {
  partition::Panel* panel;
  std::shared_ptr<const partition::Branch> branch;  ///< of a wide one: what phi is on all that v can reach; else null
  unsigned hermite = 0;                             ///< of a wide one: Gauss-Hermite nodes, 0 for the trapezoid rule
  std::vector<partition::Panel*> inner;             ///< of a narrow one
};

struct PairChoice {
  unsigned count = 0;  ///< nodes of each panel
  double step = 0;     ///< of the trapezoid rule in z2; its nodes are j step, |j| <= most
  long most = 0;
  std::vector<OuterPanel> panels;
  /// Logarithms of what is missed in averages of phi phi, of phi' phi' and of phi phi'.
  double error_values = 0, error_slopes = 0, error_mixed = 0;
  /// Logarithms of sqrt(V V) and sqrt(D D).
  double size_values = 0, size_slopes = 0;
};

/// Throws Error(accuracy), naming the place, where the panels that are allowed do not resolve phi. Locks the partition.
PairChoice choose_pair(partition::Partition& partition, const PairRequest& request);

}  // namespace widegeo::gaussian
