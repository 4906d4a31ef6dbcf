#include "statement/proof/prove.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <tuple>

#include "number/error.hpp"
#include "statement/evaluation/point.hpp"
#include "statement/proof/enclosure.hpp"
#include "statement/proof/enclosure_tree.hpp"
#include "statement/proof/point_values.hpp"
#include "statement/search/grid.hpp"
#include "statement/search/search.hpp"

namespace widegeo::statement {
namespace {

constexpr long most_bits = 512;
/// The message of rigorous integration for q = 0, where a number may exist without an enclosure (rigorous.cpp).
constexpr const char* needs_variance = "rigorous integration needs a variance above 0";
/// A margin that is so near to 0 on all of a box may be 0 in it.
constexpr double tiny_margin = 1e-6;

std::string counted(std::size_t count, const std::string& word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "es");
}

/// x in 3 digits, not above it: what is printed as a bound is one.
std::string three_digits_below(double x) {
  std::string text = fmt::format("{:.3g}", x);
  for (double y = x; std::strtod(text.c_str(), nullptr) > x; text = fmt::format("{:.3g}", y))
    y = std::nextafter(y - std::abs(x) / 4096, -HUGE_VAL);
  return text;
}

/// The same above it.
std::string three_digits_above(double x) {
  const std::string text = three_digits_below(-x);
  return text.starts_with('-') ? text.substr(1) : text == "0" ? text : "-" + text;
}

std::string bounded(double low) {
  return low <= -std::numeric_limits<double>::max() ? "without a known bound" : "at least " + three_digits_below(low);
}

/// The values of the ranges at a point, and the choice; the number of choices where none fits.
std::size_t choice_of(const Program& program, const Point& point, std::vector<Rational>& ranges) {
  ranges.clear();
  for (const Domain& range : program.ranges())
    for (const auto& [name, value] : point.values)
      if (name == range.variable) ranges.push_back(value);
  const std::vector<Choice>& choices = program.choices();
  std::size_t c = 0;
  for (; c < choices.size(); ++c) {
    const Choice& choice = choices[c];
    if (choice.activation != point.activation || choice.depth != point.depth || choice.dimension != point.dimension)
      continue;
    const bool same = std::all_of(choice.values.begin(), choice.values.end(), [&](const auto& value) {
      return std::find(point.values.begin(), point.values.end(), value) != point.values.end();
    });
    if (same) break;
  }
  return ranges.size() == program.ranges().size() ? c : choices.size();
}

/// With more bits as long as the claim is not refuted; `bits`: what was used last.
PointTruth decided_at(const Problem& problem, std::span<const Rational> point, long& bits) {
  PointTruth truth = truth_at(problem, point, bits);
  while (!truth.refuted() && 2 * bits <= most_bits) truth = truth_at(problem, point, bits *= 2);
  return truth;
}

bool refuted_at(const Problem& problem, std::span<const Rational> point, long bits) {
  return decided_at(problem, point, bits).refuted();
}

/// The nearest point with few digits where the claim still fails for certain.
std::vector<Rational> shortened(const Program& program, const Problem& problem, const std::vector<Rational>& point,
                                long bits) {
  for (unsigned digits = 1; digits <= 17; ++digits) {
    std::vector<Rational> shorter;
    for (std::size_t i = 0; i < point.size(); ++i)
      shorter.push_back(Axis(program.ranges()[i]).shortened(point[i], digits));
    if (refuted_at(problem, shorter, bits)) return shorter;
  }
  return point;
}

bool may_be_equal(const Interval& margin) {
  return margin.low <= 0 && margin.high >= 0 && std::max(-margin.low, margin.high) <= tiny_margin;
}

class Prover {
 public:
  Prover(const Program& program, const ProofOptions& options) : program_(program), options_(options) {
    Finding& finding = proof_.finding;
    finding.id = program.statement().id;
    finding.claim = program.statement().claim;
    proof_.certificate.statement = program.statement();
    proof_.certificate.bits = options.bits;
    constexpr double longest = 1e8;  // seconds: a clock that counts nanoseconds holds no more than a hundred times that
    if (options.time_limit > 0)
      deadline_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                     std::chrono::duration<double>(std::min(options.time_limit, longest)));
  }

  Proof operator()() {
    for (const Choice& choice : program_.choices()) {
      const std::string reason = no_proof_reason(program_, choice);
      if (reason.empty()) continue;
      undecided(describe(choice) + ": " + reason);
      return std::move(proof_);
    }
    for (const Choice& choice : program_.choices()) problems_.push_back(problem_of(program_, choice));
    if (search_refutes()) return std::move(proof_);
    if (missing_at_a_corner()) return std::move(proof_);
    ProofOptions rest = options_;
    // What is left of the limit; none left is the least time, in which nothing is decided.
    if (deadline_) rest.time_limit = std::max(std::chrono::duration<double>(*deadline_ - Clock::now()).count(), 1e-9);
    const Bisection found = bisect(problems_, rest);
    use(found);
    return std::move(proof_);
  }

 private:
  using Clock = std::chrono::steady_clock;

  bool late() const { return deadline_ && Clock::now() > *deadline_; }

  void undecided(const std::string& reason) {
    proof_.finding.verdict = Verdict::undecided;
    proof_.finding.reason = reason;
  }

