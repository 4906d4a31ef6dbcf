// Sums over the nodes of pairs of panels: for each outer panel the inner averages at its nodes, by the rule chosen for
// it. Part of two_point.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "gaussian/pair/hermite_rule.hpp"
#include "gaussian/pair/inner_sums.hpp"
#include "gaussian/pair/narrow_panels.hpp"
#include "gaussian/pair/two_point.hpp"
#include "gaussian/sampler.hpp"
#include "number/constants.hpp"

namespace widegeo::gaussian {

using partition::Panel;

/// In the order of PairEvaluator::Average.
template <class T>
std::array<Integral<T>*, 11> all_of(PairIntegrals<T>& p) {
  return {&p.K,     &p.Kdot,   &p.u_dphi, &p.along,  &p.across, &p.radial,
          &p.mixed, &p.normal, &p.kdot_u, &p.kdot_v, &p.kdot_a};
}

template <class T>
class PairEvaluator {
 public:
  PairEvaluator(const PairChoice& choice, const PairLaw<T>& law, const PairLaw<Ball>& exact, const PairNeed& need,
                const expr::Tape& tape, long bits)
      : choice_(choice), law_(law), exact_(exact), need_(need), tape_(tape), bits_(bits) {
    const BallPrecision precision(bits);
    ratio_ = exact.slope / exact.root_a;
    InnerRule<T>& rule = inner_rules_[0];
    if (choice.step > 0) {
      narrow_.emplace(choice.count, value_bits(), doubles ? 64 : static_cast<long>(3.33 * working_digits()) + 32,
                      ratio_, Ball(1) / exact.sigma, powers(), need.slope);
      for (long j = -choice.most; j <= choice.most; ++j) {
        rule.node.push_back(Ball(choice.step) * Ball(static_cast<int>(j)));
        rule.z.push_back(number<T>(rule.node.back()));
        rule.weight.push_back(T(-rule.z.back() * rule.z.back() / T(2)));
      }
      exponentials(rule.weight);
      const T front = T(choice.step) / sqrt(T(2) * pi<T>());
      for (T& w : rule.weight) w *= front;
    } else {
      rule = {{Ball(0)}, {T(0)}, {T(1)}};
    }
  }

  void add(const OuterPanel& outer) {
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
    phi_size_.resize(n);
    dphi_size_.resize(n);
    for (unsigned i = 0; i < n; ++i) {
      phi_size_[i] = T(abs(number<T>(values.phi[i])));
      dphi_size_[i] = T(abs(number<T>(values.dphi[i])));
    }
    if (outer.branch) {
      wide(outer, centre, half);
    } else {
      // Independent u and v: the inner sums are the same at all nodes of all panels with these inner panels.
      const bool independent = law_.slope == T(0);
      if (!independent || outer.inner != same_inner_) {
        for (Panel* q : outer.inner) {
          const auto& panel = narrow_->add(*q, *rule_, centre, half);
          for (unsigned i = 0; i < n; ++i) merge(sums_[i], panel[i]);
        }
        same_inner_ = outer.inner;
        same_sums_ = sums_[0];
      } else {
        sums_.assign(n, same_sums_);
      }
    }
    for (unsigned i = 0; i < n; ++i) {
      const T phi = weight_[i] * number<T>(values.phi[i]), dphi = weight_[i] * number<T>(values.dphi[i]);
      gather(u_[i], phi, dphi, totals(sums_[i]));
    }
  }

  PairIntegrals<T> result() const {
    PairIntegrals<T> out;
    const auto to = all_of(out);
    for (std::size_t k = 0; k < to.size(); ++k)
      *to[k] = {terms_[k].sum.total(), terms_[k].rounding, T(0), terms_[k].magnitude};
    out.finite = finite_;
    return out;
  }

 private:
  static constexpr bool doubles = std::is_same_v<T, double>;
  bool powers() const { return need_.moments || !need_.slope; }
  long value_bits() const { return doubles ? 64 : bits_ - 48; }

  using Sums = InnerSums<T, Sum<T>>;
  using Totals = InnerSums<T, T>;

  static Totals totals(const Sums& s) {
    Totals t;
    for (std::size_t k = 0; k < 3; ++k) {
      t.value[k] = s.value[k].total();
      t.slope[k] = s.slope[k].total();
    }
    t.value_rounding = s.value_rounding;
    t.slope_rounding = s.slope_rounding;
    return t;
  }

