#include "gaussian/pair_points.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "gaussian/gaussian.hpp"
#include "gaussian/hermite.hpp"
#include "gaussian/zero_variance.hpp"

namespace widegeo::gaussian {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr unsigned digits = 25;  // where doubles do not serve
constexpr double good_coefficients = 1e-14, least_point = pair_point_error;
constexpr double trusted_nats = -33;  // the tail of a rule that serves

double safe_root(double x) { return std::sqrt(std::max(x, 0.0)); }

struct Single {
  double V = 0, D = 0;
};

/// Every call has a source of its own: one that is shared plans its rules by what it is asked for first.
Single single(const Activation& activation, double q, bool dot) {
  const auto one = quadrature_expectations<TrackedDouble>(activation)->one_point(TrackedDouble(q), 0);
  Single s{one.V[0].value, one.D[0].value};
  const bool good_V = one.V[0].error <= least_point * s.V;
  const bool good_D = !dot || !std::isfinite(s.D) || one.D[0].error <= least_point * s.D;
  if (good_V && good_D) return s;
  const PrecisionScope precision(digits);
  const auto fine = quadrature_expectations<Real>(activation)->one_point(Real(q), 0);
  return {fine.V[0].convert_to<double>(), fine.D[0].convert_to<double>()};
}

}  // namespace

PairPoint pair_point(const Activation& activation, const Problem<double>& problem, double q, bool dot,
                     std::size_t terms) {
  const Single one = single(activation, q, dot);
  PairPoint p{one.V, one.D, std::vector<double>(terms), std::vector<double>(terms)};
  if (q == 0) {
    const PrecisionScope precision(digits);
    const auto origin = at_origin(activation);
    p.c[0] = origin.phi.convert_to<double>();
    if (!problem.jump) p.d[0] = origin.dphi.convert_to<double>();
    return p;
  }
  const double deviation = std::max(1.0, std::sqrt(q)), root_V = safe_root(p.V), root_D = safe_root(p.D);
  const bool with_D = dot && std::isfinite(root_D);
  double h = problem.jump ? 0.014 : 0.05, reach = 12;
  p.c_error = p.d_error = infinity;
  for (int tries = 0; tries < 6; ++tries) {
    const auto rule = make_rule<double>(h, reach, 1, deviation, end_nats(problem.singular, 16), !problem.kinks.empty());
    const auto c = hermite_coefficients<double>(problem, rule, q, terms - 1, 1, 1);
    if (c.tail_log > trusted_nats && reach < 40) {
      reach *= 1.3;
      continue;
    }
    // c_k = sqrt(q) d_(k-1) / sqrt(k), of which d is the smoother to integrate where phi has tails.
    p.c = c.c;
    p.d = c.d;
    double c_square = c.c_error[0] * c.c_error[0], d_square = 0;
    for (std::size_t k = 0; k < terms; ++k) {
      d_square += c.d_error[k] * c.d_error[k];
      if (k == 0) continue;
      const double root = std::sqrt(q / static_cast<double>(k));
      if (!problem.jump) p.c[k] = root * c.d[k - 1];
      const double error = problem.jump ? c.c_error[k] : root * c.d_error[k - 1];
      c_square += error * error;
    }
    p.c_error = std::sqrt(c_square) / root_V;
    p.d_error = with_D ? std::sqrt(d_square) / root_D : 0;
    if (p.c_error <= good_coefficients && p.d_error <= good_coefficients) break;
    h *= 0.7;
  }
  for (std::size_t k = 0; k < terms; ++k) {
    if (problem.jump)  // phi' is not a function: its coefficients are those of phi
      p.d[k] = k + 1 < terms ? std::sqrt(static_cast<double>(k + 1) / q) * p.c[k + 1] : 0;
    p.rise += static_cast<double>(k) * p.c[k] * p.c[k] / p.V;
    if (with_D) p.bend += static_cast<double>(k) * p.d[k] * p.d[k] / p.D;
  }
  return p;
}

}  // namespace widegeo::gaussian
