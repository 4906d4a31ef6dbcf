// The geometric quantities of a network at one point: the one table that every module takes their names from.
//
// A new quantity costs an enumerator and an entry below, and
//   geometry/read_quantity.hpp           a case: its value in a computed geometry
//   statement/evaluation/evaluation.hpp  a case: its Taylor series in claims
//   docs/reference/claims.md             a line
// The compiler refuses a switch that lacks it. Simulated networks refuse it until montecarlo/observable.hpp and .cpp
// say how it is measured.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace widegeo {

/// In the order of the table. The first ten, up to the scalar curvature, are what `widegeo metric` prints.
enum class GeometricQuantity {
  A,
  B,
  radial_eigenvalue,
  tangential_eigenvalue,
  log_volume,
  sectional_radial,
  sectional_tangential,
  ricci_radial,
  ricci_tangential,
  scalar_curvature,
  defect,
  omega,
  preactivation_variance,
  variance,  ///< the last one: a new quantity stands before it
};

struct QuantityEntry {
  GeometricQuantity quantity;
  std::string_view name;  ///< ends with a 0 character
  std::string_view meaning;
  std::string_view latex;
  unsigned order;                      ///< derivatives in t of A that it needs, those within B = 2A' + ... included
  bool uses_dimension = false;         ///< its value depends on the dimension
  unsigned least_dimension = 1;        ///< where it exists
  std::string_view absent_below = {};  ///< why it does not exist in dimension least_dimension - 1
};

inline constexpr auto quantity_table = [] {
  using Q = GeometricQuantity;
  constexpr std::string_view no_plane = "in dimension 1 there is no plane, hence no curvature";
  return std::array{
      QuantityEntry{Q::A, "A", "tangential coefficient of the metric g = A I + B x x^T", "A", 0},
      QuantityEntry{Q::B, "B", "radial coefficient of the metric g = A I + B x x^T", "B", 1},
      QuantityEntry{Q::radial_eigenvalue, "radial_eigenvalue", "eigenvalue of g along x", "A + B t", 1},
      QuantityEntry{Q::tangential_eigenvalue, "tangential_eigenvalue", "eigenvalue of g across x", "A", 0, false, 2,
                    "in dimension 1 there is no tangential direction"},
      QuantityEntry{Q::log_volume, "log_volume", "logarithm of the volume element", "\\log \\sqrt{\\det g}", 1, true},
      QuantityEntry{Q::sectional_radial, "sectional_radial", "sectional curvature of planes that contain x",
                    "K_{\\mathrm{rad}}", 2, false, 2, no_plane},
      QuantityEntry{Q::sectional_tangential, "sectional_tangential", "sectional curvature of planes normal to x",
                    "K_{\\mathrm{tan}}", 2, false, 3, "in dimension 2 no plane is normal to x"},
      QuantityEntry{Q::ricci_radial, "ricci_radial", "eigenvalue of the Ricci tensor along x",
                    "(d - 1) K_{\\mathrm{rad}}", 2, true, 2, no_plane},
      QuantityEntry{Q::ricci_tangential, "ricci_tangential", "eigenvalue of the Ricci tensor across x",
                    "K_{\\mathrm{rad}} + (d - 2) K_{\\mathrm{tan}}", 2, true, 2, no_plane},
      QuantityEntry{Q::scalar_curvature, "scalar_curvature", "Ricci scalar; the unit 2-sphere has +2", "R", 2, true, 2,
                    no_plane},
      QuantityEntry{Q::defect, "defect", "deviation from a Hessian metric, 0 at depth 1", "B - 2 A'", 1},
      QuantityEntry{Q::omega, "omega", "exponent of the metric e^omega (I + 2 omega' x x^T) at depth 1", "\\Omega", 0},
      QuantityEntry{Q::preactivation_variance, "preactivation_variance", "variance of the last preactivation", "q", 0},
      QuantityEntry{Q::variance, "variance", "kernel of the feature map at coincident inputs", "k(x, x)", 0},
  };
}();

static_assert(
    [] {
      for (std::size_t i = 0; i < quantity_table.size(); ++i)
        if (quantity_table[i].quantity != static_cast<GeometricQuantity>(i)) return false;
      return quantity_table.back().quantity == GeometricQuantity::variance;
    }(),
    "the table has an entry for each quantity, in the order of the enumerators");

constexpr const QuantityEntry& entry_of(GeometricQuantity q) { return quantity_table[static_cast<std::size_t>(q)]; }
inline std::string name_of(GeometricQuantity q) { return std::string(entry_of(q).name); }

constexpr std::optional<GeometricQuantity> find_quantity(std::string_view name) {
  for (const QuantityEntry& entry : quantity_table)
    if (entry.name == name) return entry.quantity;
  return std::nullopt;
}

/// Why a quantity does not exist in this dimension; empty where it does.
constexpr std::string_view absent_reason(GeometricQuantity q, unsigned long dimension) {
  const QuantityEntry& entry = entry_of(q);
  if (dimension >= entry.least_dimension) return {};
  return dimension == 1 && entry.order == 2 ? entry_of(GeometricQuantity::scalar_curvature).absent_below
                                            : entry.absent_below;
}

}  // namespace widegeo