  struct Terms {
    Sum<T> sum;
    T rounding{0}, magnitude{0};
  };
  enum Average : std::size_t {
    K,
    Kdot,
    u_dphi,
    along,
    across,
    radial,
    mixed,
    normal,
    kdot_u,
    kdot_v,
    kdot_a,
    averages
  };

  void put(Average which, const T& term, const T& rounding) {
    Terms& terms = terms_[which];
    terms.sum.add(term);
    terms.magnitude += T(abs(term));
    if constexpr (doubles) terms.rounding += rounding;
  }

  void gather(const T& z1, const T& phi, const T& dphi, const Totals& s) {
    T loose(0), value(0), slope(0);
    if constexpr (doubles) {
      loose = T(10) + T(5) * z1 * z1;
      value = std::abs(phi) * (s.value_rounding * (T(1) + loose / T(30)));
      slope = std::abs(dphi) * (s.slope_rounding * (T(1) + loose / T(30)));
    }
    put(K, T(phi * s.value[0]), value);
    if (need_.slope) put(Kdot, T(dphi * s.slope[0]), slope);
    if (!need_.slope) {
      const T extra = T(3) * (T(1) + z1 * z1);
      put(kdot_u, T(phi * z1 * s.value[1]), T(value * extra));
      put(kdot_v, T(phi * T(s.value[2] - s.value[0])), T(value * extra));
      put(kdot_a, T(phi * T(z1 * z1 - T(1)) * s.value[0]), T(value * extra));
      return;
    }
    if (!need_.moments) return;
    const T size = T(abs(z1)) + T(1), extra = T(3) * size * size;
    T crossed(0), crossed_back(0);
    if constexpr (doubles) {
      crossed = std::abs(dphi) * s.value_rounding * (T(1) + loose / T(30)) * size;
      crossed_back = std::abs(phi) * s.slope_rounding * (T(1) + loose / T(30)) * T(3) * size;
    }
    put(u_dphi, T(z1 * dphi * s.value[0]), crossed);
    put(along, T(z1 * phi * s.slope[0]), crossed_back);
    put(radial, T(dphi * T(z1 * z1 - T(1)) * s.slope[0]), T(slope * extra));
    if (choice_.step == 0) return;  // parallel inputs: averages with z2 are 0
    put(across, T(phi * s.slope[1]), crossed_back);
    put(mixed, T(dphi * z1 * s.slope[1]), T(slope * extra));
    put(normal, T(dphi * T(s.slope[2] - s.slope[0])), T(slope * extra));
  }

  /// Adds a panel's sums (few terms, accumulated plainly) to the totals.
  static void merge(Sums& s, const Totals& panel) {
    for (std::size_t k = 0; k < 3; ++k) {
      s.value[k].add(panel.value[k]);
      s.slope[k].add(panel.slope[k]);
    }
    s.value_rounding += panel.value_rounding;
    s.slope_rounding += panel.slope_rounding;
  }

  const InnerRule<T>& inner_rule(unsigned hermite) {
    InnerRule<T>& rule = inner_rules_[hermite];
    if (!rule.z.empty()) return rule;
    const auto made = hermite_rule(hermite, bits_);
    for (unsigned j = 0; j < hermite; ++j) {
      rule.node.push_back(made->node[j]);
      rule.z.push_back(number<T>(made->node[j]));
      rule.weight.push_back(number<T>(made->weight[j]));
    }
    return rule;
  }

  void wide(const OuterPanel& outer, const Ball& centre, const Ball& half) {
    const InnerRule<T>& rule = inner_rule(outer.hermite);
    if constexpr (doubles) {
      if (!sampled(rule, number<T>(ratio_ * centre))) enclosed(outer, rule, centre, half);
    } else {
      enclosed(outer, rule, centre, half);
    }
    const unsigned n = choice_.count;
    const std::size_t m = rule.z.size();
    for (unsigned i = 0; i < n; ++i) {
      Totals panel;
      for (std::size_t j = 0; j < m; ++j) {
        const std::size_t k = i * m + j;
        T loose(0);
        if constexpr (doubles) loose = 30 + static_cast<double>(m) + 6 * rule.z[j] * rule.z[j];
        accumulate(panel, rule.z[j], rule.weight[j], phi_[k], dphi_[k], loose, powers());
        if constexpr (doubles) {
          panel.value_rounding += rule.weight[j] * (samples_.phi_error[k] / unit_roundoff);
          panel.slope_rounding += rule.weight[j] * (samples_.dphi_error[k] / unit_roundoff);
        }
      }
      merge(sums_[i], panel);
    }
  }

