// The Gaussian expectations through which an activation enters the geometry, behind one interface. Closed forms and
// quadrature implement it independently and share nothing else.
#pragma once

#include <vector>

#include "number/estimate.hpp"
#include "number/scalar.hpp"

namespace widegeo {

/// V(q) = E phi(sqrt(q) z)^2 and D(q) = E phi'(sqrt(q) z)^2 with their derivatives: V[k] = d^k V / dq^k, k = 0..order.
template <class T>
struct OnePoint {
  std::vector<T> V, D;
};

/// Covariance of the pre-activations (u, v) at x and y. `minor` = ab - n^2 >= 0, computed without cancellation.
template <class T>
struct Covariance {
  T a, b, n, minor;
  bool coincident = false;  ///< u = v exactly (a = b = n)
};

/// K = E phi(u)phi(v), Kdot = E phi'(u)phi'(v) = dK/dn, and the averages needed for first and mixed second derivatives.
/// With u = sqrt(a) z1, v = (n/sqrt(a)) z1 + sqrt(minor/a) z2, (z1, z2) standard normal:
///   Ka = dK/da, Kb = dK/db (n fixed in both),
///   radial = E phi'(u)phi'(v)(z1^2 - 1), mixed = E phi'(u)phi'(v) z1 z2, normal = E phi'(u)phi'(v)(z2^2 - 1).
/// All are finite for kinked phi, up to and including |rho| = 1 (where mixed = normal = 0).
template <class T>
struct TwoPoint {
  T K, Kdot, Ka, Kb, radial, mixed, normal;
};

enum class TwoPointNeed { kernel, derivatives };  ///< kernel: only K and Kdot are filled

template <class T>
class Expectations {
 public:
  virtual ~Expectations() = default;
  virtual OnePoint<T> one_point(const T& q, unsigned order) const = 0;
  virtual TwoPoint<T> two_point(const Covariance<T>& c, TwoPointNeed need) const = 0;
  virtual ErrorKind kind() const = 0;
};

}  // namespace widegeo
