#include "gaussian/one_point/one_point.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "number/constants.hpp"
#include "parallel/parallel.hpp"
#include "simd/vector_math.hpp"

namespace widegeo::gaussian {
namespace {

/// Twice the smallest positive double.
constexpr double least = 0x1p-1073;

/// Terms f g He_k of a sum, g = front exp(-z^2/2).
struct Terms {
  Sum<double> sum;
  double magnitude = 0, rounding = 0, underflow = 0;
  /// `size` bounds |He_k|, `loose` counts roundings. What underflows, of f, of the exponential, of the product, is lost
  /// by the least double times its cofactors; the variance of the factors of the derivatives may raise that to any
  /// size.
  void add(double f, double g, double he, double size, double loose, double front) {
    const double term = f * (g * he);
    sum.add(term);
    magnitude += std::abs(term);
    rounding += std::abs(f) * g * size * loose;
    underflow += size * (g + front * std::abs(f)) + std::abs(f) + 1;
  }
};

Integral<double> concluded(const Terms& terms, double log_missed, double factor) {
  // A bound below the doubles may be above them times the factor.
  const double size = std::abs(factor), missed = std::exp(log_missed + std::log(size)) + least;
  const double rounding = unit_roundoff * (1.01 * terms.rounding + 3 * terms.magnitude) + least * terms.underflow;
  return {terms.sum.total() * factor, 1.0001 * (missed + size * rounding), missed, size * terms.magnitude};
}

Real to_real(const Ball& x) {
  Real r;
  arf_get_mpfr(r.get(), arb_midref(x.get()), MPFR_RNDN);
  return r;
}

}  // namespace

LineNodes make_line_nodes(partition::Partition& partition, const LineChoice& choice, bool symmetric) {
  constexpr long bits = 64;
  const std::lock_guard lock(partition.mutex());
  LineNodes nodes;
  nodes.error = choice.error;
  nodes.symmetric = symmetric;
  const BallPrecision precision(2 * bits);
  for (partition::Panel* panel : choice.panels) {
    const auto& values = panel->values(choice.count, bits);
    const auto rule = partition::legendre_rule(choice.count, 2 * bits);
    const Ball half = panel->exact_half_length() * Ball(symmetric ? 2 : 1);
    for (unsigned i = 0; i < choice.count; ++i) {
      const Ball weight = half * rule->weight[i];
      nodes.x.push_back(panel->centre() + panel->half_length() * rule->node_double[i] + panel->centre_rest());
      nodes.value.push_back((weight * values.phi[i] * values.phi[i]).midpoint());
      nodes.mixed.push_back((weight * values.phi[i] * values.dphi[i]).midpoint());
      nodes.slope.push_back((weight * values.dphi[i] * values.dphi[i]).midpoint());
      nodes.finite = nodes.finite && std::isfinite(nodes.value.back()) && std::isfinite(nodes.slope.back());
    }
  }
  return nodes;
}

OnePointIntegrals<double> integrate_line(const LineNodes& nodes, double q, unsigned order, bool by_parts, bool slope) {
  OnePointIntegrals<double> result;
  const std::size_t n = nodes.x.size();
  thread_local std::vector<double> weight, z, power;
  weight.resize(n);
  z.resize(n);
  power.resize(n);
  const double inverse = 1 / std::sqrt(q), front = 1 / std::sqrt(2 * 3.14159265358979323846 * q);
  for (std::size_t i = 0; i < n; ++i) {
    z[i] = nodes.x[i] * inverse;
    power[i] = z[i] * z[i];
    weight[i] = -power[i] / 2;
  }
  vector_functions().exp(weight.data(), weight.data(), n);
  const std::size_t degrees = 2 * order + 1;
  std::vector<Terms> value(order + 1), mixed(order + 1), derivative(order + 1);
  std::vector<double> he(degrees), size(degrees);
  for (std::size_t i = 0; i < n; ++i) {
    he[0] = size[0] = 1;
    for (std::size_t k = 1; k < degrees; ++k) {
      const double count = static_cast<double>(k - 1);
      he[k] = z[i] * he[k - 1] - (k > 1 ? count * he[k - 2] : 0);
      size[k] = std::abs(z[i]) * size[k - 1] + (k > 1 ? count * size[k - 2] : 0);
    }
    const double g = weight[i] * front;
    // The values, exp and products: 8 roundings; the argument of exp: 10 z^2/2; He_k: 3k.
    const double loose = 8 + 5 * power[i];
    for (unsigned k = 0; k <= order; ++k) {
      const double roundings = loose + 6 * k;
      if (k == 0 || !by_parts) value[k].add(nodes.value[i], g, he[2 * k], size[2 * k], roundings, front);
      if (slope) derivative[k].add(nodes.slope[i], g, he[2 * k], size[2 * k], roundings, front);
      if (k > 0 && by_parts) mixed[k].add(nodes.mixed[i], g, he[2 * k - 1], size[2 * k - 1], roundings, front);
    }
  }
  double factor = 1;
  for (unsigned k = 0; k <= order; ++k) {
    result.V.push_back(k == 0 || !by_parts ? concluded(value[k], nodes.error.value[k], factor)
                                           : concluded(mixed[k], nodes.error.mixed[k], 2 * std::sqrt(q) * factor));
    if (slope) result.D.push_back(concluded(derivative[k], nodes.error.slope[k], factor));
    factor /= 2 * q;
  }
  for (const auto* list : {&result.V, &result.D}) {
    for (const auto& integral : *list)
      result.finite = result.finite && std::isfinite(integral.value) && std::isfinite(integral.error);
  }
  return result;
}

OnePointIntegrals<Real> integrate_line(partition::Partition& partition, const LineChoice& choice, const Real& q,
                                       unsigned order, bool by_parts, bool slope, bool symmetric, unsigned threads) {
  const std::lock_guard lock(partition.mutex());
  const long bits = static_cast<long>(3.33 * working_digits()) + 8;
  struct Part {
    std::vector<Real> V, D, V_size, D_size;
  };
  std::vector<Part> parts(choice.panels.size());
  const Real inverse = Real(1) / sqrt(q);
  parallel_for_ordered(parts.size(), threads, [&](std::size_t p) {
    partition::Panel& panel = *choice.panels[p];
    const auto& values = panel.values(choice.count, bits);
    const auto rule = partition::legendre_rule(choice.count, bits);
    const BallPrecision precision(bits + 32);
    const Ball centre = panel.exact_centre(), half = panel.exact_half_length();
    Part& part = parts[p];
    const Real zero(0);
    for (auto* list : {&part.V, &part.D, &part.V_size, &part.D_size}) list->assign(order + 1, zero);
    for (unsigned i = 0; i < choice.count; ++i) {
      const Real z = to_real(centre + half * rule->node[i]) * inverse;
      const Real g = to_real(half * rule->weight[i]) * exp(Real(-z * z / 2));
      const Real phi = to_real(values.phi[i]), dphi = to_real(values.dphi[i]);
      Real before(0), even(1), odd(0);
      for (unsigned k = 0; k <= order; ++k) {
        if (k > 0) {  // He_{2k-1}, then He_2k
          odd = k == 1 ? z : Real(z * even - Real(2 * k - 2) * before);
          before = odd;
          const Real next = z * odd - Real(2 * k - 1) * even;
          even = next;
        }
        const auto put = [](Real& sum, Real& size, const Real& term) {
          sum += term;
          size += abs(term);
        };
        const bool parted = k > 0 && by_parts;
        put(part.V[k], part.V_size[k], parted ? Real(g * phi * dphi * odd) : Real(g * phi * phi * even));
        if (slope) put(part.D[k], part.D_size[k], Real(g * dphi * dphi * even));
      }
    }
  });
  OnePointIntegrals<Real> result;
  const Real front = Real(symmetric ? 2 : 1) / sqrt(Real(2) * pi<Real>() * q);
  const Real rounding = pow(Real(10), -static_cast<int>(working_digits()) + 2) * Real(1 + 4 * order);
  Real factor(1);
  for (unsigned k = 0; k <= order; ++k) {
    Real V(0), D(0), V_size(0), D_size(0);
    for (const Part& part : parts) {
      V += part.V[k];
      D += part.D[k];
      V_size += part.V_size[k];
      D_size += part.D_size[k];
    }
    const auto conclude = [&](const Real& sum, const Real& size, double log_missed, const Real& scale) {
      const Real missed = exp(Real(log_missed)), whole = size * front;
      return Integral<Real>{Real(sum * front * scale), Real((missed + rounding * whole) * scale), Real(missed * scale),
                            Real(whole * scale)};
    };
    const bool parted = k > 0 && by_parts;
    result.V.push_back(conclude(V, V_size, parted ? choice.error.mixed[k] : choice.error.value[k],
                                parted ? Real(Real(2) * sqrt(q) * factor) : factor));
    if (slope) result.D.push_back(conclude(D, D_size, choice.error.slope[k], factor));
    factor /= Real(2) * q;
  }
  return result;
}

LineMeans integrate_means(partition::Partition& partition, const LineChoice& choice, const Real& q, unsigned threads) {
  const std::lock_guard lock(partition.mutex());
  const long bits = static_cast<long>(3.33 * working_digits()) + 8;
  const Real inverse = Real(1) / sqrt(q), zero(0);
  std::vector<LineMeans> parts(choice.panels.size(), LineMeans{zero, zero, zero, zero});
  parallel_for_ordered(parts.size(), threads, [&](std::size_t p) {
    partition::Panel& panel = *choice.panels[p];
    const auto& values = panel.values(choice.count, bits);
    const auto rule = partition::legendre_rule(choice.count, bits);
    const BallPrecision precision(bits + 32);
    const Ball centre = panel.exact_centre(), half = panel.exact_half_length();
    LineMeans& part = parts[p];
    for (unsigned i = 0; i < choice.count; ++i) {
      const Real z = to_real(centre + half * rule->node[i]) * inverse;
      const Real g = to_real(half * rule->weight[i]) * exp(Real(-z * z / 2));
      const Real dphi = g * to_real(values.dphi[i]);
      part.phi += g * to_real(values.phi[i]);
      part.dphi += dphi;
      part.z_dphi += z * dphi;
      part.second_dphi += Real(z * z - 1) * dphi;
    }
  });
  const Real front = Real(1) / sqrt(Real(2) * pi<Real>() * q);
  LineMeans result{zero, zero, zero, zero};
  for (const LineMeans& part : parts) {
    result.phi += part.phi * front;
    result.dphi += part.dphi * front;
    result.z_dphi += part.z_dphi * front;
    result.second_dphi += part.second_dphi * front;
  }
  return result;
}

}  // namespace widegeo::gaussian
