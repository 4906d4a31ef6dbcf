// The theorems of theory/, several at a time, printed in the order of the list.
#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <set>
#include <thread>

#include "cli/check/check_command.hpp"
#include "cli/check/check_file.hpp"
#include "cli/check/check_report.hpp"
#include "cli/program/interrupt.hpp"
#include "cli/program/parse.hpp"

namespace widegeo::cli {
namespace {

using theory::Theorem;

theory::Conditions conditions_of(const Options& options) {
  theory::Conditions conditions;
  if (options.effort) conditions.effort = static_cast<unsigned>(parse_count(*options.effort, "--effort", 1, 10000));
  if (options.seed) conditions.seed = parse_count(*options.seed, "--seed", 0, ~0UL);
  conditions.mutation = options.mutation.value_or("");
  return conditions;
}

report::Record model_of(const theory::Conditions& conditions) {
  report::Record model;
  model.emplace_back("seed", std::to_string(conditions.seed));
  model.emplace_back("effort", static_cast<long long>(conditions.effort));
  if (!conditions.mutation.empty()) model.emplace_back("mutation", conditions.mutation);
  return model;
}

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

class Board {
 public:
  Board(std::size_t all, bool wanted) : all_(all), line_(wanted) {}
  void begin(const std::string& id) {
    const std::lock_guard<std::mutex> lock(mutex_);
    running_.insert(id);
    show();
  }
  void end(const std::string& id) {
    const std::lock_guard<std::mutex> lock(mutex_);
    running_.erase(id);
    ++done_;
    show();
  }

 private:
  void show() {
    std::string names;
    for (const std::string& id : running_) names += (names.empty() ? ": " : ", ") + id;
    line_.show(std::to_string(done_) + " of " + std::to_string(all_) + " theorems" + names);
  }
  std::mutex mutex_;
  std::size_t all_, done_ = 0;
  std::set<std::string> running_;
  ProgressLine line_;
};

/// Each theorem runs on one thread of its own: what it finds depends on nothing else.
std::vector<TheoremRun> run_all(const std::vector<const Theorem*>& theorems, theory::Conditions conditions,
                                unsigned threads, bool progress) {
  std::vector<TheoremRun> runs(theorems.size());
  std::vector<std::exception_ptr> thrown(theorems.size());
  Board board(theorems.size(), progress);
  std::atomic<std::size_t> next{0};
  conditions.threads = theorems.size() == 1 ? threads : 1;
  const auto work = [&] {
    for (std::size_t i = next++; i < theorems.size(); i = next++) {
      board.begin(theorems[i]->id);
      try {
        runs[i] = run_one(*theorems[i], conditions);
      } catch (...) {
        thrown[i] = std::current_exception();
      }
      board.end(theorems[i]->id);
    }
  };
  {
    std::vector<std::jthread> others;
    for (unsigned k = 1; k < std::min<std::size_t>(threads, theorems.size()); ++k) others.emplace_back(work);
    work();
  }
  for (const std::exception_ptr& error : thrown) {
    if (error) std::rethrow_exception(error);
  }
  return runs;
}

}  // namespace

std::vector<const Theorem*> selected_theorems(const Options& options) {
  std::vector<const Theorem*> result;
  if (!options.only) {
    for (const Theorem& theorem : theory::catalogue()) result.push_back(&theorem);
    if (result.empty()) throw Error(ErrorCode::input, "the catalogue has no theorem", "check");
    return result;
  }
  std::set<const Theorem*> wanted;
  for (const std::string& name : split(*options.only, ',')) {
    const auto found = theory::select_theorems(name, "--only");
    wanted.insert(found.begin(), found.end());
  }
  for (const Theorem& theorem : theory::catalogue()) {
    if (wanted.count(&theorem) > 0) result.push_back(&theorem);
  }
  return result;
}

Result run_catalogue(const Options& options) {
  const theory::Conditions conditions = conditions_of(options);
  const auto theorems = selected_theorems(options);
  if (options.mutation) {
    if (theorems.size() != 1)
      throw Error(ErrorCode::input, "a mutation breaks one theorem", "--mutation", "name it with --only ID");
    theory::check_mutation(*theorems.front(), conditions.mutation);
  }
  const auto runs = run_all(theorems, conditions, make_threads(options), !options.quiet);
  return report_theorems(runs, options, model_of(conditions));
}

Result list_catalogue(const Options& options) { return report_list(selected_theorems(options), options); }

Result explain_theorem(const Options& options) {
  const theory::Conditions conditions = conditions_of(options);
  const Theorem& theorem = theory::find_theorem(*options.explain, "--explain");
  if (options.mutation) theory::check_mutation(theorem, conditions.mutation);
  const auto runs = run_all({&theorem}, conditions, make_threads(options), !options.quiet);
  return explain_theorem_run(runs.front(), options, model_of(conditions));
}

std::vector<statement::Statement> provable_statements(const Options& options) {
  std::vector<statement::Statement> result;
  for (const Theorem* theorem : selected_theorems(options)) {
    if (theorem->provable.empty()) continue;
    for (statement::Statement& one : parse_statements(theorem->provable, "theorem " + theorem->id))
      result.push_back(std::move(one));
  }
  if (result.empty()) {
    throw Error(ErrorCode::input, "none of these theorems has a statement to prove", "--certified",
                "`widegeo check --list --fields id,provable` shows which have");
  }
  return result;
}

}  // namespace widegeo::cli
