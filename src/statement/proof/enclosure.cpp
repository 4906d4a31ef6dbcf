#include "statement/proof/enclosure.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace widegeo::statement {
namespace {

using Sides = Program::Sides<Ball>;

/// f'_i of a side; 0 for a constant side.
Ball slope_of(const Jet<Ball>& side, std::size_t i) {
  if (side.shape().order() == 0 || side.shape().variables() == 0) return Ball(0);
  std::vector<unsigned> exponents(side.shape().variables(), 0);
  exponents.at(i) = 1;
  return side.coefficient(side.shape().index(exponents));
}

double magnitude(const Ball& ball) {
  const Interval i = interval_of(ball);
  return std::max(std::abs(i.low), std::abs(i.high));
}

/// What does not exist has no sides.
void intersect(std::vector<Interval>& known, std::span<const Jet<Ball>> sides) {
  for (std::size_t k = 0; k < sides.size(); ++k) known[k] = intersection_of(known[k], interval_of(sides[k].value()));
}

Known nothing_known(const Problem& problem) {
  Known known;
  known.claim.resize(problem.claim.sides());
  if (problem.hypothesis != nullptr) known.hypothesis.resize(problem.hypothesis->sides());
  return known;
}

Known known_from(const Problem& problem, const Sides& sides) {
  Known known = nothing_known(problem);
  intersect(known.claim, sides.claim);
  intersect(known.hypothesis, sides.hypothesis);
  return known;
}

Truth hypothesis_of(const Problem& problem, const Known& known) {
  return problem.hypothesis == nullptr ? Truth::holds : truth_of(*problem.hypothesis, known.hypothesis, -1);
}

/// Of the hypothesis alone: it has to have a meaning where it excludes.
Truth hypothesis_exists(const Problem& problem, const Known& known) {
  return problem.hypothesis == nullptr ? Truth::holds : existence_of(*problem.hypothesis, known.hypothesis);
}

Truth everything_exists(const Problem& problem, const Known& known) {
  return logical_and(hypothesis_exists(problem, known), existence_of(problem.claim, known.claim));
}

/// What does not exist at a point where something certainly does not.
std::string missing_text(const Problem& problem, const Sides& sides, const Known& known) {
  if (!sides.exists) return sides.reason;
  if (problem.hypothesis != nullptr)
    if (std::string reason = missing_in(*problem.hypothesis, known.hypothesis); !reason.empty()) return reason;
  return missing_in(problem.claim, known.claim);
}

class Judge {
 public:
  Judge(const Problem& problem, const Box& box, const JudgeOptions& options)
      : problem_(problem), box_(box), options_(options) {
    known_ = nothing_known(problem);
    result_.bits = options.bits;
  }

  BoxJudgement operator()() {
    {
      const BallPrecision precision(options_.bits);
      add(sides_of(problem_, balls_of(box_), 0));
      if (decided()) return finish();
    }
    centre_ = centre_of(box_);
    if (at_centre()) return finish();
    const BallPrecision precision(result_.bits);
    const bool point = std::all_of(box_.begin(), box_.end(), [](const Side& s) { return s.low == s.high; });
    if (point) {
      add(at_centre_);
      if (!decided()) result_.kind = BoxJudgement::Kind::stuck;
      return finish();
    }
    spread_ = spread_of(problem_, box_, centre_);
    const Sides wide = sides_of(problem_, balls_of(box_), 1);
    add(wide);
    if (decided()) return finish();
    if (wide.exists && at_centre_.exists) {
      centred_form(wide.claim, at_centre_.claim, known_.claim);
      centred_form(wide.hypothesis, at_centre_.hypothesis, known_.hypothesis);
      if (decided() || corners(wide)) return finish();
    }
    choose(wide);
    return finish();
  }

 private:
  void add(const Sides& sides) {
    intersect(known_.claim, sides.claim);
    intersect(known_.hypothesis, sides.hypothesis);
  }

  bool decided() {
    if (hypothesis_exists(problem_, known_) == Truth::holds && hypothesis_of(problem_, known_) == Truth::fails) {
      result_.kind = BoxJudgement::Kind::excluded;
      return true;
    }
    result_.exists = everything_exists(problem_, known_) == Truth::holds;
    if (!result_.exists || truth_of(problem_.claim, known_.claim, options_.equality_width) != Truth::holds)
      return false;
    result_.kind = BoxJudgement::Kind::holds;
    result_.by_width = truth_of(problem_.claim, known_.claim, -1) != Truth::holds;
    return true;
  }

  BoxJudgement finish() {
    result_.margin = margin_of(problem_.claim, known_.claim);
    return result_;
  }

