#include "gaussian/one_point_solver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace widegeo::gaussian {
namespace {

constexpr double widest = 52;  // exp(-z^2/4) is a normal double up to here
constexpr std::size_t most_nodes = 60'000;
constexpr std::size_t enough_nodes = 8'192;  // without kinks, uniform nodes are tried before more of the mapped
constexpr std::size_t most_uniform_nodes = 500'000;
constexpr std::size_t affordable_nodes = 2'000;  // in multiprecision, only to see what cancellation left
constexpr double good_log = -37;                 // truncation below the rounding of doubles
constexpr double uniformity = 32;                // z = 32 sinh t: bent by 1 % at z = 4
constexpr double lift_threshold = 1e-12;         // error, relative to the size, above which doubles do not serve

double deviation(double q) { return std::sqrt(q); }

int bucket_of(double q) { return static_cast<int>(std::floor(2 * std::log2(q))); }

bool agree(const OnePointIntegrals<double>& a, const OnePointIntegrals<double>& b) {
  const auto list = [](const auto& x, const auto& y) {
    for (std::size_t k = 0; k < x.size(); ++k) {
      if (!(std::abs(x[k].value - y[k].value) <= x[k].error + y[k].error)) return false;
    }
    return true;
  };
  return list(a.V, b.V) && list(a.D, b.D);
}

[[noreturn]] void not_reached(const Activation& activation, double q, double reached) {
  throw Error(ErrorCode::accuracy, "the quadrature did not converge",
              fmt::format("activation {}, variance {:.6g}, relative error reached {:.2g}", activation.name, q, reached),
              "the activation may oscillate or vary too fast for this variance");
}

}  // namespace

OnePointSolver::OnePointSolver(const Activation& activation, unsigned threads)
    : activation_(activation), problem_(make_problem<double>(activation)), threads_(threads) {}

double OnePointSolver::uniform_spread(double q) const { return uniformity * std::max(1.0, deviation(q)); }

OnePointSolver::Plan OnePointSolver::try_spread(double q, unsigned order, double spread, std::size_t limit,
                                                bool uniform) const {
  Plan plan;
  plan.spread = spread;
  double reach = 14;
  const auto run = [&](double h, bool survey) {
    const auto rule =
        make_rule<double>(h, reach, spread, deviation(q), end_nats(problem_.singular, 16), !problem_.kinks.empty());
    return integrate_one_point<double>(problem_, rule, q, order, 1, survey);
  };
  const auto good = [](const auto& r) { return r.finite && r.truncation_log < good_log; };
  OnePointIntegrals<double> last;
  bool converged = false;
  double h = uniform ? 0.5 / uniformity : 0.5;
  for (; !converged; h /= 2) {
    last = run(h, true);
    while (last.finite && last.tail_log > -42 && reach < widest) {
      reach = std::min(widest, 1.4 * reach);
      last = run(h, true);
    }
    if (!last.finite || last.nodes > limit) return plan;
    converged = good(last) && (!uniform || last.followed);
  }
  h *= 2;
  reach = std::min(reach, 1.1 * last.significant + 0.5);
  plan.rate = last.rate;
  // Stretch the step, then demand agreement with the finer, incommensurate one: a common period cannot fool both.
  double step = last.rate > 0 ? std::max(h, std::min(last.rate / 46, 4 * h)) : 0.83 * h;
  if (uniform) step = 1.6 * h;
  for (int tries = 0; tries < 40; ++tries, step *= 0.87) {
    const auto candidate = run(step, uniform);
    if (!candidate.finite || candidate.nodes > limit) return plan;
    if (uniform && !candidate.followed) continue;
    if (good(candidate) && agree(candidate, last)) {
      plan.h = step;
      plan.reach = reach;
      plan.converged = true;
      return plan;
    }
    if (good(candidate)) last = candidate;  // two converged steps disagree: neither is trusted until a third agrees
  }
  return plan;
}

OnePointSolver::Plan OnePointSolver::make_plan(double q, unsigned wanted, bool spare) const {
  const unsigned order = wanted + (spare ? 1 : 0);
  Plan best;
  std::size_t best_nodes = 0;
  OnePointIntegrals<double> outcome;
  struct Attempt {
    double spread;
    std::size_t limit;
    bool uniform;
  };
  std::vector<Attempt> attempts;
  if (problem_.kinks.empty()) {
    attempts = {{1, enough_nodes, false}, {2, enough_nodes, false}, {4, enough_nodes, false}};
    attempts.push_back({uniform_spread(q), most_uniform_nodes, true});
    attempts.push_back({1, most_nodes, false});
  } else {
    attempts = {{1, most_nodes, false}, {2, most_nodes, false}};
  }
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    const auto& [spread, limit, uniform] = attempts[i];
    if (i >= 3 && best.converged) break;
    Plan plan = try_spread(q, order, spread, limit, uniform);
    if (!plan.converged) continue;
    auto rule = std::make_shared<const Rule<double>>(make_rule<double>(
        plan.h, plan.reach, spread, 1.2 * deviation(q), end_nats(problem_.singular, 16), !problem_.kinks.empty()));
    auto result = integrate_one_point<double>(problem_, *rule, q, order, 1);
    if (!best.converged || result.nodes < best_nodes) {
      best = plan;
      best.rule = rule;
      best_nodes = result.nodes;
      outcome = result;
    }
  }
  if (!best.converged) {
    best.lift = true;
    return best;
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
  const bool any = poor(outcome.V) || poor(outcome.D);
  // At a very large variance only zeros are poor, and multiprecision would take long to say so.
  if (any && best_nodes <= affordable_nodes) {
    // Lost to cancellation, or exactly zero (D' of ReLU)? Multiprecision tells; for a zero doubles are as good as
    // anything.
    const auto exact = solve(Real(q), wanted, 24);
    const auto lost = [](const auto& rough, const auto& fine) {
      for (std::size_t k = 0; k < rough.size(); ++k) {
        const double value = std::abs(static_cast<double>(fine[k].value));
        if (rough[k].error > lift_threshold * value && value > 1e-20 * rough[k].magnitude && value > 1e-280)
          return true;
      }
      return false;
    };
    best.lift = lost(outcome.V, exact.V) || lost(outcome.D, exact.D);
  }
  return best;
}

