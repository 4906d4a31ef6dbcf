// The exact metric beside the sample mean over explicitly drawn networks: two routes that share the activation alone.
#include <unistd.h>

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <cstdio>

#include "cli/commands.hpp"
#include "cli/metric_fields.hpp"
#include "cli/metric_point.hpp"
#include "cli/parse.hpp"
#include "montecarlo/validate.hpp"
#include "report/decimal.hpp"

namespace widegeo::cli {
namespace {

/// Probability that an honest run is called a failure, shared among the entries of the matrix.
constexpr double false_alarm = 1e-6;

ValidateOptions simulation_of(const Options& options, const Setup& setup, const std::vector<Rational>& x) {
  ValidateOptions simulation;
  simulation.activation = setup.activation;
  simulation.model.depth = setup.model.depth;
  simulation.model.weight_variance.clear();
  simulation.model.bias_variance.clear();
  for (const Rational& value : setup.model.weight_variance)
    simulation.model.weight_variance.push_back(nearest_double(value));
  for (const Rational& value : setup.model.bias_variance)
    simulation.model.bias_variance.push_back(nearest_double(value));
  simulation.model.input_fan_in = setup.model.input_scale == InputScale::fan_in;
  simulation.model.activate_last = setup.model.layer == Layer::post;
  for (const Rational& value : x) simulation.x.push_back(nearest_double(value));
  simulation.width = parse_count(options.width.value_or("1000"), "--width", 1, 100'000'000);
  simulation.samples = parse_count(options.samples.value_or("200"), "--samples", 2, 4'294'967'295UL);
  simulation.seed = parse_count(options.seed.value_or("0"), "--seed", 0, ~0UL);
  simulation.threads = setup.threads;
  if (!options.quiet && ::isatty(STDERR_FILENO) != 0) {
    simulation.progress = [total = simulation.samples](std::uint64_t done) {
      std::fprintf(stderr, "\r%llu of %llu networks%s", static_cast<unsigned long long>(done),
                   static_cast<unsigned long long>(total), done == total ? "\n" : "");
      return true;
    };
  }
  return simulation;
}

double value_of_number(const report::Value& value) {
  return std::strtod(std::get<report::Number>(value.data).value.c_str(), nullptr);
}

}  // namespace

Result validate_command(const Options& options) {
  if (!options.x) throw Error(ErrorCode::input, "no point is given", "--x", "for example --x 0.8,0.3");
  if (options.digits && parse_count(*options.digits, "--digits", 1, 10000) > 15) {
    throw Error(ErrorCode::input, "a simulation is made in double", "--digits", "at most 15 digits");
  }
  MetricPoint point;
  point.x = parse_numbers(*options.x, "--x");
  point.dimension = point.x.size();
  for (const Rational& value : point.x) point.t += value * value;
  if (point.x.size() > 64) throw Error(ErrorCode::input, "more than 64 dimensions", "--x");
  Accuracy accuracy = make_accuracy(options);
  accuracy.print_digits = accuracy.print_digits == 0 ? 17 : accuracy.print_digits;
  const Setup setup = make_setup(options);
  const std::string reason = setup.no_metric_reason();
  if (!reason.empty())
    throw Error(ErrorCode::input, "there is no metric to validate: " + reason, setup.activation.name);
  const ValidateOptions simulation = simulation_of(options, setup, point.x);
  const Answers exact_answers = metric_answers(setup, point, accuracy);
  const MetricSamples samples = validate_metric(simulation);

  const std::size_t d = point.x.size();
  const double entries = static_cast<double>(d * (d + 1) / 2);
  const boost::math::students_t distribution(static_cast<double>(samples.samples - 1));
  const double limit = boost::math::quantile(complement(distribution, false_alarm / (2 * entries)));
  bool failed = false;
  std::vector<report::Record> rows;
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = i; j < d; ++j) {
      const report::Value& exact_value = exact_answers[quantity_count + i * d + j].value;
      const double mean = samples.mean_at(i, j), error = samples.standard_error_at(i, j);
      const auto z = z_score(mean, error, value_of_number(exact_value));
      report::Record row;
      row.emplace_back("quantity", "g[" + std::to_string(i + 1) + "," + std::to_string(j + 1) + "]");
      row.emplace_back("exact", exact_value);
      row.emplace_back(
          "mean", report::Number{report::decimal(mean, 12), report::error_text(error), ErrorKind::statistical, false});
      row.emplace_back("standard_error", report::Exact{report::decimal(error, 3)});
      if (z) {
        row.emplace_back("z", report::Exact{report::decimal(*z, 3)});
      } else {
        row.emplace_back("z", report::Null{"the samples do not vary"});
      }
      failed = failed || (samples.unbiased && (!z || std::abs(*z) > limit));
      rows.push_back(std::move(row));
    }
  }
  Result result;
  result.exit_code = failed ? 1 : 0;
  result.document.schema = "widegeo/validate/1";
  result.document.model = describe(setup);
  result.document.model.emplace_back("width", static_cast<long long>(simulation.width));
  result.document.model.emplace_back("samples", static_cast<long long>(samples.samples));
  result.document.model.emplace_back("seed", std::to_string(simulation.seed));
  result.document.notes.push_back(samples.unbiased ? "at depth 1 the mean is unbiased at every width: |z| above " +
                                                         report::decimal(limit, 3) + " fails the check"
                                                   : "at depth 2 and more the mean has a bias of order 1/width, so z "
                                                     "has no limit to keep and nothing is judged");
  result.document.set_rows(std::move(rows));
  return result;
}

}  // namespace widegeo::cli
