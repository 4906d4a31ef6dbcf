// The quantities of `metric`, in the order they are printed.
#pragma once

#include <array>
#include <string>

#include "geometry/radial.hpp"
#include "number/error.hpp"

namespace widegeo::api {

inline constexpr std::size_t quantity_count = 10;
inline constexpr std::array<const char*, quantity_count> quantity_names{"A",
                                                                        "B",
                                                                        "radial_eigenvalue",
                                                                        "tangential_eigenvalue",
                                                                        "log_volume",
                                                                        "sectional_radial",
                                                                        "sectional_tangential",
                                                                        "ricci_radial",
                                                                        "ricci_tangential",
                                                                        "scalar_curvature"};

/// Quantity k of a computed geometry.
template <class T>
const T& quantity(const RadialGeometry<T>& g, std::size_t k) {
  switch (k) {
    case 0:
      return g.A;
    case 1:
      return g.B;
    case 2:
      return g.radial_eigenvalue;
    case 3:
      return g.tangential_eigenvalue;
    case 4:
      return g.log_volume;
    case 5:
      return g.sectional_radial;
    case 6:
      return g.sectional_tangential;
    case 7:
      return g.ricci_radial;
    case 8:
      return g.ricci_tangential;
    case 9:
      return g.scalar_curvature;
    default:
      break;
  }
  throw Error(ErrorCode::input, "there is no quantity " + std::to_string(k), "metric");
}

/// Why quantity k has no meaning in dimension d; empty when it has.
inline std::string meaningless(std::size_t k, unsigned long d) {
  if (d == 1 && k == 3) return "in dimension 1 there is no tangential direction";
  if (d == 1 && k >= 5) return "in dimension 1 there is no plane, hence no curvature";
  if (d == 2 && k == 6) return "in dimension 2 no plane is normal to x";
  return {};
}

}  // namespace widegeo::api
