// The nodes of E f(sqrt(q) z), z ~ N(0, 1), for f made of phi and phi': panels of the partition, each with one
// Gauss-Legendre rule, chosen so that a PROVED bound of everything that the nodes miss is below the wanted error: the
// rule's error on each panel by the bound of phi on an ellipse around it, panels and gaps that weigh nothing by the
// range of phi, and the two tails by envelopes. A bump between the nodes is on some panel, and its bound says so.
#pragma once

#include <vector>

#include "partition/partition.hpp"

namespace widegeo::gaussian {

struct LineRequest {
  double q_low, q_high;  ///< the choice serves every variance between
  unsigned order = 0;    ///< derivatives in q
  double nats = 41;      ///< errors below e^-nats of `scale`
  bool slope = true;     ///< integrals of phi'^2 are wanted
  bool symmetric = false;
  partition::LogBounds scale;  ///< logarithms of V and D, roughly: the error bounds hold whatever it is
  unsigned coefficients = 1;   ///< Hermite coefficients whose errors are wanted, relative to sqrt(V), sqrt(D)
  /// Also below e^-nats of each panel's own share, which a few points give in double: fewer panels, but too large an
  /// error where phi cancels there.
  bool shares = true;
};

/// Logarithms of what is missed in
///   value[k] = E phi^2 He_2k(z),   mixed[k] = E phi phi' He_{2k-1}(z),   slope[k] = E phi'^2 He_2k(z)
/// and in the Hermite coefficients E phi h_k(z), E phi' h_k(z), h_k = He_k / sqrt(k!) (mean, mean_slope).
struct LineErrors {
  std::vector<double> value, mixed, slope, mean, mean_slope;
};

struct LineChoice {
  unsigned count = 0;  ///< nodes of each panel
  std::vector<partition::Panel*> panels;
  LineErrors error;
};

/// Throws Error(accuracy), naming the place, where the panels that are allowed do not resolve phi. Locks the partition.
LineChoice choose_panels(partition::Partition& partition, const LineRequest& request);

/// log(e^a + e^b)
double log_add(double a, double b);

}  // namespace widegeo::gaussian
