// Ridge regression with the kernel of an infinitely wide network: from a file of points and targets to predictions and
// how good they are.
#include <algorithm>
#include <cmath>
#include <functional>

#include "api/regression.hpp"
#include "cli/gram/gram_options.hpp"
#include "cli/program/command.hpp"
#include "cli/program/input_file.hpp"
#include "cli/program/parse.hpp"
#include "report/decimal.hpp"
#include "report/number.hpp"

namespace widegeo::cli {
namespace {

constexpr double default_ridge = 1e-6;
/// Train and test kernels and the factor stand in memory: 3.2 GiB of each at this number of rows.
constexpr std::size_t most_rows = 20'000;

/// FIRST:LAST of an option, within the rows of the file.
FileRows::Range make_range(const std::string& text, const std::string& option, std::size_t rows) {
  const auto parts = split(text, ':');
  if (parts.size() != 2)
    throw Error(ErrorCode::input, "'" + text + "' is not FIRST:LAST", option, "for example " + option + " 1:1000");
  const std::size_t first = parse_count(parts[0], option, 1, rows), last = parse_count(parts[1], option, first, rows);
  return {first - 1, last - first + 1};
}

struct Split {
  std::vector<FileRows::Range> rows;  ///< those to learn from, then those to predict
  std::size_t train = 0, test = 0;
};

Split make_split(const Options& options, std::size_t rows) {
  if (!options.train)
    throw Error(ErrorCode::input, "no training rows are given", "--train", "for example --train 1:1000");
  const FileRows::Range train = make_range(*options.train, "--train", rows);
  const std::size_t end = train.first + train.count;
  Split split{{train}, train.count, 0};
  if (options.test) {
    const FileRows::Range test = make_range(*options.test, "--test", rows);
    if (test.first < end && train.first < test.first + test.count) {
      throw Error(ErrorCode::input, "the test rows overlap the training rows", "--test",
                  "test on rows that are not in the training set");
    }
    split.rows.push_back(test);
  } else {
    if (train.first > 0) split.rows.push_back({0, train.first});
    if (end < rows) split.rows.push_back({end, rows - end});
  }
  for (std::size_t r = 1; r < split.rows.size(); ++r) split.test += split.rows[r].count;
  if (split.test == 0) throw Error(ErrorCode::input, "no rows are left to predict", "--train");
  if (split.train > most_rows || split.test > most_rows * 10) {
    throw Error(ErrorCode::input, "more than " + std::to_string(most_rows) + " training rows", "--train",
                "the Cholesky factorisation is done in memory");
  }
  return split;
}

/// The targets in the order of the split, less their means over the rows to learn from; for classes one column a class,
/// 1 or 0.
struct Targets {
  std::size_t outputs = 0;
  std::vector<double> train, test, mean;
  std::vector<double> classes;       ///< their labels, ascending; empty: numbers
  std::vector<std::size_t> answers;  ///< class of each test row
};

Targets make_targets(const FileRows& rows, const Split& split, bool classes) {
  const std::size_t columns = rows.columns();
  std::vector<double> values((split.train + split.test) * columns);
  rows.read(0, split.train + split.test, values.data());
  Targets targets;
  targets.outputs = columns;
  if (classes) {
    if (columns != 1)
      throw Error(ErrorCode::input, "classes need one column of labels, the targets have " + std::to_string(columns),
                  "--classes");
    const auto broken = std::find_if(values.begin(), values.end(), [](double v) { return v != std::round(v); });
    if (broken != values.end())
      throw Error(ErrorCode::input, "the label " + report::shortest(*broken) + " is not a whole number", "--classes",
                  "leave out --classes if the targets are numbers");
    const auto learned = values.begin() + static_cast<std::ptrdiff_t>(split.train);
    if (std::adjacent_find(values.begin(), learned, std::not_equal_to<>()) == learned)
      throw Error(ErrorCode::input, "the training rows are all of one class", "--train", "train on at least two");
    targets.classes = values;
    std::sort(targets.classes.begin(), targets.classes.end());
    targets.classes.erase(std::unique(targets.classes.begin(), targets.classes.end()), targets.classes.end());
    targets.outputs = targets.classes.size();
    if (targets.outputs > 1000)
      throw Error(ErrorCode::input, "the targets hold " + std::to_string(targets.outputs) + " different labels",
                  "--classes", "at least 2 and at most 1000 are allowed");
    std::vector<double> coded(values.size() * targets.outputs, 0.0);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto at = std::lower_bound(targets.classes.begin(), targets.classes.end(), values[i]);
      const auto label = static_cast<std::size_t>(at - targets.classes.begin());
      coded[i * targets.outputs + label] = 1;
      if (i >= split.train) targets.answers.push_back(label);
    }
    values = std::move(coded);
  }
  targets.mean.assign(targets.outputs, 0.0);
  for (std::size_t i = 0; i < split.train; ++i) {
    for (std::size_t c = 0; c < targets.outputs; ++c) targets.mean[c] += values[i * targets.outputs + c];
  }
  for (double& mean : targets.mean) mean /= static_cast<double>(split.train);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] -= targets.mean[i % targets.outputs];
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(split.train * targets.outputs);
  targets.train.assign(values.begin(), middle);
  targets.test.assign(middle, values.end());
  return targets;
}

