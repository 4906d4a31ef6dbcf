#include "gaussian/nested_pair.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "parallel/parallel.hpp"

namespace widegeo::gaussian {
namespace {

using quadrature::LevelSums;

constexpr std::size_t inner_count =
    7;  ///< averages over z2 of phi, phi', phi' z2, phi' (z2^2-1), v phi', phi z2, phi (z2^2-1)
constexpr std::size_t outer_count = 9;

template <class T>
T unit_roundoff() {
  if constexpr (std::is_same_v<T, double>)
    return std::numeric_limits<double>::epsilon() / 2;
  else
    return pow(Real(10), Real(-static_cast<int>(working_digits())));
}

double log_ratio(double x, double m) { return x == 0 ? -HUGE_VAL : std::log(x / m); }
double log_ratio(const Real& x, const Real& m) {
  return x == 0 ? -HUGE_VAL : static_cast<double>(Real(log(Real(x / m))));
}

template <class T>
struct Inner {
  std::array<quadrature::Triple<T>, inner_count> average;
  std::array<T, inner_count> tail;
  std::size_t evaluations = 0;
  bool finite = true;
};

template <class T>
Inner<T> integrate_inner(const Problem<T>& problem, const Rule<T>& rule, const T& mean, const T& sigma) {
  Inner<T> inner;
  Samples<T> samples;
  const T u = unit_roundoff<T>();
  constexpr bool tracked = std::is_same_v<T, double>;
  std::array<LevelSums<T>, inner_count> sums;
  inner.tail.fill(T(0));
  Nodes<T> nodes;
  if (sigma == T(0)) {
    nodes.j = {0};
    nodes.z = {T(0)};
    nodes.x = {mean};
    nodes.root_weight = {T(1)};
    nodes.at_end = {0};
  } else {
    Layout<T> layout;
    layout.steepness = sigma;
    const T centre = -mean / sigma;
    // A wide inner law sees the activation's features near x = 0, off the middle of the weight.
    if (sigma > T(2) && abs(centre) < T(rule.reach)) layout.centre = centre;
    make_nodes(rule, mean, sigma, splits_at(problem.kinks, mean, sigma), layout, nodes);
  }
  sample<T>(problem.activation->tape, nodes.x, 1, samples);
  inner.evaluations = nodes.size();
  inner.finite = samples.finite;
  if (!samples.finite) return inner;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const T w = nodes.root_weight[i] * nodes.root_weight[i];
    const T& z = nodes.z[i];
    const T square = sigma == T(0) ? T(0) : T(z * z - T(1));
    const T p = w * samples.phi[i], d = w * samples.dphi[i];
    const std::array<T, inner_count> terms{p, d, T(d * z), T(d * square), T(d * nodes.x[i]), T(p * z), T(p * square)};
    if constexpr (tracked) {
      const double grow = u * (z * z + 8);
      const double ep = w * samples.phi_error[i] + grow * std::abs(p),
                   ed = w * samples.dphi_error[i] + grow * std::abs(d);
      const double size = std::abs(z), wide = z * z + 1;
      const std::array<double, inner_count> errors{ep,        ed,       ed * size, ed * wide, ed * std::abs(nodes.x[i]),
                                                   ep * size, ep * wide};
      for (std::size_t k = 0; k < inner_count; ++k) sums[k].add(nodes.j[i], terms[k], errors[k]);
    } else {
      for (std::size_t k = 0; k < inner_count; ++k) sums[k].add(nodes.j[i], terms[k]);
    }
    if (nodes.at_end[i]) {
      for (std::size_t k = 0; k < inner_count; ++k) inner.tail[k] += T(abs(terms[k]));
    }
  }
  for (std::size_t k = 0; k < inner_count; ++k) {
    inner.average[k] = quadrature::triple(sums[k], rule.h);
    if (sigma == T(0)) {
      const T& only = sums[k].four;
      inner.average[k] = {only, only, only, sums[k].magnitude, sums[k].rounding};
    }
  }
  return inner;
}

/// What one outer node adds to each integral.
template <class T>
struct Share {
  std::array<T, outer_count> fine, middle, coarse, magnitude, rounding, tail;
};

}  // namespace

