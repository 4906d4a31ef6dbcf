// Theorems about kernels, expectations and limits: they have their verdicts for any seed, and their mutations break
// them.
#include <doctest/doctest.h>

#include "testing/theorems.hpp"

using namespace widegeo;

TEST_CASE("theorems: those about kernels and limits have their verdicts for any seed") {
  REQUIRE(testing::theorems_of({"kernels", "limits"}).size() >= 14);
  testing::check_verdicts({"kernels", "limits"});
}

TEST_CASE("theorems: a broken formula of kernels and limits is noticed") {
  testing::check_mutations({"kernels", "limits"});
}
