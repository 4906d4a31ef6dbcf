// V and D as Taylor series around exact variances c, with proved coefficients and a proved remainder. With u = (q -
// c)/c
//   (1 + u)^-1/2 exp(-z^2 / (2 (1 + u))) = exp(-z^2/2) sum_k P_k(z) u^k,   P_k = He_2k / (2^k k!),   |u| < 1,
//   V(q) = sum_k a_k u^k,   a_k = E phi(x)^2 P_k(x / sqrt c),   x ~ N(0, c),
// and by Cauchy's estimate on |u| = s < 1, for f >= 0,   |a_k| <= s^-k sqrt((1 + s)/(1 - s)) V(c (1 + s)).
// One series serves every ball q around c, thin or wide, and every derivative.
#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "rigorous/panel.hpp"

namespace widegeo::rigorous {

/// The series of V or D around c.
struct Series {
  std::vector<Ball> coefficients;
  /// Of the derivatives in u: derived[i][k] = (k + i)!/k! a_{k+i}, i <= max_derivative.
  std::vector<std::vector<Ball>> derived;
  static constexpr unsigned max_derivative = 13;
  /// |a_k| <= bound[i] * reach[i]^-k for every k.
  static constexpr std::array<double, 2> reach{0.75, 0.25};
  Two bound{};

  /// Fills derived.
  void differentiate();
  /// Encloses the derivative of order i <= max_derivative, times c^i, at all points of u; anything() if u is too wide.
  Ball derivative(unsigned i, const Ball& u) const;
};

struct Model {
  double centre = 0;
  std::array<Series, 2> series;  ///< V, D
};

/// The integrals of one activation at one precision, cached. Not thread-safe.
class Integrals {
 public:
  Integrals(const Activation& activation, long bits);
  std::shared_ptr<const Model> model(double centre, std::size_t terms);

 private:
  struct Sums;
  struct Root {
    std::vector<Panel> panels;
    std::vector<std::size_t> gaps;
  };
  Root& root(long level, long index);
  void add(Root& root, Sums& sums);
  void add(Panel& panel, Sums& sums);
  void add_nodes(Panel& panel, Sums& sums);
  void add_bound(const Two& integral, double distance, Sums& sums) const;
  /// Bounds of the integrals over |x| > distance with the weight exp(-decay x^2).
  Two tail(double distance, double decay) const;
  Two scale(double centre) const;
  const std::vector<Ball>& hermite(std::size_t k);  ///< of P_k in powers of z^2

  Activation activation_;
  long bits_;
  PanelSettings settings_;
  partition::Line line_;
  std::vector<Two> gap_bounds_;  ///< integrals of phi^2 and phi'^2 over the gaps
  std::map<std::pair<long, long>, Root> roots_;
  std::vector<std::vector<Ball>> hermite_;
  struct Kept {
    std::size_t terms;
    std::shared_ptr<const Model> model;
  };
  std::map<double, Kept> models_;
};

}  // namespace widegeo::rigorous