/// The class of the largest prediction m + k^T alpha, and whether the bounds of the errors leave no doubt about it. The
/// mean, its sum with `value` and the comparison round by a few units of the numbers' size, which is at most about one.
std::pair<std::size_t, bool> decide(const double* value, const double* error, const std::vector<double>& mean) {
  std::vector<double> low, high;
  std::size_t best = 0;
  for (std::size_t c = 0; c < mean.size(); ++c) {
    const double prediction = mean[c] + value[c];
    const double slack = error[c] + 0x1p-51 * (std::abs(mean[c]) + std::abs(value[c]));
    low.push_back(prediction - slack);
    high.push_back(prediction + slack);
    if (prediction > mean[best] + value[best]) best = c;
  }
  bool sure = true;
  for (std::size_t c = 0; c < mean.size(); ++c) sure = sure && (c == best || high[c] < low[best]);
  return {best, sure};
}

report::Value seconds_value(double seconds) { return report::Exact{report::decimal(seconds, 3)}; }

/// For people no more digits than the bound leaves.
report::Value number_of(double value, double error, ErrorKind kind, unsigned print_digits) {
  if (print_digits > 0 && value > error && error > 0) {
    const double digits = std::ceil(std::log10(value / error));
    print_digits = static_cast<unsigned>(std::clamp(digits, 2.0, static_cast<double>(print_digits)));
  }
  return report::number(value, error, kind, print_digits);
}

}  // namespace

Result regress_command(const Options& options) {
  if (!options.input)
    throw Error(ErrorCode::input, "no points are given", "--input", "a .csv, .csv.gz or .npy file, every row a point");
  if (options.targets.has_value() == options.target_column.has_value()) {
    throw Error(ErrorCode::input, "the targets must be given exactly once", "--targets, --target-column",
                "a file of targets, or the column of --input that holds them");
  }
  double ridge = default_ridge;
  if (options.ridge) ridge = nearest_double(parse_number(*options.ridge, "--ridge"));
  if (!(ridge >= 0)) throw Error(ErrorCode::input, "the ridge is negative", "--ridge");
  const unsigned print_digits = make_print_digits(options);
  const PreparedNetwork network = make_network(options);
  const gram::GramRequest request = make_gram_request(options, network);

  const storage::InputMatrix points = open_input(*options.input, options, make_columns(options));
  std::optional<storage::ColumnRange> column;
  if (options.target_column) {
    const std::size_t k = parse_count(*options.target_column, "--target-column", 1, 1'000'000);
    if (const auto used = make_columns(options); !used || (used->first <= k && k <= used->last)) {
      throw Error(ErrorCode::input, "the target column is among the coordinates", "--target-column",
                  "give the columns of coordinates by --columns FIRST:LAST");
    }
    column = storage::ColumnRange{k, k};
  }
  const storage::InputMatrix target_file =
      open_input(options.targets ? *options.targets : *options.input, options, column, "--target-column");
  if (target_file.rows() != points.rows()) {
    throw Error(ErrorCode::input,
                std::to_string(points.rows()) + " rows of points but " + std::to_string(target_file.rows()) +
                    " rows of targets",
                "--targets");
  }
  const Split split = make_split(options, points.rows());
  const Targets targets = make_targets(FileRows(target_file, split.rows), split, options.classes);

  const FileRows rows(points, split.rows);
  const RegressionAnswer answer = regress(
      network, request, {rows, split.train, split.test, targets.outputs, targets.train}, ridge, network.threads);

  std::vector<report::Record> records;
  for (const Regression& regression : answer.fits) {
    const learning::RidgeResult& fit = regression.fit;
    double squares = 0, error = 0;
    for (std::size_t i = 0; i < fit.prediction.size(); ++i) {
      const double off = fit.prediction[i] - targets.test[i];
      squares += off * off;
      error += (2 * std::abs(off) + fit.error[i]) * fit.error[i];
    }
    const auto count = static_cast<double>(fit.prediction.size());
    report::Record row;
    row.emplace_back("kind", regression.ntk ? "ntk" : "nngp");
    row.emplace_back("train", static_cast<long long>(split.train));
    row.emplace_back("test", static_cast<long long>(split.test));
    if (options.classes) {
      long long right = 0, unsure = 0;
      for (std::size_t i = 0; i < split.test; ++i) {
        const auto [best, sure] =
            decide(&fit.prediction[i * targets.outputs], &fit.error[i * targets.outputs], targets.mean);
        right += best == targets.answers[i] ? 1 : 0;
        unsure += sure ? 0 : 1;
      }
      row.emplace_back("classes", static_cast<long long>(targets.outputs));
      row.emplace_back("right", right);
      row.emplace_back("undecided", unsure);
      row.emplace_back("accuracy",
                       report::Exact{report::decimal(static_cast<double>(right) / static_cast<double>(split.test), 4)});
    }
    row.emplace_back("mean_squared_error",
                     number_of(squares / count, error / count + squares / count * 1e-13, answer.kind, print_digits));
    row.emplace_back("ridge", report::Exact{report::shortest(ridge)});
    row.emplace_back("jitter", report::Exact{report::decimal(fit.jitter, 6)});
    row.emplace_back("residual", report::Exact{report::decimal(fit.residual, 2)});
    row.emplace_back("kernel_error", report::Exact{report::error_text(regression.kernel_error)});
    row.emplace_back("kernel_seconds", seconds_value(answer.kernel_seconds));
    row.emplace_back("solve_seconds", seconds_value(regression.solve_seconds));
    records.push_back(std::move(row));
  }
  Result result;
  result.document.schema = "widegeo/regress/1";
  PreparedNetwork used = network;
  if (!answer.closed) used.closed.reset();
  result.document.model = describe(used);
  add_notes(points, result.document);
  if (options.targets) add_notes(target_file, result.document);
  result.document.set_rows(std::move(records));
  return result;
}

