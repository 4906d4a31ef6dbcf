// Changes of variable that turn an integral over a piece of the line into one over t in R whose integrand decays doubly
// exponentially and is analytic in a strip, so that the trapezoid rule in t converges exponentially
// (H. Takahasi, M. Mori, Publ. RIMS 9 (1974) 721; L. N. Trefethen, J. A. C. Weideman, SIAM Review 56 (2014) 385).
#pragma once

#include <cstddef>
#include <vector>

namespace widegeo::quadrature {

/// line:    z = scale sinh t                                        (the real line; dense near 0, where activations
/// live) ray:     z = end +- scale exp(t - exp(-t))                       (a half-line, clustering doubly exponentially
/// at its end) segment: z = a + (b - a) / (1 + exp(-pi sinh t))                 (tanh-sinh)
enum class Map { line, ray, segment };

/// The map with unit scale at one t. `delta` is the signed z (line), the distance from the end (ray), or the distance
/// from the NEARER end as a fraction of the length (segment; t < 0: from a, t >= 0: from b): never a difference, so it
/// keeps its relative accuracy down to the end. `slope` is dz/dt > 0.
template <class T>
struct UnitNode {
  T delta, slope;
};

template <class T>
UnitNode<T> unit_node(Map map, const T& t);

/// unit_node(map, j h) for j = first..last.
template <class T>
struct NodeTable {
  long first = 0;
  std::vector<UnitNode<T>> nodes;
  long last() const { return first + static_cast<long>(nodes.size()) - 1; }
  const UnitNode<T>& at(long j) const { return nodes[static_cast<std::size_t>(j - first)]; }
};

/// line: |t| <= asinh(reach). ray: from a distance exp(-end_nats) of the end up to `reach`.
/// segment: both ends approached to exp(-end_nats).
template <class T>
NodeTable<T> make_node_table(Map map, const T& h, double reach, double end_nats);

}  // namespace widegeo::quadrature
