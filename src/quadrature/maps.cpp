#include "quadrature/maps.hpp"

#include <cmath>
#include <type_traits>

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

namespace {

/// The line's nodes at many digits, where exponentials are the cost: exp(j h) by repeated products (N products lose N
/// ulp, which the caller's guard digits hold), except near 0, where sinh would cancel; and the two sides mirrored.
NodeTable<Real> line_by_products(const Real& h, long last) {
  NodeTable<Real> table;
  table.first = -last;
  table.nodes.resize(static_cast<std::size_t>(2 * last + 1));
  const Real up_step = exp(h), down_step = 1 / up_step;
  Real up(1), down(1);
  const double step = static_cast<double>(h);
  for (long j = 0; j <= last; ++j) {
    UnitNode<Real> node{Real((up - down) / 2), Real((up + down) / 2)};
    if (static_cast<double>(j) * step < 0.05) node.delta = sinh(Real(h * Real(static_cast<int>(j))));
    table.nodes[static_cast<std::size_t>(last + j)] = node;
    node.delta = -node.delta;
    table.nodes[static_cast<std::size_t>(last - j)] = node;
    up *= up_step;
    down *= down_step;
  }
  return table;
}

}  // namespace

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
  if constexpr (std::is_same_v<T, Real>) {
    if (map == Map::line) return line_by_products(h, static_cast<long>(std::ceil(high / step)));
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
