#include "statement/search/choice_search.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "number/error.hpp"
#include "parallel/parallel.hpp"
#include "statement/search/grid.hpp"

namespace widegeo::statement {

bool worse(const Sample& a, const Sample& b) {
  const auto rank = [](const Sample& s) {
    switch (s.outcome.status) {
      case Outcome::Status::searched:
        return 0;
      case Outcome::Status::excluded:
        return 1;
      default:
        return 2;
    }
  };
  if (rank(a) != rank(b)) return rank(a) < rank(b);
  if (rank(a) == 1) return a.outcome.hypothesis_margin > b.outcome.hypothesis_margin;
  if (rank(a) == 2) return false;
  return a.outcome.claim.margin < b.outcome.claim.margin;
}

namespace {

constexpr unsigned grid_digits = 6, local_digits = 12;
// Number of points of a choice recomputed with many digits before it is decided whether that helps.
constexpr std::size_t quick_refinements = 200, slow_refinements = 4;

bool searched(const Sample& s) { return s.outcome.status == Outcome::Status::searched; }
bool violated(const Sample& s) { return searched(s) && s.outcome.claim.truth == Truth::fails; }
bool open(const Sample& s) { return searched(s) && s.outcome.claim.truth == Truth::undecided; }

class ChoiceSearch {
 public:
  ChoiceSearch(const Program& program, const Choice& choice, const SearchOptions& options, std::size_t budget,
               unsigned threads)
      : program_(program), options_(options), budget_(budget), threads_(threads), evaluate_(program, choice) {
    for (const Domain& range : program.ranges()) axes_.emplace_back(range);
  }

  ChoiceResult run() {
    const Grid grid(axes_.size(), budget_);
    std::vector<Sample> samples(grid.size());
    constexpr std::size_t block = 32;
    parallel_for_ordered((grid.size() + block - 1) / block, threads_, [&](std::size_t b) {
      for (std::size_t i = b * block; i < std::min(grid.size(), (b + 1) * block); ++i)
        samples[i] = sample(grid[i], grid_digits);
    });
    if (!axes_.empty()) add_local_searches(samples, grid.spacing());
    refine_close(samples);
    return summary(samples);
  }

 private:
  void in_time() const {
    if (options_.deadline && std::chrono::steady_clock::now() > *options_.deadline)
      throw Error(ErrorCode::accuracy, "the time limit", "search");
  }

  Outcome refined(const std::vector<Rational>& at) const {
    in_time();
    Outcome o = evaluate_.refined(at);
    if (deep_ && o.status == Outcome::Status::searched && o.claim.close) o = evaluate_.deep(at);
    return o;
  }

  Sample sample(const std::vector<double>& u, unsigned digits) const {
    in_time();
    Sample s;
    for (std::size_t i = 0; i < u.size(); ++i) s.at.push_back(axes_[i].at(u[i], digits));
    s.outcome = evaluate_(s.at);
    return s;
  }

  Sample short_sample(const std::vector<Rational>& at, unsigned digits) const {
    in_time();
    Sample s;
    for (std::size_t i = 0; i < axes_.size(); ++i) s.at.push_back(axes_[i].shortened(at[i], digits));
    s.outcome = evaluate_(s.at);
    return s;
  }

  void add_local_searches(std::vector<Sample>& samples, double spacing) const {
    std::vector<std::size_t> order(samples.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const std::size_t starts = std::min<std::size_t>(options_.local_starts, order.size());
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return worse(samples[a], samples[b]); });
    std::vector<std::vector<Sample>> found(starts);
    parallel_for_ordered(starts, threads_, [&](std::size_t i) {
      if (samples[order[i]].outcome.status != Outcome::Status::missing) found[i] = descend(samples[order[i]], spacing);
    });
    for (std::vector<Sample>& path : found)
      for (Sample& s : path) samples.push_back(std::move(s));
  }

  /// Pattern search [R. Hooke, T. Jeeves, J. ACM 8 (1961) 212] in the box: no derivatives, so that margins with kinks
  /// are no trouble. Returns every improvement.
  std::vector<Sample> descend(const Sample& start, double spacing) const {
    std::vector<double> best(axes_.size());
    for (std::size_t i = 0; i < best.size(); ++i) best[i] = axes_[i].coordinate(start.at[i]);
    std::vector<Sample> path;
    Sample now = start;
    unsigned evaluations = 0;
    const auto attempt = [&](const std::vector<double>& u) {
      ++evaluations;
      Sample trial = sample(u, local_digits);
      if (!worse(trial, now)) return false;
      now = trial;
      best = u;
      path.push_back(std::move(trial));
      return true;
    };
    double step = spacing / 2;
    while (evaluations < options_.local_steps && step > 1e-10) {
      const std::vector<double> base = best;
      bool better = false;
      for (std::size_t i = 0; i < best.size(); ++i)
        for (const double sign : {step, -step}) {
          std::vector<double> u = best;
          u[i] = std::clamp(u[i] + sign, 0.0, 1.0);
          if (u[i] == best[i] || !attempt(u)) continue;
          better = true;
          break;
        }
      if (!better) {
        step *= 0.4;
        continue;
      }
      std::vector<double> u = best;
      for (std::size_t i = 0; i < u.size(); ++i) u[i] = std::clamp(2 * best[i] - base[i], 0.0, 1.0);
      if (u != best) attempt(u);
    }
    // Claims and hypotheses about single numbers (radius == 1.5) are met at short decimals alone.
    const Sample end = now;
    for (unsigned digits = 1; digits < local_digits; ++digits) {
      Sample trial = short_sample(end.at, digits);
      if (!worse(trial, now)) continue;
      now = trial;
      path.push_back(std::move(trial));
    }
    return path;
  }

