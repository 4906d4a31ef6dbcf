// Nodes for E F(m + sigma z), z ~ N(0,1): the line split at the kinks of F, each piece with its change of variable.
#pragma once

#include <vector>

#include "quadrature/levels.hpp"
#include "quadrature/maps.hpp"

namespace widegeo::gaussian {

/// A point where a piece ends: a kink of phi (x known), or a soft kink of an inner integral (only z known).
template <class T>
struct Split {
  T z;
  T x{0};
  bool has_x = false;
};

/// Step, range and tables of unit nodes, valid for every variance up to the one it was made for.
template <class T>
struct Rule {
  T h{0};
  double reach = 0;   ///< R: nodes with |z| <= R
  double spread = 1;  ///< the maps' scale in z is spread / max(1, sigma): activations vary on the scale x ~ 1
  quadrature::NodeTable<T> line, ray, segment;
};

/// end_nats: how near (as exp(-end_nats)) the nodes come to a kink. deviation: the largest sigma used.
/// Only the tables that `kinked` needs are made.
template <class T>
Rule<T> make_rule(const T& h, double reach, double spread, double deviation, double end_nats, bool kinked);

/// The nodes of one integral. root_weight^2 is the weight without the factor h.
template <class T>
struct Nodes {
  std::vector<long> j;
  std::vector<T> z, x, root_weight;
  std::vector<char> at_end;  ///< an extreme node of a piece: its term bounds what the range leaves out
  void clear();
  std::size_t size() const { return j.size(); }
};

/// How a piece of the line is mapped: its scale is spread / max(1, steepness), and a whole line is centred at `centre`.
template <class T>
struct Layout {
  T steepness{1};
  T centre{0};
  bool symmetric = false;
};

/// Gauss-weighted nodes for x = mean + sigma z. layout.symmetric: the integrand is even in z (mean = 0), only z >= 0 is
/// used, doubled. `splits` in increasing z. Near a kink x is end +- sigma delta, clamped to its own side when that
/// rounds to the end.
template <class T>
void make_nodes(const Rule<T>& rule, const T& mean, const T& sigma, const std::vector<Split<T>>& splits,
                const Layout<T>& layout, Nodes<T>& out);

/// The kinks at x (increasing) seen from x = mean + sigma z.
template <class T>
std::vector<Split<T>> splits_at(const std::vector<T>& kinks, const T& mean, const T& sigma);

}  // namespace widegeo::gaussian
