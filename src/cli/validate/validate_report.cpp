// Rows as records, and what is said about all of them.
#include <algorithm>
#include <cmath>

#include "cli/validate/validate_command.hpp"
#include "report/decimal.hpp"
#include "report/number.hpp"

namespace widegeo::cli {
namespace {

using report::Null;
using report::Value;

std::string digits_of(double value, unsigned digits) {
  return digits == 0 ? report::shortest(value) : report::decimal(value, digits);
}

Value exact_field(const ExactValue& exact, unsigned digits) {
  if (!exact.value) return Null{exact.reason};
  return report::number(*exact.value, exact.error, exact.kind, digits);
}

Value number_field(const std::optional<double>& value, unsigned digits, const std::string& reason) {
  if (!value || !std::isfinite(*value)) return Null{reason};
  return report::Exact{digits_of(*value, digits)};
}

Value verdict_field(const ValidationRow& row) {
  if (row.verdict == RowVerdict::none) return Null{row.reason};
  return verdict_text(row.verdict);
}

struct NamedQuantile {
  const char* name;
  double p;
};
constexpr NamedQuantile quantiles[] = {{"quantile_01", 0.01}, {"quantile_05", 0.05}, {"quantile_25", 0.25},
                                       {"median", 0.5},       {"quantile_75", 0.75}, {"quantile_95", 0.95},
                                       {"quantile_99", 0.99}};

/// How the quantity is distributed over the networks of one width.
void add_distribution(report::Record& record, const ValidationRow& row, unsigned digits) {
  const std::string reason = row.width ? "fewer than two networks gave a finite value" : "a row over all widths";
  for (const auto& [name, p] : quantiles) {
    if (!row.histogram) {
      record.emplace_back(name, Null{reason});
    } else if (const auto quantile = row.histogram->quantile(p)) {
      record.emplace_back(name, report::Number{digits_of(quantile->value, digits == 0 ? 0 : 5),
                                               report::error_text(quantile->error), ErrorKind::statistical, false});
    } else {
      record.emplace_back(name, Null{"too few samples, or outside of the histogram"});
    }
  }
  if (!row.histogram) {
    for (const char* name : {"histogram_low", "histogram_high", "histogram_below", "histogram_above", "histogram"})
      record.emplace_back(name, Null{reason});
    return;
  }
  const Histogram& histogram = *row.histogram;
  record.emplace_back("histogram_low", report::Exact{report::shortest(histogram.low())});
  record.emplace_back("histogram_high", report::Exact{report::shortest(histogram.high())});
  record.emplace_back("histogram_below", static_cast<long long>(histogram.below()));
  record.emplace_back("histogram_above", static_cast<long long>(histogram.above()));
  report::List counts;
  for (std::size_t bin = 0; bin < Histogram::bins; ++bin)
    counts.emplace_back(static_cast<long long>(histogram.count(bin)));
  record.emplace_back("histogram", counts);
}

/// Why no p-value of the fit in 1 / width stands in the row.
std::string no_fit_p_value(const ValidationRow& row) {
  if (row.width) return "a row of a single width";
  if (row.fit_points == 0) return "there is no fit";
  return std::string(row.fit_degree == 1 ? "a line" : "a parabola") + " through " +
         (row.fit_points == 2 ? "two" : "three") + " widths leaves no degree of freedom to test it";
}

report::Record record_of(const ValidationPlan& plan, const ValidationRow& row, unsigned digits) {
  const Case& c = plan.cases[row.case_index];
  const unsigned few = digits == 0 ? 0 : 3;
  report::List point;
  for (const Rational& value : c.x) point.emplace_back(report::Exact{report::shortest(nearest_double(value))});
  const bool has_mean =
      row.estimate && std::isfinite(row.estimate->mean) && std::isfinite(row.estimate->standard_error);
  const std::string no_mean =
      row.reason.empty() ? "fewer than two networks gave a finite value" : "see the reason of the row";
  const std::string no_fit = "a row of a single width";

  report::Record record;
  record.emplace_back("model", c.label);
  record.emplace_back("point", point);
  record.emplace_back("dimension", static_cast<long long>(c.x.size()));
  record.emplace_back("radius", report::Exact{report::decimal(std::sqrt(nearest_double(c.t())), 6)});
  record.emplace_back("quantity", row.quantity);
  if (row.width) {
    record.emplace_back("width", static_cast<long long>(*row.width));
  } else {
    record.emplace_back("width", "infinity");
  }
  record.emplace_back("samples", static_cast<long long>(row.samples));
  record.emplace_back("not_finite", static_cast<long long>(row.not_finite));
  record.emplace_back("exact", exact_field(row.exact, digits));
  if (has_mean) {
    record.emplace_back(
        "mean", report::Number{digits_of(row.estimate->mean, digits), report::error_text(row.estimate->standard_error),
                               ErrorKind::statistical, false});
    record.emplace_back("standard_error", report::Exact{digits_of(row.estimate->standard_error, few)});
  } else {
    record.emplace_back("mean", Null{no_mean});
    record.emplace_back("standard_error", Null{no_mean});
  }
  const std::string no_z = !has_mean          ? no_mean
                           : !row.exact.value ? row.exact.reason
                                              : "all samples are equal, so there is no standard error";
  record.emplace_back("z", number_field(row.z, few, no_z));
  record.emplace_back("p_value", number_field(row.p_value, few, no_z));
  record.emplace_back("verdict", verdict_field(row));
  record.emplace_back("reason", row.reason);
  const std::string no_scale = row.exact.value ? "the exact value is 0: no relative error exists" : row.exact.reason;
  record.emplace_back("deviation", number_field(row.deviation, few, has_mean ? no_scale : no_mean));
  record.emplace_back("resolution", number_field(row.resolution, few, row.judged ? no_scale : "the row is not judged"));
  const double spread = row.width && has_mean ? std::sqrt(std::max(row.estimate->variance, 0.0)) : NAN;
  record.emplace_back("standard_deviation", number_field(spread, few, row.width ? no_mean : "a row over all widths"));
  record.emplace_back("slope", number_field(row.slope, few, no_fit));
  record.emplace_back("slope_standard_error", number_field(row.slope_error, few, no_fit));
  record.emplace_back("allowance", number_field(row.slope ? std::optional(row.allowance) : std::nullopt, few, no_fit));
  record.emplace_back("fit_p_value", number_field(row.fit_p_value, few, no_fit_p_value(row)));
  record.emplace_back("method", row.method);
  record.emplace_back("skewness", number_field(row.skewness, few, row.width ? no_mean : "a row over all widths"));
  record.emplace_back("excess_kurtosis",
                      number_field(row.excess_kurtosis, few, row.width ? no_mean : "a row over all widths"));
  return record;
}

void flatten_for_csv(report::Record& record) {
  for (auto& [name, value] : record) {
    const bool number = name == "exact" || name == "mean" || name == "median" || name.starts_with("quantile_");
    if (std::holds_alternative<report::List>(value.data)) value = report::cell(value);
    if (std::holds_alternative<Null>(value.data) && !number) value = std::string();
  }
}

std::string place_of(const ValidationPlan& plan, const ValidationRow& row) {
  const Case& c = plan.cases[row.case_index];
  return row.quantity + " of " + c.label + ", d = " + std::to_string(c.x.size()) + ", width " +
         (row.width ? std::to_string(*row.width) : "infinity");
}

std::string plural(std::size_t count, const std::string& word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

/// What to add where a case has one width only, as it is written: in a campaign file, or on the command line. Empty:
/// nothing.
std::string missing_widths(const ValidationPlan& plan, const std::vector<ValidationRow>& rows) {
  const auto lone = std::ranges::find_if(rows, &ValidationRow::lone_width);
  if (lone == rows.end()) return {};
  const bool file = !plan.name.empty();
  const std::string comma = file ? ", " : ",";
  std::string widths;
  for (const std::uint64_t factor : {1U, 2U, 4U})
    widths += (widths.empty() ? "" : comma) + std::to_string(*lone->width * factor);
  return "give several widths, for example " + (file ? "width = [" + widths + "]" : "--width " + widths);
}

std::vector<std::string> notes_of(const ValidationPlan& plan, const std::vector<ValidationRow>& rows,
                                  const Judgement& j) {
  std::vector<std::string> notes;
  const std::string add = missing_widths(plan, rows);
  const std::string why = "the bias of order 1/width cannot be known from one width";
  if (j.tests == 0 && !add.empty()) {
    notes.push_back("for a verdict, " + add + ": " + why);
  } else if (j.tests == 0) {
    notes.emplace_back(j.undecided > 0 ? "nothing could be judged: see the reasons"
                                       : "no row is a test: see the reasons");
  } else {
    notes.push_back(plural(j.tests, "test") + ": " + (j.failures == 0 ? "all hold" : plural(j.failures, "failure")) +
                    "; chance of one or more false failures at most " + report::shortest(j.false_alarm) + " (Holm)");
    const ValidationRow& worst = rows[*j.worst];
    notes.push_back("least likely: p = " + report::decimal(*worst.p_value, 3) +
                    (worst.z ? ", z = " + report::decimal(*worst.z, 3) : "") + ", " + place_of(plan, worst));
    std::string resolutions;
    for (const auto& [name, value] : j.worst_resolution)
      resolutions += (resolutions.empty() ? "" : ", ") + name + " " + report::decimal(value, 2);
    if (!resolutions.empty())
      notes.push_back("resolution (relative deviation seen with 90 percent power, worst row): " + resolutions);
  }
  std::vector<std::string> reasons;
  for (const ValidationRow& row : rows) {
    if (row.verdict != RowVerdict::undecided || (row.lone_width && j.tests == 0)) continue;
    const std::string reason = row.lone_width ? why + ": " + add : row.reason;
    if (reasons.size() < 5 && std::find(reasons.begin(), reasons.end(), reason) == reasons.end())
      reasons.push_back(reason);
  }
  if (j.undecided > 0) notes.push_back(plural(j.undecided, "row") + " undecided");
  for (const std::string& reason : reasons) notes.push_back("undecided: " + reason);
  return notes;
}

}  // namespace

std::vector<std::string> text_columns(bool campaign, bool distribution) {
  std::vector<std::string> columns{"quantity", "width",   "exact",   "mean",      "standard_error",
                                   "z",        "p_value", "verdict", "resolution"};
  if (distribution)
    columns = {"quantity", "width", "exact", "mean", "standard_deviation", "quantile_05", "median", "quantile_95"};
  if (campaign) columns.insert(columns.begin(), {"model", "dimension", "radius"});
  return columns;
}

Result report_validation(const ValidationPlan& plan, const std::vector<ValidationRow>& rows, const Judgement& judgement,
                         const ReportForm& form) {
  Result result;
  result.document.schema = "widegeo/validate/1";
  if (plan.name.empty()) {
    result.document.model = describe(plan.cases.front().network);
  } else {
    result.document.model.emplace_back("campaign", plan.name);
    result.document.model.emplace_back("cases", static_cast<long long>(plan.cases.size()));
  }
  result.document.model.emplace_back("seed", std::to_string(plan.seed));
  result.document.model.emplace_back("false_alarm", report::Exact{report::shortest(plan.false_alarm)});
  result.document.notes = notes_of(plan, rows, judgement);
  std::vector<report::Record> records;
  for (const ValidationRow& row : rows) {
    records.push_back(record_of(plan, row, form.digits));
    if (form.distribution) add_distribution(records.back(), row, form.digits);
    if (form.format == report::Format::csv) flatten_for_csv(records.back());
  }
  result.document.set_rows(std::move(records));
  if (judgement.failures > 0) {
    const ValidationRow& worst = rows[*judgement.worst];
    result.exit_code = static_cast<int>(ErrorCode::claim);
    result.claim = place_of(plan, worst) + ": z = " + (worst.z ? report::decimal(*worst.z, 3) : "infinite") +
                   ", p = " + report::decimal(*worst.p_value, 2);
  } else if (judgement.tests == 0 && judgement.undecided > 0) {
    result.exit_code = static_cast<int>(ErrorCode::accuracy);
    result.claim = "nothing could be judged";
    const std::string add = missing_widths(plan, rows);
    result.hint = add.empty() ? "see the column reason (--fields quantity,width,verdict,reason)" : add;
  }
  return result;
}

}  // namespace widegeo::cli