OnePointSolver::Plan OnePointSolver::plan_for(double q, unsigned order, bool spare) const {
  const std::pair<int, unsigned> key{bucket_of(q), 2 * order + (spare ? 1 : 0)};
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = plans_.find(key);
    if (found != plans_.end()) return found->second;
  }
  Plan plan = make_plan(q, order, spare);
  const std::lock_guard<std::mutex> lock(mutex_);
  return plans_.emplace(key, plan).first->second;
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
  Plan plan = plan_for(q, wanted, spare);
  if (plan.converged && !plan.lift) {
    const auto serves = [](const auto& r) { return r.finite && r.tail_log < -34 && r.truncation_log < -32; };
    auto result = integrate_one_point<double>(problem_, *plan.rule, q, order, 1);
    if (serves(result)) return result;
    plan = make_plan(q, wanted, spare);
    if (plan.converged && !plan.lift) {
      result = integrate_one_point<double>(problem_, *plan.rule, q, order, 1);
      if (serves(result)) return result;
    }
  }
  return lifted(q, order);
}

OnePointIntegrals<Real> OnePointSolver::solve(const Real& q_in, unsigned order, unsigned digits) const {
  const double q_double = static_cast<double>(q_in);
  // He_2k / (2q)^k cancels down to f^(2k) for smooth f: carry the digits that this costs.
  const double lost = std::max(0.0, -order * std::log10(std::min(1.0, q_double))) + 2 * order;
  const unsigned working = digits + 8 + static_cast<unsigned>(lost);
  const PrecisionScope precision(working);
  const Real q = at_working_precision(q_in);
  const Problem<Real> problem = make_problem<Real>(activation_);
  const double nats = 2.302585 * (working - 2);

  const std::pair<int, std::pair<unsigned, unsigned>> key{bucket_of(q_double), {order, working}};
  RealPlan plan;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = real_plans_.find(key);
    if (found != real_plans_.end()) plan = found->second;
  }
  if (plan.h == 0) {
    double rate = 3.5;
    plan.spread = 1;
    bool mapped = false;  // a mapped rule serves, whether or not its rate was seen
    const auto take = [&](double spread, std::size_t limit, bool uniform) {
      const Plan by_doubles = try_spread(q_double, std::min(order, 2u), spread, limit, uniform);
      mapped = mapped || (!uniform && by_doubles.converged);
      if (!by_doubles.converged || (!uniform && by_doubles.rate <= 0)) return false;
      plan.spread = spread;
      plan.reach = by_doubles.reach > 10 ? by_doubles.reach - 9 : 0;
      if (uniform) {
        // 2h served for exp(good_log): pi/h >= 2w + sqrt(-2 good_log), in units of the spread. Now for `nats`.
        const double more = std::sqrt(2 * nats) - std::sqrt(-2 * good_log);
        rate = 1.3 * nats / (1 / by_doubles.h + uniformity * more / 3.1);
      } else {
        rate = std::min(by_doubles.rate, 4.7);
      }
      return true;
    };
    const bool smooth = problem_.kinks.empty();
    const std::size_t limit = smooth ? enough_nodes : most_nodes;
    if (!take(1, limit, false) && !take(2, limit, false)) {
      if (!smooth)
        take(4, limit, false);
      else if (!mapped)
        take(uniform_spread(q_double), most_uniform_nodes, true);
    }
    plan.reach += std::sqrt(2 * nats) + 1;
    plan.h = rate / (1.3 * nats);
  }
  double reached = 1;
  for (int tries = 0; tries < 14; ++tries) {
    const auto rule = make_rule<Real>(Real(plan.h), plan.reach, plan.spread, std::max(1.0, deviation(q_double)),
                                      end_nats(problem.singular, working), !problem.kinks.empty());
    auto result = integrate_one_point<Real>(problem, rule, q, order, threads_);
    if (!result.finite)
      throw Error(ErrorCode::accuracy, "a value of the activation exceeds the range of numbers", activation_.name);
    if (result.nodes > 40 * most_nodes) break;
    reached = std::exp(result.truncation_log);
    const bool tail_fine = result.tail_log < -nats + 5;
    if (result.truncation_log < -nats + 5 && tail_fine) {
      const std::lock_guard<std::mutex> lock(mutex_);
      real_plans_[key] = plan;
      return result;
    }
    if (!tail_fine)
      plan.reach *= 1.2;
    else
      plan.h *= 0.7;
  }
  not_reached(activation_, q_double, reached);
}

}  // namespace widegeo::gaussian
