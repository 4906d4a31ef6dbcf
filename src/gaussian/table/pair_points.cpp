#include "gaussian/table/pair_points.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gaussian/gaussian.hpp"
#include "gaussian/one_point/hermite.hpp"
#include "gaussian/one_point/zero_variance.hpp"
#include "number/constants.hpp"
#include "number/error.hpp"

namespace widegeo::gaussian {
namespace {

constexpr unsigned digits = 25;  // where doubles do not serve
constexpr double least_point = pair_point_error;

double safe_root(double x) { return std::sqrt(std::max(x, 0.0)); }

struct Single {
  double V = 0, D = 0;
};

Single single(const OnePointSolver& solver, double q, bool dot) {
  const auto one = solver.solve(q, 0, false);
  const double D = one.D.empty() ? infinity : one.D[0].value;
  const bool good_D = !dot || one.D.empty() || one.D[0].error <= least_point * D;
  if (one.V[0].error <= least_point * one.V[0].value && good_D) return {one.V[0].value, D};
  const PrecisionScope precision(digits);
  const auto fine = solver.solve(Real(q), 0, digits);
  return {fine.V[0].value.to_double(), fine.D.empty() ? infinity : fine.D[0].value.to_double()};
}

}  // namespace

PairPoint pair_point(const OnePointSolver& solver, double q, bool dot, std::size_t terms) {
  const Activation& activation = *solver.problem().activation;
  const bool jump = solver.derivative_diverges();
  if (q == 0) {
    const PrecisionScope precision(digits);
    const auto origin = at_origin(activation);
    PairPoint p{0, 0, std::vector<double>(terms), std::vector<double>(terms)};
    p.c[0] = origin.phi.to_double();
    if (!jump) p.d[0] = origin.dphi.to_double();
    p.V = p.c[0] * p.c[0];
    p.D = jump ? infinity : p.d[0] * p.d[0];
    return p;
  }
  const Single one = single(solver, q, dot);
  PairPoint p{one.V, one.D, std::vector<double>(terms), std::vector<double>(terms)};
  const double root_V = safe_root(p.V), root_D = safe_root(p.D);
  const bool with_D = dot && std::isfinite(root_D);
  const auto c = hermite_coefficients<double>(solver, q, static_cast<unsigned>(terms - 1));
  // c_k = sqrt(q) d_(k-1) / sqrt(k); d is the smoother integrand where phi has tails.
  p.c = c.c;
  p.d = c.d;
  double c_square = c.c_error[0] * c.c_error[0], d_square = 0;
  for (std::size_t k = 0; k < terms; ++k) {
    d_square += c.d_error[k] * c.d_error[k];
    if (k == 0) continue;
    const double root = std::sqrt(q / static_cast<double>(k));
    if (!jump) p.c[k] = root * c.d[k - 1];
    const double error = jump ? c.c_error[k] : root * c.d_error[k - 1];
    c_square += error * error;
  }
  p.c_error = std::sqrt(c_square) / root_V;
  p.d_error = with_D ? std::sqrt(d_square) / root_D : 0;
  for (std::size_t k = 0; k < terms; ++k) {
    if (jump)  // phi' is not a function: its coefficients are those of phi
      p.d[k] = k + 1 < terms ? std::sqrt(static_cast<double>(k + 1) / q) * p.c[k + 1] : 0;
    p.rise += static_cast<double>(k) * p.c[k] * p.c[k] / p.V;
    if (with_D) p.bend += static_cast<double>(k) * p.d[k] * p.d[k] / p.D;
  }
  return p;
}

}  // namespace widegeo::gaussian