  /// phi and phi' at the inner nodes in doubles. False where the rounding of v is too coarse: near features that are
  /// narrow relative to |v|.
  bool sampled(const InnerRule<T>& rule, const T& middle) {
    const unsigned n = choice_.count;
    const std::size_t m = rule.z.size();
    points_.resize(n * m);
    point_errors_.resize(n * m);
    const T ratio = number<T>(ratio_);
    for (unsigned i = 0; i < n; ++i) {
      const T moved = ratio * offset_[i], mean = middle + moved;
      for (std::size_t j = 0; j < m; ++j) {
        const T step = law_.sigma * rule.z[j];
        points_[i * m + j] = mean + step;
        point_errors_[i * m + j] = 4 * unit_roundoff * (abs(middle) + abs(moved) + abs(step));
      }
    }
    sample(tape_, points_, point_errors_, samples_);
    if (!samples_.finite) return false;
    T value(0), slope(0);
    for (unsigned i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < m; ++j) {
        const T w = weight_[i] * rule.weight[j];
        value += w * samples_.phi_error[i * m + j] * phi_size_[i];
        slope += w * samples_.dphi_error[i * m + j] * dphi_size_[i];
      }
    }
    constexpr double allowed = 64 * unit_roundoff;
    if (!(value <= allowed * std::exp(choice_.size_values))) return false;
    if (need_.slope && !(slope <= allowed * std::exp(choice_.size_slopes))) return false;
    phi_ = samples_.phi;
    dphi_ = samples_.dphi;
    return true;
  }

  /// In balls, on the branch proved valid for all v within reach.
  void enclosed(const OuterPanel& outer, const InnerRule<T>& rule, const Ball& centre, const Ball& half) {
    const unsigned n = choice_.count;
    const std::size_t m = rule.z.size();
    phi_.resize(n * m);
    dphi_.resize(n * m);
    samples_.phi_error.assign(n * m, 0);
    samples_.dphi_error.assign(n * m, 0);
    std::array<Ball, 2> out;
    // Doubles only need v to a small fraction of the panel; sigma may be far smaller than that and needs more digits.
    const double apart = std::fmax(1, std::fabs(outer.panel->centre()) / outer.panel->half_length());
    const BallPrecision precision(doubles ? std::min(bits_, 96 + std::lround(std::log2(apart))) : bits_);
    for (unsigned i = 0; i < n; ++i) {
      const Ball mean = ratio_ * (centre + half * rule_->node[i]);
      for (std::size_t j = 0; j < m; ++j) {
        const Ball v = mean + exact_.sigma * rule.node[j];
        outer.branch->tape.evaluate<Ball>(std::span<const Ball>(&v, 1), std::span<Ball>(out), workspace_);
        const std::size_t k = i * m + j;
        phi_[k] = number<T>(out[0]);
        dphi_[k] = number<T>(out[1]);
        finite_ = finite_ && is_finite(out[0]) && is_finite(out[1]) && isfinite(phi_[k]) && isfinite(dphi_[k]);
        if constexpr (doubles) {
          samples_.phi_error[k] = out[0].radius() + 2.3e-16 * std::abs(phi_[k]);
          samples_.dphi_error[k] = out[1].radius() + 2.3e-16 * std::abs(dphi_[k]);
        }
      }
    }
  }

  const PairChoice& choice_;
  const PairLaw<T>& law_;
  const PairLaw<Ball>& exact_;
  const PairNeed& need_;
  const expr::Tape& tape_;
  const long bits_;
  Ball ratio_;
  std::optional<NarrowPanels<T>> narrow_;  ///< none where the inputs are parallel
  std::shared_ptr<const partition::LegendreRule> rule_;
  std::map<unsigned, InnerRule<T>> inner_rules_;  ///< by Gauss-Hermite nodes; 0: the trapezoid rule
  std::vector<T> offset_, u_, weight_, phi_, dphi_, phi_size_, dphi_size_;
  std::vector<double> points_, point_errors_;
  std::vector<Sums> sums_;
  std::vector<Panel*> same_inner_;
  Sums same_sums_;
  std::array<Terms, averages> terms_;
  Samples samples_;
  expr::Tape::Workspace<Ball> workspace_;
  bool finite_ = true;
};

}  // namespace widegeo::gaussian
