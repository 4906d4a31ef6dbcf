// The double route of the two-point integrals: errors of the inputs, and the step to multiprecision where doubles fail.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "gaussian/two_point_solver.hpp"

namespace widegeo::gaussian {
namespace {

/// Relative perturbation of the law's parameters for the sensitivity to the inputs; the bounds are doubled to cover its
/// bias.
constexpr double perturbation = 1e-3;
/// Digits of multiprecision where doubles fail.
constexpr unsigned lifted_digits = 20;

struct LawErrors {
  double root_a, slope, sigma;  ///< relative
};

LawErrors errors_of(const Covariance<TrackedDouble>& c) {
  const auto relative = [](const TrackedDouble& x) { return x.error > 0 ? x.error / std::abs(x.value) : 0.0; };
  const double a = relative(c.a);
  // n = 0 with an error has no relative error: it is handled as an absolute one by the caller.
  const double n = c.n.value != 0 ? relative(c.n) : 0.0;
  const double minor = c.minor.value > 0 ? relative(c.minor) : 0.0;
  constexpr double rounding = 4e-16;  // of the square roots and quotients that form the law
  return {0.5 * a + rounding, n + 0.5 * a + rounding, 0.5 * (minor + a) + rounding};
}

}  // namespace

TwoPoint<TrackedDouble> TwoPointSolver::lifted(const Covariance<TrackedDouble>& c, TwoPointNeed need,
                                               unsigned digits) const {
  const PrecisionScope precision(digits + 10);
  const Covariance<Real> fine{Real(c.a.value), Real(c.b.value), Real(c.n.value), Real(c.minor.value), c.coincident};
  const TwoPoint<Real> t = solve(fine, need, digits);
  const auto round = [](const Real& x) {
    const double value = static_cast<double>(x);
    return TrackedDouble(value, 3e-16 * std::abs(value) + 5e-324);
  };
  return {round(t.K), round(t.Kdot), round(t.Ka), round(t.Kb), round(t.radial), round(t.mixed), round(t.normal)};
}

TwoPoint<TrackedDouble> TwoPointSolver::from_the_tail(const Covariance<TrackedDouble>& c, TwoPointNeed need) const {
  constexpr unsigned most_digits = 640;
  TwoPoint<TrackedDouble> before = lifted(c, need, 40);
  for (unsigned digits = 80;; digits *= 2) {
    TwoPoint<TrackedDouble> t = lifted(c, need, digits);
    bool settled = true;
    const std::array<const TrackedDouble*, 7> old{&before.K,      &before.Kdot,  &before.Ka,    &before.Kb,
                                                  &before.radial, &before.mixed, &before.normal};
    const std::array<TrackedDouble*, 7> now{&t.K, &t.Kdot, &t.Ka, &t.Kb, &t.radial, &t.mixed, &t.normal};
    for (std::size_t k = 0; k < now.size(); ++k) {
      const double gap = std::abs(now[k]->value - old[k]->value);
      settled = settled && gap <= 4e-16 * std::abs(now[k]->value);
      now[k]->error += gap;
    }
    if (settled || digits >= most_digits) return t;
    before = t;
  }
}

TwoPoint<TrackedDouble> TwoPointSolver::solve(const Covariance<TrackedDouble>& c, TwoPointNeed need) const {
  const double a = c.a.value, b = c.b.value;
  const bool derivatives = need == TwoPointNeed::derivatives;
  require(a, b, c.minor.value, need);
  if (!std::isfinite(c.n.value)) throw Error(ErrorCode::input, "a covariance must be finite");
  if (a == 0 || b == 0) return lifted(c, need, lifted_digits);

  PairLaw<double> law;
  law.root_a = std::sqrt(a);
  law.slope = c.n.value / law.root_a;
  law.sigma = c.coincident ? 0 : std::sqrt(c.minor.value / a);
  const bool infinite_kdot = problem_.jump && law.sigma == 0;
  double h = 0, reach = 0;
  const auto p = converge(law, h, reach);
  TwoPoint<TrackedDouble> t;
  std::array<TrackedDouble*, 7> out{&t.K, &t.Kdot, &t.Ka, &t.Kb, &t.radial, &t.mixed, &t.normal};
  // All nodes on a piece where phi or phi' vanishes (a kink far in the tail): doubles cannot tell how small the average
  // is.
  const bool vanished =
      (p.K.value == 0 && p.K.error == 0) || (!problem_.jump && p.Kdot.value == 0 && p.Kdot.error == 0);
  if (vanished) {
    t = from_the_tail(c, need);
  } else if (!p.finite || p.truncation_log > -28 || p.tail_log > -28) {
    t = lifted(c, need, lifted_digits);
  } else {
    const auto q = assemble(p, law);
    // Amplified by small variances beyond use? (Ka of a smooth phi is E phi''phi / 2, got as a difference divided by
    // a.)
    const bool poor =
        derivatives && std::min(a, b) < 1e-2 &&
        (q.list[2].error > 1e-12 * std::abs(q.list[2].value) || q.list[3].error > 1e-12 * std::abs(q.list[3].value));
    if (poor) {
      t = lifted(c, need, lifted_digits);
    } else {
      for (std::size_t k = 0; k < 7; ++k) *out[k] = TrackedDouble(q.list[k].value, q.list[k].error);
    }
  }
  if (infinite_kdot) t.Kdot = TrackedDouble(std::numeric_limits<double>::infinity(), 0.0);

  const LawErrors e = errors_of(c);
  const std::size_t count = derivatives ? 7 : 2;
  const auto base = assemble(p, law);
  const bool base_usable = p.finite && !infinite_kdot;
  const auto perturbed = [&](const PairLaw<double>& other, double weight) {
    const auto moved_integrals = run(other, std::min(0.25, 1.3 * h), reach);
    if (!moved_integrals.finite) return;
    const auto moved = assemble(moved_integrals, other);
    for (std::size_t k = 0; k < count; ++k) {
      out[k]->error += 2 * weight * std::abs(moved.list[k].value - base.list[k].value);
    }
  };
  if (base_usable && h > 0) {
    PairLaw<double> other = law;
    other.root_a *= 1 + perturbation;
    perturbed(other, e.root_a / perturbation);
    if (law.slope != 0) {
      other = law;
      other.slope *= 1 + perturbation;
      perturbed(other, e.slope / perturbation);
    } else if (c.n.error > 0) {
      other = law;
      other.slope = perturbation * std::sqrt(b);
      perturbed(other, c.n.error / law.root_a / other.slope);
    }
    if (law.sigma > 0) {
      other = law;
      other.sigma *= 1 + perturbation;
      // A minor known worse than its size: the whole range down to 0 is possible.
      perturbed(other, std::min(e.sigma, 1.0) / perturbation);
    } else if (c.minor.error > 0 && !c.coincident) {
      other = law;
      other.sigma = std::sqrt(c.minor.error / a);
      perturbed(other, 1);
    }
  }
  for (std::size_t k = 0; k < count; ++k) {
    if (k == 1 && infinite_kdot) continue;
    if (!std::isfinite(out[k]->value) || !std::isfinite(out[k]->error)) {
      throw Error(ErrorCode::accuracy, "a two-point average is out of the range of double", activation_.name,
                  "ask for more than 15 digits");
    }
  }
  if (!derivatives) t.Ka = t.Kb = t.radial = t.mixed = t.normal = TrackedDouble(0);
  return t;
}

}  // namespace widegeo::gaussian
