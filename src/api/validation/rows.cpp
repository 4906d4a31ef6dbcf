// From simulated means to the rows that are judged.
#include <algorithm>
#include <cmath>
#include <exception>

#include "api/validation/plan.hpp"
#include "network/activation_jet.hpp"
#include "network/explicit_network.hpp"
#include "network/pullback/pullback.hpp"
#include "report/decimal.hpp"

namespace widegeo::api {
namespace {

/// What is left of a metric with fewer units than dimensions, on one network of this model.
std::string degenerate_note(const ValidationPlan& plan, const Case& c, std::size_t width_index) {
  std::vector<double> x;
  for (const Rational& value : c.x) x.push_back(nearest_double(value));
  const FeatureJet features = feature_jet(c.spec(width_index), c.network.activation, {plan.seed, 0, 0}, x, 1);
  const PullbackMetric metric = pullback_metric(features);
  return "; one such network has rank " + std::to_string(metric.rank) + " and log pseudo-volume " +
         report::decimal(metric.log_volume, 3);
}

/// phi grows as exp(c h^2), c > 0, and E phi(h)^4 with it, in the first layer already: exists for Var h < 1 / (8 c)
/// only.
bool fourth_moment_diverges(const Case& c) {
  const expr::Growth& growth = c.network.activation.analysis.growth;
  if (growth.kind == expr::Growth::Kind::faster) return true;
  if (growth.kind != expr::Growth::Kind::gaussian || !(growth.rate > 0)) return false;
  const Model& model = c.network.model;
  const Rational scale =
      model.input_scale == InputScale::fan_in ? Rational(static_cast<long>(c.x.size())) : Rational(1);
  return 8 * growth.rate * nearest_double(model.s(1) * c.t() / scale + model.b(1)) >= 1;
}

/// An extrapolation takes the bias for the beginning of a series in 1 / width. With three widths that shows: the second
/// term at the narrowest must be small against the first. With two it does not show, so the first must be small against
/// the value itself. Terms within four of their standard errors are noise. (A heavy tail of phi'^2 gives biases that
/// fall more slowly than 1 / width, as for exp(x) at moderate widths.)
std::string slow_bias(const WidthFit& fit, unsigned degree, double size, double least) {
  constexpr double second_to_first = 0.25, first_to_value = 0.05, noise = 4;
  if (degree == 2) {
    const bool seen = std::abs(fit.second) > noise * fit.second_error;
    if (seen && std::abs(fit.second) / least > second_to_first * std::abs(fit.slope))
      return "the bias does not fall like 1/width yet: use wider networks";
    return {};
  }
  const bool seen = std::abs(fit.slope) > noise * fit.slope_error;
  if (seen && std::abs(fit.slope) / least > first_to_value * size)
    return "the bias at the narrower width is too large to tell from two widths how it falls: use three widths, or "
           "wider ones";
  return {};
}

std::string method_text(const QuantityResult& measured) {
  switch (measured.method) {
    case MeanMethod::control_variates:
      return "control variates";
    case MeanMethod::controls_dropped:
      return "mean; control variates dropped, their residual has skewness " +
             report::decimal(measured.dropped_skewness, 2);
    case MeanMethod::plain:
      break;
  }
  return "mean";
}

/// Rows of one quantity of one case.
class QuantityRows {
 public:
  QuantityRows(const ValidationPlan& plan, std::size_t case_index, const Quantity& quantity, const ExactValue& exact)
      : plan_(plan), case_(plan.cases[case_index]), quantity_(quantity), unbiased_(case_.unbiased(quantity)) {
    blank_.case_index = case_index;
    blank_.quantity = quantity.name();
    blank_.exact = exact;
    if (!exact.value) {
      no_test_ = exact.reason;
    } else if (quantity.order() == 2 && ActivationJet(case_.network.activation, 2).misses_kinks()) {
      no_test_ =
          "the second derivatives of a network exist only almost everywhere, so its curvature misses the part "
          "concentrated on the kinks";
    } else if (quantity.observable != Observable::kernel && case_.network.units_on_kink(case_.t())) {
      no_test_ = "at x = 0 without bias every unit sits on the kink, where phi' is neither one-sided value";
    } else {
      no_theory_ = case_.no_theory();
      if (no_theory_.empty() && fourth_moment_diverges(case_))
        no_theory_ = "E phi^4 or E phi'^4 is infinite at this variance, so that the mean has no standard error";
    }
  }

