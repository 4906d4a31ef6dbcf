#include "rigorous/taylor.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "expr/analysis/envelope.hpp"
#include "number/constants.hpp"

namespace widegeo::rigorous {

namespace {

constexpr double safe = 1 + 1e-9;
/// Radius of the circle in Cauchy's estimate for the errors of the coefficients.
constexpr double s = 0.25;
constexpr long max_rings = 60;
constexpr std::size_t max_panels = 6000;
constexpr long most_bits = 600;  ///< bounds are doubles, which end at 1e-308
constexpr double circle = 3.14159265358979;

Ball symmetric(double radius) {
  if (!std::isfinite(radius)) return Ball::anything();
  return Ball::between(-radius, radius);
}

}  // namespace

void Series::differentiate() {
  derived.assign(1, coefficients);
  for (unsigned i = 1; i <= max_derivative; ++i) {
    std::vector<Ball> next;
    for (std::size_t k = 1; k < derived.back().size(); ++k)
      next.push_back(Ball(static_cast<int>(k)) * derived.back()[k]);
    derived.push_back(std::move(next));
  }
}

Ball Series::derivative(unsigned i, const Ball& u) const {
  const double size = std::max(std::fabs(u.lower()), std::fabs(u.upper()));
  const auto m = static_cast<double>(coefficients.size());
  // sum_{k >= m} k!/(k-i)! |a_k| size^(k-i): the ratio of two terms is at most that of the first two.
  double remainder = infinity;
  for (std::size_t j = 0; j < reach.size(); ++j) {
    const double y = size / reach[j], ratio = (m + 1) / (m + 1 - i) * y;
    if (!(ratio < 0.999)) continue;
    double first = bound[j] * std::pow(reach[j], -static_cast<double>(i)) * std::pow(y, m - i) / (1 - ratio);
    for (unsigned k = 0; k < i; ++k) first *= m - k;
    remainder = std::min(remainder, size == 0 ? 0 : first * safe + 1e-305);  // it may have vanished by underflow
  }
  if (!std::isfinite(remainder)) return Ball::anything();
  Ball sum;
  const std::vector<Ball>& terms = derived.at(i);
  for (std::size_t k = terms.size(); k-- > 0;) {
    arb_mul(sum.get(), sum.get(), u.get(), ball_bits());
    arb_add(sum.get(), sum.get(), terms[k].get(), ball_bits());
  }
  return sum + symmetric(remainder);
}

/// What one pass over the line collects for one centre. Errors and bounds are of integrals of phi^2, phi'^2 times a
/// weight exp(...) without the factor in front of it.
struct Integrals::Sums {
  double centre;
  Ball exact_centre;
  Two tolerance;
  std::array<std::vector<Ball>, 2> moments;  ///< int f z^(2i) exp(-z^2/2) dx
  Two error{};                               ///< under exp(-Re^2/(2c(1+s)) + Im^2/(2c(1-s)))
  std::array<Two, 2> upper{};                ///< int f exp(-x^2/(2c(1 + reach)))
  std::size_t panels = 0;

