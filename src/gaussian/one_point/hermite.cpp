#include "gaussian/one_point/hermite.hpp"

#include <cmath>
#include <limits>

#include "number/constants.hpp"
#include "parallel/parallel.hpp"

namespace widegeo::gaussian {
namespace {

template <class T>
T number(const Ball& x) {
  if constexpr (std::is_same_v<T, double>) {
    return x.midpoint();
  } else {
    Real r;
    arf_get_mpfr(r.get(), arb_midref(x.get()), MPFR_RNDN);
    return r;
  }
}

/// The nodes of a choice of panels, with phi and phi' times the weights.
template <class T>
struct Nodes {
  std::vector<T> z, f, g;
};

template <class T>
Nodes<T> nodes_of(partition::Partition& partition, const LineChoice& choice, const T& q) {
  const std::lock_guard lock(partition.mutex());
  const long bits = std::is_same_v<T, double> ? 64 : static_cast<long>(3.33 * working_digits()) + 8;
  const BallPrecision precision(bits + 64);
  const T inverse = T(1) / sqrt(q), front = inverse / sqrt(T(2) * pi<T>());
  Nodes<T> nodes;
  for (partition::Panel* panel : choice.panels) {
    const auto& values = panel->values(choice.count, bits);
    const auto rule = partition::legendre_rule(choice.count, bits + 64);
    const Ball centre = panel->exact_centre(), half = panel->exact_half_length();
    for (unsigned i = 0; i < choice.count; ++i) {
      const T z = number<T>(centre + half * rule->node[i]) * inverse;
      const T weight = number<T>(half * rule->weight[i]) * front * exp(T(-z * z / T(2)));
      nodes.z.push_back(z);
      nodes.f.push_back(weight * number<T>(values.phi[i]));
      nodes.g.push_back(weight * number<T>(values.dphi[i]));
    }
  }
  return nodes;
}

}  // namespace

template <class T>
HermiteCoefficients<T> hermite_coefficients(const OnePointSolver& solver, const T& q, unsigned N) {
  using std::exp;
  constexpr bool doubles = std::is_same_v<T, double>;
  const unsigned digits = doubles ? 17 : working_digits();
  const double nats = doubles ? 39 : 2.302585 * (digits - 2);
  partition::Partition& partition = solver.partition(digits);
  const bool slope = !solver.derivative_diverges(), half_line = solver.problem().even;
  const LineChoice choice = solver.choose(static_cast<double>(q), 0, digits, nats, half_line, N + 1);
  const Nodes<T> nodes = nodes_of(partition, choice, q);
  const std::size_t n = nodes.z.size();
  std::vector<T> before(n, T(0)), here(n, T(1));
  HermiteCoefficients<T> result;
  result.nodes = n;
  const bool odd_phi = solver.problem().activation->analysis.parity == expr::Parity::odd;
  const T doubled = half_line ? T(2) : T(1);
  for (unsigned k = 0; k <= N; ++k) {
    T c(0), d(0), c_size(0), d_size(0);
    for (std::size_t i = 0; i < n; ++i) {
      const T left = nodes.f[i] * here[i], right = nodes.g[i] * here[i];
      c += left;
      d += right;
      if constexpr (doubles) {
        c_size += std::abs(left);
        d_size += std::abs(right);
      }
    }
    // Half a line holds half of the nodes: coefficients of the wrong parity are 0.
    const bool odd = k % 2 == 1;
    if (half_line && odd != odd_phi) c = c_size = T(0);
    if (!slope || (half_line && odd == odd_phi)) d = d_size = T(0);
    result.c.push_back(T(doubled * c));
    result.d.push_back(T(doubled * d));
    T c_error(0), d_error(0);
    if constexpr (doubles) {
      // The recurrence of h_k is stable where the terms matter; the roundings of a few hundred terms average out.
      c_error = 4 * unit_roundoff * c_size * doubled;
      d_error = 4 * unit_roundoff * d_size * doubled;
    }
    const double missed = choice.error.mean[k], missed_slope = choice.error.mean_slope[k];
    result.c_error.push_back(T(c_error + exp(T(missed))));
    result.d_error.push_back(slope ? T(d_error + exp(T(missed_slope))) : T(0));
    const T root = sqrt(T(static_cast<int>(k))), next_root = sqrt(T(static_cast<int>(k + 1)));
    for (std::size_t i = 0; i < n; ++i) {
      const T next = (nodes.z[i] * here[i] - root * before[i]) / next_root;
      before[i] = here[i];
      here[i] = next;
    }
  }
  return result;
}

template <class T>
HermiteCoefficients<T> hermite_coefficients(const Activation& activation, const T& q, unsigned N) {
  const OnePointSolver solver(activation, 1);
  return hermite_coefficients<T>(solver, q, N);
}

template HermiteCoefficients<double> hermite_coefficients(const OnePointSolver&, const double&, unsigned);
template HermiteCoefficients<Real> hermite_coefficients(const OnePointSolver&, const Real&, unsigned);
template HermiteCoefficients<double> hermite_coefficients(const Activation&, const double&, unsigned);
template HermiteCoefficients<Real> hermite_coefficients(const Activation&, const Real&, unsigned);

}  // namespace widegeo::gaussian