  void add_width(std::size_t width_index, const SimulationResult* result, const QuantityResult* measured,
                 const RareValues& rare) {
    ValidationRow row = blank_;
    row.width = case_.effort.widths[width_index];
    row.rare = quantity_.observable == Observable::kernel ? rare.kernel : rare.metric;
    rare_ = std::max(rare_, row.rare);
    const std::string missing = case_.no_value(quantity_, width_index);
    if (result != nullptr) {
      row.samples = measured != nullptr ? measured->samples : result->samples;
      row.not_finite = measured != nullptr ? measured->not_finite : result->not_finite;
      if (measured != nullptr && measured->samples >= 2) {
        row.estimate = measured->estimate;
        row.histogram = measured->histogram;
        row.skewness = measured->skewness;
        row.excess_kurtosis = measured->excess_kurtosis;
        row.method = method_text(*measured);
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
      row.reason = "biased at finite width: judged at infinite width";
    } else {
      row.verdict = RowVerdict::undecided;
      row.lone_width = true;
      row.reason = "the bias of order 1/width cannot be known from one width: give several widths";
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
    row.rare = rare_;
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
    const auto varies = [](const WidthPoint& p) { return p.estimate.standard_error > 0; };
    const auto finite = [](const WidthPoint& p) {
      return std::isfinite(p.estimate.mean) && std::isfinite(p.estimate.standard_error);
    };
    if (!std::ranges::all_of(points_, finite)) {
      row.verdict = RowVerdict::undecided;
      row.reason = "the mean is outside the range of double";
      return;
    }
    row.judged = no_theory_.empty();
    if (!row.judged) {
      row.verdict = RowVerdict::undecided;
      row.reason = no_theory_;
    }
    if (std::ranges::none_of(points_, varies)) {  // a constant has no bias either
      row.estimate = points_.back().estimate;
      return;
    }
    if (!std::ranges::all_of(points_, varies)) {
      row.judged = false;
      row.verdict = RowVerdict::undecided;
      row.reason = "all samples at one width are equal";
      return;
    }
    const auto degree = static_cast<unsigned>(std::min<std::size_t>(points_.size() - 1, 2));
    const WidthFit fit = extrapolate_in_width(points_, degree);
    row.estimate = fit.limit;
    row.slope = fit.slope;
    row.slope_error = fit.slope_error;
    row.fit_p_value = fit.fit_p_value;
    row.fit_degree = degree;
    row.fit_points = points_.size();
    row.method = degree == 1 ? "line in 1/width" : "parabola in 1/width";
    // A bias that is a product of L factors 1 + c_l / n has its second term below slope^2 / value, its third below
    // slope^3 / value^2; a sum of d logarithms (the volume) has slope^2 / d. No bound, but the size to expect. Where
    // the value is small it says nothing; then the next order at the widest width is taken to be at most the first.
    const bool logarithm = quantity_.observable == Observable::log_volume;
    const double value = logarithm ? static_cast<double>(case_.x.size()) : std::abs(fit.limit.mean);
    double least = points_[0].width;
    for (const WidthPoint& point : points_) least = std::min(least, point.width);
    const double size = std::max(value, std::abs(fit.slope) / least);
    if (size > 0) row.allowance = std::abs(fit.next_order * fit.slope) * std::pow(std::abs(fit.slope) / size, degree);
    const std::string slow = slow_bias(fit, degree, size, least);
    if (row.judged && !slow.empty()) {
      row.judged = false;
      row.verdict = RowVerdict::undecided;
      row.reason = slow;
    }
    if (std::isfinite(row.allowance)) return;
    row.judged = false;
    row.verdict = RowVerdict::undecided;
    row.reason = "the extrapolation is outside the range of double";
  }

  const ValidationPlan& plan_;
  const Case& case_;
  const Quantity& quantity_;
  bool unbiased_;
  std::string no_test_, no_theory_;
  ValidationRow blank_;
  std::vector<ValidationRow> rows_;
  std::vector<WidthPoint> points_;
  std::uint64_t samples_ = 0, not_finite_ = 0;
  double rare_ = 0;
};

}  // namespace

std::vector<ValidationRow> make_rows(const ValidationPlan& plan, const std::vector<PlannedSimulation>& simulations,
                                     const std::vector<SimulationResult>& results,
                                     const std::vector<std::vector<ExactValue>>& exact) {
  std::vector<ValidationRow> rows;
  std::size_t first = 0;  // of the case's simulations
  for (std::size_t k = 0; k < plan.cases.size(); ++k) {
    const Case& c = plan.cases[k];
    std::size_t end = first;
    while (end < simulations.size() && simulations[end].case_index == k) ++end;
    std::vector<RareValues> rare(c.effort.widths.size());
    for (std::size_t s = first; s < end; ++s) {
      if (results[s].samples == 0 || !c.no_theory().empty()) continue;
      const std::size_t i = simulations[s].width_index;
      rare[i] = rare_values(c, c.effort.widths[i], results[s].samples, simulations[s].simulation.test_level);
    }
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
        quantity.add_width(i, result, measured, rare[i]);
      }
      quantity.finish(rows);
    }
    first = end;
  }
  return rows;
}

}  // namespace widegeo::api
