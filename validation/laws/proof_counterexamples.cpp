// Laws of refutations and of undecided proofs: what is said of a point is what balls know of it, in the time allowed.
#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "statement/proof/enclosure_tree.hpp"
#include "statement/proof/prove.hpp"

using namespace widegeo;
using namespace widegeo::statement;

namespace {

Statement statement_of(const std::string& claim, std::vector<Domain> forall) {
  Statement s;
  s.id = "law";
  s.claim = claim;
  s.forall = std::move(forall);
  return s;
}

Ball ball_of(const std::string& text) {
  Ball ball;
  REQUIRE(arb_set_str(ball.get(), text.c_str(), 128) == 0);
  return ball;
}

}  // namespace

TEST_CASE("proof: a counterexample of an activation that quadrature does not reach is stated by balls") {
  // V(1.3) = E phi(sqrt(1.3) z)^2. Quadrature at 60 digits gives neither of the two within minutes.
  for (const std::string activation : {"1/(1+10000000000*(x-3/10)^2)", "x+tanh(1000*(x-1/10))"}) {
    const Proof proof = prove(Program(statement_of("V(1.3) == 0", {parse_domain("activation", {activation})})));
    REQUIRE(proof.finding.verdict == Verdict::fails);
    CHECK(proof.finding.certified);
    REQUIRE(proof.finding.compared.size() == 1);
    const Compared& sides = proof.finding.compared.front();
    CHECK(sides.right == "0");
    const Ball left = ball_of(sides.left);
    CHECK(left.certainly_positive());
    CHECK(left.radius() < 1e-14 * left.midpoint());
    const double margin = proof.finding.margin, error = proof.finding.error;
    CHECK(left.overlaps(Ball::between(-margin - error, -margin + error)));
    CHECK(verify(proof.certificate).reason == "");
  }
  // int dz/(1 + a^2 (z - m)^2) p(z) -> pi/(2a) p(m) for its square, p the normal density of variance 1.3, a = 1e5.
  const Proof peak =
      prove(Program(statement_of("V(1.3) == 0", {parse_domain("activation", {"1/(1+10000000000*(x-3/10)^2)"})})));
  const Ball density = normal_pdf(Ball(0.3) / sqrt(Ball(1.3))) / sqrt(Ball(1.3));
  const double limit = (pi<Ball>() * density).midpoint() / 2e5;
  CHECK(ball_of(peak.finding.compared.front().left).midpoint() == doctest::Approx(limit).epsilon(1e-4));
}

TEST_CASE("proof: exact sides of a counterexample are printed as they are") {
  const Proof proof = prove(Program(statement_of("x^2 < 1/4", {parse_domain("x", {"1/2"})})));
  REQUIRE(proof.finding.verdict == Verdict::fails);
  CHECK(proof.finding.compared.front().left == "0.25");
  CHECK(proof.finding.compared.front().right == "0.25");
  CHECK(proof.finding.compared.front().error == "0");
  CHECK(verify(proof.certificate).valid);
}

TEST_CASE("proof: a time limit is kept within one box, and changes nothing where it is not reached") {
  // Rigorous integration of this peak takes milliseconds a box at least, the bisection thousands of boxes.
  const std::vector<Domain> slow{parse_domain("activation", {"1/(1+10000000000*(x-3/10)^2)"}),
                                 parse_domain("depth", {"2"}),
                                 parse_domain("dimension", {"3"}),
                                 parse_domain("weight_variance", {"0.5:4"}),
                                 parse_domain("bias_variance", {"0.1:2"}),
                                 parse_domain("radius", {"0.1:10"})};
  ProofOptions options;
  options.time_limit = 0.5;
  const auto start = std::chrono::steady_clock::now();
  const Proof late = prove(Program(statement_of("sectional_tangential < 0", slow)), options);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  CHECK(late.finding.verdict == Verdict::undecided);
  CHECK_MESSAGE(late.finding.reason.starts_with("the time limit"), late.finding.reason);
  CHECK(seconds < 10);  // a round of 256 boxes takes longer

  const std::vector<Domain> quick{parse_domain("activation", {"erf"}), parse_domain("weight_variance", {"0.5:2"}),
                                  parse_domain("bias_variance", {"0.25:0.5"}), parse_domain("radius", {"0.5:2"})};
  for (const std::string claim : {"A > 1/100", "A > 1", "B == 2*derivative(A)"}) {
    ProofOptions unlimited, limited;
    unlimited.equality_boxes = limited.equality_boxes = 200;
    limited.time_limit = 1000;
    const Program program(statement_of(claim, quick));
    const Proof a = prove(program, unlimited), b = prove(program, limited);
    CHECK(a.finding.reason == b.finding.reason);
    CHECK(to_json(a.certificate) == to_json(b.certificate));
  }
  // A limit that no time is left of leaves all of the ranges.
  options.time_limit = 1e-9;
  const Proof none = prove(Program(statement_of("A > 1/100", quick)), options);
  CHECK_MESSAGE(none.finding.reason.starts_with("the time limit: 1 box left"), none.finding.reason);
}

