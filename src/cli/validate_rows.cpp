// From simulated means to the rows that are judged.
#include <algorithm>
#include <cmath>
#include <exception>

#include "cli/validate_plan.hpp"
#include "network/activation_jet.hpp"
#include "network/explicit_network.hpp"
#include "network/pullback.hpp"
#include "report/decimal.hpp"

namespace widegeo::cli {
namespace {

/// What is left of a metric with fewer units than dimensions, on the first network of this case.
std::string degenerate_note(const Plan& plan, const Case& c, std::size_t width_index) {
  std::vector<double> x;
  for (const Rational& value : c.x) x.push_back(nearest_double(value));
  const FeatureJet features = feature_jet(c.spec(width_index), c.setup.activation, {plan.seed, 0, 0}, x, 1);
  const PullbackMetric metric = pullback_metric(features);
  return "; one network of it has rank " + std::to_string(metric.rank) + " and pseudo-volume " +
         report::decimal(std::exp(metric.log_volume), 3);
}

/// The limit of the fit mean = limit + slope / n answers to a further term c / n^2 with c times this: -1 / (n1 n2) for
/// two widths. The intercept of x^2 fitted by a line in x = 1 / n, with the fit's weights.
double answer_to_second_order(const std::vector<WidthPoint>& points) {
  double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  // Widths in units of the narrowest, weights in units of the largest: nothing overflows.
  double least = points[0].width, smallest = points[0].estimate.standard_error;
  for (const WidthPoint& point : points) {
    least = std::min(least, point.width);
    smallest = std::min(smallest, point.estimate.standard_error);
  }
  for (const WidthPoint& point : points) {
    const double x = least / point.width, relative = smallest / point.estimate.standard_error;
    const double w = relative * relative;
    s0 += w;
    s1 += w * x;
    s2 += w * x * x;
    s3 += w * x * x * x;
  }
  return (s2 * s2 - s1 * s3) / (s0 * s2 - s1 * s1) / (least * least);
}

/// Rows of one quantity of one case.
class QuantityRows {
 public:
  QuantityRows(const Plan& plan, std::size_t case_index, const Quantity& quantity, const ExactValue& exact)
      : plan_(plan), case_(plan.cases[case_index]), quantity_(quantity), unbiased_(case_.unbiased(quantity)) {
    blank_.case_index = case_index;
    blank_.quantity = quantity.name();
    blank_.exact = exact;
    if (!exact.value) {
      no_test_ = exact.reason;
    } else if (quantity.order() == 2 && ActivationJet(case_.setup.activation, 2).misses_kinks()) {
      no_test_ =
          "the second derivatives of a network exist almost everywhere only, so its curvature misses what is "
          "concentrated on the kinks";
    } else {
      no_theory_ = case_.no_theory();
    }
  }

  void add_width(std::size_t width_index, const SimulationResult* result, const QuantityResult* measured) {
    ValidationRow row = blank_;
    row.width = case_.effort.widths[width_index];
    const std::string missing = case_.no_value(quantity_, width_index);
    if (result != nullptr) {
      row.samples = result->samples;
      row.not_finite = result->not_finite;
      if (measured != nullptr && result->samples >= 2) {
        row.estimate = measured->estimate;
        row.histogram = measured->histogram;
      }
    }
    if (!missing.empty()) {
      row.verdict = RowVerdict::undecided;
      row.reason = missing + degenerate_note(plan_, case_, width_index);
    } else if (!no_test_.empty()) {
      row.reason = no_test_;
    } else if (!no_theory_.empty()) {
      row.verdict = RowVerdict::undecided;
      row.reason = no_theory_;
    } else if (unbiased_) {
      row.judged = true;
    } else if (case_.effort.widths.size() > 1) {
      row.reason = "biased at a finite width: judged at width infinity";
    } else {
      row.verdict = RowVerdict::undecided;
      row.reason =
          "at one width the bias of order 1/width is not known: give two widths, the second about 16 times "
          "the first";
    }
    if (row.estimate && missing.empty()) points_.push_back({static_cast<double>(*row.width), *row.estimate});
    samples_ += row.samples;
    not_finite_ += row.not_finite;
    rows_.push_back(std::move(row));
  }

  void finish(std::vector<ValidationRow>& all) {
    for (ValidationRow& row : rows_) all.push_back(std::move(row));
    if (unbiased_ || case_.effort.widths.size() < 2 || !no_test_.empty()) return;
    ValidationRow row = blank_;
    row.samples = samples_;
    row.not_finite = not_finite_;
    if (points_.size() < 2) {
      row.verdict = RowVerdict::undecided;
      row.reason = "fewer than two widths have a value";
    } else {
      extrapolate(row);
    }
    all.push_back(std::move(row));
  }

 private:
  void extrapolate(ValidationRow& row) const {
    for (const WidthPoint& point : points_) {
      const bool usable = std::isfinite(point.estimate.mean) && std::isfinite(point.estimate.standard_error) &&
                          point.estimate.standard_error > 0;
      if (usable) continue;
      row.verdict = RowVerdict::undecided;
      row.reason = "the samples of one width do not vary, or are not finite";
      return;
    }
    const WidthFit fit = extrapolate_in_width(points_);
    row.estimate = fit.limit;
    row.slope = fit.slope;
    row.slope_error = fit.slope_error;
    row.fit_p_value = fit.fit_p_value;
    // A bias that is a product of L factors 1 + c_l / n has a second term below slope^2 / value; a sum of d logarithms
    // (the volume) below slope^2 / d.
    const bool logarithm = quantity_.observable == Observable::log_volume;
    const double size = logarithm ? static_cast<double>(case_.x.size()) : std::abs(fit.limit.mean);
    if (size > 0) row.allowance = std::abs(answer_to_second_order(points_)) * fit.slope * fit.slope / size;
    row.judged = no_theory_.empty();
    if (row.judged) return;
    row.verdict = RowVerdict::undecided;
    row.reason = no_theory_;
  }

  const Plan& plan_;
  const Case& case_;
  const Quantity& quantity_;
  bool unbiased_;
  std::string no_test_, no_theory_;
  ValidationRow blank_;
  std::vector<ValidationRow> rows_;
  std::vector<WidthPoint> points_;
  std::uint64_t samples_ = 0, not_finite_ = 0;
};

}  // namespace

std::vector<ValidationRow> make_rows(const Plan& plan, const std::vector<PlannedSimulation>& simulations,
                                     const std::vector<SimulationResult>& results,
                                     const std::vector<std::vector<ExactValue>>& exact) {
  std::vector<ValidationRow> rows;
  std::size_t first = 0;  // of the case's simulations
  for (std::size_t k = 0; k < plan.cases.size(); ++k) {
    const Case& c = plan.cases[k];
    std::size_t end = first;
    while (end < simulations.size() && simulations[end].case_index == k) ++end;
    for (std::size_t j = 0; j < c.quantities.size(); ++j) {
      QuantityRows quantity(plan, k, c.quantities[j], exact[k][j]);
      for (std::size_t i = 0; i < c.effort.widths.size(); ++i) {
        const SimulationResult* result = nullptr;
        const QuantityResult* measured = nullptr;
        for (std::size_t s = first; s < end; ++s) {
          if (simulations[s].width_index != i) continue;
          result = &results[s];
          for (std::size_t m = 0; m < simulations[s].quantities.size(); ++m) {
            if (simulations[s].quantities[m] == j && m < result->quantities.size()) measured = &result->quantities[m];
          }
        }
        quantity.add_width(i, result, measured);
      }
      quantity.finish(rows);
    }
    first = end;
  }
  return rows;
}

}  // namespace widegeo::cli
