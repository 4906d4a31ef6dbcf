// Verification of a leaf: boxes and the evaluator of the sides are shared with the search, but no decision rule is.
#include "statement/proof/verify_leaf.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace widegeo::statement {
namespace {

using Sides = Program::Sides<Ball>;

/// What a number in an interval certainly is: a set of signs.
struct Signs {
  bool negative = true, zero = true, positive = true;  ///< which are possible
};
Signs signs_of(const Interval& i) {
  // A number that is not known, or an interval that is none, has any sign.
  if (std::isnan(i.low) || std::isnan(i.high) || i.low > i.high) return {};
  return {i.low < 0, i.low <= 0 && i.high >= 0, i.high > 0};
}

/// Which signs of left - right a comparison allows.
Signs allowed_by(expr::Op op) {
  switch (op) {
    case expr::Op::less:
      return {true, false, false};
    case expr::Op::less_equal:
      return {true, true, false};
    case expr::Op::greater:
      return {false, false, true};
    case expr::Op::greater_equal:
      return {false, true, true};
    case expr::Op::equal:
      return {false, true, false};
    case expr::Op::not_equal:
      return {true, false, true};
    default:
      return {false, false, false};
  }
}

bool all_allowed(expr::Op op, const Interval& side) {
  const Signs is = signs_of(side), may = allowed_by(op);
  return (!is.negative || may.negative) && (!is.zero || may.zero) && (!is.positive || may.positive);
}
bool none_allowed(expr::Op op, const Interval& side) {
  const Signs is = signs_of(side), may = allowed_by(op);
  return !(is.negative && may.negative) && !(is.zero && may.zero) && !(is.positive && may.positive);
}

/// |left - right| <= width, both finite.
bool within(const Interval& side, double width) {
  return std::isfinite(side.low) && std::isfinite(side.high) && std::isfinite(width) && side.low >= -width &&
         side.high <= width;
}

/// Whether a formula certainly has the wanted truth.
bool certain(const Claim& claim, const Formula& formula, std::span<const Interval> sides, bool wanted, double width) {
  if (formula.kind == Formula::Kind::comparison) {
    const expr::Op op = claim.op(formula.comparison);
    const Interval& side = sides[formula.comparison];
    if (!wanted) return none_allowed(op, side);
    return all_allowed(op, side) || (op == expr::Op::equal && width >= 0 && within(side, width));
  }
  if (formula.kind == Formula::Kind::negation) return certain(claim, formula.parts.at(0), sides, !wanted, -1);
  const bool conjunction = formula.kind == Formula::Kind::conjunction, each = conjunction == wanted;
  const auto part = [&](const Formula& one) { return certain(claim, one, sides, wanted, conjunction ? width : -1); };
  return each ? std::all_of(formula.parts.begin(), formula.parts.end(), part)
              : std::any_of(formula.parts.begin(), formula.parts.end(), part);
}

std::size_t equalities(const Claim& claim, const Formula& formula, bool under_and_alone) {
  if (formula.kind == Formula::Kind::comparison) return claim.op(formula.comparison) == expr::Op::equal ? 1 : 0;
  if (under_and_alone && formula.kind != Formula::Kind::conjunction) return 0;
  std::size_t count = 0;
  for (const Formula& part : formula.parts) count += equalities(claim, part, under_and_alone);
  return count;
}

void meet(std::vector<Interval>& known, const std::vector<Interval>& other) {
  for (std::size_t k = 0; k < known.size(); ++k) known[k] = intersection_of(known[k], other[k]);
}

/// f(c) + f'(X) (X - c).
std::vector<Interval> centred_forms(const std::vector<Jet<Ball>>& centre, const std::vector<Ball>& spread,
                                    const std::vector<Jet<Ball>>& wide) {
  std::vector<Interval> bounds(wide.size());
  for (std::size_t k = 0; k < std::min(wide.size(), centre.size()); ++k) {
    Ball centred = centre[k].value();
    for (std::size_t i = 0; i < spread.size() && wide[k].size() > i + 1; ++i)
      centred += wide[k].coefficient(1 + i) * spread[i];
    bounds[k] = interval_of(centred);
  }
  return bounds;
}

/// Bounds of f on a box from its slopes on it: f(p) + sum over the variables that have no slope of one sign of f'_i (X
/// - c)_i, with p at the lower or upper end where f'_i has one sign, else at the centre.
std::vector<Interval> bounds_by_slopes(const Problem& problem, const Box& box, const std::vector<Rational>& centre,
                                       const std::vector<Ball>& spread, const std::vector<Jet<Ball>>& wide,
                                       bool of_hypothesis) {
  std::vector<Interval> bounds(wide.size());
  for (std::size_t k = 0; k < wide.size(); ++k) {
    Interval ends[2];
    for (const int end : {0, 1}) {
      std::vector<Rational> point = centre;
      Box face = box;
      Ball rest(0);
      for (std::size_t i = 0; i < box.size(); ++i) {
        const bool constant = wide[k].shape().variables() == 0 || wide[k].shape().order() == 0;
        const Ball slope = constant ? Ball(0) : wide[k].coefficient(1 + i);
        if (slope.certainly_non_negative())
          point[i] = end == 1 ? box[i].high : box[i].low;
        else if (slope.certainly_non_positive())
          point[i] = end == 1 ? box[i].low : box[i].high;
        else
          rest += slope * spread[i];
        if (slope.certainly_non_negative() || slope.certainly_non_positive()) face[i] = {point[i], point[i]};
      }
      const Sides at = sides_of(problem, balls_of(point), 0);
      const std::vector<Jet<Ball>>& values = of_hypothesis ? at.hypothesis : at.claim;
      if (k >= values.size()) continue;
      ends[end] = interval_of(values[k].value() + rest);
      if (!values[k].value().contains_zero()) continue;
      const Sides on = sides_of(problem, balls_of(face), 0);
      const std::vector<Jet<Ball>>& on_face = of_hypothesis ? on.hypothesis : on.claim;
      if (k < on_face.size()) ends[end] = intersection_of(ends[end], interval_of(on_face[k].value()));
    }
    bounds[k] = {ends[0].low, ends[1].high};
  }
  return bounds;
}

/// Whether a whole enclosure is inside the stated one, which was rounded to 4 digits outwards. The radii of balls have
/// 30 bits: at another precision the ends of an enclosure move by a small part of its width.
bool inside(const Interval& margin, const Leaf& stated) {
  const double largest = std::numeric_limits<double>::max();
  const double width = std::isfinite(margin.high - margin.low) ? margin.high - margin.low : 0;
  const auto slack = [width](double end) {
    return 1e-6 * width + 1e-9 * std::abs(end) + std::numeric_limits<double>::min();
  };
  return (stated.low <= -largest || margin.low >= stated.low - slack(stated.low)) &&
         (stated.high >= largest || margin.high <= stated.high + slack(stated.high));
}

/// What has been found out about a box, enclosure by enclosure.
class LeafCheck {
 public:
  LeafCheck(const Problem& problem, const Box& box, const Leaf& leaf, double width)
      : problem_(problem),
        box_(box),
        leaf_(leaf),
        // The radii of balls have 30 bits: at other bits a width moves by a small part of it.
        width_(width < 0 ? -1 : std::min(width * (1 + 1e-6), std::numeric_limits<double>::max())),
        claim_(problem.claim.sides()),
        hypothesis_(problem.hypothesis == nullptr ? 0 : problem.hypothesis->sides()) {}

