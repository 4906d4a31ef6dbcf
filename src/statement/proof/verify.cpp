// Verification of a certificate: every leaf is recomputed by an independent enclosure of its box, sharing with the
// search only the boxes of a tree and the evaluator; the second route shares neither.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include "number/error.hpp"
#include "parallel/parallel.hpp"
#include "statement/proof/certificate.hpp"
#include "statement/proof/enclosure.hpp"
#include "statement/proof/enclosure_box.hpp"
#include "statement/proof/point_values.hpp"
#include "statement/proof/verify_leaf.hpp"
#include "statement/proof/verify_route.hpp"

namespace widegeo::statement {
namespace {

using Sides = Program::Sides<Ball>;

constexpr std::size_t cross_checks = 200;
constexpr long fewest_bits_stated = 53, most_bits_stated = 4096;

[[noreturn]] void damaged(const std::string& what) {
  throw Error(ErrorCode::input, "the certificate is damaged: " + what);
}

/// The boxes of a tree in the order of its leaves, one after the other.
class Boxes {
 public:
  Boxes(const ChoiceProof& proof, const Box& ranges, unsigned max_depth) : tree_(proof.tree), max_depth_(max_depth) {
    open_.push_back({ranges, 0});
  }

  /// The next box; none after the last.
  std::optional<Box> next() {
    while (at_ < tree_.size()) {
      const int variable = variable_of(tree_[at_++]);
      if (open_.empty()) damaged("a tree continues after its end");
      Open open = std::move(open_.back());
      open_.pop_back();
      if (variable < 0) return std::move(open.box);
      if (static_cast<std::size_t>(variable) >= open.box.size()) damaged("a tree bisects a range that does not exist");
      if (open.depth >= max_depth_) damaged("a tree bisects a box more than " + std::to_string(max_depth_) + " times");
      auto [first, second] = bisected(open.box, static_cast<std::size_t>(variable));
      open_.push_back({std::move(second), open.depth + 1});
      open_.push_back({std::move(first), open.depth + 1});
    }
    if (!open_.empty()) damaged("a tree has too few leaves");
    return std::nullopt;
  }

 private:
  struct Open {
    Box box;
    unsigned depth;
  };
  const std::string& tree_;
  unsigned max_depth_;
  std::size_t at_ = 0;
  std::vector<Open> open_;
};

bool same(const Choice& a, const Choice& b) {
  return a.activation == b.activation && a.depth == b.depth && a.dimension == b.dimension && a.values == b.values;
}

class Verifier {
 public:
  Verifier(const Certificate& certificate, const VerifyOptions& options)
      : certificate_(certificate),
        options_(options),
        program_(certificate.statement),
        bits_(2 * std::clamp(certificate.bits, fewest_bits_stated, most_bits_stated)) {}

  Verification operator()() {
    if (certificate_.bits < fewest_bits_stated || certificate_.bits > most_bits_stated) {
      result_.reason =
          "its bits are not from " + std::to_string(fewest_bits_stated) + " to " + std::to_string(most_bits_stated);
    } else if (certificate_.verdict == Verdict::fails) {
      check_counterexample();
    } else if (certificate_.verdict == Verdict::proved || certificate_.verdict == Verdict::enclosed) {
      check_proofs();
    } else {
      result_.reason = "its verdict cannot be certified";
    }
    if (result_.late) result_.reason = "the time limit: " + std::to_string(result_.leaves) + " leaves were checked";
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
    if (widths && !can_be_enclosed(program_.claim())) {
      result_.reason = "only an equality is enclosed, alone or joined to others by `and`";
      return;
    }
    if (widths && !(certificate_.width && std::isfinite(*certificate_.width) && *certificate_.width >= 0)) {
      result_.reason = "it does not say which width it promises";
      return;
    }
    std::size_t all = 0;
    for (const ChoiceProof& proof : certificate_.proofs) all += proof.leaves.size();
    if (all > options_.max_leaves) {
      result_.reason = "it has more than " + std::to_string(options_.max_leaves) + " leaves";
      return;
    }
    bool met = false;
    for (std::size_t i = 0; i < choices.size() && result_.reason.empty() && !result_.late; ++i) {
      if (!same(certificate_.proofs[i].choice, choices[i])) {
        result_.reason = "a proof of another choice than " + describe(choices[i]);
        return;
      }
      check_choice(certificate_.proofs[i], widths ? *certificate_.width : -1);
      for (const Leaf& leaf : certificate_.proofs[i].leaves) {
        met = met || !leaf.excluded;
        if (widths && !leaf.excluded) result_.width = std::max(result_.width, -leaf.low);
      }
    }
    if (result_.late) return;
    if (result_.reason.empty() && !met) result_.reason = "the hypothesis is never met";
    if (result_.reason.empty() && !widths) cross_check();
  }

