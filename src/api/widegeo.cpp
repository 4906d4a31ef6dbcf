#include "api/widegeo.hpp"

#include <algorithm>
#include <cmath>

#include "api/check.hpp"
#include "api/formula.hpp"
#include "api/gram/gram.hpp"
#include "api/kernel.hpp"
#include "api/metric.hpp"
#include "api/metric_table.hpp"
#include "api/regression.hpp"
#include "api/scalar.hpp"
#include "api/validation/plan.hpp"
#include "parallel/watch.hpp"
#include "statement/proof/prove.hpp"
#include "statement/search/search.hpp"

namespace widegeo {
namespace {

/// One thread or more, and digits that exist.
Accuracy checked(Accuracy accuracy) {
  if (accuracy.digits < 1 || accuracy.digits > 10'000)
    throw Error::about_argument(ErrorCode::input, std::to_string(accuracy.digits) + " digits are asked for", "digits",
                                "ask for 1 to 10000");
  accuracy.threads = std::max(accuracy.threads, 1U);
  return accuracy;
}

/// Exact numbers are made by hand, too: 0/0 and 1/-2 are none.
void require_numbers(const Point& point, const char* what) {
  for (const Rational& value : point) {
    if (sgn(value.get_den()) <= 0)
      throw Error::about_argument(ErrorCode::input, "a coordinate has a denominator that is not positive", what);
  }
}

Watch watch_of(const Control& control) {
  return Watch([token = control.stop] { return token.stop_requested(); }, control.progress);
}

gram::GramRequest gram_request(const api::PreparedNetwork& network, KernelKind kind, double tolerance) {
  if (!(tolerance >= 1e-15 && tolerance <= 0.1))
    throw Error::about_argument(ErrorCode::input, "the tolerance is not between 1e-15 and 0.1", "tolerance");
  gram::GramRequest request;
  request.ntk = kind == KernelKind::ntk;
  request.nngp = !request.ntk;
  request.tolerance = tolerance;
  if (request.ntk) network.require_ntk();
  return request;
}

void require_size(std::size_t is, std::size_t rows, std::size_t columns, const char* what) {
  if (columns == 0 || rows != is / columns || rows * columns != is)
    throw Error::about_argument(
        ErrorCode::input,
        std::to_string(is) + " numbers where " + std::to_string(rows) + " x " + std::to_string(columns) + " are needed",
        what);
}

SimulationRow row_of(const api::ValidationRow& row) {
  SimulationRow result;
  result.quantity = row.quantity;
  result.width = row.width;
  result.exact.name = row.quantity;
  if (row.exact.value) {
    result.exact.value = Estimate<double>{*row.exact.value, row.exact.error, row.exact.kind};
  } else {
    result.exact.value = Missing{row.exact.reason};
  }
  if (row.estimate)
    result.mean = Estimate<double>{row.estimate->mean, row.estimate->standard_error, ErrorKind::statistical};
  result.z = row.z;
  result.p_value = row.p_value;
  using Verdict = SimulationRow::Verdict;
  switch (row.verdict) {
    case api::RowVerdict::none:
      result.verdict = Verdict::not_tested;
      break;
    case api::RowVerdict::undecided:
      result.verdict = Verdict::undecided;
      break;
    case api::RowVerdict::holds:
      result.verdict = Verdict::holds;
      break;
    case api::RowVerdict::fails:
      result.verdict = Verdict::fails;
      break;
  }
  result.reason = row.reason;
  return result;
}

}  // namespace

Rational decimal(const std::string& text) {
  const std::optional<Rational> value = parse_rational(text);
  if (!value) throw Error(ErrorCode::input, "'" + text + "' is not an exact number", "", "for example 0.3 or 3/7");
  return *value;
}

Network::Network(const std::string& activation, const Model& model, const Parameters& parameters, Route route,
                 unsigned threads) {
  prepared_ = std::make_shared<const api::PreparedNetwork>(
      api::prepare(activation, parameters, model, route, std::max(threads, 1U)));
}

const Model& Network::model() const { return prepared_->model; }
const std::string& Network::activation() const { return prepared_->activation.name; }

Answers Network::kernel(const Point& x, const Point& y, const Accuracy& accuracy, KernelKind kind,
                        unsigned derivatives) const {
  if (x.empty() || x.size() != y.size())
    throw Error::about_argument(
        ErrorCode::input, "x has " + std::to_string(x.size()) + " coordinates and y has " + std::to_string(y.size()),
        "y");
  require_numbers(x, "x");
  require_numbers(y, "y");
  if (derivatives > 2) throw Error::about_argument(ErrorCode::input, "derivatives are 0, 1 or 2", "derivatives");
  return api::kernel_answers(*prepared_, {kind == KernelKind::ntk, derivatives}, x, y, checked(accuracy));
}

Answers Network::kernel_at_correlation(const Rational& rho, const Rational& t, const Accuracy& accuracy,
                                       KernelKind kind) const {
  require_numbers({rho}, "rho");
  require_numbers({t}, "t");
  if (abs(rho) > 1) throw Error::about_argument(ErrorCode::input, "the correlation is outside of [-1, 1]", "rho");
  if (t <= 0) throw Error::about_argument(ErrorCode::input, "the squared norm must be above 0", "t");
  if (prepared_->model.input_scale == InputScale::fan_in)
    throw Error(ErrorCode::input, "the scale fan-in needs the dimension, which a correlation does not give", "rho",
                "divide t by the dimension");
  api::ScalarRequest request{*prepared_};
  request.ntk = kind == KernelKind::ntk;
  request.t = t;
  if (request.ntk) prepared_->require_ntk();
  return api::kernel_at_correlation(request, rho, checked(accuracy));
}

Answers Network::metric(const Point& x, const Accuracy& accuracy) const {
  if (x.empty()) throw Error::about_argument(ErrorCode::input, "a point needs coordinates", "x");
  require_numbers(x, "x");
  api::MetricPoint point;
  point.x = x;
  point.dimension = x.size();
  for (const Rational& value : x) point.t += value * value;
  return api::metric_answers(*prepared_, point, checked(accuracy));
}

Answers Network::metric(const Rational& t, unsigned long dimension, const Accuracy& accuracy) const {
  require_numbers({t}, "t");
  if (t < 0) throw Error::about_argument(ErrorCode::input, "a squared norm is negative", "t");
  if (dimension == 0) throw Error::about_argument(ErrorCode::input, "the dimension is 0", "dimension");
  return api::metric_answers(*prepared_, {t, dimension, {}}, checked(accuracy));
}

std::vector<Answers> Network::metrics(std::span<const double> points, std::size_t rows,
                                      const Accuracy& accuracy) const {
  if (rows == 0 && points.empty()) return {};
  const api::MemoryRows data(points, rows);
  api::BulkPoints bulk;
  bulk.count = rows;
  bulk.dimension = data.columns();
  bulk.t = [&](std::size_t i) {
    TrackedDouble sum(0);
    for (const double x : points.subspan(i * data.columns(), data.columns()))
      sum = sum + TrackedDouble(x) * TrackedDouble(x);
    return sum;
  };
  bulk.exact_t = [&](std::size_t i) {
    Rational sum = 0;
    for (const Rational& x : data.exact(i)) sum += x * x;
    return sum;
  };
  api::BlockedMetric table(*prepared_, bulk, checked(accuracy));
  std::vector<Answers> result;
  result.reserve(rows);
  for (std::size_t i = 0; i < rows; ++i) result.push_back(table.answers(i));
  return result;
}

GramAnswer Network::gram(std::span<const double> x, std::size_t rows_x, std::span<const double> y, std::size_t rows_y,
                         std::span<double> out, KernelKind kind, double tolerance, const Control& control) const {
  const gram::GramRequest request = gram_request(*prepared_, kind, tolerance);
  const api::MemoryRows of_x(x, rows_x);
  std::optional<api::MemoryRows> of_y;
  if (!y.empty()) of_y.emplace(y, rows_y);
  require_size(out.size(), rows_x, of_y ? rows_y : rows_x, "out");
  const Watch watch = watch_of(control);
  const api::GramKernel kernel(*prepared_, request, of_x, of_y ? &*of_y : nullptr, prepared_->threads, &watch);
  const gram::GramEngine& engine = kernel.engine();
  kernel.fill(out, prepared_->threads, &watch);
  return {engine.error_bound(0), engine.kind(), kernel.representation()};
}

std::string Network::formula(const std::string& quantity, bool latex) const {
  const std::vector<std::string>& known = api::formula_quantities();
  if (std::ranges::find(known, quantity) == known.end()) {
    const std::string near = nearest_name(quantity, known);
    throw Error::about_argument(ErrorCode::input, "unknown quantity '" + quantity + "'", "quantity",
                                near.empty() ? "known: K, Kdot, V, D, Omega, dOmega, ddOmega, A, B, R, scalar"
                                             : "did you mean '" + near + "'?");
  }
  for (const api::Equation& equation : api::equations(*prepared_, {{quantity}})) {
    if (equation.quantity != quantity) continue;
    if (!equation.right) throw Error(ErrorCode::input, quantity + " does not exist: " + equation.reason);
    return latex ? api::right_latex(*equation.right) : expr::to_text(*equation.right);
  }
  throw Error(ErrorCode::input, quantity + " has no explicit formula at this depth", activation());
}

std::vector<SimulationRow> Network::validate(const SimulationQuestion& question, const Control& control) const {
  api::ValidationPlan plan;
  plan.seed = question.seed;
  plan.false_alarm = question.false_alarm;
  if (!(plan.false_alarm > 0 && plan.false_alarm < 1))
    throw Error::about_argument(ErrorCode::input, "the rate of false alarms is not between 0 and 1", "false-alarm");
  api::Case c;
  c.network = *prepared_;
  c.x = question.x;
  if (c.x.empty()) throw Error::about_argument(ErrorCode::input, "a point needs coordinates", "x");
  require_numbers(c.x, "x");
  c.effort.samples = {question.samples};
  api::set_quantities(c, question.quantities.empty() ? api::default_quantities(c.x.size()) : question.quantities);
  c.effort.widths = question.widths.empty() ? api::default_widths(c) : question.widths;
  c.label = api::model_label(c.network, c.effort);
  api::check_case(c);
  plan.cases.push_back(std::move(c));

  const std::vector<api::PlannedSimulation> planned = api::plan_simulations(plan);
  std::vector<Simulation> simulations;
  for (const api::PlannedSimulation& p : planned) simulations.push_back(p.simulation);
  CampaignOptions campaign;
  campaign.threads = question.threads;
  campaign.stop_now = [token = control.stop] { return token.stop_requested(); };
  if (control.progress) {
    campaign.progress = [&control](const Progress& p) {
      control.progress("simulation", static_cast<double>(p.networks), static_cast<double>(p.expected), p.seconds);
    };
  }
  const std::vector<SimulationResult> results = run_campaign(simulations, campaign);
  std::vector<api::ValidationRow> rows = api::make_rows(plan, planned, results, api::exact_values(plan, {}));
  api::judge(rows, plan.false_alarm);
  std::vector<SimulationRow> answer;
  for (const api::ValidationRow& row : rows) answer.push_back(row_of(row));
  return answer;
}

RegressionResult Network::regress(std::span<const double> train, std::size_t rows, std::span<const double> targets,
                                  std::span<const double> test, std::size_t test_rows, double ridge, KernelKind kind,
                                  double tolerance, const Control& control) const {
  if (!(ridge >= 0)) throw Error::about_argument(ErrorCode::input, "the ridge is negative", "ridge");
  const gram::GramRequest request = gram_request(*prepared_, kind, tolerance);
  if (rows == 0 || test_rows == 0 || targets.empty())
    throw Error(ErrorCode::input, "the training rows, the rows to predict or the targets are empty");
  const std::size_t columns = train.size() / rows, outputs = targets.size() / rows;
  require_size(train.size(), rows, columns, "train");
  require_size(targets.size(), rows, outputs, "targets");
  require_size(test.size(), test_rows, columns, "test");
  std::vector<double> all(train.begin(), train.end());
  all.insert(all.end(), test.begin(), test.end());
  const api::MemoryRows data(all, rows + test_rows);
  const std::vector<double> wanted(targets.begin(), targets.end());
  const Watch watch = watch_of(control);
  const api::RegressionAnswer answer =
      api::regress(*prepared_, request, {data, rows, test_rows, outputs, wanted}, ridge, prepared_->threads, &watch);
  const api::Regression& regression = answer.fits.front();
  return {regression.fit.prediction, regression.fit.error, regression.kernel_error, regression.fit.jitter,
          regression.fit.residual};
}

std::vector<TheoremResult> check(const std::vector<std::string>& names, unsigned effort, std::uint64_t seed,
                                 unsigned threads, const Control& control) {
  const Watch watch = watch_of(control);
  std::vector<TheoremResult> results;
  for (const api::TheoremRun& run : api::check_theorems(
           api::select_theorems(names, "names"), {std::max(effort, 1U), std::max(threads, 1U), seed, {}}, &watch)) {
    TheoremResult& result = results.emplace_back();
    result.id = run.theorem->id;
    result.statement = run.theorem->statement;
    result.verdict = to_text(run.verdict);
    result.expected = to_text(run.theorem->expected);
    result.comparisons = run.evidence.count();
    if (result.comparisons > 0) {
      result.residual = run.evidence.worst().residual;
      result.tolerance = run.evidence.worst().tolerance;
    }
    result.reason = run.reason;
  }
  return results;
}

statement::Finding search(const statement::Statement& statement, std::size_t points, unsigned threads) {
  statement::SearchOptions options;
  options.points = points;
  options.threads = std::max(threads, 1U);
  return statement::search(statement::Program(statement), options);
}

statement::Finding prove(const statement::Statement& statement, double time_limit, unsigned threads) {
  statement::ProofOptions options;
  options.time_limit = time_limit;
  options.threads = std::max(threads, 1U);
  return statement::prove(statement::Program(statement), options).finding;
}

}  // namespace widegeo