TEST_CASE("proof: an equality that the time does not suffice for is enclosed by what was done") {
  const std::vector<Domain> ranges{parse_domain("activation", {"erf"}), parse_domain("bias_variance", {"0.25:0.5"}),
                                   parse_domain("weight_variance", {"0.5:2"}), parse_domain("radius", {"0.5:2"})};
  ProofOptions options;
  options.equality_boxes = 1'000'000;
  options.time_limit = 1;
  const Proof proof = prove(Program(statement_of("B == 2*derivative(A)", ranges)), options);
  CAPTURE(proof.finding.reason);
  if (proof.finding.verdict == Verdict::undecided) {
    CHECK(proof.finding.reason.starts_with("the time limit"));  // a machine on which one wave takes as long
    return;
  }
  REQUIRE(proof.finding.verdict == Verdict::enclosed);
  CHECK(proof.certificate.proofs.at(0).leaves.size() == proof.finding.boxes);
  CHECK(certificate_from_json(to_json(proof.certificate)).proofs.at(0).leaves.size() == proof.finding.boxes);
}

TEST_CASE("proof: no enclosure at zero variance is not said to be a quantity that does not exist") {
  const auto proof_of = [](const std::string& activation, const std::string& claim, const std::string& radius) {
    return prove(
        Program(statement_of(claim, {parse_domain("activation", {activation}), parse_domain("radius", {radius})})));
  };
  // A(0) = tanh'(0)^2 = 1 exists; rigorous integration needs q > 0.
  const Proof tanh = proof_of("tanh", "A > 0", "0:1");
  CHECK(tanh.finding.verdict == Verdict::undecided);
  CHECK_MESSAGE(tanh.finding.reason.starts_with("no enclosure at zero variance"), tanh.finding.reason);
  CHECK(tanh.finding.missing == 0);
  CHECK(proof_of("tanh", "A > 0", "1/2:1").finding.verdict == Verdict::proved);
  const Proof sign = proof_of("sign", "A > 0", "1:2");
  CHECK_MESSAGE(sign.finding.reason.starts_with("a quantity does not exist"), sign.finding.reason);
  CHECK(sign.finding.missing == 1);
}

TEST_CASE("proof: a sharp inequality whose sides are equal on a curve is undecided, and the reason says why") {
  const auto reason_of = [](const std::string& claim) {
    const Proof proof = prove(Program(statement_of(claim, {parse_domain("x", {"0.5:2"}), parse_domain("y", {"0:2"})})));
    CHECK(proof.finding.verdict == Verdict::undecided);
    return proof.finding.reason;
  };
  const std::string words = "where both sides are equal cannot be decided";
  const std::string equal = reason_of("x^2 + y^2 >= 2*x*y");
  CHECK_MESSAGE(equal.find(words) != std::string::npos, equal);
  // A box limit that leaves wide boxes says nothing of equality.
  ProofOptions few;
  few.max_boxes = 64;
  const Proof wide = prove(
      Program(statement_of("x^2 + y^2 >= 2*x*y", {parse_domain("x", {"0.5:2"}), parse_domain("y", {"0:2"})})), few);
  CHECK_MESSAGE(wide.finding.reason.find(words) == std::string::npos, wide.finding.reason);
}

TEST_CASE("proof: a round of slow boxes ends with the time, and what it did not judge is left") {
  Problem slow;
  slow.claim = parse_claim("x > 0");
  slow.ranges = {{Rational(1), Rational(2)}};
  slow.squared = {false};
  slow.sides = [](std::span<const Ball>, unsigned) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    Program::Sides<Ball> sides;
    sides.claim.emplace_back(Ball::anything());
    return sides;
  };
  const std::vector<Problem> round(256, slow);
  ProofOptions options;
  options.threads = 2;
  options.time_limit = 0.1;
  const Bisection found = bisect(round, options);
  CHECK(found.kind == Bisection::Kind::undecided);
  CHECK(found.reason == "the time limit");
  CHECK(found.boxes < round.size());  // each takes 25 ms at least
  CHECK(found.left == round.size() + found.boxes);
  CHECK(found.share_left == doctest::Approx(1));
}
