// The quantities of `metric`, in the order they are printed: the table's, up to the scalar curvature.
#pragma once

#include <array>
#include <string>

#include "geometry/read_quantity.hpp"

namespace widegeo::api {

inline constexpr std::size_t quantity_count = static_cast<std::size_t>(GeometricQuantity::scalar_curvature) + 1;
inline constexpr auto quantity_names = [] {
  std::array<const char*, quantity_count> names{};
  for (std::size_t k = 0; k < quantity_count; ++k) names[k] = quantity_table[k].name.data();
  return names;
}();

/// Quantity k of a computed geometry.
template <class T>
T quantity(const RadialGeometry<T>& g, std::size_t k) {
  if (k >= quantity_count) throw Error(ErrorCode::input, "there is no quantity " + std::to_string(k), "metric");
  return read_quantity(g, static_cast<GeometricQuantity>(k));
}

/// Why quantity k has no meaning in dimension d; empty when it has.
inline std::string meaningless(std::size_t k, unsigned long d) {
  return std::string(absent_reason(static_cast<GeometricQuantity>(k), d));
}

}  // namespace widegeo::api
