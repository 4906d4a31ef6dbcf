#include "gaussian/one_point.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace widegeo::gaussian {
namespace {

template <class T>
T unit_roundoff() {
  if constexpr (std::is_same_v<T, double>)
    return std::numeric_limits<double>::epsilon() / 2;
  else
    return pow(Real(10), -static_cast<int>(working_digits()));
}

/// He_0..He_n at z, and the same recurrence in absolute values, which bounds their rounding.
template <class T>
void hermite(const T& z, unsigned n, std::vector<T>& he, std::vector<T>& bound) {
  const T size = z < T(0) ? T(-z) : z;
  he[0] = bound[0] = T(1);
  if (n > 0) {
    he[1] = z;
    bound[1] = size;
  }
  for (unsigned k = 1; k < n; ++k) {
    const T count(static_cast<int>(k));
    he[k + 1] = z * he[k] - count * he[k - 1];
    if constexpr (std::is_same_v<T, double>) bound[k + 1] = size * bound[k] + count * bound[k - 1];
  }
}

double log_ratio(double x, double m) { return x == 0 ? -HUGE_VAL : std::log(x / m); }
double log_ratio(const Real& x, const Real& m) {
  return x == 0 ? -HUGE_VAL : static_cast<double>(Real(log(Real(x / m))));
}

/// Do the nodes follow the oscillations of phi? The defect of phi_j - phi_i = (x_j - x_i) (phi'_i + phi'_j)/2 against
/// the variation of phi', for neighbours and next neighbours. A wave that turns by the angle a between neighbours has
/// the ratio 2 sin(a/2)/a - cos(a/2): 0.19 at pi/2, where T(2h) just resolves its square, 0.64 at pi, and about 0.7
/// (root mean square) beyond; no a > 2 is below 1/4 for a and below 2/3 for 2a.
template <class T>
bool follows(const Nodes<T>& nodes, const Samples<T>& samples) {
  const std::size_t n = nodes.size();
  T mass(0), mean(0);
  for (std::size_t i = 0; i < n; ++i) {
    const T w = nodes.root_weight[i] * nodes.root_weight[i];
    mass += w;
    mean += w * samples.dphi[i];
  }
  mean /= mass;
  for (const std::size_t apart : {1u, 2u}) {
    T defect(0), scale(0);
    for (std::size_t i = 0; i + apart < n; ++i) {
      const std::size_t j = i + apart;
      const T w = nodes.root_weight[i] * nodes.root_weight[i], dx = nodes.x[j] - nodes.x[i];
      const T miss = samples.phi[j] - samples.phi[i] - dx * (samples.dphi[i] + samples.dphi[j]) / T(2);
      const T swing = dx * (samples.dphi[i] - mean);
      defect += w * miss * miss;
      scale += w * swing * swing;
    }
    if (defect * T(apart == 1 ? 16 : 9) > scale * T(apart == 1 ? 1 : 4)) return false;
  }
  return true;
}

/// The argument's rounding reaches phi' through phi'', which the tape does not give: a difference of phi' beside the
/// node stands for it, the smaller one, since across a steep growth the other says nothing of this node. Only without
/// kinks, where every difference is one of a smooth function.
void add_argument_error(const Nodes<double>& nodes, Samples<double>& samples) {
  const double u = unit_roundoff<double>();
  double before = HUGE_VAL;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    double after = HUGE_VAL;
    if (i + 1 < nodes.size())
      after = std::abs(samples.dphi[i + 1] - samples.dphi[i]) / std::abs(nodes.x[i + 1] - nodes.x[i]);
    const double slope = std::min(before, after);
    if (std::isfinite(slope)) samples.dphi_error[i] += 2 * u * std::abs(nodes.x[i]) * slope;
    before = after;
  }
}

}  // namespace

