// One hidden unit in the frame along x = (r, 0): h = r w_1 + c with w ~ N(0, s I), c ~ N(0, b). Given h = sqrt(q) z,
//     w_1 ~ N(m, v),  m = s r z/sqrt(q),  v = s b/q,      w_2 ~ N(0, s) independent,      q = s r^2 + b
// so averages over units are integrals over z alone.
#pragma once

#include <functional>

#include "theory/support_cases.hpp"
#include "theory/support_formula.hpp"

namespace widegeo::theory {

struct UnitModel {
  double s = 1, b = 0, r = 1;
  double q() const { return s * r * r + b; }
};

/// The variables of an average: phi and its derivatives at h, and the moments of w_1 given h.
struct Unit {
  double phi = 0, slope = 0, bend = 0;  ///< phi, phi', phi''
  double w = 0, w2 = 0, w4 = 0;         ///< E[w_1 | h], E[w_1^2 | h], E[w_1^4 | h]
};

/// Computes E F(unit) over units; phi must be analytic near the line.
class UnitAverage {
 public:
  UnitAverage(const Activation& activation, const UnitModel& model);
  double operator()(const std::function<double(const Unit&)>& F) const;

 private:
  UnitModel model_;
  Formula phi_, slope_, bend_;
};

}  // namespace widegeo::theory
