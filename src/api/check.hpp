// The theorems of the catalogue, checked several at a time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "parallel/watch.hpp"
#include "theory/theorem.hpp"

namespace widegeo::api {

/// A theorem and what its check has found.
struct TheoremRun {
  const theory::Theorem* theorem = nullptr;
  theory::Evidence evidence;
  theory::Verdict verdict = theory::Verdict::undecided;
  std::string reason;  ///< why it is undecided

  bool as_expected() const { return verdict == theorem->expected; }
};

/// Theorems and groups by their names, each theorem once and in the order of the catalogue; all of them without a name.
/// Throws Error(input), suggesting the nearest name; `option` is the origin of the names.
std::vector<const theory::Theorem*> select_theorems(const std::vector<std::string>& names,
                                                    const std::string& option = "only");

/// The runs in the order of `theorems`: of several, each has one thread; a single one has all. A check that cannot be
/// made leaves its theorem undecided. `running` is told when a theorem begins and ends, from any thread. The watch is
/// asked between theorems. Throws Stopped; Error(input) for a mutation that the theorem does not have.
std::vector<TheoremRun> check_theorems(const std::vector<const theory::Theorem*>& theorems,
                                       theory::Conditions conditions, const Watch* watch = nullptr,
                                       const std::function<void(const theory::Theorem&, bool begins)>& running = {});

}  // namespace widegeo::api