namespace {

void declare_regress(OptionTable& t, Options& o) {
  declare_model(t, o);
  t.group("Data");
  t.value("--input", o.input, "FILE", ".csv, .csv.gz or .npy: every row is a point");
  t.value("--columns", o.columns, "FIRST:LAST", "columns of --input that are coordinates, from 1");
  t.value("--targets", o.targets, "FILE", "a row of targets for every row of --input");
  t.value("--target-column", o.target_column, "K", "or take column K of --input as targets");
  t.value("--train", o.train, "FIRST:LAST", "training rows, counted from 1");
  t.value("--test", o.test, "FIRST:LAST", "rows to predict (default: all others)");
  t.flag("--classes", o.classes, "the targets are classes: predict the likeliest, count correct predictions");
  declare_text_tables(t, o);
  t.group("Regression");
  t.value("--kind", o.kind, "nngp|ntk|both", "(default nngp)");
  t.value("--ridge", o.ridge, "R", "added to the diagonal, relative to its mean (default 1e-6)");
  t.value("--tolerance", o.tolerance, "E", "error of the kernel, relative to sqrt(K(x,x) K(y,y)) (default 1e-12)");
  declare_route(t, o);
  t.group("Accuracy and effort");
  t.value("--threads", o.threads, "N", "(default: all cores)");
  declare_output(t, o);
}

std::string regress_fields() {
  return R"(kind                nngp or ntk
train               rows to learn from
test                rows to predict
classes             with --classes: different labels
right               with --classes: rows whose class is predicted
undecided           with --classes: rows where the error bounds leave a doubt
accuracy            with --classes: right / test
mean_squared_error  of the predictions
ridge               relative to the mean of the diagonal
jitter              added to the diagonal
residual            |(K + jitter) alpha - targets| / |targets|
kernel_error        of an entry of the kernel matrix, relative to sqrt(k(x,x) k(y,y))
kernel_seconds      for the kernel matrix
solve_seconds       for the linear system
)";
}

}  // namespace

namespace command {
extern const Command regress;
const Command regress{
    .name = "regress",
    .help = "ridge regression with the kernel of an infinitely wide network",
    .example =
        "Example:\n  widegeo regress --activation erf --depth 3 --input-scale fan-in --input digits.csv --columns 1:64 "
        "\\\n"
        "    --target-column 65 --classes --train 1:1200",
    .fields = regress_fields,
    .declare = declare_regress,
    .run = regress_command};
}  // namespace command

}  // namespace widegeo::cli
