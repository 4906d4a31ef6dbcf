#include "api/check.hpp"

#include <atomic>
#include <set>

#include "number/error.hpp"
#include "parallel/parallel.hpp"

namespace widegeo::api {
namespace {

using theory::Theorem;

TheoremRun run_one(const Theorem& theorem, const theory::Conditions& conditions) {
  TheoremRun result;
  result.theorem = &theorem;
  try {
    result.evidence = theory::run(theorem, conditions);
    result.verdict = result.evidence.verdict();
    result.reason = result.evidence.undecided_reason();
    if (result.evidence.count() == 0 && result.reason.empty()) result.reason = "nothing was compared";
  } catch (const Error& error) {
    // A check that cannot be made has decided nothing; the others go on.
    result.verdict = theory::Verdict::undecided;
    result.reason = error.summary() + (error.where().empty() ? "" : " (" + error.where() + ")");
  }
  return result;
}

}  // namespace

std::vector<const Theorem*> select_theorems(const std::vector<std::string>& names, const std::string& option) {
  std::set<const Theorem*> wanted;
  for (const std::string& name : names)
    wanted.merge([&] {
      const auto found = theory::select_theorems(name, option);
      return std::set<const Theorem*>(found.begin(), found.end());
    }());
  std::vector<const Theorem*> result;
  for (const Theorem& theorem : theory::catalogue())
    if (names.empty() || wanted.contains(&theorem)) result.push_back(&theorem);
  return result;
}

std::vector<TheoremRun> check_theorems(const std::vector<const Theorem*>& theorems, theory::Conditions conditions,
                                       const Watch* watch,
                                       const std::function<void(const Theorem&, bool begins)>& running) {
  if (!conditions.mutation.empty())
    for (const Theorem* theorem : theorems) theory::check_mutation(*theorem, conditions.mutation);
  std::vector<TheoremRun> runs(theorems.size());
  std::atomic<std::size_t> done{0};
  const unsigned threads = conditions.threads == 0 ? available_threads() : conditions.threads;
  conditions.threads = theorems.size() == 1 ? threads : 1;
  parallel_for_ordered(theorems.size(), threads, [&](std::size_t i) {
    if (watch != nullptr) watch->at("theorems", static_cast<double>(done), static_cast<double>(theorems.size()));
    if (running) running(*theorems[i], true);
    runs[i] = run_one(*theorems[i], conditions);
    ++done;
    if (running) running(*theorems[i], false);
  });
  return runs;
}

}  // namespace widegeo::api
