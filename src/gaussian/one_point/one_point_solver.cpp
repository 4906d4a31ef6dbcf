#include "gaussian/one_point/one_point_solver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "expr/analysis/envelope.hpp"
#include "number/carried_digits.hpp"
#include "number/constants.hpp"
#include "number/error.hpp"

namespace widegeo::gaussian {
namespace {

constexpr double nats_of_double = 41;     // e^-41: below the rounding of doubles
constexpr double lift_threshold = 1e-12;  // error, relative to the size, above which doubles do not serve
constexpr double smallest = 1e-280;       // below, doubles lose digits
constexpr unsigned double_digits = 17;

/// With more nodes multiprecision takes too long to distinguish cancellation from zero.
constexpr std::size_t affordable_nodes = 20'000;

/// Sizes that doubles do not show are taken as exp of this, and found by trial.
constexpr double smallest_log = -690;

/// Averages below exp(-2e6) are taken as too small.
constexpr double most_below = 2e6;

/// Choices with a smaller tolerance, after one whose error was too large.
constexpr unsigned most_repairs = 5;

/// Does phi^2 or phi'^2 need some of the Gaussian's own decay?
bool grows_like_gaussian(const Activation& activation) {
  constexpr double far = 1e3;
  for (const expr::Expr* tree : {&activation.phi, &activation.derivative}) {
    if (expr::envelope(*tree, far, infinity).square > 0 || expr::envelope(*tree, -infinity, -far).square > 0)
      return true;
  }
  return false;
}

}  // namespace

OnePointSolver::OnePointSolver(const Activation& activation, unsigned threads)
    : activation_(activation),
      problem_(make_problem<double>(activation)),
      threads_(threads),
      per_octave_(grows_like_gaussian(activation) ? 64 : 2) {}

int OnePointSolver::bucket_of(double q) const { return static_cast<int>(std::floor(per_octave_ * std::log2(q))); }
double OnePointSolver::low_of(int bucket) const { return std::exp2(bucket / per_octave_) * (1 - 1e-12); }
double OnePointSolver::high_of(int bucket) const { return std::exp2((bucket + 1) / per_octave_) * (1 + 1e-12); }
/// What stands for all of a bucket, so that nothing depends on which of its variances is asked for first.
double OnePointSolver::middle_of(int bucket) const { return std::exp2((bucket + 0.5) / per_octave_); }

partition::Partition& OnePointSolver::partition(unsigned digits) const {
  const long smallest_gaps = 200 + (digits <= 20 ? 0 : static_cast<long>(4 * digits));
  const std::lock_guard<std::mutex> lock(mutex_);
  auto& known = partitions_[smallest_gaps];
  if (known) return *known;
  // The integral of phi'^2 next to a cusp |x|^alpha falls off like |x|^(2 alpha - 1) alone: gaps as narrow as this asks
  // for, down to where doubles end.
  const double wanted = -2.302585 * std::max(digits, double_digits) - 12;
  constexpr long narrowest = 950;
  for (long bits = smallest_gaps;; bits = std::min(bits * 8 / 5, narrowest)) {
    auto made = std::make_unique<partition::Partition>(activation_, bits);
    double missed = -HUGE_VAL;
    for (const auto& gap : made->gaps()) missed = std::max({missed, gap.integral.phi, gap.integral.dphi});
    known = std::move(made);
    if (!problem_.singular || missed <= wanted || missed == HUGE_VAL || bits >= narrowest) return *known;
  }
}

// Sizes steer tolerances alone: the stated errors do not rest on them.
partition::LogBounds OnePointSolver::size(double any) const {
  const int bucket = bucket_of(any);
  const double q = middle_of(bucket);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto known = sizes_.find(bucket);
    if (known != sizes_.end()) return known->second;
  }
  expr::Tape::Workspace<double> workspace;
  std::array<double, 2> out{};
  partition::LogBounds sum{-HUGE_VAL, -HUGE_VAL};
  // |z| from 1e-8 to 38, first in equal ratios: what happens far below one standard deviation is seen, too.
  constexpr int per_unit = 16, first = -18 * per_unit, last = 0, per_deviation = 10, farthest = 37 * per_deviation;
  for (int i = first; i <= last + farthest; ++i) {
    const bool far = i > last;
    const double z = far ? 1 + (i + 0.4 - last) / per_deviation : std::exp((i + 0.4) / per_unit);
    const double weight = (far ? -std::log(per_deviation) : std::log(z / per_unit)) - z * z / 2;
    for (const double x : {std::sqrt(q) * z, -std::sqrt(q) * z}) {
      activation_.tape.evaluate<double>(std::span<const double>(&x, 1), std::span<double>(out), workspace);
      if (std::isfinite(out[0])) sum.phi = log_add(sum.phi, 2 * std::log(std::abs(out[0])) + weight);
      if (std::isfinite(out[1])) sum.dphi = log_add(sum.dphi, 2 * std::log(std::abs(out[1])) + weight);
    }
  }
  // The factor of one that vanishes wherever it was looked at is as good as arbitrary.
  constexpr double unseen = -46;
  sum.phi = std::max({sum.phi, sum.dphi + std::log(q) + unseen, smallest_log});
  sum.dphi = std::max({sum.dphi, sum.phi - std::log(q) + unseen, smallest_log});
  const std::lock_guard<std::mutex> lock(mutex_);
  sizes_.emplace(bucket, sum);
  return sum;
}

