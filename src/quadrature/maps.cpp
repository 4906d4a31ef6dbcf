#include "quadrature/maps.hpp"

#include <cmath>

#include "core/scalar.hpp"

namespace widegeo::quadrature {

template <class T>
UnitNode<T> unit_node(Map map, const T& t) {
  const T up = exp(t);
  const T down = T(1) / up;
  if (map == Map::line) {
    return {sinh(t), (up + down) / T(2)};
  }
  if (map == Map::ray) {
    const T delta = exp(t - down);
    return {delta, delta * (T(1) + down)};
  }
  const T pi_value = pi<T>();
  const T half = pi_value * (up - down) / T(2);  // pi sinh t
  const T e = exp(half < T(0) ? half : -half);   // <= 1: the fraction from the nearer end is e / (1 + e)
  const T near = e / (T(1) + e);
  return {near, near / (T(1) + e) * pi_value * (up + down) / T(2)};
}

template <class T>
NodeTable<T> make_node_table(Map map, const T& h, double reach, double end_nats) {
  const double step = static_cast<double>(h);
  double low = 0, high = 0;
  if (map == Map::line) {
    high = std::asinh(reach);
    low = -high;
  } else if (map == Map::ray) {
    low = -std::log(end_nats + 1);
    const double log_reach = std::log(reach);
    // t - exp(-t) = log(reach), solved by a few Newton steps from above.
    high = log_reach > 0 ? log_reach + 1 : 0.5;
    for (int i = 0; i < 40; ++i) high -= (high - std::exp(-high) - log_reach) / (1 + std::exp(-high));
  } else {
    high = std::asinh(end_nats / 3.14159);
    low = -high;
  }
  NodeTable<T> table;
  table.first = static_cast<long>(std::floor(low / step));
  const long last = static_cast<long>(std::ceil(high / step));
  table.nodes.reserve(static_cast<std::size_t>(last - table.first + 1));
  for (long j = table.first; j <= last; ++j) table.nodes.push_back(unit_node<T>(map, h * T(static_cast<int>(j))));
  return table;
}

template UnitNode<double> unit_node(Map, const double&);
template UnitNode<Real> unit_node(Map, const Real&);
template NodeTable<double> make_node_table(Map, const double&, double, double);
template NodeTable<Real> make_node_table(Map, const Real&, double, double);

}  // namespace widegeo::quadrature