  bool late() const {
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - started_;
    return options_.time_limit > 0 && spent.count() > options_.time_limit;
  }

  /// Rounds of leaves, so that a wrong one or the end of the time ends the check.
  void check_choice(const ChoiceProof& proof, double width) {
    constexpr std::size_t round = 256;
    const Problem problem = problem_of(program_, proof.choice);
    if (const auto missing = missing_corner(problem, bits_)) {
      result_.reason =
          describe(proof.choice) + ": a quantity does not exist at a corner of the ranges: " + missing->reason;
      return;
    }
    Boxes all(proof, problem.ranges, options_.max_depth);
    std::size_t done = 0;
    for (bool more = true; more;) {
      std::vector<Box> boxes;
      while (boxes.size() < round) {
        std::optional<Box> box = all.next();
        more = box.has_value();
        if (!more) break;
        boxes.push_back(std::move(*box));
      }
      if (done + boxes.size() > proof.leaves.size()) damaged("a tree has too few leaves");
      std::vector<std::string> wrong(boxes.size());
      std::vector<char> judged(boxes.size(), 0);
      parallel_for_ordered(boxes.size(), options_.threads, [&](std::size_t i) {
        if (late()) return;
        const BallPrecision precision(bits_);
        try {
          wrong[i] = check_leaf(problem, boxes[i], proof.leaves[done + i], width);
        } catch (const Error& error) {
          wrong[i] = error.what();
        }
        judged[i] = 1;
      });
      for (std::size_t i = 0; i < wrong.size(); ++i) {
        result_.late = result_.late || judged[i] == 0;
        result_.leaves += judged[i] == 0 ? 0 : 1;
        if (wrong[i].empty()) continue;
        result_.reason = describe(proof.choice) + ", leaf " + std::to_string(done + i + 1) + " of " +
                         std::to_string(proof.leaves.size()) + ": " + wrong[i];
        result_.late = false;
        return;
      }
      if (result_.late) return;
      done += boxes.size();
    }
    if (done != proof.leaves.size()) damaged("a tree has too few leaves");
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
      Boxes boxes(proof, ranges, options_.max_depth);
      for (std::size_t i = 0; i < proof.leaves.size(); ++i) {
        const std::optional<Box> box = boxes.next();
        if (!box) break;
        if (number++ % stride != 0 || proof.leaves[i].excluded) continue;
        if (late()) {
          result_.late = true;
          return;
        }
        const std::vector<TrackedDouble> found = route.differences(proof.choice, centre_of(*box));
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
      const std::vector<Interval> values = intervals_of(sides.claim, claim.sides());
      bool met = certainly_exists(claim, values);
      if (problem.hypothesis != nullptr) {
        const std::vector<Interval> given = intervals_of(sides.hypothesis, problem.hypothesis->sides());
        met = met && certainly_exists(*problem.hypothesis, given) && certainly_holds(*problem.hypothesis, given, -1);
      }
      refuted = met && certainly_fails(claim, values);
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
  VerifyOptions options_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  Program program_;
  long bits_;
  Verification result_;
};

}  // namespace

Verification verify(const Certificate& certificate, const VerifyOptions& options) {
  return Verifier(certificate, options)();
}

}  // namespace widegeo::statement