  bool refutes(const Sides& sides, std::span<const Rational> point) {
    const Known known = known_from(problem_, sides);
    if (everything_exists(problem_, known) != Truth::holds || hypothesis_of(problem_, known) != Truth::holds ||
        truth_of(problem_.claim, known.claim, -1) != Truth::fails)
      return false;
    result_.kind = BoxJudgement::Kind::counterexample;
    result_.point.assign(point.begin(), point.end());
    return true;
  }

  /// Evaluates the centre, with more bits as long as it is not decided there. True where that ends the matter.
  bool at_centre() {
    std::string reason;
    for (long bits = options_.bits;; bits *= 2) {
      const BallPrecision precision(bits);
      at_centre_ = sides_of(problem_, balls_of(centre_), 0);
      result_.bits = bits;
      const Known known = known_from(problem_, at_centre_);
      if (hypothesis_of(problem_, known) == Truth::fails) return false;
      const bool missing = !at_centre_.exists || everything_exists(problem_, known) == Truth::fails;
      reason = missing ? missing_text(problem_, at_centre_, known) : "";
      if (!missing) {
        if (refutes(at_centre_, centre_)) return true;
        if (everything_exists(problem_, known) == Truth::holds &&
            truth_of(problem_.claim, known.claim, options_.equality_width) == Truth::holds)
          return false;
      }
      if (2 * bits > options_.max_bits) break;
    }
    if (reason.empty()) return false;
    result_.kind = BoxJudgement::Kind::missing;
    result_.point = centre_;
    result_.reason = reason;
    return true;
  }

  void centred_form(std::span<const Jet<Ball>> wide, std::span<const Jet<Ball>> centre, std::vector<Interval>& known) {
    for (std::size_t k = 0; k < known.size(); ++k) {
      Ball value = centre[k].value();
      for (std::size_t i = 0; i < spread_.size(); ++i) multiply_add(value, slope_of(wide[k], i), spread_[i]);
      known[k] = intersection_of(known[k], interval_of(value));
    }
  }

  /// Bounds by corners, of every comparison that is not decided. True where that ends the matter.
  bool corners(const Sides& wide) {
    const bool ended = corners(problem_.claim, wide.claim, at_centre_.claim, known_.claim, false) ||
                       (problem_.hypothesis != nullptr &&
                        corners(*problem_.hypothesis, wide.hypothesis, at_centre_.hypothesis, known_.hypothesis, true));
    return ended || decided();
  }

  bool corners(const Claim& claim, std::span<const Jet<Ball>> wide, std::span<const Jet<Ball>> centre,
               std::vector<Interval>& known, bool hypothesis) {
    for (std::size_t k = 0; k < known.size(); ++k) {
      const expr::Op op = claim.op(k);
      if (truth_of(op, known[k]) != Truth::undecided) continue;
      const bool equality = op == expr::Op::equal;
      const double middle = value_of(centre[k].value());
      for (const bool upper : {false, true}) {
        // An inequality can be decided on the side of 0 alone where the centre lies.
        if (!equality && upper != (middle < 0)) continue;
        if (corner(k, wide[k], known[k], hypothesis, upper)) return true;
      }
    }
    return false;
  }

  bool corner(std::size_t k, const Jet<Ball>& wide, Interval& known, bool hypothesis, bool upper) {
    std::vector<signed char> place(box_.size(), 0);
    std::vector<Rational> point = centre_;
    Ball rest(0);
    bool monotone = false;
    for (std::size_t i = 0; i < box_.size(); ++i) {
      const Ball slope = slope_of(wide, i);
      if (!is_finite(slope)) return false;
      const bool rises = slope.certainly_non_negative(), falls = slope.certainly_non_positive();
      if (rises || falls) {
        monotone = true;
        place[i] = rises == upper ? 1 : -1;
        point[i] = place[i] > 0 ? box_[i].high : box_[i].low;
      } else {
        multiply_add(rest, slope, spread_[i]);
      }
    }
    if (!monotone) return false;
    const auto [found, fresh] = at_corner_.try_emplace(place);
    if (fresh) {
      found->second = sides_of(problem_, balls_of(point), 0);
      if (found->second.exists && refutes(found->second, point)) return true;
    }
    if (!found->second.exists) return false;
    const Ball& value = (hypothesis ? found->second.hypothesis : found->second.claim)[k].value();
    Interval bound = interval_of(value + rest);
    // Where the corner itself is 0 only a value that is exact on all of its face decides.
    if (value.contains_zero() && !rest.is_exactly_zero())
      bound = intersection_of(bound, on_face(k, point, place, hypothesis));
    known = intersection_of(known, upper ? Interval{-HUGE_VAL, bound.high} : Interval{bound.low, HUGE_VAL});
    return false;
  }