std::string OnePointSolver::why_not_reached(double q) const {
  const partition::LogBounds seen = size(q);
  if (seen.phi <= smallest_log || seen.dphi <= smallest_log)
    return "the averages may be too small there to distinguish from 0";
  if (problem_.singular) return "near a singular point of the activation its averages converge slowly";
  return "the terms of the activation may cancel there; ask for fewer digits, or rewrite it";
}

LineChoice OnePointSolver::choose(double q, unsigned order, unsigned digits, double nats, bool symmetric,
                                  unsigned coefficients, double below, bool shares) const {
  const int bucket = bucket_of(q);
  partition::LogBounds scale = size(q);
  scale.phi -= below;
  scale.dphi -= below;
  // So far out the weights at the two ends of a bucket have little in common.
  return choose_panels(partition(digits), {.q_low = below > 0 ? q * (1 - 1e-12) : low_of(bucket),
                                           .q_high = below > 0 ? q * (1 + 1e-12) : high_of(bucket),
                                           .order = order,
                                           .nats = nats,
                                           .slope = !problem_.jump,
                                           .symmetric = symmetric,
                                           .scale = scale,
                                           .coefficients = coefficients,
                                           .shares = shares});
}

std::shared_ptr<const OnePointSolver::Plan> OnePointSolver::make_plan(double any, unsigned wanted, bool spare) const {
  const double q = middle_of(bucket_of(any));
  const unsigned order = wanted + (spare ? 1 : 0);
  auto plan = std::make_shared<Plan>();
  plan->nodes = make_line_nodes(partition(double_digits),
                                choose(q, order, double_digits, nats_of_double, problem_.even), problem_.even);
  if (!plan->nodes.finite) {
    plan->lift = true;
    return plan;
  }
  auto outcome = integrate_line(plan->nodes, q, order, !problem_.jump, !problem_.jump);
  const bool tiny = outcome.V[0].value < smallest || (!outcome.D.empty() && outcome.D[0].value < smallest);
  if (!outcome.finite || tiny) {
    plan->lift = !outcome.finite || outcome.V[0].value > 0 || outcome.V[0].error > 0;
    return plan;
  }
  if (spare) {
    outcome.V.pop_back();
    if (!outcome.D.empty()) outcome.D.pop_back();
  }
  // The size of a k-th derivative: its own, or f / q^k where it happens to be small (its error is stated all the same).
  const auto size = [q](const auto& list, std::size_t k) {
    return std::max(std::abs(list[k].value), std::abs(list[0].value) / std::pow(q, static_cast<double>(k)));
  };
  const auto poor = [&size](const auto& list) {
    for (std::size_t k = 0; k < list.size(); ++k) {
      if (list[k].error > lift_threshold * size(list, k)) return true;
    }
    return false;
  };
  if (plan->nodes.x.size() <= affordable_nodes && (poor(outcome.V) || poor(outcome.D))) {
    // Lost to cancellation, or exactly zero (D' of ReLU)? Multiprecision tells; for a zero doubles are as good as
    // anything.
    const auto exact = solve(Real(q), wanted, 24);
    const auto lost = [](const auto& rough, const auto& fine) {
      for (std::size_t k = 0; k < rough.size(); ++k) {
        const double value = std::abs(static_cast<double>(fine[k].value));
        if (rough[k].error > lift_threshold * value && value > 1e-20 * rough[k].magnitude && value > smallest)
          return true;
      }
      return false;
    };
    plan->lift = lost(outcome.V, exact.V) || lost(outcome.D, exact.D);
  }
  return plan;
}

