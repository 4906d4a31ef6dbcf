#include "api/validation/verdict.hpp"

#include <algorithm>
#include <cmath>

#include "report/decimal.hpp"

namespace widegeo::api {
namespace {

/// Relative rounding of a simulation in double: sums over up to 10^6 units and 10^6 networks, each with an error that
/// grows no faster than the square root of their number. Differences below it are no evidence of anything.
constexpr double rounding_of_simulation = 1e-12;

void refuse(ValidationRow& row, const std::string& reason) {
  row.judged = false;
  row.verdict = RowVerdict::undecided;
  row.reason = reason;
}

double tolerance(const ValidationRow& row) {
  const double size = std::max(row.exact.scale, std::abs(*row.exact.value));
  return row.exact.error + row.allowance + rounding_of_simulation * size;
}

/// What stands against judging a row that wants to be judged; empty: nothing.
std::string obstacle(const ValidationRow& row) {
  if (row.samples < 2 || !row.estimate) return "fewer than two networks gave a finite value";
  if (row.not_finite > 0) {
    return std::to_string(row.not_finite) + " of " + std::to_string(row.samples + row.not_finite) +
           " networks gave no finite value; the mean over the others is not the expectation";
  }
  if (!std::isfinite(row.estimate->mean) || !std::isfinite(row.estimate->standard_error))
    return "the mean is outside the range of double";
  // Equal samples may all have missed a rare event that makes the mean: even a difference is no evidence.
  if (row.estimate->standard_error == 0) return "all samples are equal, so there is no standard error";
  return {};
}

/// z, p-value and deviation stand in every row that has both sides, judged or not.
void compare_row(ValidationRow& row) {
  if (!row.estimate || !row.exact.value || row.samples < 2) return;
  const MeanEstimate& estimate = *row.estimate;
  if (!std::isfinite(estimate.mean) || !std::isfinite(estimate.standard_error)) return;
  const double difference = estimate.mean - *row.exact.value;
  if (row.exact.scale > 0) row.deviation = difference / row.exact.scale;
  const TestResult comparison = compare(estimate, *row.exact.value, tolerance(row));
  if (estimate.standard_error == 0) return;
  row.p_value = comparison.p_value;
  row.z = difference / estimate.standard_error;
}

std::string family_of(const std::string& quantity) { return quantity.starts_with("g[") ? "metric" : quantity; }

/// What stands against trusting the p-value, or the verdict `holds`, of a row among so many tests; empty: nothing.
std::string weakness(const ValidationRow& row, double false_alarm, std::size_t tests) {
  const double level = false_alarm / static_cast<double>(std::max<std::size_t>(tests, 1));
  if (row.fit_p_value && *row.fit_p_value < level)
    return "the means do not follow a polynomial in 1/width: leave out the narrowest width";
  if (tail_factor(*row.estimate, level) > largest_tail_factor) {
    return "the networks are distributed too unevenly (skewness " + report::decimal(row.estimate->skewness, 2) +
           " of the mean) for a p-value at the level " + report::decimal(level, 2) +
           ": use more networks, or wider ones";
  }
  if (row.rare > critical_value(level))
    return "rare values that these networks may have missed contribute to the mean: use more networks, or wider ones";
  if (*row.p_value < level) return {};
  const double statistical = compare(*row.estimate, *row.exact.value, tolerance(row) - row.allowance).p_value;
  if (statistical < level)
    return "the deviation exceeds the statistical error, but not the bias that the extrapolation may have left: use "
           "wider networks, or three widths";
  const double seen = detectable_difference(*row.estimate, false_alarm, tests) + tolerance(row);
  if (row.exact.scale > 0 && !(seen < row.exact.scale))
    return "even a deviation of 100 percent would have gone unnoticed: use more networks, or wider ones";
  return {};
}

}  // namespace

std::string verdict_text(RowVerdict verdict) {
  switch (verdict) {
    case RowVerdict::none:
      return "none";
    case RowVerdict::undecided:
      return "undecided";
    case RowVerdict::holds:
      return "holds";
    case RowVerdict::fails:
      break;
  }
  return "fails";
}

Judgement judge(std::vector<ValidationRow>& rows, double false_alarm) {
  Judgement result;
  result.false_alarm = false_alarm;
  for (ValidationRow& row : rows) {
    compare_row(row);
    if (!row.judged) continue;
    if (!row.exact.value) {
      row.judged = false;
      row.verdict = RowVerdict::none;
      row.reason = row.exact.reason;
      continue;
    }
    const std::string reason = obstacle(row);
    if (!reason.empty()) refuse(row, reason);
  }
  const auto candidates = static_cast<std::size_t>(
      std::count_if(rows.begin(), rows.end(), [](const ValidationRow& row) { return row.judged; }));
  for (ValidationRow& row : rows) {
    if (!row.judged) continue;
    const std::string reason = weakness(row, false_alarm, candidates);
    if (!reason.empty()) refuse(row, reason);
  }

  std::vector<std::size_t> judged;
  std::vector<double> p_values;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].verdict == RowVerdict::undecided) ++result.undecided;
    if (!rows[i].judged) continue;
    judged.push_back(i);
    p_values.push_back(*rows[i].p_value);
  }
  result.tests = judged.size();
  const std::vector<bool> rejected = holm_rejections(p_values, false_alarm);
  for (std::size_t k = 0; k < judged.size(); ++k) {
    ValidationRow& row = rows[judged[k]];
    row.verdict = rejected[k] ? RowVerdict::fails : RowVerdict::holds;
    result.failures += rejected[k] ? 1 : 0;
    if (row.exact.scale > 0) {
      const double seen = detectable_difference(*row.estimate, false_alarm, judged.size()) + tolerance(row);
      row.resolution = seen / row.exact.scale;
      double& worst = result.worst_resolution[family_of(row.quantity)];
      worst = std::max(worst, *row.resolution);
    }
    if (!result.worst) {
      result.worst = judged[k];
      continue;
    }
    const ValidationRow& worst = rows[*result.worst];
    const double size = std::abs(row.z.value_or(0)), worst_size = std::abs(worst.z.value_or(0));
    if (*row.p_value < *worst.p_value || (*row.p_value == *worst.p_value && size > worst_size))
      result.worst = judged[k];
  }
  return result;
}

}  // namespace widegeo::api