template <class T>
OnePointIntegrals<T> integrate_one_point(const Problem<T>& problem, const Rule<T>& rule, const T& q, unsigned order,
                                         unsigned threads, bool survey) {
  using quadrature::LevelSums;
  OnePointIntegrals<T> result;
  const T root = sqrt(q), zero(0);
  Nodes<T> nodes;
  make_nodes(rule, zero, root, splits_at(problem.kinks, zero, root), Layout<T>{root, zero, problem.even}, nodes);
  Samples<T> samples;
  sample<T>(problem.activation->tape, nodes.x, threads, samples);
  result.nodes = nodes.size();
  result.finite = samples.finite;
  if (!samples.finite) return result;
  if constexpr (std::is_same_v<T, double>) {
    if (problem.kinks.empty()) add_argument_error(nodes, samples);
  }

  const std::size_t n = order + 1;
  const T u = unit_roundoff<T>();
  std::vector<LevelSums<T>> V(n), D(n);
  std::vector<T> V_tail(n, zero), D_tail(n, zero), he(2 * n), bound(2 * n);
  std::vector<T> V_term(nodes.size());
  constexpr bool tracked = std::is_same_v<T, double>;
  const auto put = [&](std::vector<LevelSums<T>>& sums, std::vector<T>& tails, std::size_t k, std::size_t i,
                       const T& left, const T& right, const T& left_error, const T& right_error, unsigned degree) {
    const T product = left * right;
    const T term = product * he[degree];
    if constexpr (tracked) {
      const double z = nodes.z[i];
      // evaluation errors; rounding of the weight exp(-z^2/2), of He and of the products
      const double evaluation = (std::abs(left) * right_error + std::abs(right) * left_error) * std::abs(he[degree]);
      const double rounding = u * std::abs(product) * bound[degree] * (z * z + 8 + 2 * degree);
      sums[k].add(nodes.j[i], term, evaluation + rounding);
    } else {
      sums[k].add(nodes.j[i], term);
    }
    if (nodes.at_end[i]) tails[k] += T(abs(term));
  };
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    hermite(nodes.z[i], 2 * order, he, bound);
    const T& g = nodes.root_weight[i];
    const T phi = g * samples.phi[i], dphi = g * samples.dphi[i];
    T e = zero, de = zero;
    if constexpr (tracked) {
      e = g * samples.phi_error[i];
      de = g * samples.dphi_error[i];
    }
    for (unsigned k = 0; k < n; ++k) {
      if (k == 0 || problem.jump)
        put(V, V_tail, k, i, phi, phi, e, e, 2 * k);
      else
        put(V, V_tail, k, i, phi, dphi, e, de, 2 * k - 1);
      if (!problem.jump) put(D, D_tail, k, i, dphi, dphi, de, de, 2 * k);
    }
  }

  const T h = rule.h;
  T factor(1);
  result.rate = HUGE_VAL;
  for (std::size_t k = 0; k < n; ++k) {
    const auto finish = [&](const LevelSums<T>& sums, const T& tail, const T& scale) {
      const auto three = quadrature::triple(sums, h);
      auto integral = quadrature::conclude(three, u);
      if (integral.magnitude > zero) {
        // A sum that ends where its terms still matter: the extreme terms stand for what is missing (about one unit of
        // t).
        result.tail_log = std::max(result.tail_log, log_ratio(tail, integral.magnitude));
        // A difference below the terms' own rounding is noise: a smaller step would not reduce it.
        if (!(integral.truncation < three.rounding))
          result.truncation_log = std::max(result.truncation_log, log_ratio(integral.truncation, integral.magnitude));
        const double seen = quadrature::observed_rate(three, static_cast<double>(h));
        if (seen > 0) result.rate = std::min(result.rate, seen);
      }
      integral.value *= scale;
      integral.error = T(abs(scale)) * (integral.error + tail);
      integral.truncation *= T(abs(scale));
      integral.magnitude *= T(abs(scale));
      return integral;
    };
    result.V.push_back(finish(V[k], V_tail[k], k == 0 || problem.jump ? factor : T(T(2) * root * factor)));
    if (!problem.jump) result.D.push_back(finish(D[k], D_tail[k], factor));
    factor /= T(2) * q;
  }
  if (std::isinf(result.rate)) result.rate = 0;
  // Where do terms matter? Used to trim the range.
  if (!survey) return result;
  result.followed = problem.kinks.empty() && follows(nodes, samples);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const T weight = nodes.root_weight[i] * nodes.root_weight[i];
    const T z = T(abs(nodes.z[i]));
    T power(1);
    for (unsigned k = 0; k < 2 * order; ++k) power *= z + T(1);
    const T v = weight * samples.phi[i] * samples.phi[i] * power,
            d = weight * samples.dphi[i] * samples.dphi[i] * power;
    const T limit = u / T(1000);
    const T v_scale = V[0].magnitude, d_scale = problem.jump ? zero : D[0].magnitude;
    if (v > limit * v_scale || (!problem.jump && d > limit * d_scale)) {
      result.significant = std::max(result.significant, static_cast<double>(z));
    }
  }
  return result;
}

template OnePointIntegrals<double> integrate_one_point(const Problem<double>&, const Rule<double>&, const double&,
                                                       unsigned, unsigned, bool);
template OnePointIntegrals<Real> integrate_one_point(const Problem<Real>&, const Rule<Real>&, const Real&, unsigned,
                                                     unsigned, bool);

}  // namespace widegeo::gaussian