  /// A counterexample that points find in a moment, certified by balls. Where points need quadrature they need longer
  /// than boxes, and the centres of boxes are points too.
  bool search_refutes() {
    for (const Choice& choice : program_.choices()) {
      const Sources* sources = program_.sources(choice.activation);
      if (sources != nullptr && !sources->closed_form()) return false;
    }
    SearchOptions quick;
    quick.points = 2000;
    quick.local_starts = 1;
    quick.local_steps = 60;
    quick.threads = options_.threads;
    quick.deadline = deadline_;
    Finding found;
    try {
      found = search(program_, quick);
    } catch (const Error&) {
      if (late()) return false;
      throw;
    }
    if (found.verdict != Verdict::fails || !found.has_point) return false;
    std::vector<Rational> point;
    const std::size_t choice = choice_of(program_, found.at, point);
    if (choice == problems_.size()) return false;
    return refuted(choice, point);
  }

  bool missing_at_a_corner() {
    for (std::size_t choice = 0; choice < problems_.size(); ++choice) {
      const std::optional<MissingCorner> missing = missing_corner(problems_[choice], options_.bits, deadline_);
      if (missing) return does_not_exist(choice, missing->point, missing->reason);
    }
    return false;
  }

  /// Where there is no ball: the quantity does not exist, or rigorous integration, which needs q > 0, does not serve
  /// it.
  bool does_not_exist(std::size_t choice, const std::vector<Rational>& point, const std::string& reason) {
    at(choice, point);
    proof_.finding.margin = proof_.finding.error = std::numeric_limits<double>::quiet_NaN();  // none is known here
    if (reason.find(needs_variance) != std::string::npos) {
      undecided("no enclosure at zero variance: " + reason + "; begin the ranges above it, or add a bias");
      return true;
    }
    proof_.finding.missing = 1;
    proof_.finding.first_missing = reason;
    undecided("a quantity does not exist: " + reason);
    return true;
  }

  bool refuted(std::size_t choice, const std::vector<Rational>& point) {
    const Problem& problem = problems_[choice];
    if (!refuted_at(problem, point, options_.bits)) return false;
    const std::vector<Rational> shorter = late() ? point : shortened(program_, problem, point, options_.bits);
    long bits = 2 * options_.bits;
    const PointTruth truth = decided_at(problem, shorter, bits);
    Finding& finding = proof_.finding;
    finding.verdict = Verdict::fails;
    finding.reason = "a counterexample, certified by ball arithmetic";
    at(choice, shorter);
    finding.certified = true;
    set_margin(truth.margin);
    finding.compared = compared_in_balls(program_, program_.choices()[choice], shorter, bits);
    proof_.certificate.verdict = Verdict::fails;
    proof_.certificate.bits = bits;
    proof_.certificate.counterexample = finding;
    return true;
  }

  void at(std::size_t choice, const std::vector<Rational>& point) {
    proof_.finding.at = point_of(program_, program_.choices()[choice], point);
    proof_.finding.has_point = true;
  }

  void set_margin(const Interval& margin) {
    std::tie(proof_.finding.margin, proof_.finding.error) = middle_and_reach(margin);
  }

  void use(const Bisection& found) {
    Finding& finding = proof_.finding;
    finding.boxes = found.leaves;
    finding.excluded = found.excluded;
    finding.searched = found.boxes;
    proof_.certificate.bits = found.bits;
    using Kind = Bisection::Kind;
    switch (found.kind) {
      case Kind::counterexample:
        if (refuted(found.problem, found.point)) return;
        undecided("a counterexample that more digits do not confirm");
        return;
      case Kind::missing:
        does_not_exist(found.problem, found.point, found.reason);
        return;
      case Kind::undecided: {
        at(found.problem, found.point);
        const PointTruth truth = truth_at(problems_[found.problem], found.point, late() ? options_.bits : most_bits);
        set_margin(truth.margin);
        finding.certified = std::isfinite(finding.margin) && std::isfinite(finding.error);
        undecided(fmt::format("{}: {} left, {:.2g} of the ranges, margin {}", found.reason, counted(found.left, "box"),
                              found.share_left, bounded(found.margin)) +
                  (truth.margin.high < 0 && !truth.refuted() ? "; the hypothesis is not certain at the point" : "") +
                  (may_be_equal(found.smallest)
                       ? "; on the smallest of them the margin is within " +
                             three_digits_above(std::max(-found.smallest.low, found.smallest.high)) +
                             " of 0: boxes around points where both sides are equal cannot be decided"
                       : ""));
        return;
      }
      case Kind::proved:
      case Kind::enclosed:
        break;
    }
    if (found.excluded == found.leaves) {
      undecided("the hypothesis is never met: it fails on all of the ranges");
      return;
    }
    const bool proved = found.kind == Kind::proved;
    finding.verdict = proved ? Verdict::proved : Verdict::enclosed;
    finding.margin = found.margin;
    finding.certified = true;
    finding.error = proved ? 0 : -found.margin;
    const std::string boxes = counted(found.leaves, "box");
    finding.reason = boxes + (proved ? ", margin " + bounded(found.margin)
                                     : ", the sides differ by " + three_digits_above(-found.margin) + " at most");
    proof_.certificate.verdict = finding.verdict;
    if (!proved) proof_.certificate.width = finding.error;
    for (std::size_t i = 0; i < problems_.size(); ++i)
      proof_.certificate.proofs.push_back({program_.choices()[i], found.problems[i].tree, found.problems[i].leaves});
  }

  const Program& program_;
  const ProofOptions& options_;
  std::optional<Clock::time_point> deadline_;
  std::vector<Problem> problems_;
  Proof proof_;
};

}  // namespace

Proof prove(const Program& program, const ProofOptions& options) { return Prover(program, options)(); }

}  // namespace widegeo::statement
