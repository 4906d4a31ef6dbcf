#include "gaussian/two_point.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

#include "core/vector_math.hpp"
#include "gaussian/sampler.hpp"
#include "parallel/parallel.hpp"

namespace widegeo::gaussian {
namespace {

using partition::Panel;

template <class T>
T number(const Ball& x);
template <>
double number<double>(const Ball& x) {
  return x.midpoint();
}
template <>
Real number<Real>(const Ball& x) {
  Real r;
  arf_get_mpfr(r.backend().data(), arb_midref(x.get()), MPFR_RNDN);
  return r;
}

void exponentials(std::vector<double>& x) { vector_functions().exp(x.data(), x.data(), x.size()); }
void exponentials(std::vector<Real>& x) {
  for (Real& one : x) one = exp(one);
}

/// Sums over the inner nodes for one outer node: of phi(v) z2^k and phi'(v) z2^k under the conditional law, k = 0, 1,
/// 2, and of |phi(v)| and |phi'(v)| with the roundings of their terms as weights, in units of the unit roundoff.
template <class T>
struct InnerSums {
  std::array<T, 3> value{}, slope{};
  T value_rounding{0}, slope_rounding{0};
};

template <class T>
class Evaluator {
 public:
  Evaluator(const PairChoice& choice, const PairLaw<T>& law, const PairLaw<Ball>& exact, const PairNeed& need,
            const expr::Tape& tape, long bits)
      : choice_(choice), law_(law), exact_(exact), need_(need), tape_(tape), bits_(bits) {
    const BallPrecision precision(bits);
    ratio_ = exact.slope / exact.root_a;
    if (choice.step > 0) {
      inverse_sigma_ = Ball(1) / exact.sigma;
      for (long j = -choice.most; j <= choice.most; ++j) {
        const T z = T(choice.step) * T(static_cast<int>(j));
        z_.push_back(z);
        z_weight_.push_back(T(-z * z / T(2)));
      }
      exponentials(z_weight_);
      const T front = T(choice.step) / sqrt(T(2) * pi<T>());
      for (T& w : z_weight_) w *= front;
    } else {
      z_ = {T(0)};
      z_weight_ = {T(1)};
    }
  }

  void add(const OuterPanel& outer, PairIntegrals<T>& out) {
    const unsigned n = choice_.count;
    const BallPrecision precision(bits_);
    rule_ = partition::legendre_rule(n, bits_);
    const auto& values = outer.panel->values(n, value_bits());
    const Ball half = outer.panel->exact_half_length(), centre = outer.panel->exact_centre();
    offset_.resize(n);
    u_.resize(n);
    weight_.resize(n);
    for (unsigned i = 0; i < n; ++i) {
      offset_[i] = number<T>(half * rule_->node[i]);
      u_[i] = number<T>(centre + half * rule_->node[i]) / law_.root_a;  // z1
      weight_[i] = T(-u_[i] * u_[i] / T(2));
    }
    exponentials(weight_);
    const Ball front = half / (exact_.root_a * sqrt(Ball(2) * pi<Ball>()));
    for (unsigned i = 0; i < n; ++i) weight_[i] *= number<T>(front * rule_->weight[i]);
    sums_.assign(n, {});
    if (outer.wide) {
      wide(centre, out);
    } else {
      for (Panel* q : outer.inner) narrow(*q, centre, half);
    }
    for (unsigned i = 0; i < n; ++i) {
      const T phi = weight_[i] * number<T>(values.phi[i]), dphi = weight_[i] * number<T>(values.dphi[i]);
      gather(u_[i], phi, dphi, sums_[i], out);
    }
  }

 private:
  static constexpr bool doubles = std::is_same_v<T, double>;
  long value_bits() const { return doubles ? 64 : bits_ - 48; }

  void put(Integral<T>& integral, const T& term, const T& rounding) const {
    integral.value += term;
    integral.magnitude += T(abs(term));
    if constexpr (doubles) integral.error += rounding;
  }

