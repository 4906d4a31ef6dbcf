// Laws of proofs: nothing false is proved, nothing true is refuted, and what is proved holds at every point tried.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "expr/tape/tape.hpp"
#include "jet/jet.hpp"
#include "number/ball/ball.hpp"
#include "statement/proof/enclosure_tree.hpp"
#include "statement/proof/prove.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using namespace widegeo::statement;

namespace {

/// A claim about polynomials in x and y over boxes, without any network.
struct Polynomials {
  Claim claim, hypothesis;
  expr::Tape of_claim, of_hypothesis;
  Problem problem;
};

expr::Tape differences(const Claim& claim) {
  std::vector<expr::Expr> outputs;
  for (const Comparison& c : claim.comparisons) outputs.push_back(c.left - c.right);
  return {outputs, {"x", "y"}};
}

void evaluate(const expr::Tape& tape, std::span<const Ball> at, unsigned order, std::vector<Jet<Ball>>& out) {
  const JetShape& shape = JetShape::get(2, order);
  const std::vector<Jet<Ball>> in{Jet<Ball>::variable(shape, 0, at[0]), Jet<Ball>::variable(shape, 1, at[1])};
  out.assign(tape.output_count(), Jet<Ball>());
  expr::Tape::Workspace<Jet<Ball>> workspace;
  tape.evaluate(std::span<const Jet<Ball>>(in), std::span<Jet<Ball>>(out), workspace);
}

/// A variable whose gradient is by its square is not in these.
std::unique_ptr<Polynomials> polynomials(const std::string& claim, const std::string& where, const Box& ranges) {
  auto p = std::make_unique<Polynomials>();
  p->claim = parse_claim(claim);
  p->of_claim = differences(p->claim);
  p->problem.claim = p->claim;
  if (!where.empty()) {
    p->hypothesis = parse_claim(where);
    p->of_hypothesis = differences(p->hypothesis);
    p->problem.hypothesis = &p->hypothesis;
  }
  p->problem.ranges = ranges;
  p->problem.squared = {false, false};
  p->problem.sides = [self = p.get()](std::span<const Ball> at, unsigned order) {
    Program::Sides<Ball> sides;
    evaluate(self->of_claim, at, order, sides.claim);
    if (self->problem.hypothesis != nullptr) evaluate(self->of_hypothesis, at, order, sides.hypothesis);
    return sides;
  };
  return p;
}

Bisection bisection(const std::string& claim, const std::string& where, const Box& ranges, ProofOptions options = {}) {
  const auto p = polynomials(claim, where, ranges);
  options.max_boxes = std::min<std::size_t>(options.max_boxes, 20'000);
  return bisect(std::span<const Problem>(&p->problem, 1), options);
}

const Box square{{Rational(-1), Rational(1)}, {Rational(-1), Rational(1)}};

/// Walks the tree and calls visit(box, leaf).
void walk(const Covering& covering, const Box& ranges, const std::function<void(const Box&, const Leaf&)>& visit) {
  std::vector<Box> open{ranges};
  std::size_t leaf = 0;
  for (const char c : covering.tree) {
    REQUIRE_FALSE(open.empty());
    const Box box = open.back();
    open.pop_back();
    if (c == '.') {
      visit(box, covering.leaves.at(leaf++));
      continue;
    }
    auto [first, second] = bisected(box, static_cast<std::size_t>(variable_of(c)));
    open.push_back(std::move(second));
    open.push_back(std::move(first));
  }
  CHECK(open.empty());
  CHECK(leaf == covering.leaves.size());
}

}  // namespace

TEST_CASE("cuts are exact, inside their side, and near the geometric mean where that is asked") {
  auto generator = testing::generator_of_test("cuts");
  for (std::size_t i = 0; i < testing::trials(2000); ++i) {
    const double a = testing::log_uniform(generator, 1e-30, 1e30),
                 factor = testing::log_uniform(generator, 1.0001, 1e9);
    const Side side{Rational(a), Rational(a * factor)};
    const Rational cut = cut_of(side);
    CHECK(side.low < cut);
    CHECK(cut < side.high);
    if (side.high > 2 * side.low) {
      const Rational square_of_ratio = cut * cut / (side.low * side.high);
      CHECK(square_of_ratio <= 1);
      CHECK(square_of_ratio > Rational(1022, 1024));  // 11 bits: (1 - 2^-10)^2
    }
  }
  CHECK(cut_of({Rational(0), Rational(2)}) == 1);
  CHECK(cut_of({Rational(-1), Rational(1)}) == 0);
}

TEST_CASE("simple claims over a square are decided as they should be") {
  using Kind = Bisection::Kind;
  CHECK(bisection("x^2 + y^2 < 201/100", "", square).kind == Kind::proved);
  CHECK(bisection("x^2 + y^2 < 2", "", square).kind != Kind::proved);  // false at the corners alone
  CHECK(bisection("x^2 - x*y + y^2 >= 0 - 1/1000", "", square).kind == Kind::proved);
  CHECK(bisection("x^2 + y^2 < 1", "", square).kind == Kind::counterexample);
  CHECK(bisection("x^2 + y^2 < 1", "x^2 + y^2 < 9/10", square).kind == Kind::proved);
  CHECK(bisection("x < 0 or x > 0 - 1/10", "", square).kind == Kind::proved);
  CHECK(bisection("x < 1/2 implies x < 3/5", "", square).kind == Kind::proved);
  CHECK(bisection("not x > 2 and y <= 1", "", square).kind == Kind::proved);
  CHECK(bisection("x*y != 2", "", square).kind == Kind::proved);
  // 0 on one side of the box.
  CHECK(bisection("x*(3 + y - x*y) >= 0", "", {{Rational(0), Rational(1)}, {Rational(1, 3), Rational(1)}}).kind ==
        Kind::proved);
  const Bisection vacuous = bisection("x < 0", "x > 3", square);
  CHECK(vacuous.kind == Kind::proved);
  CHECK(vacuous.excluded == vacuous.leaves);
}

TEST_CASE("an equality is enclosed, with its width, or refuted") {
  const Bisection same = bisection("(x + y)^2 == x^2 + 2*x*y + y^2", "", square);
  CHECK(same.kind == Bisection::Kind::enclosed);
  // 4096 boxes of a square have sides of about 1/32; what the centred form leaves is of their square.
  CHECK(-same.margin < 0.02);
  const Bisection other = bisection("(x + y)^2 == x^2 + 2*x*y + y^2 + (x - 1/3)/1000", "", square);
  CHECK(other.kind == Bisection::Kind::counterexample);
}

TEST_CASE("random polynomial inequalities: only true ones are proved, only false ones refuted") {
  auto generator = testing::generator_of_test("polynomial inequalities");
  const auto coefficient = [&generator] { return std::to_string(static_cast<int>(generator() % 19) - 9); };
  std::size_t proved = 0, refuted = 0;
  for (std::size_t i = 0; i < testing::trials(120); ++i) {
    // sum of squares + c: its minimum over the square lies between c and the values on a grid.
    const std::string u = "(" + coefficient() + "*x + " + coefficient() + "*y + " + coefficient() + ")/7";
    const std::string v = "(" + coefficient() + "*x*y + " + coefficient() + "*y^2 + " + coefficient() + ")/5";
    const std::string squares = "(" + u + ")^2 + (" + v + ")^2";
    const bool truth = generator() % 2 == 0;
    std::string claim = squares + " > 0 - 1/50";
    if (!truth) {
      // Its value at one point of the square, exactly, is made a little too large.
      const std::string x = coefficient() + "/9", y = coefficient() + "/9";
      const std::map<std::string, expr::Expr> at{{"x", expr::parse(x)}, {"y", expr::parse(y)}};
      const expr::Expr value = expr::substitute(expr::parse(squares), at);
      REQUIRE(value.is_number());
      claim = squares + " > " + widegeo::to_text(Rational(value.value() + Rational(1, 50)));
    }
    const Bisection found = bisection(claim, "", square);
    CAPTURE(claim);
    CHECK(found.kind != (truth ? Bisection::Kind::counterexample : Bisection::Kind::proved));
    proved += found.kind == Bisection::Kind::proved ? 1 : 0;
    refuted += found.kind == Bisection::Kind::counterexample ? 1 : 0;
    if (found.kind == Bisection::Kind::counterexample) {
      const std::map<std::string, expr::Expr> at{{"x", expr::Expr::number(found.point[0])},
                                                 {"y", expr::Expr::number(found.point[1])}};
      const Comparison c = parse_claim(claim).comparisons[0];
      CHECK(expr::substitute(c.left - c.right, at).value() <= 0);
    }
  }
  // The bisection is no use when it decides nothing.
  CHECK(proved + refuted >= testing::trials(120) * 9 / 10);
  CHECK(proved > 0);
  CHECK(refuted > 0);
}

TEST_CASE("leaves enclose the margin at random points of their boxes, and cover the ranges") {
  auto generator = testing::generator_of_test("leaves");
  const std::string claim = "(3*x*y - x^2 + y/3)^2 + x/8 > 0 - 1/2";
  const Bisection found = bisection(claim, "", square);
  REQUIRE(found.kind == Bisection::Kind::proved);
  const Comparison c = parse_claim(claim).comparisons[0];
  Rational volume = 0;
  walk(found.problems.at(0), square, [&](const Box& box, const Leaf& leaf) {
    volume += (box[0].high - box[0].low) * (box[1].high - box[1].low);
    std::map<std::string, expr::Expr> at;
    for (std::size_t i = 0; i < 2; ++i) {
      const Rational share(static_cast<long>(generator() % 1025), 1024);
      at[i == 0 ? "x" : "y"] = expr::Expr::number(Rational(box[i].low + share * (box[i].high - box[i].low)));
    }
    const Rational value = expr::substitute(c.left - c.right, at).value();
    CHECK(value >= Rational(leaf.low));
    CHECK(value <= Rational(leaf.high));
    CHECK(leaf.low > 0);
  });
  CHECK(volume == 4);
}

TEST_CASE("a proof is the same for any number of threads") {
  ProofOptions one, three;
  one.threads = 1;
  three.threads = 3;
  for (const std::string claim : {"x^3*y - x*y^3 < 3/4", "x^3*y - x*y^3 < 1/5"}) {
    const Bisection a = bisection(claim, "", square, one), b = bisection(claim, "", square, three);
    CHECK(a.kind == b.kind);
    CHECK(a.point == b.point);
    CHECK(a.boxes == b.boxes);
    REQUIRE(a.problems.size() == b.problems.size());
    for (std::size_t i = 0; i < a.problems.size(); ++i) CHECK(a.problems[i].tree == b.problems[i].tree);
  }
}

TEST_CASE("what cannot be decided is undecided, with what is left") {
  ProofOptions options;
  options.max_boxes = 600;
  const Bisection found =
      bisection("x^2 + y^2 > 0", "", {{Rational(-1), Rational(2)}, {Rational(-1), Rational(2)}}, options);
  CHECK(found.kind == Bisection::Kind::undecided);
  CHECK(found.left > 0);
  CHECK(found.share_left > 0);
  CHECK(found.share_left < 0.01);
  CHECK(found.point.size() == 2);
}

namespace {

Statement claim_over(const std::string& claim, std::vector<Domain> forall, const std::string& where = {}) {
  Statement s;
  s.id = "law";
  s.claim = claim;
  s.hypothesis = where;
  s.forall = std::move(forall);
  return s;
}

std::vector<Domain> erf_domains(const std::string& depth, const std::string& s, const std::string& b,
                                const std::string& radius) {
  return {parse_domain("activation", {"erf"}),  parse_domain("depth", {depth}),     parse_domain("dimension", {"3"}),
          parse_domain("weight_variance", {s}), parse_domain("bias_variance", {b}), parse_domain("radius", {radius})};
}

Rational between(std::mt19937_64& generator, const Side& side) {
  return side.low + (side.high - side.low) * Rational(static_cast<long>(generator() % 1025), 1024);
}

}  // namespace

TEST_CASE("signs of curvatures of erf are proved at depths 1 and 2, and hold in 40 digits at points of every leaf") {
  auto generator = testing::generator_of_test("signs");
  const std::vector<std::vector<Domain>> cases{erf_domains("1", "0.5:2", "0:1", "0.1:3"),
                                               erf_domains("2", "1:1.25", "0.1:0.2", "1:1.5")};
  for (const std::vector<Domain>& domains : cases) {
    const Program program(claim_over("scalar_curvature < 0", domains));
    const Proof proof = prove(program);
    CAPTURE(proof.finding.reason);
    REQUIRE(proof.finding.verdict == Verdict::proved);
    const PrecisionScope digits(40);
    const Evaluator<Real> in_real(program, program.choices()[0]);
    const ChoiceProof& choice = proof.certificate.proofs.at(0);
    Box ranges;
    for (const Domain& range : program.ranges()) ranges.push_back({range.range->first, range.range->second});
    walk({choice.tree, choice.leaves}, ranges, [&](const Box& box, const Leaf& leaf) {
      if (generator() % 8 != 0) return;
      std::vector<Real> point;
      for (const Side& side : box) point.push_back(from_rational<Real>(between(generator, side)));
      const Real margin = -in_real(std::span<const Real>(point), 0).claim.at(0).value();
      CHECK(margin >= Real(leaf.low));
      CHECK(margin <= Real(leaf.high));
    });
  }
}

TEST_CASE("a curvature that is 0 at the origin alone is proved not to be positive, origin included") {
  const Program program(claim_over("scalar_curvature <= 0", erf_domains("1", "1", "0.1:0.2", "0:1")));
  const Proof proof = prove(program);
  CAPTURE(proof.finding.reason);
  CHECK(proof.finding.verdict == Verdict::proved);
  CHECK(verify(proof.certificate).valid);
}

TEST_CASE("a sign that is wrong somewhere has a certified counterexample") {
  const Program flat(claim_over("scalar_curvature < 0 - 1/100", erf_domains("1", "0.5:4", "0:2", "0.01:10")));
  const Proof refuted = prove(flat);
  CHECK(refuted.finding.verdict == Verdict::fails);
  CHECK(refuted.finding.certified);
  CHECK(refuted.finding.margin + refuted.finding.error < 0);
  CHECK(verify(refuted.certificate).valid);
  // K_tan <= 0 holds at depth 1 alone.
  const Program deep(claim_over("sectional_tangential <= 0", erf_domains("2", "1.4:1.6", "0.15:0.25", "0.1:3")));
  CHECK(prove(deep).finding.verdict == Verdict::fails);
}

TEST_CASE("B = 2A' is enclosed at depth 1 and refuted at depth 2") {
  ProofOptions options;
  options.equality_boxes = 500;
  const auto proof_of = [&options](const std::string& depth, const std::string& radius) {
    return prove(Program(claim_over("B == 2*derivative(A)", erf_domains(depth, "1", "0.25:0.5", radius))), options);
  };
  const Proof enclosed = proof_of("1", "0.5:1");
  REQUIRE(enclosed.finding.verdict == Verdict::enclosed);
  CHECK(-enclosed.finding.margin < 0.01);
  CHECK(verify(enclosed.certificate).valid);
  // At one point the width is that of the arithmetic.
  const Proof at_point = prove(Program(claim_over("B == 2*derivative(A)", erf_domains("1", "1", "0.25", "0.5"))));
  REQUIRE(at_point.finding.verdict == Verdict::enclosed);
  CHECK(-at_point.finding.margin < 1e-16);
  const Proof refuted = proof_of("2", "0.5:1");
  CHECK(refuted.finding.verdict == Verdict::fails);
  CHECK(verify(refuted.certificate).valid);
}

TEST_CASE("a hypothesis that is never met proves nothing, and one that excludes what is false does") {
  const std::vector<Domain> domains = erf_domains("1", "0.5:2", "0", "0.5:2");
  CHECK(prove(Program(claim_over("A > 0", domains, "radius > 3"))).finding.verdict == Verdict::undecided);
  CHECK(prove(Program(claim_over("radius > 1", domains, "radius > 11/10"))).finding.verdict == Verdict::proved);
  CHECK(prove(Program(claim_over("radius > 1", domains))).finding.verdict == Verdict::fails);
}

TEST_CASE("bounds in words are bounds, and an undecided claim shows the ball of its margin at the point") {
  // The margin is the constant: 3 digits of it, rounded down.
  for (const auto& [margin, words] :
       std::vector<std::pair<std::string, std::string>>{{"0.12389", "margin at least 0.123"},
                                                        {"0.0099999", "margin at least 0.00999"},
                                                        {"0.125", "margin at least 0.125"}}) {
    const Proof proof = prove(Program(claim_over("x*0 < " + margin, {parse_domain("x", {"1:2"})})));
    CHECK(proof.finding.verdict == Verdict::proved);
    CHECK_MESSAGE(proof.finding.reason.ends_with(words), proof.finding.reason);
  }
  const Proof open = prove(Program(claim_over("(x - sqrt(2))^2 > 0", {parse_domain("x", {"0:2"})})));
  REQUIRE(open.finding.verdict == Verdict::undecided);
  REQUIRE(open.finding.has_point);
  const double x = nearest_double(open.finding.at.values.front().second);
  CHECK(std::abs(x - std::sqrt(2.0)) < 1e-9);
  // The square is positive at every rational point: 512 bits show it.
  CHECK(open.finding.certified);
  CHECK(open.finding.margin > open.finding.error);
  const Proof missing =
      prove(Program(claim_over("A > 0", {parse_domain("activation", {"sign"}), parse_domain("radius", {"1:2"})})));
  REQUIRE(missing.finding.verdict == Verdict::undecided);
  CHECK(missing.finding.missing == 1);
  CHECK_MESSAGE(std::isnan(missing.finding.margin), missing.finding.reason, missing.finding.margin);
  // A hypothesis that has no value on a part of the range says nothing there.
  const Proof meaningless = prove(Program(claim_over("x > 0.9", {parse_domain("x", {"-1:2"})}, "log(x) > 0")));
  REQUIRE(meaningless.finding.verdict == Verdict::undecided);
  CHECK(meaningless.finding.missing == 1);
  const Proof unsure = prove(Program(claim_over("x > 0.9", {parse_domain("x", {"-1:2"})}, "(x - sqrt(2)/2)^2 <= 0")));
  REQUIRE(unsure.finding.verdict == Verdict::undecided);
  CHECK(unsure.finding.margin < 0);
  CHECK_MESSAGE(unsure.finding.reason.find("the hypothesis is not certain") != std::string::npos,
                unsure.finding.reason);
}
