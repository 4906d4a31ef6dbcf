#include "statement/claim/judge.hpp"

#include <cmath>
#include <limits>

namespace widegeo::statement {

namespace {

/// affirmed[i]: comparison i is under an even number of negations.
void find_affirmed(const Formula& formula, bool positive, std::vector<bool>& affirmed) {
  if (formula.kind == Formula::Kind::comparison) affirmed[formula.comparison] = positive;
  const bool inside = formula.kind == Formula::Kind::negation ? !positive : positive;
  for (const Formula& part : formula.parts) find_affirmed(part, inside, affirmed);
}

}  // namespace

Difference difference_of(double value, double error) {
  Difference d{value, error, 0, false};
  if (!std::isfinite(value) || !std::isfinite(error)) {
    d.error = std::numeric_limits<double>::infinity();
    return d;
  }
  d.side = value > error ? 1 : value < -error ? -1 : 0;
  d.exact = value == 0 && error == 0;
  return d;
}

Truth truth_of(expr::Op op, const Difference& d, bool affirmed) {
  const auto decided = [](bool holds) { return holds ? Truth::holds : Truth::fails; };
  const bool weak = op == expr::Op::less_equal || op == expr::Op::greater_equal || op == expr::Op::equal;
  if (d.side == 0) {
    if (d.exact) return decided(weak);
    if (!std::isfinite(d.error)) return Truth::undecided;
    // The tolerance always speaks for the statement as a whole.
    if (weak == affirmed) return decided(affirmed);
    return Truth::undecided;
  }
  switch (op) {
    case expr::Op::less:
    case expr::Op::less_equal:
      return decided(d.side < 0);
    case expr::Op::greater:
    case expr::Op::greater_equal:
      return decided(d.side > 0);
    case expr::Op::equal:
      return Truth::fails;
    default:
      return Truth::holds;
  }
}

double margin_of(expr::Op op, const Difference& d) {
  if (!std::isfinite(d.error)) return std::numeric_limits<double>::infinity();
  switch (op) {
    case expr::Op::less:
    case expr::Op::less_equal:
      return -d.value;
    case expr::Op::greater:
    case expr::Op::greater_equal:
      return d.value;
    case expr::Op::equal:
      return d.error - std::fabs(d.value);
    default:
      return std::fabs(d.value) - d.error;
  }
}

Judgement judge(const Claim& claim, std::span<const Difference> differences) {
  const std::size_t n = claim.comparisons.size();
  std::vector<bool> affirmed(n, true);
  find_affirmed(claim.formula, true, affirmed);
  std::vector<Truth> truths(n);
  std::vector<double> margins(n);
  Judgement r;
  for (std::size_t i = 0; i < n; ++i) {
    truths[i] = truth_of(claim.comparisons[i].op, differences[i], affirmed[i]);
    margins[i] = margin_of(claim.comparisons[i].op, differences[i]);
    r.close = r.close || (differences[i].side == 0 && !differences[i].exact);
  }
  r.truth = truth_of(claim.formula, truths);
  r.margin = margin_of(claim.formula, margins);
  for (std::size_t i = 0; i < n; ++i)
    if (std::fabs(margins[i]) == std::fabs(r.margin)) r.error = differences[i].error;
  return r;
}

}  // namespace widegeo::statement
