// V(q) = E phi(sqrt(q) z)^2, D(q) = E phi'(sqrt(q) z)^2 and their q-derivatives in one pass over the nodes of the
// panels:
//   D^(k) = E[phi'^2 He_2k(z)] / (2q)^k
//   V^(k) = 2 sqrt(q) E[phi phi' He_{2k-1}(z)] / (2q)^k    (one integration by parts: phi is continuous)
//         = E[phi^2 He_2k(z)] / (2q)^k                     (when phi jumps or phi' is not square integrable)
#pragma once

#include "gaussian/integral.hpp"
#include "gaussian/one_point/line_rule.hpp"

namespace widegeo::gaussian {

template <class T>
struct OnePointIntegrals {
  std::vector<Integral<T>> V, D;  ///< D is empty when it diverges
  bool finite = true;             ///< false: out of the range of double
};

/// Nodes of one choice of panels as doubles: x, and phi^2, phi phi', phi'^2 times the weights of the rule.
struct LineNodes {
  std::vector<double> x, value, mixed, slope;
  LineErrors error;
  bool symmetric = false;
  bool finite = true;
};
LineNodes make_line_nodes(partition::Partition& partition, const LineChoice& choice, bool symmetric);

/// by_parts: phi has no jump. slope: D too. The error includes the rounding of every step.
OnePointIntegrals<double> integrate_line(const LineNodes& nodes, double q, unsigned order, bool by_parts, bool slope);

/// The same at the working precision, which includes some guard digits.
OnePointIntegrals<Real> integrate_line(partition::Partition& partition, const LineChoice& choice, const Real& q,
                                       unsigned order, bool by_parts, bool slope, bool symmetric, unsigned threads);

/// E phi, E phi', E z phi' and E (z^2 - 1) phi'; the choice must not be symmetric, and made with 3 coefficients.
struct LineMeans {
  Real phi, dphi, z_dphi, second_dphi;
};
LineMeans integrate_means(partition::Partition& partition, const LineChoice& choice, const Real& q, unsigned threads);

}  // namespace widegeo::gaussian
