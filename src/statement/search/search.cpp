#include "statement/search/search.hpp"

#include <algorithm>
#include <cmath>

#include "number/error.hpp"
#include "parallel/parallel.hpp"
#include "report/decimal.hpp"
#include "statement/search/choice_search.hpp"

namespace widegeo::statement {

namespace {

constexpr std::size_t least_points = 27;

std::string plural(std::size_t n, const std::string& noun) {
  return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

bool only_equalities(const Program& program) {
  return std::all_of(program.claim().comparisons.begin(), program.claim().comparisons.end(),
                     [](const Comparison& c) { return c.op == expr::Op::equal; });
}

void decide(const Program& program, Finding& f, bool fails, std::size_t undecided, const Point& open_at) {
  const std::size_t all = f.searched + f.excluded + f.missing;
  f.verdict = Verdict::undecided;
  if (fails) {
    f.verdict = Verdict::fails;
    f.reason = f.margin == 0 ? "a counterexample: the sides are equal"
                             : "a counterexample: violated by " + report::decimal(std::fabs(f.margin), 3) +
                                   (f.error > 0 ? ", error " + report::error_text(f.error) : "");
  } else if (f.searched == 0 && f.excluded > 0) {
    f.reason = "the hypothesis holds at none of the " + plural(all, "point") + " searched (vacuous)";
    if (f.missing > 0) f.reason += "; " + f.first_missing;
  } else if (f.searched == 0) {
    f.reason = "a quantity exists at none of the " + plural(all, "point") + ": " + f.first_missing;
  } else if (undecided > 0) {
    f.reason = "at " + plural(undecided, "point") + " of " + std::to_string(f.searched) +
               " the errors leave it open, first at " + to_text(open_at);
  } else if (f.missing > 0) {
    f.reason = "a quantity does not exist at " + std::to_string(f.missing) + " of " + plural(all, "point") + ": " +
               f.first_missing;
  } else {
    f.verdict = Verdict::searched;
    f.reason = (only_equalities(program) ? "the sides agree within their errors at " : "no counterexample among ") +
               plural(f.searched, "point") + (program.ranges().empty() ? "" : " (grid, then local minimisation)");
  }
}

}  // namespace

Finding search(const Program& program, const SearchOptions& options) {
  const std::vector<Choice>& choices = program.choices();
  const std::size_t budget = std::max(least_points, options.points / choices.size());
  const unsigned cores = available_threads();
  const unsigned threads = options.threads == 0 ? cores : options.threads;
  // Many choices run in parallel, few choices in sequence with parallel points; the results are the same.
  const bool outer = choices.size() >= threads;
  std::vector<ChoiceResult> results(choices.size());
  parallel_for_ordered(choices.size(), outer ? threads : 1, [&](std::size_t i) {
    results[i] = search_choice(program, choices[i], options, budget, outer ? 1 : threads);
  });

  Finding f;
  f.id = program.statement().id;
  f.claim = program.statement().claim;
  const ChoiceResult *worst = nullptr, *open_result = nullptr;
  std::size_t worst_choice = 0, undecided = 0;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const ChoiceResult& r = results[i];
    f.searched += r.searched;
    f.excluded += r.excluded;
    f.missing += r.missing;
    undecided += r.undecided;
    if (f.first_missing.empty()) f.first_missing = r.first_missing;
    if (r.undecided > 0 && !open_result) open_result = &r;
    if (!r.has_worst) continue;
    const bool better =
        !worst || (r.fails && !worst->fails) || (r.fails == worst->fails && worse(r.worst, worst->worst));
    if (!better) continue;
    worst = &r;
    worst_choice = i;
  }
  if (worst) {
    f.has_point = true;
    f.at = worst->at;
    f.margin = worst->worst.outcome.claim.margin;
    f.error = worst->worst.outcome.claim.error;
    try {
      f.compared = PointEvaluator(program, choices[worst_choice]).compared(worst->worst.at);
    } catch (const Error& e) {
      if (e.code() != ErrorCode::accuracy && e.code() != ErrorCode::input)
        throw;  // the verdict stands without the numbers
    }
  }
  decide(program, f, worst && worst->fails, undecided, open_result ? open_result->open_at : Point{});
  return f;
}

}  // namespace widegeo::statement
