// The check of a certificate: every leaf anew, by its own enclosure of a box. What it shares with the search are the
// boxes of a tree and the evaluator; the second route shares neither.
#include <algorithm>
#include <cmath>
#include <optional>

#include "core/error.hpp"
#include "parallel/parallel.hpp"
#include "statement/certificate.hpp"
#include "statement/enclosure.hpp"
#include "statement/enclosure_box.hpp"
#include "statement/point_values.hpp"
#include "statement/verify_route.hpp"

namespace widegeo::statement {
namespace {

using Sides = Program::Sides<Ball>;

constexpr std::size_t cross_checks = 200;
constexpr long fewest_bits = 53, most_bits = 4096;

std::vector<Interval> values_of(const std::vector<Jet<Ball>>& sides, std::size_t count) {
  std::vector<Interval> values(count);
  for (std::size_t k = 0; k < sides.size(); ++k) values.at(k) = interval_of(sides[k].value());
  return values;
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

/// Empty when the leaf decides its box, else what is wrong.
std::string check_leaf(const Problem& problem, const Box& box, const Leaf& leaf, bool widths) {
  std::vector<Interval> claim(problem.claim.comparisons.size());
  std::vector<Interval> hypothesis(problem.hypothesis == nullptr ? 0 : problem.hypothesis->comparisons.size());
  const double width = widths ? std::max(0.0, -leaf.low) : -1;
  const auto decided = [&] {
    if (leaf.excluded)
      return problem.hypothesis != nullptr && truth_of(*problem.hypothesis, hypothesis, -1) == Truth::fails;
    return truth_of(problem.claim, claim, width * (1 + 1e-6)) == Truth::holds &&
           inside(margin_of(problem.claim, claim), leaf);
  };
  // Of a width nothing but the width can be stated; the sign of any other margin is its claim.
  if (!leaf.excluded && !widths && leaf.low < 0) return "its enclosure does not decide the claim";
  const Sides natural = sides_of(problem, balls_of(box), 0);
  meet(claim, values_of(natural.claim, claim.size()));
  meet(hypothesis, values_of(natural.hypothesis, hypothesis.size()));
  if (decided()) return {};
  const Sides wide = sides_of(problem, balls_of(box), 1);
  meet(claim, values_of(wide.claim, claim.size()));
  meet(hypothesis, values_of(wide.hypothesis, hypothesis.size()));
  if (decided()) return {};
  const std::vector<Rational> centre = centre_of(box);
  const std::vector<Ball> spread = spread_of(problem, box, centre);
  const Sides thin = sides_of(problem, balls_of(centre), 0);
  if (!wide.claim.empty()) meet(claim, centred_forms(thin.claim, spread, wide.claim));
  if (!wide.hypothesis.empty()) meet(hypothesis, centred_forms(thin.hypothesis, spread, wide.hypothesis));
  if (decided()) return {};
  if (!wide.claim.empty()) meet(claim, bounds_by_slopes(problem, box, centre, spread, wide.claim, false));
  if (!wide.hypothesis.empty()) meet(hypothesis, bounds_by_slopes(problem, box, centre, spread, wide.hypothesis, true));
  if (decided()) return {};
  if (leaf.excluded) return "the hypothesis is not excluded on it";
  return truth_of(problem.claim, claim, width * (1 + 1e-6)) == Truth::holds ? "its enclosure is not the one stated"
                                                                            : "the claim is not decided on it";
}

/// The boxes of a tree in the order of its leaves.
std::vector<Box> boxes_of(const ChoiceProof& proof, const Box& ranges) {
  std::vector<Box> open{ranges}, boxes;
  boxes.reserve(proof.leaves.size());
  for (const char c : proof.tree) {
    if (open.empty()) throw Error(ErrorCode::input, "the certificate is damaged: a tree goes on after its end");
    Box box = std::move(open.back());
    open.pop_back();
    const int variable = variable_of(c);
    if (variable < 0) {
      boxes.push_back(std::move(box));
      continue;
    }
    if (static_cast<std::size_t>(variable) >= box.size())
      throw Error(ErrorCode::input, "the certificate is damaged: a tree bisects a range that is not there");
    auto [first, second] = bisected(box, static_cast<std::size_t>(variable));
    open.push_back(std::move(second));
    open.push_back(std::move(first));
  }
  if (!open.empty() || boxes.size() != proof.leaves.size())
    throw Error(ErrorCode::input, "the certificate is damaged: a tree without its leaves");
  return boxes;
}

bool same(const Choice& a, const Choice& b) {
  return a.activation == b.activation && a.depth == b.depth && a.dimension == b.dimension && a.values == b.values;
}

class Verifier {
 public:
  Verifier(const Certificate& certificate, unsigned threads)
      : certificate_(certificate),
        threads_(threads),
        program_(certificate.statement),
        bits_(2 * std::clamp(certificate.bits, fewest_bits, most_bits)) {}

  Verification operator()() {
    if (certificate_.bits < fewest_bits || certificate_.bits > most_bits) {
      result_.reason = "its bits are not from " + std::to_string(fewest_bits) + " to " + std::to_string(most_bits);
    } else if (certificate_.verdict == Verdict::fails) {
      check_counterexample();
    } else if (certificate_.verdict == Verdict::proved || certificate_.verdict == Verdict::enclosed) {
      check_proofs();
    } else {
      result_.reason = "its verdict cannot be certified";
    }
    result_.valid = result_.reason.empty();
    return result_;
  }

 private:
  void check_proofs() {
    const std::vector<Choice>& choices = program_.choices();
    if (certificate_.proofs.size() != choices.size()) {
      result_.reason = "it has proofs of " + std::to_string(certificate_.proofs.size()) +
                       " choices, the statement has " + std::to_string(choices.size());
      return;
    }
    const bool widths = certificate_.verdict == Verdict::enclosed;
    if (widths && !has_equality(program_.claim())) {
      result_.reason = "only an equality is enclosed";
      return;
    }
    bool met = false;
    for (std::size_t i = 0; i < choices.size() && result_.reason.empty(); ++i) {
      if (!same(certificate_.proofs[i].choice, choices[i])) {
        result_.reason = "a proof of another choice than " + describe(choices[i]);
        return;
      }
      check_choice(certificate_.proofs[i], widths);
      for (const Leaf& leaf : certificate_.proofs[i].leaves) {
        met = met || !leaf.excluded;
        if (widths && !leaf.excluded) result_.width = std::max(result_.width, -leaf.low);
      }
    }
    if (result_.reason.empty() && !met) result_.reason = "the hypothesis is never met";
    if (result_.reason.empty() && !widths) cross_check();
  }

  void check_choice(const ChoiceProof& proof, bool widths) {
    const Problem problem = problem_of(program_, proof.choice);
    if (const auto missing = missing_corner(problem, bits_)) {
      result_.reason =
          describe(proof.choice) + ": a quantity does not exist at a corner of the ranges: " + missing->reason;
      return;
    }
    const std::vector<Box> boxes = boxes_of(proof, problem.ranges);
    std::vector<std::string> wrong(boxes.size());
    parallel_for_ordered(boxes.size(), threads_, [&](std::size_t i) {
      const BallPrecision precision(bits_);
      try {
        wrong[i] = check_leaf(problem, boxes[i], proof.leaves[i], widths);
      } catch (const Error& error) {
        wrong[i] = error.what();
      }
    });
    result_.leaves += boxes.size();
    for (std::size_t i = 0; i < wrong.size(); ++i) {
      if (wrong[i].empty()) continue;
      result_.reason = describe(proof.choice) + ", leaf " + std::to_string(i + 1) + " of " +
                       std::to_string(wrong.size()) + ": " + wrong[i];
      return;
    }
  }

  /// Some leaves, spread evenly over all: what quadrature in double gives at the centre must be in the enclosure.
  void cross_check() {
    const SecondRoute route(certificate_.statement);
    if (!route.exists()) return;
    const std::size_t stride = std::max<std::size_t>(1, result_.leaves / cross_checks);
    std::size_t number = 0;
    Box ranges;
    for (const Domain& range : program_.ranges()) ranges.push_back({range.range->first, range.range->second});
    for (const ChoiceProof& proof : certificate_.proofs) {
      const std::vector<Box> boxes = boxes_of(proof, ranges);
      for (std::size_t i = 0; i < boxes.size(); ++i) {
        if (number++ % stride != 0 || proof.leaves[i].excluded) continue;
        const std::vector<TrackedDouble> found = route.differences(proof.choice, centre_of(boxes[i]));
        if (found.empty()) continue;
        std::vector<Interval> differences;
        for (const TrackedDouble& d : found) differences.push_back({d.value - d.error, d.value + d.error});
        const Interval margin = margin_of(program_.claim(), differences);
        const Leaf& stated = proof.leaves[i];
        if (margin.high < stated.low || margin.low > stated.high) {
          result_.reason = describe(proof.choice) + ", leaf " + std::to_string(i + 1) +
                           ": quadrature in double gives a margin outside of the enclosure";
          return;
        }
        ++result_.cross_checked;
      }
    }
  }

  void check_counterexample() {
    const Point& at = certificate_.counterexample.at;
    for (const Choice& choice : program_.choices()) {
      const std::optional<std::vector<Rational>> ranges = ranges_at(at, choice);
      if (!ranges) continue;
      check_point(choice, *ranges);
      return;
    }
    result_.reason = "its counterexample is not a point of the statement";
  }

  /// The values of the ranges at a point of this choice.
  std::optional<std::vector<Rational>> ranges_at(const Point& at, const Choice& choice) const {
    if (at.activation != choice.activation || at.depth != choice.depth || at.dimension != choice.dimension ||
        at.values.size() != choice.values.size() + program_.ranges().size())
      return std::nullopt;
    const auto value_of_name = [&at](const std::string& name) {
      const auto found =
          std::find_if(at.values.begin(), at.values.end(), [&](const auto& value) { return value.first == name; });
      return found == at.values.end() ? nullptr : &found->second;
    };
    for (const auto& [name, value] : choice.values) {
      const Rational* given = value_of_name(name);
      if (given == nullptr || *given != value) return std::nullopt;
    }
    std::vector<Rational> ranges;
    for (const Domain& domain : program_.ranges()) {
      const Rational* given = value_of_name(domain.variable);
      if (given == nullptr || *given < domain.range->first || *given > domain.range->second) return std::nullopt;
      ranges.push_back(*given);
    }
    return ranges;
  }

  void check_point(const Choice& choice, const std::vector<Rational>& ranges) {
    const Problem problem = problem_of(program_, choice);
    const Claim& claim = problem.claim;
    Interval margin;
    bool refuted = false;
    for (long bits = bits_; bits <= 8 * bits_ && !refuted; bits *= 2) {
      const BallPrecision precision(bits);
      const Sides sides = sides_of(problem, balls_of(ranges), 0);
      const std::vector<Interval> values = values_of(sides.claim, claim.comparisons.size());
      const bool met =
          problem.hypothesis == nullptr ||
          truth_of(*problem.hypothesis, values_of(sides.hypothesis, problem.hypothesis->comparisons.size()), -1) ==
              Truth::holds;
      refuted = met && truth_of(claim, values, -1) == Truth::fails;
      margin = margin_of(claim, values);
    }
    result_.leaves = 1;
    if (!refuted)
      result_.reason = "the claim does not fail at its counterexample";
    else
      compare_numbers(choice, problem, ranges, margin);
  }

  /// What it states of the counterexample: the margin must be in margin +- error, and the error no wider than balls of
  /// the stated bits give (up to a factor of 4, as other versions of Arb may round in another way).
  void compare_numbers(const Choice& choice, const Problem& problem, const std::vector<Rational>& ranges,
                       const Interval& margin) {
    const Finding& stated = certificate_.counterexample;
    const double again = middle_and_reach(truth_at(problem, ranges, certificate_.bits).margin).second;
    if (!(margin.low >= stated.margin - stated.error && margin.high <= stated.margin + stated.error)) {
      result_.reason = "the margin at its counterexample is not the one stated";
    } else if (!(stated.error >= 0 && stated.error <= 4 * again)) {
      result_.reason = "the error at its counterexample is not the one stated";
    } else {
      const std::string wrong =
          difference_between(stated.compared, compared_in_balls(program_, choice, ranges, certificate_.bits));
      if (!wrong.empty()) result_.reason = "at its counterexample " + wrong;
    }
  }

  const Certificate& certificate_;
  unsigned threads_;
  Program program_;
  long bits_;
  Verification result_;
};

}  // namespace

Verification verify(const Certificate& certificate, unsigned threads) { return Verifier(certificate, threads)(); }

}  // namespace widegeo::statement