  std::string operator()() {
    if (std::string wrong = refuse_statement(); !wrong.empty()) return wrong;
    add(sides_of(problem_, balls_of(box_), 0));
    if (decided()) return last_doubts();
    const Sides wide = sides_of(problem_, balls_of(box_), 1);
    add(wide);
    if (decided()) return last_doubts();
    const std::vector<Rational> centre = centre_of(box_);
    const std::vector<Ball> spread = spread_of(problem_, box_, centre);
    const Sides thin = sides_of(problem_, balls_of(centre), 0);
    if (!wide.claim.empty()) meet(claim_, centred_forms(thin.claim, spread, wide.claim));
    if (!wide.hypothesis.empty()) meet(hypothesis_, centred_forms(thin.hypothesis, spread, wide.hypothesis));
    if (decided()) return last_doubts();
    if (!wide.claim.empty()) meet(claim_, bounds_by_slopes(problem_, box_, centre, spread, wide.claim, false));
    if (!wide.hypothesis.empty())
      meet(hypothesis_, bounds_by_slopes(problem_, box_, centre, spread, wide.hypothesis, true));
    if (decided()) return last_doubts();
    if (leaf_.excluded) return "the hypothesis is not excluded on it";
    if (!exist()) return "it is not certain that everything in the claim exists on it";
    return certainly_holds(problem_.claim, claim_, width_) ? "its enclosure is not the one stated"
                                                           : "the claim is not decided on it";
  }

