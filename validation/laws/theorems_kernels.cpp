// Theorems about kernels and limits: they have their verdicts for any seed, and
// their mutations break them.
#include <doctest/doctest.h>

#include <vector>

#include "testing/checks.hpp"
#include "theory/theorem.hpp"

using namespace widegeo;
using namespace widegeo::theory;
using widegeo::testing::generator_of_test;
using widegeo::testing::trials;

namespace {

std::vector<const Theorem *> kernel_theorems() {
  std::vector<const Theorem *> r;
  for (const Theorem &theorem : theory::catalogue())
    if (theorem.group == "kernels" || theorem.group == "limits")
      r.push_back(&theorem);
  return r;
}

} // namespace

TEST_CASE("theorems: those about kernels and limits have their verdicts for "
          "any seed") {
  auto random = generator_of_test("theorems of kernels");
  REQUIRE(kernel_theorems().size() >= 14);
  for (const Theorem *theorem : kernel_theorems())
    for (std::size_t trial = 0; trial < trials(1); ++trial) {
      Conditions conditions;
      conditions.seed = random();
      const Evidence evidence = run(*theorem, conditions);
      CAPTURE(theorem->id);
      CAPTURE(conditions.seed);
      CAPTURE(evidence.worst().at);
      CAPTURE(evidence.undecided_reason());
      CHECK(evidence.verdict() == theorem->expected);
      CHECK(evidence.count() > 0);
      CHECK_FALSE(evidence.reason().empty());
    }
}

TEST_CASE("theorems: a broken formula of kernels and limits is noticed") {
  for (const Theorem *theorem : kernel_theorems()) {
    CHECK_FALSE(theorem->mutations.empty());
    for (const Mutation &mutation : theorem->mutations) {
      Conditions conditions;
      conditions.mutation = mutation.name;
      CAPTURE(theorem->id);
      CAPTURE(mutation.name);
      CHECK(run(*theorem, conditions).verdict() ==
            (theorem->expected == theory::Verdict::fails
                 ? theory::Verdict::holds
                 : theory::Verdict::fails));
    }
  }
}
