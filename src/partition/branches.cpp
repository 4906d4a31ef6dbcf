#include "partition/branches.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <unordered_map>
#include <utility>

#include "expr/analysis/analysis_detail.hpp"
#include "number/ball/complex_ball.hpp"
#include "number/ball/interval.hpp"

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

  /// The sign of e at the sample, recorded as a condition of the branch.
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
    arf_set_mpfr(arb_midref(place.get()), all[i].location.get());
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
  if (!resolver.conditions().empty()) {
    std::vector<Expr> slopes;
    for (const Expr& condition : resolver.conditions())
      slopes.push_back(expr::stabilise(expr::derivative(condition, "x")));
    branch->conditions = expr::Tape(resolver.conditions(), {"x"});
    branch->slopes = expr::Tape(slopes, {"x"});
  }
  return branch;
}

namespace {

/// The conditions of one branch over boxes.
class Conditions {
 public:
  explicit Conditions(const Branch& branch)
      : branch_(branch), values_(branch.conditions.output_count()), slopes_(values_.size()) {}

  enum class Answer { hold, fail, open };

  Answer over(const Ball& a, const Ball& b) {
    run(branch_.conditions, ball_detail::span(a, b), values_);
    if (std::ranges::any_of(values_, [](const Ball& v) { return v.certainly_negative(); })) return Answer::fail;
    if (std::ranges::all_of(values_, [](const Ball& v) { return v.certainly_non_negative(); })) return Answer::hold;
    const std::vector<Ball> values = values_;
    run(branch_.slopes, ball_detail::span(a, b), slopes_);
    const std::vector<Ball> slopes = slopes_;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i].certainly_non_negative()) continue;
      const bool rises = slopes[i].certainly_non_negative();
      if (!rises && !slopes[i].certainly_non_positive()) return Answer::open;
      const Answer least = at_point(i, rises ? a : b);
      if (least != Answer::hold) return least;
    }
    return Answer::hold;
  }

 private:
  void run(const expr::Tape& tape, const Ball& x, std::vector<Ball>& out) {
    tape.evaluate<Ball>(std::span<const Ball>(&x, 1), std::span<Ball>(out), workspace_);
  }

  /// Condition i at an exact point, at rising precision: next to a multiple zero it cancels.
  Answer at_point(std::size_t i, const Ball& x) {
    long bits = ball_bits();
    for (int tries = 0; tries < 4; ++tries, bits *= 2) {
      const BallPrecision precision(bits);
      run(branch_.conditions, x, values_);
      if (values_[i].certainly_non_negative()) return Answer::hold;
      if (values_[i].certainly_negative()) return Answer::fail;
    }
    return Answer::open;
  }

  const Branch& branch_;
  std::vector<Ball> values_, slopes_;
  expr::Tape::Workspace<Ball> workspace_;
};

}  // namespace

bool holds_on(const Branch& branch, const Ball& low, const Ball& high) {
  if (branch.conditions.output_count() == 0) return true;
  Conditions conditions(branch);
  std::vector<std::pair<Ball, Ball>> open{{low, high}};
  // Next to a zero of a condition the boxes halve down to the gap's width: a few times the precision in bits.
  for (long left = 4 * ball_bits(); !open.empty(); --left) {
    if (left == 0) return false;
    const auto [a, b] = open.back();
    open.pop_back();
    const auto answer = conditions.over(a, b);
    if (answer == Conditions::Answer::hold) continue;
    if (answer == Conditions::Answer::fail) return false;
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
