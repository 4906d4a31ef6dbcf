// Inner sums over panels in v under the conditional Gaussian; its exponentials are shared between panels. Part of
// pair_evaluator.hpp.
#pragma once

#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gaussian/pair/inner_sums.hpp"
#include "partition/panel.hpp"

namespace widegeo::gaussian {

template <class T>
class NarrowPanels {
 public:
  using Totals = InnerSums<T, T>;

  /// `ratio`: slope / root_a. `powers`: also sums with z2 and z2^2; `slope`: sums of phi' too.
  NarrowPanels(unsigned count, long value_bits, long sum_bits, const Ball& ratio, const Ball& inverse_sigma,
               bool powers, bool slope)
      : count_(count),
        value_bits_(value_bits),
        sum_bits_(sum_bits),
        ratio_(ratio),
        inverse_sigma_(inverse_sigma),
        powers_(powers),
        slope_(slope),
        step_((ratio * inverse_sigma).centre()) {}

  /// Sums for each node of the panel in u around `centre`; valid until the next call. Uses exp(-z2^2/2), z2 = t_j -
  /// r_i, in the form exp(-t_j^2/2) exp(c r_i - r_i^2/2) exp(d_j r_i), where t_j = c + d_j.
  const std::vector<Totals>& add(partition::Panel& q, const partition::LegendreRule& rule, const Ball& centre,
                                 const Ball& half) {
    const unsigned n = count_;
    const InnerPanel& inner = inner_panel(q, rule);
    const Number c = number<Number>((q.exact_centre() - ratio_ * centre) * inverse_sigma_);
    t_.resize(n);
    g_.resize(n);
    r_.resize(n);
    f_.resize(n);
    for (unsigned j = 0; j < n; ++j) {
      t_[j] = c + inner.d[j];
      g_[j] = -t_[j] * t_[j] / Number(2);
      r_[j] = number<Number>(half * rule.node[j] * step_);
      f_[j] = c * r_[j] - r_[j] * r_[j] / Number(2);
    }
    exponentials(g_);
    exponentials(f_);
    const std::vector<Number>& cross = crossed(inner, half, q.exact_half_length());
    panel_.assign(n, {});
    if constexpr (doubles) {
      for (unsigned j = 0; j < n; ++j) {
        const T w = g_[j] * inner.weight[j];
        if (inner.phi[j] == T(0) && inner.dphi[j] == T(0)) continue;
        const T loose = 30 + n + 6 * t_[j] * t_[j] + 6 * c * c;
        for (unsigned i = 0; i < n; ++i)
          accumulate(panel_[i], t_[j] - r_[i], w * f_[i] * cross[i * n + j], inner.phi[j], inner.dphi[j], loose,
                     powers_);
      }
    } else {
      by_powers(inner, cross);
    }
    return panel_;
  }

 private:
  static constexpr bool doubles = std::is_same_v<T, double>;
  /// Number type for sums of products: Arb's balls are many times faster than Reals.
  using Number = std::conditional_t<doubles, double, Ball>;

  /// The part of a panel in v independent of the panel in u: distances of its nodes from its centre over sigma, weights
  /// of its rule times the factor of the density, values.
  struct InnerPanel {
    std::vector<Number> d, weight, phi, dphi;
  };

  /// Sums with powers of t_j, then of z2 = t_j - r_i. z2 is at most the window, so the digits lost in the differences
  /// are covered by the guard digits.
  void by_powers(const InnerPanel& inner, const std::vector<Ball>& cross) {
    const unsigned n = count_;
    const int most = powers_ ? 2 : 0;
    for (const bool of_slope : {false, true}) {
      if (of_slope && !slope_) break;
      product_.resize(n);
      for (unsigned j = 0; j < n; ++j)
        product_[j] = g_[j] * inner.weight[j] * (of_slope ? inner.dphi[j] : inner.phi[j]);
      for (int k = 0; k <= most; ++k) {
        for (unsigned i = 0; i < n; ++i) {
          const std::span<const Ball> row(cross.data() + static_cast<std::size_t>(i) * n, n);
          auto& s = of_slope ? panel_[i].slope : panel_[i].value;
          s[static_cast<std::size_t>(k)] = approximate_dot(product_, row, sum_bits_);
        }
        for (unsigned j = 0; j < n && k < most; ++j) product_[j] = product_[j] * t_[j];
      }
      for (unsigned i = 0; i < n; ++i) {
        auto& s = of_slope ? panel_[i].slope : panel_[i].value;
        const T f = number<T>(f_[i]), r = number<T>(r_[i]);
        s[2] = f * T(s[2] + r * T(r * s[0] - T(2) * s[1]));
        s[1] = f * T(s[1] - r * s[0]);
        s[0] = f * s[0];
      }
    }
  }

  const InnerPanel& inner_panel(partition::Panel& q, const partition::LegendreRule& rule) {
    InnerPanel& inner = inner_panels_[&q];
    if (!inner.d.empty()) return inner;
    const Ball half = q.exact_half_length(), front = half * inverse_sigma_ / sqrt(Ball(2) * pi<Ball>());
    const auto& values = q.values(count_, value_bits_);
    const Number inverse = number<Number>(inverse_sigma_), scale = number<Number>(front);
    for (unsigned j = 0; j < count_; ++j) {
      inner.d.push_back(number<Number>(half * rule.node[j]) * inverse);
      inner.weight.push_back(scale * number<Number>(rule.weight[j]));
      inner.phi.push_back(number<Number>(values.phi[j]));
      inner.dphi.push_back(number<Number>(values.dphi[j]));
    }
    return inner;
  }

  /// exp(d_j r_i) at index i n + j: the same for all pairs of panels of these lengths.
  const std::vector<Number>& crossed(const InnerPanel& inner, const Ball& half, const Ball& inner_half) {
    std::vector<Number>& table = crossed_[{half.midpoint(), inner_half.midpoint()}];
    const unsigned n = count_;
    if (table.size() == static_cast<std::size_t>(n) * n) return table;
    table.resize(static_cast<std::size_t>(n) * n);
    for (unsigned i = 0; i < n; ++i) {
      for (unsigned j = 0; j < n; ++j) table[i * n + j] = inner.d[j] * r_[i];
    }
    exponentials(table);
    return table;
  }

  const unsigned count_;
  const long value_bits_, sum_bits_;
  const Ball ratio_, inverse_sigma_;
  const bool powers_, slope_;
  const Ball step_;  ///< ratio / sigma
  std::vector<Number> t_, g_, r_, f_, product_;
  std::vector<Totals> panel_;
  std::unordered_map<const partition::Panel*, InnerPanel> inner_panels_;
  std::map<std::pair<double, double>, std::vector<Number>> crossed_;
};

}  // namespace widegeo::gaussian