 private:
  /// Of a width nothing but the width can be stated; the sign of any other margin is its claim.
  std::string refuse_statement() const {
    if (leaf_.excluded) return {};
    if (width_ < 0) return leaf_.low < 0 ? "its enclosure does not decide the claim" : "";
    constexpr double largest = std::numeric_limits<double>::max();
    if (leaf_.low <= -largest || leaf_.high >= largest) return "its enclosure has no finite width";
    return -leaf_.low > width_ ? "its width is above the one that is promised" : "";
  }

  void add(const Sides& sides) {
    meet(claim_, intervals_of(sides.claim, claim_.size()));
    meet(hypothesis_, intervals_of(sides.hypothesis, hypothesis_.size()));
  }

  bool hypothesis_exists() const {
    return problem_.hypothesis == nullptr || certainly_exists(*problem_.hypothesis, hypothesis_);
  }
  bool exist() const { return hypothesis_exists() && certainly_exists(problem_.claim, claim_); }

  bool decided() const {
    if (leaf_.excluded)
      return problem_.hypothesis != nullptr && hypothesis_exists() &&
             certainly_fails(*problem_.hypothesis, hypothesis_);
    return exist() && certainly_holds(problem_.claim, claim_, width_) &&
           inside(margin_of(problem_.claim, claim_), leaf_);
  }

  /// An equality within a width may still be refuted.
  std::string last_doubts() const {
    if (leaf_.excluded || width_ < 0) return {};
    constexpr std::size_t most_varied = 4;  // the others stay at their centres
    std::vector<Rational> point = centre_of(box_);
    if (refuted(point)) return "the claim fails at its centre";
    const std::size_t varied = std::min(box_.size(), most_varied);
    for (std::size_t corner = 0; corner < std::size_t{1} << varied; ++corner) {
      for (std::size_t i = 0; i < varied; ++i) point[i] = (corner >> i & 1U) != 0 ? box_[i].high : box_[i].low;
      if (refuted(point)) return "the claim fails at a corner of it";
    }
    return {};
  }

  bool refuted(const std::vector<Rational>& point) const {
    const Sides at = sides_of(problem_, balls_of(point), 0);
    if (problem_.hypothesis != nullptr) {
      const std::vector<Interval> sides = intervals_of(at.hypothesis, hypothesis_.size());
      if (!certainly_exists(*problem_.hypothesis, sides) || !certainly_holds(*problem_.hypothesis, sides, -1))
        return false;
    }
    return certainly_fails(problem_.claim, intervals_of(at.claim, claim_.size()));
  }

  const Problem& problem_;
  const Box& box_;
  const Leaf& leaf_;
  double width_;
  std::vector<Interval> claim_, hypothesis_;
};

}  // namespace

bool certainly_holds(const Claim& claim, std::span<const Interval> sides, double width) {
  return certain(claim, claim.formula, sides, true, width);
}

bool certainly_fails(const Claim& claim, std::span<const Interval> sides) {
  return certain(claim, claim.formula, sides, false, -1);
}

bool certainly_exists(const Claim& claim, std::span<const Interval> sides) {
  for (std::size_t k = claim.comparisons.size(); k < claim.sides(); ++k)
    if (!all_allowed(claim.op(k), sides[k])) return false;
  return true;
}

bool can_be_enclosed(const Claim& claim) {
  const std::size_t all = equalities(claim, claim.formula, false);
  return all > 0 && all == equalities(claim, claim.formula, true);
}

std::vector<Interval> intervals_of(const std::vector<Jet<Ball>>& sides, std::size_t count) {
  std::vector<Interval> values(count);
  for (std::size_t k = 0; k < sides.size(); ++k) values.at(k) = interval_of(sides[k].value());
  return values;
}

std::string check_leaf(const Problem& problem, const Box& box, const Leaf& leaf, double width) {
  return LeafCheck(problem, box, leaf, width)();
}

}  // namespace widegeo::statement