  void gather(const T& z1, const T& phi, const T& dphi, const InnerSums<T>& s, PairIntegrals<T>& out) const {
    T loose(0), value(0), slope(0);
    if constexpr (doubles) {
      loose = T(10) + T(5) * z1 * z1;
      value = std::abs(phi) * (s.value_rounding * (T(1) + loose / T(30)));
      slope = std::abs(dphi) * (s.slope_rounding * (T(1) + loose / T(30)));
    }
    put(out.K, T(phi * s.value[0]), value);
    if (need_.slope) put(out.Kdot, T(dphi * s.slope[0]), slope);
    if (!need_.slope) {
      const T extra = T(3) * (T(1) + z1 * z1);
      put(out.kdot_u, T(phi * z1 * s.value[1]), T(value * extra));
      put(out.kdot_v, T(phi * T(s.value[2] - s.value[0])), T(value * extra));
      return;
    }
    if (!need_.moments) return;
    const T size = T(abs(z1)) + T(1), extra = T(3) * size * size;
    const T mean = law_.slope * z1;
    T crossed(0), crossed_back(0);
    if constexpr (doubles) {
      crossed = std::abs(dphi) * s.value_rounding * (T(1) + loose / T(30)) * size;
      crossed_back = std::abs(phi) * s.slope_rounding * (T(1) + loose / T(30)) * (std::abs(mean) + T(3) * law_.sigma);
    }
    put(out.u_dphi, T(z1 * dphi * s.value[0]), crossed);
    put(out.v_dphi, T(phi * T(mean * s.slope[0] + law_.sigma * s.slope[1])), crossed_back);
    put(out.radial, T(dphi * T(z1 * z1 - T(1)) * s.slope[0]), T(slope * extra));
    if (choice_.step == 0) return;  // parallel: mixed and normal are 0
    put(out.mixed, T(dphi * z1 * s.slope[1]), T(slope * extra));
    put(out.normal, T(dphi * T(s.slope[2] - s.slope[0])), T(slope * extra));
  }

  void accumulate(InnerSums<T>& s, const T& z2, const T& weight, const T& phi, const T& dphi, const T& loose) const {
    T f = weight * phi, g = weight * dphi;
    if constexpr (doubles) {
      s.value_rounding += std::abs(f) * loose;
      s.slope_rounding += std::abs(g) * loose;
    }
    s.value[0] += f;
    s.slope[0] += g;
    if (!need_.moments && need_.slope) return;
    f *= z2;
    g *= z2;
    s.value[1] += f;
    s.slope[1] += g;
    s.value[2] += T(f * z2);
    s.slope[2] += T(g * z2);
  }

  void wide(const Ball& centre, PairIntegrals<T>& out) {
    const unsigned n = choice_.count;
    const std::size_t m = z_.size();
    points_.resize(n * m);
    const T middle = number<T>(ratio_ * centre), ratio = number<T>(ratio_);
    for (unsigned i = 0; i < n; ++i) {
      const T mean = middle + ratio * offset_[i];
      for (std::size_t j = 0; j < m; ++j) points_[i * m + j] = mean + law_.sigma * z_[j];
    }
    sample<T>(tape_, points_, 1, samples_);
    out.finite = out.finite && samples_.finite;
    if (!samples_.finite) return;
    constexpr double unit = std::numeric_limits<double>::epsilon() / 2;
    for (unsigned i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < m; ++j) {
        const std::size_t k = i * m + j;
        T loose(0);
        if constexpr (doubles) loose = 30 + 6 * z_[j] * z_[j];
        accumulate(sums_[i], z_[j], z_weight_[j], samples_.phi[k], samples_.dphi[k], loose);
        if constexpr (doubles) {
          // v is rounded to a few units of its size, some of which the samples do not know.
          sums_[i].value_rounding +=
              z_weight_[j] * (samples_.phi_error[k] / unit + 4 * std::abs(points_[k] * samples_.dphi[k]));
          sums_[i].slope_rounding += 4 * z_weight_[j] * samples_.dphi_error[k] / unit;
        }
      }
    }
  }