template <class T>
NestedIntegrals<T> integrate_nested(const Problem<T>& problem, const Rule<T>& rule, const PairLaw<T>& law,
                                    unsigned threads) {
  NestedIntegrals<T> result;
  constexpr bool tracked = std::is_same_v<T, double>;
  const T zero(0), u = unit_roundoff<T>();
  const T size_of_slope = T(abs(law.slope));

  std::vector<Split<T>> splits = splits_at(problem.kinks, zero, law.root_a);
  if (size_of_slope > zero && law.sigma < T(2) * size_of_slope) {
    for (const T& c : problem.kinks) {
      const T z = c / law.slope;
      const bool there = std::any_of(splits.begin(), splits.end(), [&](const Split<T>& s) { return s.z == z; });
      if (!there) splits.push_back({z, zero, false});
    }
    std::sort(splits.begin(), splits.end(), [](const Split<T>& a, const Split<T>& b) { return a.z < b.z; });
  }
  Layout<T> layout;
  layout.steepness = law.root_a > size_of_slope ? law.root_a : size_of_slope;
  layout.symmetric = problem.even;
  Nodes<T> nodes;
  make_nodes(rule, zero, law.root_a, splits, layout, nodes);
  Samples<T> samples;
  sample<T>(problem.activation->tape, nodes.x, threads, samples);
  result.finite = samples.finite;
  if (!result.finite) return result;

  std::vector<Share<T>> shares(nodes.size());
  std::vector<char> finite(nodes.size(), 1);
  std::vector<std::size_t> evaluations(nodes.size());
  parallel_for_ordered(nodes.size(), threads, [&](std::size_t i) {
    const T& z = nodes.z[i];
    const Inner<T> inner = integrate_inner(problem, rule, T(law.slope * z), law.sigma);
    evaluations[i] = inner.evaluations;
    finite[i] = inner.finite;
    if (!inner.finite) return;
    const T w = nodes.root_weight[i] * nodes.root_weight[i];
    const T p = w * samples.phi[i], d = w * samples.dphi[i];
    const std::array<T, outer_count> factor{p, d, T(d * z), p, T(d * (z * z - T(1))), T(d * z), d, T(p * z), p};
    constexpr std::array<std::size_t, outer_count> with{0, 1, 0, 4, 1, 2, 3, 5, 6};
    std::array<T, outer_count> factor_error;
    factor_error.fill(zero);
    if constexpr (tracked) {
      const double grow = u * (z * z + 10), size = std::abs(z), wide = z * z + 1;
      const double ep = w * samples.phi_error[i] + grow * std::abs(p),
                   ed = w * samples.dphi_error[i] + grow * std::abs(d);
      factor_error = {ep, ed, ed * size, ep, ed * wide, ed * size, ed, ep * size, ep};
    }
    Share<T>& share = shares[i];
    for (std::size_t k = 0; k < outer_count; ++k) {
      const auto& g = inner.average[with[k]];
      const long j = nodes.j[i];
      const T size = T(abs(factor[k]));
      share.fine[k] = factor[k] * g.fine;
      share.middle[k] = j % 2 == 0 ? T(factor[k] * g.middle) : zero;
      share.coarse[k] = j % 4 == 0 ? T(factor[k] * g.coarse) : zero;
      share.magnitude[k] = size * g.magnitude;
      share.rounding[k] = size * g.rounding + factor_error[k] * g.magnitude;
      share.tail[k] = rule.h * size * inner.tail[with[k]] + (nodes.at_end[i] ? share.magnitude[k] : zero);
    }
  });
  result.rate = HUGE_VAL;
  const std::array<quadrature::Integral<T>*, outer_count> target{&result.K,      &result.Kdot,   &result.u_dphi,
                                                                 &result.v_dphi, &result.radial, &result.mixed,
                                                                 &result.normal, &result.kdot_u, &result.kdot_v};
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    result.finite = result.finite && finite[i];
    result.evaluations += evaluations[i];
  }
  if (!result.finite) return result;
  for (std::size_t k = 0; k < outer_count; ++k) {
    quadrature::Triple<T> three;
    T tail(0);
    for (const Share<T>& share : shares) {
      three.fine += share.fine[k];
      three.middle += share.middle[k];
      three.coarse += share.coarse[k];
      three.magnitude += share.magnitude[k];
      three.rounding += share.rounding[k];
      tail += share.tail[k];
    }
    three.fine *= rule.h;
    three.middle *= T(2) * rule.h;
    three.coarse *= T(4) * rule.h;
    three.magnitude *= rule.h;
    three.rounding *= rule.h;
    *target[k] = quadrature::conclude(three, u);
    if (!(three.magnitude > zero)) continue;
    target[k]->error += tail;
    if ((k == 1 || (k >= 4 && k <= 6)) && problem.jump) continue;  // not used
    if (k >= 7 && !problem.jump) continue;
    result.tail_log = std::max(result.tail_log, log_ratio(tail, three.magnitude));
    result.truncation_log = std::max(result.truncation_log, log_ratio(target[k]->truncation, three.magnitude));
    const double seen = quadrature::observed_rate(three, static_cast<double>(rule.h));
    if (seen > 0) result.rate = std::min(result.rate, seen);
  }
  if (std::isinf(result.rate)) result.rate = 0;
  return result;
}

template NestedIntegrals<double> integrate_nested(const Problem<double>&, const Rule<double>&, const PairLaw<double>&,
                                                  unsigned);
template NestedIntegrals<Real> integrate_nested(const Problem<Real>&, const Rule<Real>&, const PairLaw<Real>&,
                                                unsigned);

}  // namespace widegeo::gaussian
