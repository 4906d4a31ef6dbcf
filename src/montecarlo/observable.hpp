// Quantities observed on each simulated network, named as in the results of `widegeo metric`, so that exact and
// simulated values can be compared.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace widegeo {

enum class Observable {
  kernel,                 ///< Phi . Phi
  metric_entry,           ///< g_ij in the coordinates of x, name g[i,j], 1-based
  radial_eigenvalue,      ///< u.g u, u = x/|x| (e_1 when x = 0)
  tangential_eigenvalue,  ///< (tr g - u.g u) / (d - 1); d >= 2
  A,                      ///< = tangential_eigenvalue; d >= 2
  B,                      ///< (radial - tangential) / |x|^2; d >= 2, x != 0
  log_volume,             ///< log sqrt det g
  sectional_radial,       ///< Ric(u, u) / (g(u, u) (d - 1)): mean curvature of the planes through x; d >= 2
  sectional_tangential,   ///< (R - 2 (d-1) K_rad) / ((d-1)(d-2)), K_rad = sectional_radial; d >= 3
  ricci_radial,           ///< Ric(u, u) / g(u, u)
  ricci_tangential,       ///< (R - ricci_radial) / (d - 1)
  scalar_curvature,       ///< R
};

struct Quantity {
  Observable observable = Observable::log_volume;
  unsigned i = 0, j = 0;  ///< indices of a metric_entry, 0-based, i <= j

  bool operator==(const Quantity&) const = default;
  std::string name() const;
  unsigned order() const;       ///< required derivatives of Phi: 0 (computed as 1), 1, 2
  bool linear_in_gram() const;  ///< an average over units, hence unbiased at depth 1 at every width
};

/// Throws Error(input) suggesting the nearest name; `metric` stands for all entries g[i,j], i <= j; "" is rejected.
std::vector<Quantity> parse_quantity(std::string_view text, std::size_t dimension);

}  // namespace widegeo