  /// exp(-z2^2/2), z2 = t_j - r_i, as exp(-t_j^2/2) exp(c r_i - r_i^2/2) exp(d_j r_i), where t_j = c + d_j.
  void narrow(Panel& q, const Ball& centre, const Ball& half) {
    const unsigned n = choice_.count;
    const Ball inner_half = q.exact_half_length();
    const T c = number<T>((q.exact_centre() - ratio_ * centre) * inverse_sigma_);
    const auto& values = q.values(n, value_bits());
    const T step = number<T>(ratio_ * inverse_sigma_), inverse = number<T>(inverse_sigma_);
    const Ball front = inner_half * inverse_sigma_ / sqrt(Ball(2) * pi<Ball>());
    d_.resize(n);
    g_.resize(n);
    r_.resize(n);
    f_.resize(n);
    for (unsigned j = 0; j < n; ++j) {
      d_[j] = number<T>(inner_half * rule_->node[j]) * inverse;
      const T t = c + d_[j];
      g_[j] = T(-t * t / T(2));
      r_[j] = step * offset_[j];
      f_[j] = T(c * r_[j] - r_[j] * r_[j] / T(2));
    }
    exponentials(g_);
    exponentials(f_);
    const std::vector<T>& cross = crossed(half, inner_half);
    const T scale = number<T>(front);
    for (unsigned j = 0; j < n; ++j) {
      const T w = g_[j] * scale * number<T>(rule_->weight[j]);
      const T phi = number<T>(values.phi[j]), dphi = number<T>(values.dphi[j]);
      if (phi == T(0) && dphi == T(0)) continue;
      const T t = c + d_[j];
      T loose(0);
      if constexpr (doubles) loose = 30 + 6 * t * t + 6 * c * c;
      for (unsigned i = 0; i < n; ++i)
        accumulate(sums_[i], T(t - r_[i]), T(w * f_[i] * cross[j * n + i]), phi, dphi, loose);
    }
  }

  /// exp(d_j r_i): the same for all pairs of panels of these lengths.
  const std::vector<T>& crossed(const Ball& half, const Ball& inner_half) {
    std::vector<T>& table = crossed_[{half.midpoint(), inner_half.midpoint()}];
    const unsigned n = choice_.count;
    if (table.size() == static_cast<std::size_t>(n) * n) return table;
    table.resize(static_cast<std::size_t>(n) * n);
    for (unsigned j = 0; j < n; ++j) {
      for (unsigned i = 0; i < n; ++i) table[j * n + i] = d_[j] * r_[i];
    }
    exponentials(table);
    return table;
  }

  const PairChoice& choice_;
  const PairLaw<T>& law_;
  const PairLaw<Ball>& exact_;
  const PairNeed& need_;
  const expr::Tape& tape_;
  const long bits_;
  Ball ratio_, inverse_sigma_;
  std::shared_ptr<const partition::LegendreRule> rule_;
  std::vector<T> z_, z_weight_, offset_, u_, weight_, points_, d_, g_, r_, f_;
  std::vector<InnerSums<T>> sums_;
  Samples<T> samples_;
  std::map<std::pair<double, double>, std::vector<T>> crossed_;
};

/// Bits that place v at a small part of sigma.
long place_bits(const PairLaw<Ball>& law) {
  const double sigma = law.sigma.midpoint(), slope = std::fabs(law.slope.midpoint());
  return sigma > 0 && slope > sigma ? std::lround(std::log2(slope / sigma)) : 0;
}

}  // namespace