  double decay() const { return 1 / (2 * centre * (1 + s)); }
  double growth() const { return 1 / (2 * centre * (1 - s)); }
  double decay(std::size_t reach) const { return 1 / (2 * centre * (1 + Series::reach[reach])); }
  bool hopeless() const { return !std::isfinite(error[0]) || !std::isfinite(error[1]); }
};

Integrals::Integrals(const Activation& activation, long bits)
    : activation_(activation), bits_(std::min(bits, most_bits)) {
  bits = bits_;
  // Gaps around kinks are far below the precision; the places of kinks are known to 180 digits.
  const long gap_bits = std::min(bits + 64, 500L);
  settings_.bits = bits + 64;
  settings_.proof_bits = std::max(settings_.bits, gap_bits) + 96;
  {
    const BallPrecision precision(settings_.bits);
    settings_.rule = gauss_rule(static_cast<unsigned>(std::max(16L, bits / 2)));
  }
  const BallPrecision precision(settings_.proof_bits);
  line_ = partition::cut_line(activation_, gap_bits);
  for (const partition::Gap& gap : line_.gaps) {
    const double low = gap.low.lower(), high = gap.high.upper(), width = (gap.high - gap.low).upper();
    const double reach = std::max(std::fabs(low), std::fabs(high));
    // Across a removable singularity the bound may hold for the tree as a whole and not for its branches.
    const expr::Envelope phi = expr::envelope(activation_.phi, low, high),
                         slope = expr::envelope(activation_.derivative, low, high);
    gap_bounds_.push_back(
        {weighted(2 * phi.log_bound(reach), std::log(width)), weighted(2 * slope.log_bound(reach), std::log(width))});
  }
}

Integrals::Root& Integrals::root(long level, long index) {
  const auto [place, fresh] = roots_.try_emplace({level, index});
  Root& root = place->second;
  if (!fresh) return root;
  const auto at = [level](long i) {
    Ball r(static_cast<int>(i));
    arb_mul_2exp_si(r.get(), r.get(), level);
    return r;
  };
  const Ball low = at(index), high = at(index + 1);
  const auto below = [](const Ball& a, const Ball& b) { return arb_lt(a.get(), b.get()) != 0; };
  for (const partition::Part& part : line_.parts) {
    const Ball a = is_finite(part.low) && below(low, part.low) ? part.low : low;
    const Ball b = is_finite(part.high) && below(part.high, high) ? part.high : high;
    if (below(a, b)) root.panels.emplace_back(a, b, part.branch);
  }
  for (std::size_t g = 0; g < line_.gaps.size(); ++g) {
    if (!below(high, line_.gaps[g].low) && !below(line_.gaps[g].high, low)) root.gaps.push_back(g);
  }
  return root;
}

void Integrals::add_bound(const Two& integral, double distance, Sums& sums) const {
  for (std::size_t f = 0; f < 2; ++f) {
    if (integral[f] == 0) continue;
    const double size = std::log(integral[f] * safe), square = distance * distance;
    sums.error[f] += weighted(size, -sums.decay() * square);
    for (std::size_t r = 0; r < 2; ++r) sums.upper[r][f] += weighted(size, -sums.decay(r) * square);
  }
}

void Integrals::add_nodes(Panel& panel, Sums& sums) {
  const std::size_t terms = sums.moments[0].size();
  const BallPrecision precision(settings_.bits);
  const long bits = settings_.bits;
  Ball y, weight, term;
  for (const Panel::Node& node : panel.nodes(settings_)) {
    arb_div(y.get(), node.square.get(), sums.exact_centre.get(), bits);
    arb_mul_2exp_si(weight.get(), y.get(), -1);
    arb_neg(weight.get(), weight.get());
    arb_exp(weight.get(), weight.get(), bits);
    for (std::size_t f = 0; f < 2; ++f) {
      if (node.value[f].is_exactly_zero()) continue;
      arb_mul(term.get(), node.value[f].get(), weight.get(), bits);
      for (std::size_t i = 0; i < terms; ++i) {
        if (i > 0) arb_mul(term.get(), term.get(), y.get(), bits);
        arb_add(sums.moments[f][i].get(), sums.moments[f][i].get(), term.get(), bits);
      }
      for (std::size_t r = 0; r < 2; ++r)
        sums.upper[r][f] += weighted(node.value_log[f], -sums.decay(r) * node.square_low);
    }
  }
}

void Integrals::add(Panel& panel, Sums& sums) {
  if (sums.hopeless()) return;
  if (++sums.panels > max_panels) {
    sums.error = {infinity, infinity};
    return;
  }
  const auto within = [&sums](const Two& error) {
    return error[0] <= sums.tolerance[0] && error[1] <= sums.tolerance[1];
  };
  const std::size_t count = settings_.rule.node.size();
  Two best{infinity, infinity};
  std::size_t ellipse = 0;
  bool good = false;
  if (panel.branch_holds(settings_)) {
    for (std::size_t i = 0; i < Panel::ellipses.size() && !good; ++i) {
      const Two error = panel.error(i, sums.decay(), sums.growth(), count);
      good = within(error);
      if (good || std::max(error[0], error[1]) < std::max(best[0], best[1])) best = error, ellipse = i;
    }
    if (!good) {
      const double distance = panel.distance(), weight = std::exp(-sums.decay() * distance * distance) * safe;
      const Two plain = panel.plain();
      if (within({plain[0] * weight, plain[1] * weight})) return add_bound(plain, distance, sums);
    }
  }
  if (!good && panel.can_split()) {
    for (Panel& part : panel.halves()) add(part, sums);
    return;
  }
  for (std::size_t f = 0; f < 2; ++f) sums.error[f] += best[f];
  if (sums.hopeless()) return;
  add_nodes(panel, sums);
  for (std::size_t r = 0; r < 2; ++r) {
    const Two error = panel.error(ellipse, sums.decay(r), sums.decay(r), count);
    for (std::size_t f = 0; f < 2; ++f) sums.upper[r][f] += error[f];
  }
}

void Integrals::add(Root& root, Sums& sums) {
  for (Panel& panel : root.panels) add(panel, sums);
  for (const std::size_t g : root.gaps) {
    const partition::Gap& gap = line_.gaps[g];
    const double distance = gap.low.certainly_positive()    ? gap.low.lower()
                            : gap.high.certainly_negative() ? -gap.high.upper()
                                                            : 0;
    add_bound(gap_bounds_[g], distance, sums);
  }
}

// int_X^inf exp(L(x)) dx <= exp(L(X)) / -L'(X) where L is concave and decreasing from X on; with the envelope of phi,
// L(x) = 2 log_factor + 2 power log(1 + x) + 2 rate x - decay x^2.
Two Integrals::tail(double distance, double decay) const {
  Two sum{};
  const std::array<const expr::Expr*, 2> trees{&activation_.phi, &activation_.derivative};
  for (std::size_t f = 0; f < 2; ++f) {
    for (const bool right : {false, true}) {
      const expr::Envelope bound =
          right ? expr::envelope(*trees[f], distance, infinity) : expr::envelope(*trees[f], -infinity, -distance);
      const double slope = 2 * decay * distance - 2 * bound.power / (1 + distance) - 2 * bound.rate;
      if (!bound.exists() || !(slope > 0)) {
        sum[f] = infinity;
      } else if (bound.log_factor != -infinity) {
        sum[f] += weighted(2 * bound.log_bound(distance), -decay * distance * distance) / slope * safe;
      }
    }
  }
  return sum;
}

/// V and D at the centre, roughly: only tolerances depend on it.
Two Integrals::scale(double centre) const {
  expr::Tape::Workspace<double> workspace;
  std::array<double, 2> out{};
  Two sum{};
  const double root = std::sqrt(centre);
  // |z| = e^t from 1e-8 to 40: what happens far below one standard deviation is seen, too.
  constexpr int per_unit = 16, first = -18 * per_unit, last = 59;
  for (int i = first; i <= last; ++i) {
    const double size = std::exp((i + 0.4) / per_unit);
    for (const double z : {-size, size}) {
      const double x = root * z, weight = size * std::exp(-z * z / 2) / per_unit;
      activation_.tape.evaluate<double>(std::span<const double>(&x, 1), std::span<double>(out), workspace);
      for (std::size_t f = 0; f < 2; ++f) {
        const double value = out[f] * out[f] * weight;
        if (std::isfinite(value)) sum[f] += value;
      }
    }
  }
  // The factor of one that vanishes wherever it was looked at is as good as arbitrary.
  constexpr double unseen = 1e-20;
  return {std::max(sum[0], unseen * sum[1]) * root, std::max(sum[1], unseen * sum[0]) * root};
}

// He_{n+2} = (z^2 - (2n + 1)) He_n - n (n - 1) He_{n-2}
const std::vector<Ball>& Integrals::hermite(std::size_t k) {
  if (hermite_.size() > k) return hermite_[k];
  hermite_.clear();
  std::vector<mpz_class> before, here{1};
  mpz_class divisor = 1;
  for (std::size_t j = 0; j <= k + 8; ++j) {
    std::vector<Ball> row;
    for (const mpz_class& c : here) {
      Rational exact(c, divisor);
      exact.canonicalize();
      row.push_back(from_rational<Ball>(exact));
    }
    hermite_.push_back(std::move(row));
    std::vector<mpz_class> next(here.size() + 1, 0);
    const auto n = static_cast<long>(2 * j);
    for (std::size_t i = 0; i < here.size(); ++i) {
      next[i + 1] += here[i];
      next[i] -= (2 * n + 1) * here[i];
    }
    for (std::size_t i = 0; i < before.size(); ++i) next[i] -= n * (n - 1) * before[i];
    before = std::move(here);
    here = std::move(next);
    divisor *= 2 * (static_cast<long>(j) + 1);
  }
  return hermite_[k];
}

std::shared_ptr<const Model> Integrals::model(double centre, std::size_t terms) {
  const auto known = models_.find(centre);
  if (known != models_.end() && known->second.terms >= terms) return known->second.model;

  const BallPrecision precision(settings_.proof_bits);
  const Two estimate = scale(centre);
  // In units of c^-k derivatives of smooth activations are small at a small c: the third keeps some digits.
  const double aim = std::ldexp(std::max(std::pow(std::min(1.0, centre), 3), 0x1p-48), -static_cast<int>(bits_) - 12);
  Sums sums{.centre = centre,
            .exact_centre = Ball(centre),
            .tolerance = {estimate[0] * aim, estimate[1] * aim},
            .moments = {std::vector<Ball>(terms), std::vector<Ball>(terms)}};

  int level = 0;
  std::frexp(2 * std::sqrt(centre), &level);  // panels between 2 and 4 standard deviations wide
  for (long ring = 0;; ++ring) {
    add(root(level, ring), sums);
    add(root(level, -ring - 1), sums);
    if (sums.hopeless()) break;
    if (ring < 2) continue;
    const double distance = std::ldexp(static_cast<double>(ring + 1), level);
    const Two rest = tail(distance, sums.decay());
    if ((rest[0] <= sums.tolerance[0] && rest[1] <= sums.tolerance[1]) || ring == max_rings) {
      for (std::size_t f = 0; f < 2; ++f) sums.error[f] += rest[f];
      for (std::size_t r = 0; r < 2; ++r) {
        const Two beyond = tail(distance, sums.decay(r));
        for (std::size_t f = 0; f < 2; ++f) sums.upper[r][f] += beyond[f];
      }
      break;
    }
  }

  const BallPrecision working(settings_.bits);
  auto model = std::make_shared<Model>();
  model->centre = centre;
  const Ball factor = Ball(1) / sqrt(Ball(2) * pi<Ball>() * Ball(centre));
  const double front = 1 / std::sqrt(2 * circle * centre) * safe;
  for (std::size_t f = 0; f < 2; ++f) {
    Series& series = model->series[f];
    double error = sums.error[f] * front / std::sqrt(1 - s) * safe;
    for (std::size_t k = 0; k < terms; ++k) {
      Ball a;
      const std::vector<Ball>& polynomial = hermite(k);
      for (std::size_t i = 0; i <= k; ++i) multiply_add(a, polynomial[i], sums.moments[f][i]);
      series.coefficients.push_back(a * factor + symmetric(error));
      error = error / s * safe;
    }
    for (std::size_t r = 0; r < 2; ++r)  // sqrt((1+s)/(1-s)) V(c (1+s))
      series.bound[r] = sums.upper[r][f] * front / std::sqrt(1 - Series::reach[r]) * safe;
  }
  for (Series& series : model->series) series.differentiate();
  models_[centre] = {terms, model};
  return model;
}

}  // namespace widegeo::rigorous
