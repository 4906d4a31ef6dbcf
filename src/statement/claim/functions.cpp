#include <array>

#include "statement/claim/claim.hpp"

namespace widegeo::statement {

std::span<const Function> functions() {
  static const std::array<Function, 8> table{{
      {"V(q)", "E phi(sqrt(q) z)^2, z standard normal"},
      {"D(q)", "E phi'(sqrt(q) z)^2"},
      {"K(a, b, n)", "E phi(u) phi(v), u and v normal with variances a, b and covariance n"},
      {"Kdot(a, b, n)", "E phi'(u) phi'(v) = dK/dn"},
      {"kernel(xx, yy, xy)", "the kernel of the network at inputs with |x|^2 = xx, |y|^2 = yy, x.y = xy"},
      {"ntk(xx, yy, xy)", "the neural tangent kernel at these inputs"},
      {"derivative(E)", "d E / dt, t = |x|^2"},
      {"derivative(E, k)", "the k-th derivative of E in t"},
  }};
  return table;
}

}  // namespace widegeo::statement
