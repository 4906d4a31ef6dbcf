// Laws of proofs where a function jumps, bends or is differentiated often: what is violated on a set that no search
// finds is not proved.
#include <doctest/doctest.h>

#include <string>

#include "statement/proof/prove.hpp"
#include "statement/search/search.hpp"

using namespace widegeo;
using namespace widegeo::statement;

namespace {

Verdict verdict_of(const std::string& claim, const std::string& radius, const std::string& where = {}) {
  Statement statement;
  statement.id = "law";
  statement.claim = claim;
  statement.hypothesis = where;
  statement.forall.push_back(parse_domain("radius", {radius}));
  ProofOptions options;
  options.max_boxes = 4000;
  return prove(Program(statement), options).finding.verdict;
}

}  // namespace

TEST_CASE("proof: what a jump violates on a tiny set is not proved") {
  for (const char* claim : {
           "if(abs(radius - 1.2345678) < 1e-9, 1, 0) < 0.5",
           "if(abs(radius - 1.2345678) <= 1e-9, radius, 0) < 0.5",
           "step(1e-9 - abs(radius - 1.2345678)) < 0.4",
           "sign(radius - 1.2345678) - sign(radius - 1.23456781) < 1",
           "max(sign(radius - 1.2345678), 0) - max(sign(radius - 1.23456781), 0) < 1/2",
           "1 + derivative(abs(t - 1.2345678) - abs(t - 1.23456781)) < 2",
           "derivative(max(t, 1.2345678) - max(t, 1.23456781)) < 1/2",
           "derivative(relu(t - 1.2345678) - relu(t - 1.23456781)) < 1/2",
           "atan2((radius - 1.2345678)*(radius - 1.2345679), 0 - 1) > 0 - 3",
       }) {
    INFO(claim);
    CHECK(verdict_of(claim, "0.5:2") != Verdict::proved);
  }
  CHECK(verdict_of("abs(radius - 1.2345678) > 1e-9", "0.5:2",
                   "if(abs(radius - 1.2345678) < 1e-9, 1, 0) > 0.5 or radius > 1.5") != Verdict::proved);
}

TEST_CASE("proof: jumps and bends do not hinder a proof away from them") {
  CHECK(verdict_of("if(radius < 1.2345678, 1, 2) > 0.5", "0.5:2") == Verdict::proved);
  CHECK(verdict_of("abs(radius - 1.2345678) + sign(radius - 1.5) >= 0 - 1", "0.5:2") == Verdict::proved);
  CHECK(verdict_of("abs(radius - 1.5) <= 1", "0.5:2") == Verdict::proved);
  CHECK(verdict_of("atan2(radius - 1, 0 - 1) <= pi", "0.5:2") != Verdict::fails);
}

TEST_CASE("proof: ranges that reach where a quantity does not exist are not proved") {
  const auto verdict = [](const std::string& claim, const std::string& variable, const std::string& range) {
    Statement statement;
    statement.id = "law";
    statement.claim = claim;
    statement.forall = {parse_domain("activation", {"erf"}), parse_domain(variable, {range})};
    return prove(Program(statement)).finding.verdict;
  };
  CHECK(verdict("K(1, 1, n) <= 1", "n", "-1:1.0001") == Verdict::undecided);
  CHECK(verdict("K(1, 1, n) <= 1", "n", "-1:1") == Verdict::proved);
  CHECK(verdict("V(radius - 1) >= 0", "radius", "0.9999999:2") == Verdict::undecided);
  CHECK(verdict("V(radius - 1) >= 0", "radius", "1:2") == Verdict::proved);
}

TEST_CASE("proof: derivatives of high order are what they are") {
  // exp: D(q) = exp(2q), so A = exp(2t) for variances 1 and 0.
  Statement statement;
  statement.id = "law";
  statement.forall = {parse_domain("activation", {"exp"}), parse_domain("t", {"1"})};
  statement.claim = "A";
  for (unsigned k = 1; k <= 14; ++k) {
    statement.claim = "derivative(" + statement.claim + ")";
    Statement right = statement;
    right.claim += " == 2^" + std::to_string(k) + "*exp(2)";
    INFO(right.claim);
    const Verdict verdict = prove(Program(right)).finding.verdict;
    CHECK((verdict == Verdict::proved || verdict == Verdict::enclosed));
  }
}

TEST_CASE("search: a difference whose digits are all lost refutes nothing") {
  // A + B t of erf is 5.5e-91 here, a difference of numbers of the size 1e-30.
  Statement statement;
  statement.id = "law";
  statement.claim = "radial_eigenvalue > 0";
  statement.forall = {parse_domain("activation", {"erf"}), parse_domain("radius", {"660584000000000000000000000000"})};
  const Program program(statement);
  CHECK(search(program).verdict != Verdict::fails);
  CHECK(prove(program).finding.verdict == Verdict::proved);
}
