// Requirements on every theorem of a group: the expected verdict for the default seed and others, detection of each of
// its mutations, and identical evidence when repeated, with any number of threads.
#pragma once

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "testing/checks.hpp"
#include "theory/theorem.hpp"

namespace widegeo::testing {

inline std::vector<const theory::Theorem*> theorems_of(const std::vector<std::string>& groups) {
  std::vector<const theory::Theorem*> r;
  for (const std::string& group : groups)
    for (const theory::Theorem* theorem : theory::select_theorems(group)) r.push_back(theorem);
  return r;
}

/// As under the sanitizers (ten times slower): each check runs once unchanged and once broken; seeds and further
/// mutations are left to the Release build.
inline bool short_of_time() { return test_effort() < 1; }

inline bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

/// Bit for bit.
inline bool same_evidence(const theory::Evidence& a, const theory::Evidence& b) {
  const auto same = [](const theory::ComparedPair& c, const theory::ComparedPair& d) {
    return c.at == d.at && c.left == d.left && c.right == d.right && same_bits(c.residual, d.residual) &&
           same_bits(c.tolerance, d.tolerance);
  };
  if (a.verdict() != b.verdict() || a.count() != b.count() || a.kept().size() != b.kept().size() ||
      a.reason() != b.reason() || a.undecided_reason() != b.undecided_reason() || !same(a.worst(), b.worst()))
    return false;
  for (std::size_t i = 0; i < a.kept().size(); ++i)
    if (!same(a.kept()[i], b.kept()[i])) return false;
  return true;
}

/// The default seed of users and, given time, `trials(1)` random ones.
inline void check_verdicts(const std::vector<std::string>& groups) {
  auto random = generator_of_test(groups.front().c_str());
  for (const theory::Theorem* theorem : theorems_of(groups))
    for (std::size_t trial = 0; trial <= (short_of_time() ? 0 : trials(1)); ++trial) {
      theory::Conditions conditions;
      if (trial > 0) conditions.seed = random();
      const theory::Evidence evidence = run(*theorem, conditions);
      CAPTURE(theorem->id);
      CAPTURE(conditions.seed);
      CAPTURE(evidence.worst().at);
      CAPTURE(evidence.worst().left);
      CAPTURE(evidence.worst().right);
      CAPTURE(evidence.undecided_reason());
      CHECK(evidence.verdict() == theorem->expected);
      CHECK(evidence.count() > 0);
      CHECK_FALSE(evidence.reason().empty());
    }
}

/// A broken formula must fail; for a refuted statement the mutation is its correction, and must hold.
inline void check_mutations(const std::vector<std::string>& groups) {
  for (const theory::Theorem* theorem : theorems_of(groups)) {
    CAPTURE(theorem->id);
    CHECK_FALSE(theorem->mutations.empty());
    for (const theory::Mutation& mutation : theorem->mutations) {
      theory::Conditions conditions;
      conditions.mutation = mutation.name;
      CAPTURE(mutation.name);
      CHECK(run(*theorem, conditions).verdict() ==
            (theorem->expected == theory::Verdict::fails ? theory::Verdict::holds : theory::Verdict::fails));
      if (short_of_time()) break;
    }
  }
}

inline void check_reproducible(const std::vector<std::string>& groups) {
  std::size_t number = 0;
  for (const theory::Theorem* theorem : theorems_of(groups)) {
    if (short_of_time() && number++ % 3 != 0) continue;
    theory::Conditions one, two;
    one.threads = 1;
    two.threads = 2;
    CAPTURE(theorem->id);
    CHECK(same_evidence(run(*theorem, one), run(*theorem, two)));
  }
}

}  // namespace widegeo::testing
