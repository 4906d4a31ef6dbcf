// Laws of refutations and of undecided proofs: what is said of a point is what balls know of it, in the time allowed.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "statement/prove.hpp"

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
