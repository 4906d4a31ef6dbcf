// The verdict of a validation: every simulated number beside its exact value, judged as one family of tests.
//
// All judged rows together are one family: Holm's procedure keeps the probability of one or more false alarms, under
// any dependence, at most at `false_alarm`. The resolution of a row is the smallest deviation, relative to its scale,
// that would have failed with 90 percent power at the strictest level of the procedure, false_alarm / tests.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "montecarlo/statistics.hpp"
#include "number/estimate.hpp"

namespace widegeo::api {

/// What the theory says of one quantity at one point.
struct ExactValue {
  std::optional<double> value;  ///< none: it does not exist, for this reason
  std::string reason;
  double error = 0;  ///< bound on |value - truth|
  ErrorKind kind = ErrorKind::rounding;
  /// What deviations are relative to: |value|; 1 for log_volume (so they are relative deviations of the volume);
  /// sqrt(g_ii g_jj) for g[i,j]; 0: no natural scale, nothing relative is stated.
  double scale = 0;
};

enum class RowVerdict {
  none,       ///< not a test, for the row's reason
  undecided,  ///< meant as a test, but it cannot be judged, for the row's reason
  holds,
  fails,
};
std::string verdict_text(RowVerdict verdict);

struct ValidationRow {
  std::size_t case_index = 0;          ///< of the plan
  std::optional<std::uint64_t> width;  ///< none: extrapolated to infinite width
  std::uint64_t samples = 0, not_finite = 0;
  std::string quantity;
  ExactValue exact;
  std::optional<MeanEstimate> estimate;
  std::optional<Histogram> histogram;        ///< over the networks of one width
  std::optional<double> slope, slope_error;  ///< of 1 / width, at infinite width
  std::optional<double> fit_p_value;         ///< of the polynomial in 1 / width; none that goes through all means
  std::size_t fit_degree = 0, fit_points = 0;
  /// What the fit may have left out (a bias of higher order in 1 / width); no evidence against the theory.
  double allowance = 0;
  /// How the mean was made, and the shape of the values it averages; none in a row of all widths.
  std::string method;
  std::optional<double> skewness, excess_kurtosis;
  /// By how many standard errors values too rare to show may move the mean; see RareValues.
  double rare = 0;
  bool judged = false;      ///< wants a verdict
  bool lone_width = false;  ///< no verdict because its case has no other width
  std::string reason;       ///< why there is none

  // filled by judge()
  RowVerdict verdict = RowVerdict::none;
  std::optional<double> z, p_value;
  std::optional<double> deviation, resolution;  ///< relative to the scale
};

struct Judgement {
  double false_alarm = 0;
  std::size_t tests = 0, failures = 0, undecided = 0;
  std::optional<std::size_t> worst;                ///< the row of the smallest p-value (then the largest |z|)
  std::map<std::string, double> worst_resolution;  ///< by quantity; the entries of the metric as "metric"
};

/// Compares every row with its exact value, and judges those that want it. Undecided is
///   - a row whose samples do not vary: they may all have missed a rare event that makes the mean;
///   - one whose means do not follow the fit in 1 / width;
///   - one whose mean is distributed so unevenly that p-values at the level of the procedure may be wrong by more than
///     largest_tail_factor;
///   - one whose mean may be off by more than the procedure allows because all draws miss values that are too rare;
///   - one that would fail but for its allowance, or whose resolution is no better than the whole value.
Judgement judge(std::vector<ValidationRow>& rows, double false_alarm);

}  // namespace widegeo::api