  /// Points that double does not decide, and violations: the worst ones again in many digits.
  void refine_close(std::vector<Sample>& samples) {
    std::vector<std::size_t> close;
    for (std::size_t i = 0; i < samples.size(); ++i)
      if (searched(samples[i]) && samples[i].outcome.claim.close && needs_more_digits(samples[i])) close.push_back(i);
    std::stable_sort(close.begin(), close.end(),
                     [&](std::size_t a, std::size_t b) { return worse(samples[a], samples[b]); });
    const std::size_t first = std::min(close.size(), evaluate_.quick() ? quick_refinements : slow_refinements);
    const auto refine = [&](std::size_t begin, std::size_t end) {
      parallel_for_ordered(end - begin, threads_, [&](std::size_t i) {
        Sample& s = samples[close[begin + i]];
        if (begin == 0 || open(s)) s.outcome = refined(s.at);
      });
    };
    refine(0, first);
    deep_ = evaluate_.quick() && worth_more_digits(samples, std::span(close).first(first));
    if (deep_) refine(0, first);
    // Where many digits helped, the rest of what is open is worth them too.
    const bool helped = std::any_of(close.begin(), close.begin() + static_cast<std::ptrdiff_t>(first),
                                    [&](std::size_t k) { return !samples[k].outcome.claim.close; });
    if (helped && evaluate_.quick()) refine(first, close.size());
  }

  /// Whether some of the points that stay open are decided by many more digits: terms cancel there that are larger than
  /// what is left by more than the usual digits reach.
  bool worth_more_digits(const std::vector<Sample>& samples, std::span<const std::size_t> close) const {
    constexpr std::size_t attempts = 4;
    std::size_t tried = 0;
    for (const std::size_t i : close) {
      if (!searched(samples[i]) || !samples[i].outcome.claim.close) continue;
      in_time();
      const Outcome o = evaluate_.deep(samples[i].at);
      if (o.status == Outcome::Status::searched && !o.claim.close) return true;
      if (++tried == attempts) break;
    }
    return false;
  }

  /// An equality that holds within its errors is what an equality can be.
  bool needs_more_digits(const Sample& s) const {
    if (s.outcome.claim.truth == Truth::undecided) return true;
    for (const Comparison& c : program_.claim().comparisons)
      if (c.op != expr::Op::equal) return true;
    return false;
  }

  ChoiceResult summary(std::vector<Sample>& samples) const {
    ChoiceResult r;
    std::vector<const Sample*> violations;
    for (const Sample& s : samples) {
      r.searched += searched(s) ? 1 : 0;
      r.excluded += s.outcome.status == Outcome::Status::excluded ? 1 : 0;
      if (s.outcome.status == Outcome::Status::missing && r.missing++ == 0) r.first_missing = s.outcome.reason;
      if (open(s) && r.undecided++ == 0) r.open = s;
      if (violated(s)) violations.push_back(&s);
      if (!searched(s) || (r.has_worst && !worse(s, r.worst))) continue;
      r.worst = s;
      r.has_worst = true;
    }
    confirm(violations, r);
    if (r.undecided > 0) r.open_at = evaluate_.point(r.open.at);
    if (!r.has_worst) return r;
    r.worst = shortened(r.worst);
    r.at = evaluate_.point(r.worst.at);
    return r;
  }

  /// A violation is said only when many digits say so too.
  void confirm(std::vector<const Sample*>& violations, ChoiceResult& r) const {
    std::stable_sort(violations.begin(), violations.end(),
                     [](const Sample* a, const Sample* b) { return worse(*a, *b); });
    constexpr std::size_t attempts = 5;
    for (std::size_t i = 0; i < std::min(attempts, violations.size()); ++i) {
      Sample s = *violations[i];
      if (!holds_up(s)) continue;
      r.worst = std::move(s);
      r.has_worst = r.fails = true;
      return;
    }
    if (violations.empty()) return;
    r.undecided += violations.size();
    r.open = *violations.front();
  }

  bool holds_up(const Sample& s) const {
    const Outcome o = refined(s.at);
    return o.status == Outcome::Status::searched && o.claim.truth == Truth::fails;
  }

  /// The nearest point of few digits that is nearly as bad.
  Sample shortened(const Sample& s) const {
    const double allowed = s.outcome.claim.margin + 0.1 * std::fabs(s.outcome.claim.margin);
    for (unsigned digits = 1; digits < local_digits; ++digits) {
      Sample t = short_sample(s.at, digits);
      if (!searched(t) || t.outcome.claim.truth != s.outcome.claim.truth || !(t.outcome.claim.margin <= allowed))
        continue;
      if (!violated(s) || holds_up(t)) return t;
    }
    return s;
  }

  const Program& program_;
  const SearchOptions& options_;
  std::size_t budget_;
  unsigned threads_;
  PointEvaluator evaluate_;
  std::vector<Axis> axes_;
  bool deep_ = false;  ///< points that stay open are worth many digits
};

}  // namespace

ChoiceResult search_choice(const Program& program, const Choice& choice, const SearchOptions& options,
                           std::size_t budget, unsigned threads) {
  try {
    return ChoiceSearch(program, choice, options, budget, threads).run();
  } catch (const Error& e) {
    if (e.code() != ErrorCode::input) throw;
    ChoiceResult r;  // the expectations of this activation do not exist
    r.missing = Grid(program.ranges().size(), budget).size();
    r.first_missing = e.summary();
    return r;
  }
}

}  // namespace widegeo::statement
