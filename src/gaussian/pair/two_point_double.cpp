// The double route of the two-point integrals: propagation of input errors, and the fallback to multiprecision.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "gaussian/pair/two_point_solver.hpp"
#include "number/error.hpp"

namespace widegeo::gaussian {
namespace {

/// Relative perturbation of the law's parameters where no average tells what the errors of the inputs bring.
constexpr double perturbation = 1e-3;
/// What the first derivatives leave out.
constexpr double higher_orders = 2;
/// Digits of multiprecision where doubles fail.
constexpr unsigned lifted_digits = 20;
/// Bits of the law beyond those that place v.
constexpr long law_bits = 256;
/// Averages of this size have terms that doubles lose.
constexpr double smallest = 1e-280;

struct LawErrors {
  double root_a, slope, sigma;  ///< relative, absolute, relative
  explicit operator bool() const { return root_a > 0 || slope > 0 || sigma > 0; }
};

LawErrors errors_of(const Covariance<TrackedDouble>& c) {
  const auto relative = [](const TrackedDouble& x) { return x.error > 0 ? x.error / std::abs(x.value) : 0.0; };
  const double a = relative(c.a), minor = c.minor.value > 0 ? relative(c.minor) : 0.0;
  return {0.5 * a, (c.n.error + 0.5 * a * std::abs(c.n.value)) / std::sqrt(c.a.value), 0.5 * (minor + a)};
}

PairLaw<double> rounded(const PairLaw<Ball>& law) {
  return {law.root_a.midpoint(), law.slope.midpoint(), law.sigma.midpoint()};
}

}  // namespace

TwoPoint<TrackedDouble> TwoPointSolver::lifted(const Covariance<TrackedDouble>& c, TwoPointNeed need,
                                               unsigned digits) const {
  const PrecisionScope precision(digits + 10);
  const Covariance<Real> fine{Real(c.a.value), Real(c.b.value), Real(c.n.value), Real(c.minor.value), c.coincident};
  const TwoPoint<Real> t = solve(fine, need, digits);
  // The digits are those of sqrt(V V) and sqrt(D D): a smaller average is known less well.
  double values = 0, slopes = 0, crossed = 0;
  const double a = c.a.value, b = c.b.value;
  if (a > 0 && b > 0) {
    const partition::LogBounds at_a = sizes(a), at_b = sizes(b);
    const double missed = 2 * std::pow(10.0, -static_cast<double>(digits));
    values = missed * std::exp((at_a.phi + at_b.phi) / 2);
    slopes = missed * std::exp((at_a.dphi + at_b.dphi) / 2);
    crossed = missed * std::exp(std::max(at_a.phi + at_b.dphi, at_a.dphi + at_b.phi) / 2);
  }
  const auto round = [](const Real& x, double missed) {
    const double value = static_cast<double>(x);
    return TrackedDouble(value, 3e-16 * std::abs(value) + missed + 5e-324);
  };
  const double ratio = a > 0 && b > 0 ? std::abs(c.n.value) : 0;
  const double of_a = a > 0 ? crossed / std::sqrt(a) + slopes * ratio / a : 0;
  const double of_b = b > 0 ? crossed / std::sqrt(b) + slopes * ratio / b : 0;
  return {round(t.K, values),      round(t.Kdot, slopes),  round(t.Ka, of_a),      round(t.Kb, of_b),
          round(t.radial, slopes), round(t.mixed, slopes), round(t.normal, slopes)};
}

void TwoPointSolver::add_input_errors(const Covariance<TrackedDouble>& c, const PairLaw<Ball>& law,
                                      const Quantities<double>& base, std::size_t count, TwoPointNeed need,
                                      std::span<TrackedDouble* const> out) const {
  const LawErrors e = errors_of(c);
  if (!e) return;
  const std::array moves{base.value_moves, base.slope_moves};
  std::vector<std::size_t> rest;  // to be told from the law moved a little
  for (std::size_t k = 0; k < count; ++k) {
    if (k < moves.size() && moves[k]) {
      out[k]->error += higher_orders * (e.root_a * moves[k]->root_a + e.slope * moves[k]->slope +
                                        std::min(e.sigma, 1.0) * moves[k]->sigma);
    } else {
      rest.push_back(k);
    }
  }
  const auto add = [&](const PairLaw<Ball>& other, double weight, std::span<const std::size_t> which) {
    if (!(weight > 0) || which.empty()) return;
    const auto moved = quantities<double>(rounded(other), other, need, 17, false);
    for (const std::size_t k : which) {
      const double change = std::abs(moved.list[k].value - base.list[k].value);
      out[k]->error += moved.finite ? higher_orders * weight * change : std::numeric_limits<double>::infinity();
    }
  };
  const bool parallel = law.sigma.is_exactly_zero();
  // The weight of v changes with the slope on the scale of sigma.
  const double step = perturbation * (parallel ? std::abs(law.slope.midpoint()) : law.sigma.midpoint());
  add({law.root_a * Ball(1 + perturbation), law.slope, law.sigma}, e.root_a / perturbation, rest);
  add({law.root_a, law.slope + Ball(step), law.sigma}, e.slope / step, rest);
  if (!parallel) {
    // A minor known worse than its size: the whole range down to 0 is possible.
    add({law.root_a, law.slope, law.sigma * Ball(1 + perturbation)}, std::min(e.sigma, 1.0) / perturbation, rest);
  } else if (c.minor.error > 0 && !c.coincident) {
    std::vector<std::size_t> all(count);
    std::iota(all.begin(), all.end(), std::size_t{0});
    add({law.root_a, law.slope, Ball(std::sqrt(c.minor.error / c.a.value))}, 1, all);
  }
}

TwoPoint<TrackedDouble> TwoPointSolver::solve(const Covariance<TrackedDouble>& c, TwoPointNeed need) const {
  const double a = c.a.value, b = c.b.value;
  const bool derivatives = need == TwoPointNeed::derivatives;
  require(a, b, c.minor.value, need);
  if (!std::isfinite(c.n.value)) throw Error(ErrorCode::input, "a covariance must be finite");
  if (a == 0 || b == 0) return lifted(c, need, lifted_digits);

  const bool parallel = c.coincident || c.minor.value == 0;
  const BallPrecision bits(law_bits +
                           (parallel ? 0 : std::lround(std::log2(a) + std::log2(b) - std::log2(c.minor.value)) + 2));
  PairLaw<Ball> law;
  law.root_a = sqrt(Ball(a));
  law.slope = Ball(c.n.value) / law.root_a;
  law.sigma = parallel ? Ball(0) : sqrt(Ball(c.minor.value) / Ball(a));
  const auto base = quantities<double>(rounded(law), law, need, 17, static_cast<bool>(errors_of(c)));
  const bool infinite_kdot = one_point_.derivative_diverges() && parallel;

  TwoPoint<TrackedDouble> t;
  std::array<TrackedDouble*, 7> out{&t.K, &t.Kdot, &t.Ka, &t.Kb, &t.radial, &t.mixed, &t.normal};
  // Amplified by small variances beyond use? (Ka of a smooth phi is E phi''phi / 2, got as a difference divided by a.)
  const bool poor = derivatives && std::min(a, b) < 1e-2 &&
                    (base.list[2].error > 1e-12 * std::abs(base.list[2].value) ||
                     base.list[3].error > 1e-12 * std::abs(base.list[3].value));
  const bool tiny = base.list[0].magnitude < smallest || (!infinite_kdot && base.list[1].magnitude < smallest);
  if (!base.finite || poor || tiny) {
    t = lifted(c, need, lifted_digits);
  } else {
    for (std::size_t k = 0; k < 7; ++k) *out[k] = TrackedDouble(base.list[k].value, base.list[k].error);
  }
  if (infinite_kdot) t.Kdot = TrackedDouble(std::numeric_limits<double>::infinity(), 0.0);
  // Odd and independent, by structure.
  if (c.n.value == 0 && c.n.error == 0 && activation_.analysis.parity == expr::Parity::odd) t.K = TrackedDouble(0);

  const std::size_t count = derivatives ? 7 : 2;
  if (base.finite && !infinite_kdot) add_input_errors(c, law, base, count, need, out);
  for (std::size_t k = 0; k < count; ++k) {
    if (k == 1 && infinite_kdot) continue;
    if (!std::isfinite(out[k]->value) || !std::isfinite(out[k]->error)) {
      throw Error(ErrorCode::accuracy, "a two-point average is outside the range of double", activation_.name,
                  "ask for more than 15 digits");
    }
  }
  if (!derivatives) t.Ka = t.Kb = t.radial = t.mixed = t.normal = TrackedDouble(0);
  return t;
}

}  // namespace widegeo::gaussian
