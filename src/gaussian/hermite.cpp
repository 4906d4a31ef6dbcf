#include "gaussian/hermite.hpp"

#include <algorithm>
#include <limits>

#include "core/error.hpp"
#include "parallel/parallel.hpp"

namespace widegeo::gaussian {
namespace {

using quadrature::LevelSums;

double log_of(double x) { return x == 0 ? -HUGE_VAL : std::log(x); }
double log_of(const Real& x) { return x == 0 ? -HUGE_VAL : static_cast<double>(Real(log(x))); }

template <class T>
T unit_roundoff() {
  if constexpr (std::is_same_v<T, double>)
    return std::numeric_limits<double>::epsilon() / 2;
  else
    return pow(Real(10), Real(-static_cast<int>(working_digits())));
}

template <class T>
struct Sums {
  std::vector<LevelSums<T>> c, d;
  std::vector<T> c_tail, d_tail;
};

}  // namespace

template <class T>
HermiteCoefficients<T> hermite_coefficients(const Problem<T>& problem, const Rule<T>& rule, const T& q, unsigned N,
                                            double fading, unsigned threads) {
  const T zero(0), root = sqrt(q), u = unit_roundoff<T>();
  Nodes<T> nodes;
  make_nodes(rule, zero, root, splits_at(problem.kinks, zero, root), Layout<T>{root, zero, problem.even}, nodes);
  Samples<T> samples;
  sample<T>(problem.activation->tape, nodes.x, threads, samples);
  if (!samples.finite)
    throw Error(ErrorCode::accuracy, "a value of the activation exceeds the range of numbers",
                problem.activation->name);
  // A symmetric rule holds half the nodes: He_k of the wrong parity sums to zero, and so must its coefficient.
  const bool odd_phi = problem.activation->analysis.parity == expr::Parity::odd;
  std::vector<T> roots(N + 2), inverse(N + 2);
  for (unsigned k = 0; k <= N + 1; ++k) {
    roots[k] = sqrt(T(static_cast<int>(k)));
    if (k > 0) inverse[k] = T(1) / roots[k];
  }
  constexpr std::size_t chunk = 32;
  const std::size_t chunks = (nodes.size() + chunk - 1) / chunk;
  std::vector<Sums<T>> part(chunks);
  parallel_for_ordered(chunks, threads, [&](std::size_t p) {
    Sums<T>& s = part[p];
    s.c.resize(N + 1);
    s.d.resize(N + 1);
    s.c_tail.assign(N + 1, T(0));
    s.d_tail.assign(N + 1, T(0));
    for (std::size_t i = p * chunk; i < std::min(nodes.size(), (p + 1) * chunk); ++i) {
      const T w = nodes.root_weight[i] * nodes.root_weight[i];
      const T f = w * samples.phi[i], g = w * samples.dphi[i];
      T before(0), now(1);
      for (unsigned k = 0; k <= N; ++k) {
        const bool odd = k % 2 == 1;
        const bool with_phi = !problem.even || odd == odd_phi, with_dphi = !problem.even || odd != odd_phi;
        if (with_phi) {
          const T term = f * now;
          s.c[k].add(nodes.j[i], term);
          if (nodes.at_end[i]) s.c_tail[k] += T(abs(term));
        }
        if (with_dphi) {
          const T term = g * now;
          s.d[k].add(nodes.j[i], term);
          if (nodes.at_end[i]) s.d_tail[k] += T(abs(term));
        }
        const T next = (nodes.z[i] * now - roots[k] * before) * inverse[k + 1];
        before = now;
        now = next;
      }
    }
  });
  HermiteCoefficients<T> result;
  const double fade = std::log(fading);
  const auto finish = [&](auto Sums<T>::*which, auto Sums<T>::*ends, std::vector<T>& value, std::vector<T>& error) {
    double scale = -HUGE_VAL;
    for (unsigned k = 0; k <= N; ++k) {
      LevelSums<T> sum;
      T tail(0);
      for (const auto& s : part) {
        sum += (s.*which)[k];
        tail += (s.*ends)[k];
      }
      const auto integral = quadrature::conclude(quadrature::triple(sum, rule.h), u);
      value.push_back(integral.value);
      error.push_back(integral.error + tail);
      scale = std::max(scale, log_of(integral.magnitude));
      if (integral.magnitude > zero) result.tail_log = std::max(result.tail_log, log_of(tail) - scale + k * fade);
    }
  };
  finish(&Sums<T>::c, &Sums<T>::c_tail, result.c, result.c_error);
  finish(&Sums<T>::d, &Sums<T>::d_tail, result.d, result.d_error);
  return result;
}

template <class T>
HermiteCoefficients<T> hermite_coefficients(const Activation& activation, const T& q, unsigned N) {
  const Problem<T> problem = make_problem<T>(activation);
  const double digits = std::is_same_v<T, double> ? 16 : working_digits(), nats = 2.302585 * digits;
  double h = 3.3 / (1.3 * nats), reach = std::sqrt(2 * nats + 8 * std::log(N + 2.0)) + 2;
  const double deviation = std::max(1.0, std::sqrt(static_cast<double>(q)));
  for (int tries = 0; tries < 12; ++tries, h *= 0.7, reach *= 1.1) {
    const auto rule =
        make_rule<T>(T(h), reach, 1, deviation, end_nats(problem.singular, digits), !problem.kinks.empty());
    auto result = hermite_coefficients<T>(problem, rule, q, N, 1, 1);
    double worst = -HUGE_VAL;
    for (unsigned k = 0; k <= N; ++k) worst = std::max({worst, log_of(result.c_error[k]), log_of(result.d_error[k])});
    if (worst < -nats + 9) return result;
  }
  throw Error(ErrorCode::accuracy, "the Hermite coefficients did not converge", activation.name);
}

template HermiteCoefficients<double> hermite_coefficients(const Problem<double>&, const Rule<double>&, const double&,
                                                          unsigned, double, unsigned);
template HermiteCoefficients<Real> hermite_coefficients(const Problem<Real>&, const Rule<Real>&, const Real&, unsigned,
                                                        double, unsigned);
template HermiteCoefficients<double> hermite_coefficients(const Activation&, const double&, unsigned);
template HermiteCoefficients<Real> hermite_coefficients(const Activation&, const Real&, unsigned);

}  // namespace widegeo::gaussian