std::shared_ptr<const OnePointSolver::Plan> OnePointSolver::plan_for(double q, unsigned order, bool spare) const {
  const std::pair<int, unsigned> key{bucket_of(q), 2 * order + (spare ? 1 : 0)};
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = plans_.find(key);
    if (found != plans_.end()) return found->second;
  }
  auto plan = make_plan(q, order, spare);
  const std::lock_guard<std::mutex> lock(mutex_);
  return plans_.emplace(key, std::move(plan)).first->second;
}

OnePointIntegrals<double> OnePointSolver::lifted(double q, unsigned order) const {
  const auto fine = solve(Real(q), order, 24);
  OnePointIntegrals<double> out;
  const auto round = [](const auto& list, auto& to) {
    for (const auto& i : list) {
      const double value = static_cast<double>(i.value);
      if (!std::isfinite(value))
        throw Error(ErrorCode::accuracy, "a Gaussian average exceeds the range of double", "",
                    "use --digits 16 or more");
      to.push_back({value, static_cast<double>(i.error) + 2.3e-16 * std::abs(value) + 5e-324,
                    static_cast<double>(i.truncation), static_cast<double>(i.magnitude)});
    }
  };
  round(fine.V, out.V);
  round(fine.D, out.D);
  return out;
}

OnePointIntegrals<double> OnePointSolver::solve(double q, unsigned wanted, bool spare) const {
  const unsigned order = wanted + (spare ? 1 : 0);
  const auto plan = plan_for(q, wanted, spare);
  if (!plan->lift) {
    auto result = integrate_line(plan->nodes, q, order, !problem_.jump, !problem_.jump);
    if (result.finite) return result;
  }
  return lifted(q, order);
}

LineChoice OnePointSolver::kept_choice(const ChoiceKey& key, const std::function<LineChoice()>& make) const {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = choices_.find(key);
    if (found != choices_.end()) return found->second;
  }
  const LineChoice choice = make();
  const std::lock_guard<std::mutex> lock(mutex_);
  return choices_.emplace(key, choice).first->second;
}

OnePointIntegrals<Real> OnePointSolver::solve(const Real& q_in, unsigned order, unsigned digits) const {
  const double q_double = static_cast<double>(q_in);
  // He_2k / (2q)^k cancels down to f^(2k) for smooth f: carry the digits that this costs. Beyond some, only as far as
  // digits are carried at all: a caller who wants that many in the averages has asked for them.
  const double most_lost = std::max(30U, CarriedDigits::count());
  const double lost = std::min(most_lost, order * std::max(0.0, -std::log10(q_double))) + 2 * order;
  const unsigned working = digits + 8 + static_cast<unsigned>(lost);
  const PrecisionScope precision(working);
  const Real q = at_working_precision(q_in);
  const double nats = 2.302585 * (working - 2);
  const auto log_size = [](const Real& x) { return std::log(10.0) * log10_size(x); };
  const double log_allowed = -2.302585 * digits;
  // How far the averages lie below what size() saw: an activation may vanish on thousands of standard deviations, or in
  // doubles.
  double below = 0, lacking = infinity;
  bool shares = true;
  unsigned repaired = 0;
  for (;;) {
    const auto make = [&] { return choose(q_double, order, working, nats, problem_.even, 1, below, shares); };
    const LineChoice choice = below > 0 ? make() : kept_choice({bucket_of(q_double), order, working}, make);
    auto result =
        integrate_line(partition(working), choice, q, order, !problem_.jump, !problem_.jump, problem_.even, threads_);
    const double before = lacking;
    bool unseen = false;
    lacking = -infinity;  // nats
    for (const auto* list : {&result.V, &result.D}) {
      for (const Integral<Real>& integral : *list) {
        if (!(integral.truncation > 0)) continue;
        const double lacks = log_size(integral.truncation) - log_allowed - log_size(integral.magnitude);
        lacking = std::max(lacking, lacks);
        unseen = unseen || (lacks > 0 && log_size(integral.magnitude) < size(q_double).phi - below - nats);
      }
    }
    if (!(lacking > 0)) return result;
    const bool stuck = !unseen && !(lacking < before - 1);
    if (!unseen) ++repaired;
    if (below >= most_below || (stuck && !shares) || repaired > most_repairs) {
      throw Error(ErrorCode::accuracy, "the quadrature does not reach the requested digits",
                  fmt::format("activation {}, variance {:.6g}, relative error 1e{:.0f}, requested 1e-{}",
                              activation_.name, q_double, (lacking + log_allowed) / std::log(10.0), digits),
                  why_not_reached(q_double));
    }
    shares = !stuck;
    below = std::max(unseen ? 2 * below + 700 : 0, std::isfinite(lacking) ? below + lacking + 2 : 0);
  }
}

}  // namespace widegeo::gaussian