template <class T>
PairIntegrals<T> integrate_pair(partition::Partition& partition, const PairChoice& choice, const PairLaw<T>& law,
                                const PairLaw<Ball>& exact, const PairNeed& need, unsigned threads) {
  const std::lock_guard lock(partition.mutex());
  constexpr bool doubles = std::is_same_v<T, double>;
  const long bits = (doubles ? 128 : static_cast<long>(3.33 * working_digits()) + 64) + place_bits(exact);
  // Values are made first, each panel by one thread; then groups of panels are independent.
  std::vector<Panel*> all;
  for (const OuterPanel& outer : choice.panels) {
    all.push_back(outer.panel);
    all.insert(all.end(), outer.inner.begin(), outer.inner.end());
  }
  std::ranges::sort(all);
  all.erase(std::ranges::unique(all).begin(), all.end());
  const long value_bits = doubles ? 64 : bits - 48;
  parallel_for_ordered(all.size(), threads, [&](std::size_t i) { all[i]->values(choice.count, value_bits); });
  constexpr std::size_t group = 8;
  std::vector<PairIntegrals<T>> parts((choice.panels.size() + group - 1) / group);
  const auto each = [](PairIntegrals<T>& p) {
    return std::array<Integral<T>*, 9>{&p.K,     &p.Kdot,   &p.u_dphi, &p.v_dphi, &p.radial,
                                       &p.mixed, &p.normal, &p.kdot_u, &p.kdot_v};
  };
  parallel_for_ordered(parts.size(), threads, [&](std::size_t part) {
    for (Integral<T>* integral : each(parts[part])) *integral = {T(0), T(0), T(0), T(0)};
    Evaluator<T> evaluator(choice, law, exact, need, partition.activation().tape, bits);
    for (std::size_t i = part * group; i < std::min(choice.panels.size(), (part + 1) * group); ++i)
      evaluator.add(choice.panels[i], parts[part]);
  });
  PairIntegrals<T> result;
  for (Integral<T>* integral : each(result)) *integral = {T(0), T(0), T(0), T(0)};
  for (PairIntegrals<T>& part : parts) {
    const auto from = each(part);
    const auto to = each(result);
    for (std::size_t k = 0; k < to.size(); ++k) {
      to[k]->value += from[k]->value;
      to[k]->error += from[k]->error;
      to[k]->magnitude += from[k]->magnitude;
    }
    result.finite = result.finite && part.finite;
  }
  const auto conclude = [&](Integral<T>& integral, double log_missed, const T& factor) {
    const T doubled = need.symmetric ? T(2) : T(1);
    integral.value *= doubled;
    integral.magnitude *= doubled;
    integral.truncation = T(exp(T(log_missed))) * factor;
    T rounding;
    if constexpr (doubles) {
      constexpr double unit = std::numeric_limits<double>::epsilon() / 2;
      rounding = unit * (1.01 * doubled * integral.error +
                         (static_cast<double>(choice.count + parts.size()) / 2 + 20) * integral.magnitude);
    } else {
      rounding = pow(Real(10), -static_cast<int>(working_digits()) + 4) * integral.magnitude;
    }
    integral.error = T(T(rounding) + integral.truncation);
  };
  const T one(1), scale = T(T(abs(law.slope)) + law.sigma);
  conclude(result.K, choice.error_values, one);
  conclude(result.kdot_u, choice.error_values, one);
  conclude(result.kdot_v, choice.error_values, one);
  for (auto* integral : {&result.Kdot, &result.radial, &result.mixed, &result.normal})
    conclude(*integral, choice.error_slopes, one);
  conclude(result.u_dphi, choice.error_mixed, one);
  conclude(result.v_dphi, choice.error_mixed, scale);
  return result;
}

template PairIntegrals<double> integrate_pair(partition::Partition&, const PairChoice&, const PairLaw<double>&,
                                              const PairLaw<Ball>&, const PairNeed&, unsigned);
template PairIntegrals<Real> integrate_pair(partition::Partition&, const PairChoice&, const PairLaw<Real>&,
                                            const PairLaw<Ball>&, const PairNeed&, unsigned);

}  // namespace widegeo::gaussian
