#include "gaussian/pair/two_point.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gaussian/pair/pair_evaluator.hpp"
#include "number/constants.hpp"
#include "parallel/parallel.hpp"

namespace widegeo::gaussian {
namespace {

/// Bits that resolve v to a small fraction of sigma.
long place_bits(const PairLaw<Ball>& law) {
  const double sigma = law.sigma.midpoint(), slope = std::fabs(law.slope.midpoint());
  return sigma > 0 && slope > sigma ? std::lround(std::log2(slope / sigma)) : 0;
}

}  // namespace

Real approximate_dot(std::span<const Ball> x, std::span<const Ball> y, long bits) {
  static_assert(sizeof(Ball) == sizeof(arb_struct), "an array of balls is an array of Arb's");
  Ball sum;
  if (!x.empty())
    arb_approx_dot(sum.get(), nullptr, 0, x[0].get(), 1, y[0].get(), 1, static_cast<slong>(x.size()), bits);
  return number<Real>(sum);
}

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
  all.erase(std::unique(all.begin(), all.end()), all.end());
  const long value_bits = doubles ? 64 : bits - 48;
  parallel_for_ordered(all.size(), threads, [&](std::size_t i) { all[i]->values(choice.count, value_bits); });
  constexpr std::size_t group = 16;
  std::vector<PairIntegrals<T>> parts((choice.panels.size() + group - 1) / group);
  parallel_for_ordered(parts.size(), threads, [&](std::size_t part) {
    PairEvaluator<T> evaluator(choice, law, exact, need, partition.activation().tape, bits);
    for (std::size_t i = part * group; i < std::min(choice.panels.size(), (part + 1) * group); ++i)
      evaluator.add(choice.panels[i]);
    parts[part] = evaluator.result();
  });
  PairIntegrals<T> result;
  const auto to = all_of(result);
  for (std::size_t k = 0; k < to.size(); ++k) {
    Sum<T> sum;
    *to[k] = {T(0), T(0), T(0), T(0)};
    for (PairIntegrals<T>& part : parts) {
      const Integral<T>& from = *all_of(part)[k];
      sum.add(from.value);
      to[k]->error += from.error;
      to[k]->magnitude += from.magnitude;
    }
    to[k]->value = sum.total();
  }
  for (const PairIntegrals<T>& part : parts) result.finite = result.finite && part.finite;
  const auto conclude = [&](Integral<T>& integral, double log_missed) {
    const T doubled = need.symmetric ? T(2) : T(1);
    integral.value *= doubled;
    integral.magnitude *= doubled;
    integral.truncation = T(exp(T(log_missed)));
    T rounding;
    if constexpr (doubles) {
      rounding = unit_roundoff * (1.01 * doubled * integral.error + 25 * integral.magnitude);
    } else {
      rounding = pow(Real(10), -static_cast<int>(working_digits()) + 4) * integral.magnitude;
    }
    integral.error = T(T(rounding) + integral.truncation);
  };
  for (auto* integral : {&result.K, &result.kdot_u, &result.kdot_v, &result.kdot_a})
    conclude(*integral, choice.error_values);
  for (auto* integral : {&result.Kdot, &result.radial, &result.mixed, &result.normal})
    conclude(*integral, choice.error_slopes);
  for (auto* integral : {&result.u_dphi, &result.along, &result.across}) conclude(*integral, choice.error_mixed);
  return result;
}

template PairIntegrals<double> integrate_pair(partition::Partition&, const PairChoice&, const PairLaw<double>&,
                                              const PairLaw<Ball>&, const PairNeed&, unsigned);
template PairIntegrals<Real> integrate_pair(partition::Partition&, const PairChoice&, const PairLaw<Real>&,
                                            const PairLaw<Ball>&, const PairNeed&, unsigned);

}  // namespace widegeo::gaussian
