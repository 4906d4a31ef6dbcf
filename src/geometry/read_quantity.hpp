// A quantity of the table, read from a computed geometry.
#pragma once

#include "geometry/radial.hpp"
#include "number/error.hpp"
#include "quantity/quantity.hpp"

namespace widegeo {

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wswitch"

/// Without meaning where absent_reason(q, dimension) gives a reason; omega is that of depth 1. Throws Error(input) for
/// a variance that the geometry was made without.
template <class T>
T read_quantity(const RadialGeometry<T>& g, GeometricQuantity q) {
  switch (q) {
    case GeometricQuantity::A:
      return g.A;
    case GeometricQuantity::B:
      return g.B;
    case GeometricQuantity::radial_eigenvalue:
      return g.radial_eigenvalue;
    case GeometricQuantity::tangential_eigenvalue:
      return g.tangential_eigenvalue;
    case GeometricQuantity::log_volume:
      return g.log_volume;
    case GeometricQuantity::sectional_radial:
      return g.sectional_radial;
    case GeometricQuantity::sectional_tangential:
      return g.sectional_tangential;
    case GeometricQuantity::ricci_radial:
      return g.ricci_radial;
    case GeometricQuantity::ricci_tangential:
      return g.ricci_tangential;
    case GeometricQuantity::scalar_curvature:
      return g.scalar_curvature;
    case GeometricQuantity::defect:
      return g.defect;
    case GeometricQuantity::omega:
      return log(g.A);
    case GeometricQuantity::preactivation_variance:
      if (g.preactivation_variance) return *g.preactivation_variance;
      break;
    case GeometricQuantity::variance:
      if (g.variance) return *g.variance;
      break;
  }
  throw Error(ErrorCode::input, "the geometry was computed without this quantity", std::to_string(static_cast<int>(q)));
}

#pragma GCC diagnostic pop

}  // namespace widegeo