  /// The natural extension where the variables that have a place are fixed at the point.
  Interval on_face(std::size_t k, const std::vector<Rational>& point, const std::vector<signed char>& place,
                   bool hypothesis) const {
    Box face = box_;
    for (std::size_t i = 0; i < face.size(); ++i)
      if (place[i] != 0) face[i] = {point[i], point[i]};
    const Sides sides = sides_of(problem_, balls_of(face), 0);
    const std::vector<Jet<Ball>>& values = hypothesis ? sides.hypothesis : sides.claim;
    return k < values.size() ? interval_of(values[k].value()) : Interval{};
  }

  /// The variable with the largest |f'(X)| (X - c); where no slope is finite by the slopes at the centre.
  void choose(const Sides& wide) {
    result_.kind = BoxJudgement::Kind::split;
    if (wide.exists && choose_by(wide)) return;
    const Sides thin = sides_of(problem_, balls_of(centre_), 1);
    if (thin.exists && choose_by(thin)) return;
    double widest = -1;
    for (std::size_t i = 0; i < box_.size(); ++i) {
      const Side& range = problem_.ranges[i];
      if (range.low == range.high) continue;
      const double share = nearest_double(Rational((box_[i].high - box_[i].low) / (range.high - range.low)));
      if (share <= widest) continue;
      widest = share;
      result_.variable = i;
    }
  }

  bool choose_by(const Sides& sides) {
    double largest = 0;
    const auto look = [&](const Claim& claim, std::span<const Jet<Ball>> series, std::span<const Interval> known) {
      for (std::size_t k = 0; k < known.size(); ++k) {
        if (truth_of(claim.op(k), known[k]) != Truth::undecided) continue;
        for (std::size_t i = 0; i < spread_.size(); ++i) {
          const Ball slope = slope_of(series[k], i);
          const double effect = magnitude(slope) * magnitude(spread_[i]);
          if (!std::isfinite(effect)) return false;
          if (effect <= largest) continue;
          largest = effect;
          result_.variable = i;
        }
      }
      return true;
    };
    if (!look(problem_.claim, sides.claim, known_.claim)) return false;
    if (problem_.hypothesis != nullptr && !look(*problem_.hypothesis, sides.hypothesis, known_.hypothesis))
      return false;
    return largest > 0;
  }

  const Problem& problem_;
  const Box& box_;
  const JudgeOptions& options_;
  BoxJudgement result_;
  Known known_;
  Sides at_centre_;
  std::vector<Rational> centre_;
  std::vector<Ball> spread_;
  std::map<std::vector<signed char>, Sides> at_corner_;
};

}  // namespace

PointTruth truth_at(const Problem& problem, std::span<const Rational> point, long bits) {
  const BallPrecision precision(bits);
  const Sides sides = sides_of(problem, balls_of(point), 0);
  const Known known = known_from(problem, sides);
  PointTruth truth;
  truth.claim = truth_of(problem.claim, known.claim, -1);
  truth.hypothesis = hypothesis_of(problem, known);
  truth.margin = margin_of(problem.claim, known.claim);
  truth.existence = sides.exists ? everything_exists(problem, known) : Truth::fails;
  if (truth.existence == Truth::fails) truth.reason = missing_text(problem, sides, known);
  return truth;
}

std::optional<MissingCorner> missing_corner(const Problem& problem, long bits,
                                            const std::optional<std::chrono::steady_clock::time_point>& deadline) {
  constexpr std::size_t most_varied = 10;  // of more ranges the others stay at their lower ends
  const std::size_t varied = std::min(problem.ranges.size(), most_varied);
  for (std::size_t corner = 0; corner < std::size_t{1} << varied; ++corner) {
    if (deadline && std::chrono::steady_clock::now() > *deadline) break;
    std::vector<Rational> point;
    for (std::size_t i = 0; i < problem.ranges.size(); ++i)
      point.push_back(i < varied && (corner >> i & 1U) != 0 ? problem.ranges[i].high : problem.ranges[i].low);
    PointTruth truth = truth_at(problem, point, bits);
    if (truth.missing()) return MissingCorner{std::move(point), truth.reason};
  }
  return std::nullopt;
}

BoxJudgement judge_box(const Problem& problem, const Box& box, const JudgeOptions& options) {
  return Judge(problem, box, options)();
}

}  // namespace widegeo::statement
