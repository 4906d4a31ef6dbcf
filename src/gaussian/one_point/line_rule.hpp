// The nodes for E f(sqrt(q) z), z ~ N(0, 1), with f made of phi and phi': panels of the partition, each with one
// Gauss-Legendre rule, chosen so that a PROVED bound of the total truncation error is below the requested error. The
// rule's error on a panel is bounded through phi on an ellipse around it, omitted panels and gaps through the range of
// phi, and the two tails through envelopes. A bump between nodes is on some panel, whose bound shows it.
#pragma once

#include <vector>

#include "partition/partition.hpp"

namespace widegeo::gaussian {

struct LineRequest {
  double q_low, q_high;  ///< the choice must serve every variance in between
  unsigned order = 0;    ///< derivatives in q
  double nats = 41;      ///< errors below e^-nats of `scale`
  bool slope = true;     ///< integrals of phi'^2 too
  bool symmetric = false;
  partition::LogBounds scale;  ///< rough logarithms of V and D; the error bounds hold for any
  unsigned coefficients = 1;   ///< Hermite coefficients needed with errors relative to sqrt(V), sqrt(D)
  /// Also keep errors below e^-nats of each panel's own share, estimated from a few points in double: fewer panels, but
  /// too large an error where phi cancels there.
  bool shares = true;
};

/// Logarithms of the truncation errors of
///   value[k] = E phi^2 He_2k(z),   mixed[k] = E phi phi' He_{2k-1}(z),   slope[k] = E phi'^2 He_2k(z)
/// and in the Hermite coefficients E phi h_k(z), E phi' h_k(z), h_k = He_k / sqrt(k!) (mean, mean_slope).
struct LineErrors {
  std::vector<double> value, mixed, slope, mean, mean_slope;
};

struct LineChoice {
  unsigned count = 0;  ///< nodes per panel
  std::vector<partition::Panel*> panels;
  LineErrors error;
};

/// Throws Error(accuracy), naming the place, if phi is not resolved within the allowed number of panels. Locks the
/// partition.
LineChoice choose_panels(partition::Partition& partition, const LineRequest& request);

/// log(e^a + e^b)
double log_add(double a, double b);

}  // namespace widegeo::gaussian
