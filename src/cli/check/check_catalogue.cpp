// The theorems of theory/, several at a time, printed in the order of the list.
#include <mutex>
#include <set>

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

std::vector<TheoremRun> run_all(const std::vector<const Theorem*>& theorems, theory::Conditions conditions,
                                const Options& options) {
  conditions.threads = make_threads(options);
  Board board(theorems.size(), !options.quiet);
  return check_theorems(theorems, conditions, nullptr, [&board](const Theorem& theorem, bool begins) {
    begins ? board.begin(theorem.id) : board.end(theorem.id);
  });
}

}  // namespace

std::vector<const Theorem*> selected_theorems(const Options& options) {
  return select_theorems(options.only ? split(*options.only, ',') : std::vector<std::string>{}, "--only");
}

Result run_catalogue(const Options& options) {
  const theory::Conditions conditions = conditions_of(options);
  const auto theorems = selected_theorems(options);
  if (options.mutation && theorems.size() != 1)
    throw Error(ErrorCode::input, "a mutation breaks exactly one theorem", "--mutation", "name it with --only ID");
  return report_theorems(run_all(theorems, conditions, options), options, model_of(conditions));
}

Result list_catalogue(const Options& options) { return report_list(selected_theorems(options), options); }

Result explain_theorem(const Options& options) {
  const theory::Conditions conditions = conditions_of(options);
  const Theorem& theorem = theory::find_theorem(*options.explain, "--explain");
  const auto runs = run_all({&theorem}, conditions, options);
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
