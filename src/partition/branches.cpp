#include "partition/branches.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/ball_interval.hpp"
#include "core/complex_ball.hpp"
#include "expr/analysis_detail.hpp"

namespace widegeo::partition {

using expr::Expr;
using expr::Op;

namespace {

class Resolver {
 public:
  explicit Resolver(const Ball& sample) : sample_(sample) {}

  Expr resolve(const Expr& e) {
    if (e.args().empty()) return e;
    const auto known = done_.find(e.identity());
    if (known != done_.end()) return known->second;
    Expr result = make(e);
    done_.emplace(e.identity(), result);
    return result;
  }

  const std::vector<Expr>& conditions() const { return conditions_; }

 private:
  Expr make(const Expr& e) {
    if (e.op() == Op::choose) return resolve(e.arg(holds(e.arg(0)) ? 1 : 2));
    if (e.is_comparison()) return Expr::number(holds(e) ? 1 : 0);
    std::vector<Expr> args;
    for (const Expr& child : e.args()) args.push_back(resolve(child));
    switch (e.op()) {
      case Op::abs:
        return sign(args[0]) > 0 ? args[0] : -args[0];
      case Op::relu:
        return sign(args[0]) > 0 ? args[0] : Expr::number(0);
      case Op::sign:
        return Expr::number(sign(args[0]));
      case Op::step:
        return Expr::number(sign(args[0]) > 0 ? 1 : 0);
      case Op::min:
        return args[sign(args[1] - args[0]) > 0 ? 0 : 1];
      case Op::max:
        return args[sign(args[1] - args[0]) > 0 ? 1 : 0];
      default:
        return Expr::make(e.op(), std::move(args));
    }
  }

  bool holds(const Expr& condition) {
    const int gap = sign(resolve(condition.arg(1)) - resolve(condition.arg(0)));
    switch (condition.op()) {
      case Op::less:
      case Op::less_equal:
        return gap > 0;
      case Op::greater:
      case Op::greater_equal:
        return gap < 0;
      default:
        return condition.op() == Op::not_equal;
    }
  }

  /// The sign of e at the sample, which becomes a condition of the branch.
  int sign(const Expr& e) {
    const Ball value = expr::Tape(std::array{e}, {"x"})(sample_);
    const bool positive = value.certainly_positive();
    if (!positive && !value.certainly_negative())
      throw Error(ErrorCode::input, "the sign of " + to_text(e) + " is not decided at x = " + sample_.text(),
                  "rigorous integration");
    if (expr::depends_on(e, "x")) conditions_.push_back(positive ? e : -e);
    return positive ? 1 : -1;
  }

  const Ball& sample_;
  std::vector<Expr> conditions_;
  std::unordered_map<const void*, Expr> done_;
};

/// The places suggested by the analysis of phi and of phi', as balls.
struct Place {
  Ball at;
  std::optional<Rational> exact;
};
std::vector<Place> places(const Activation& activation) {
  const PrecisionScope digits(expr::detail::analysis_digits);
  std::vector<expr::detail::Candidate> all = expr::detail::find_candidates(activation.phi, "x");
  for (expr::detail::Candidate& c : expr::detail::find_candidates(activation.derivative, "x"))
    all.push_back(std::move(c));
  std::ranges::sort(all, [](const auto& a, const auto& b) { return a.location < b.location; });
  std::vector<Place> list;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i > 0 && abs(all[i].location - all[i - 1].location) <= Real("1e-60") * (1 + abs(all[i].location))) continue;
    if (all[i].exact) {
      list.push_back({from_rational<Ball>(*all[i].exact), all[i].exact});
      continue;
    }
    Ball place;
    arf_set_mpfr(arb_midref(place.get()), all[i].location.backend().data());
    list.push_back({std::move(place), std::nullopt});
  }
  return list;
}

Ball power_of_two(long exponent) {
  Ball r(1);
  arb_mul_2exp_si(r.get(), r.get(), exponent);
  return r;
}

}  // namespace

std::shared_ptr<const Branch> branch_at(const Activation& activation, const Ball& sample) {
  Resolver resolver(sample);
  auto branch = std::make_shared<Branch>();
  branch->phi = resolver.resolve(activation.phi);
  branch->derivative = resolver.resolve(activation.derivative);
  branch->tape = expr::Tape(std::array{branch->phi, branch->derivative}, {"x"});
  if (!resolver.conditions().empty()) branch->conditions = expr::Tape(resolver.conditions(), {"x"});
  return branch;
}

bool holds_on(const Branch& branch, const Ball& low, const Ball& high) {
  const std::size_t count = branch.conditions.output_count();
  if (count == 0) return true;
  expr::Tape::Workspace<Ball> workspace;
  std::vector<Ball> values(count);
  std::vector<std::pair<Ball, Ball>> open{{low, high}};
  // Next to a zero of a condition the boxes halve down to the gap's width: a few times the precision in bits.
  for (long left = 4 * ball_bits(); !open.empty(); --left) {
    if (left == 0) return false;
    const auto [a, b] = open.back();
    open.pop_back();
    const Ball box = ball_detail::span(a, b);
    branch.conditions.evaluate<Ball>(std::span<const Ball>(&box, 1), std::span<Ball>(values), workspace);
    if (std::ranges::all_of(values, [](const Ball& v) { return v.certainly_non_negative(); })) continue;
    if (std::ranges::any_of(values, [](const Ball& v) { return v.certainly_negative(); })) return false;
    const Ball middle = ((a + b) * power_of_two(-1)).centre();
    open.emplace_back(a, middle);
    open.emplace_back(middle, b);
  }
  return true;
}

Line cut_line(const Activation& activation, long gap_bits) {
  Line line;
  Ball start = Ball::anything();
  const std::vector<Place> at = places(activation);
  for (std::size_t i = 0; i <= at.size(); ++i) {
    Ball sample;
    if (i < at.size()) {
      const Ball width = power_of_two(-gap_bits) * max(Ball(1), abs(at[i].at));
      Gap gap{ball_detail::lowest(at[i].at - width), ball_detail::highest(at[i].at + width), at[i].exact};
      sample = i == 0 ? gap.low - Ball(1) : (start + gap.low) * power_of_two(-1);
      line.parts.push_back({start, gap.low, branch_at(activation, sample.centre())});
      start = gap.high;
      line.gaps.push_back(std::move(gap));
    } else {
      sample = at.empty() ? power_of_two(-2) : start + Ball(1);
      line.parts.push_back({start, Ball::anything(), branch_at(activation, sample.centre())});
    }
  }
  return line;
}

}  // namespace widegeo::partition
