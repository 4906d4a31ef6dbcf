// Tables of the names available in claims.
#include <array>

#include "statement/claim/claim.hpp"

namespace widegeo::statement {

std::span<const Quantity> quantities() {
  static const std::array<Quantity, 15> table{{
      {"A", "tangential coefficient of the metric g = A I + B x x^T"},
      {"B", "radial coefficient of the metric g = A I + B x x^T"},
      {"variance", "k(x, x) of the feature map: V(q) after the last activation, or q (layer pre)"},
      {"preactivation_variance", "q, the variance of the last preactivation"},
      {"q", "the same as preactivation_variance, unless the statement has a variable q of its own"},
      {"radial_eigenvalue", "A + B t, the eigenvalue of g along x"},
      {"tangential_eigenvalue", "A, the eigenvalue of g across x"},
      {"log_volume", "log sqrt det g = (d-1)/2 log A + 1/2 log(A + B t)", true},
      {"omega", "log A at depth 1, where g = e^omega (I + 2 omega' x x^T)"},
      {"sectional_radial", "sectional curvature of planes that contain x"},
      {"sectional_tangential", "sectional curvature of planes across x (dimension 3 or more)"},
      {"ricci_radial", "(d-1) sectional_radial", true},
      {"ricci_tangential", "sectional_radial + (d-2) sectional_tangential", true},
      {"scalar_curvature", "the Ricci scalar; the unit 2-sphere has +2", true},
      {"defect", "B - 2 dA/dt, which is 0 where the metric is a Hessian (depth 1)"},
  }};
  return table;
}

std::span<const Quantity> functions() {
  static const std::array<Quantity, 8> table{{
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
