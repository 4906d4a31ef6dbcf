// What a theorem's evidence makes of numbers that say nothing.
#include <doctest/doctest.h>

#include <limits>

#include "theory/theorem.hpp"

using namespace widegeo;
using theory::Evidence;
using theory::Verdict;

TEST_CASE("evidence: a number without a bound of its error decides nothing") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto verdict_of = [](auto compare) {
    Evidence evidence;
    evidence.equal("certain", 1.0, 1.0, 0.0);
    compare(evidence);
    return evidence.verdict();
  };
  CHECK(verdict_of([](Evidence&) {}) == Verdict::holds);
  CHECK(verdict_of([](Evidence& e) { e.equal("at", TrackedDouble(1, infinity), TrackedDouble(2)); }) ==
        Verdict::undecided);
  CHECK(verdict_of([](Evidence& e) { e.at_most("at", 2, 1, infinity); }) == Verdict::undecided);
  CHECK(verdict_of([](Evidence& e) { e.at_most("at", 1, 2, infinity, true); }) == Verdict::undecided);
  CHECK(verdict_of([](Evidence& e) { e.exceeds("at", 2, 1, infinity); }) == Verdict::undecided);
  CHECK(verdict_of([](Evidence& e) { e.equal("at", std::numeric_limits<double>::quiet_NaN(), 1.0, 1.0); }) ==
        Verdict::fails);
  CHECK(verdict_of([](Evidence& e) { e.equal("at", infinity, 1.0, 1.0); }) == Verdict::fails);
}
