#include "cli/kernel/derivatives_command.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>

#include "api/gram/derivatives.hpp"
#include "cli/gram/gram_command.hpp"
#include "cli/gram/gram_options.hpp"
#include "cli/kernel/kernel_command.hpp"
#include "cli/program/input_file.hpp"
#include "cli/program/long_run.hpp"
#include "cli/program/parse.hpp"
#include "report/decimal.hpp"

namespace widegeo::cli {
namespace {

constexpr double default_tolerance = 1e-10;
constexpr std::size_t most_derivatives_columns = 65536;

struct Question {
  ArrayOptions array;
  PreparedNetwork network;
  gram::DerivativeRequest request;
  std::unique_ptr<storage::InputMatrix> x, y;
  std::unique_ptr<FileRows> rows, columns;
  std::optional<std::vector<gram::PairIndex>> pairs;
};

/// Two columns of row numbers, counted from 0.
std::vector<gram::PairIndex> read_pairs(const storage::InputMatrix& file, std::size_t rows, std::size_t columns) {
  if (file.columns() != 2) {
    throw Error(ErrorCode::input, "a file of pairs has 2 columns, this one has " + std::to_string(file.columns()),
                file.path(), "a row number of --input and one of --input2, counted from 0");
  }
  std::vector<gram::PairIndex> pairs(file.rows());
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    double row[2];
    file.read(k, 1, row);
    for (const int side : {0, 1}) {
      const std::size_t limit = side == 0 ? rows : columns;
      if (!(row[side] >= 0 && row[side] < static_cast<double>(limit) && row[side] == std::floor(row[side]))) {
        throw Error(ErrorCode::input,
                    report::shortest(row[side]) + " is not a row number from 0 to " + std::to_string(limit - 1),
                    file.path() + ", data row " + std::to_string(k + 1));
      }
    }
    pairs[k] = {static_cast<std::size_t>(row[0]), static_cast<std::size_t>(row[1])};
  }
  return pairs;
}

void check_request(const Options& options, const Question& question) {
  const unsigned order = question.request.derivatives;
  if (order == 2 && !options.pairs) {
    throw Error(ErrorCode::input, "mixed Hessians are written for listed pairs only", "--derivatives 2",
                "list the pairs in a file, --pairs P.csv");
  }
  if (options.gradient_of && order != 1)
    throw Error(ErrorCode::input, "option '--gradient-of' does not apply here", "--gradient-of",
                "it needs --derivatives 1");
  require_derivatives(question.network, question.request);
}

Question prepare(const Options& options) {
  const std::string why = "with --input the points are its rows";
  refuse_option(options.x, "--x", why);
  refuse_option(options.y, "--y", why);
  refuse_option(options.digits, "--digits", "derivatives over data are written in double");
  refuse_option(options.seed, "--seed", "no random numbers are drawn");
  if (options.all_layers)
    throw Error(ErrorCode::input, "option '--all-layers' does not apply here", "--all-layers", "give --depth");
  Question question;
  question.array = make_array_options(options, true);
  (void)make_format(options);
  question.network = make_network(options);
  const PairRequest pair = make_request(options);
  question.request.ntk = pair.ntk;
  question.request.derivatives = pair.derivatives;
  question.request.of_x = options.gradient_of && parse_choice(*options.gradient_of, "--gradient-of", {"x", "y"}) == 0;
  question.request.tolerance = default_tolerance;
  if (options.tolerance) {
    question.request.tolerance = nearest_double(parse_number(*options.tolerance, "--tolerance"));
    if (!(question.request.tolerance >= 1e-15 && question.request.tolerance <= 0.1))
      throw Error(ErrorCode::input, "the tolerance is not between 1e-15 and 0.1", "--tolerance");
  }
  check_request(options, question);
  const auto columns = make_columns(options);
  question.x = std::make_unique<storage::InputMatrix>(open_input(*options.input, options, columns));
  question.rows = std::make_unique<FileRows>(*question.x);
  if (question.x->columns() > most_derivatives_columns)
    throw Error(ErrorCode::input, "too many columns", *options.input);
  if (options.input2) {
    question.y = std::make_unique<storage::InputMatrix>(open_input(*options.input2, options, columns));
    question.columns = std::make_unique<FileRows>(*question.y);
    if (question.x->columns() != question.y->columns()) {
      throw Error(ErrorCode::input,
                  "the rows have " + std::to_string(question.x->columns()) + " and " +
                      std::to_string(question.y->columns()) + " columns",
                  "--input2");
    }
  }
  if (options.pairs) {
    const storage::InputMatrix file(*options.pairs, {}, make_table_format(options));
    question.pairs = read_pairs(file, question.x->rows(), (question.y ? question.y : question.x)->rows());
  }
  return question;
}

const char* scale_of(const gram::DerivativeRequest& request) {
  if (request.derivatives == 0) return "sqrt(k(x,x) k(y,y))";
  if (request.derivatives == 2) return "sqrt(g(x) g(y)), g the larger eigenvalue of the metric";
  if (request.ntk)
    return request.of_x ? "sqrt(k(x,x) k(y,y) s1/(s1 |x|^2 + b1))" : "sqrt(k(x,x) k(y,y) s1/(s1 |y|^2 + b1))";
  return request.of_x ? "sqrt(k(y,y) g(x)), g the larger eigenvalue of the metric"
                      : "sqrt(k(x,x) g(y)), g the larger eigenvalue of the metric";
}

report::Record describe_array(const Question& question, const DerivativeKernel& kernel, const job::Stats& stats,
                              double seconds) {
  const gram::DerivativeRequest& request = question.request;
  const job::FileRequest& file = question.array.file;
  report::List shape;
  for (const std::size_t extent : kernel.extents()) shape.push_back(report::Exact{std::to_string(extent)});
  report::Record row{{"kind", request.ntk ? "ntk" : "nngp"}, {"output", file.path}};
  row.emplace_back("shape", shape);
  row.emplace_back("derivatives", static_cast<long long>(request.derivatives));
  if (request.derivatives == 1) row.emplace_back("gradient_of", request.of_x ? "x" : "y");
  // What an earlier run has computed is within the tolerance, which is all that is known of it.
  const double error = std::max(kernel.engine().error_bound(), stats.pieces_before > 0 ? request.tolerance : 0.0) +
                       (file.type == storage::ElementType::float32 ? 0x1p-24 : 0.0);
  row.emplace_back("largest_error", report::Exact{report::error_text(error)});
  row.emplace_back("error_kind", std::string(to_text(kernel.engine().kind())));
  row.emplace_back("error_relative_to", scale_of(request));
  row.emplace_back("careful_pairs", static_cast<long long>(stats.refined));
  row.emplace_back("seconds", report::Exact{report::decimal(seconds, 3)});
  return row;
}

Result run_derivatives(const Options& options, Ranks& ranks) {
  run_together(ranks, [&] {
    if (ranks.size() > 1)
      throw Error(ErrorCode::input, "derivatives over data are computed by one process", "mpirun",
                  "start it alone; --threads uses all cores");
  });
  const auto start = std::chrono::steady_clock::now();
  Question question = prepare(options);
  const unsigned threads = question.network.threads;
  const DerivativeKernel kernel(question.network, question.request, *question.rows, question.columns.get(),
                                std::move(question.pairs), threads);
  PhaseLine line(!options.quiet);
  const Watch watch = watch_for(line);
  job::Stats stats;
  {
    const PoliteInterrupt polite;
    try {
      stats = kernel.write(question.array.file, {threads, &ranks, &watch});
    } catch (const Stopped&) {
      line.clear();
      return interrupted_result(how_to_go_on(question.array.file.path + ".part"), ranks);
    }
  }
  line.clear();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  Result result;
  result.to_standard_output = true;
  result.document.schema = "widegeo/kernel/1";
  result.document.model = describe(question.network);
  add_notes(*question.x, result.document);
  if (question.y) add_notes(*question.y, result.document);
  result.document.set_rows({describe_array(question, kernel, stats, seconds)});
  return result;
}

}  // namespace

bool asks_for_derivatives(const Options& options) {
  return options.input &&
         (options.pairs || options.gradient_of || (options.derivatives && *options.derivatives != "0"));
}

Result derivatives_command(const Options& options) {
  return run_on_ranks([&options](Ranks& ranks) { return run_derivatives(options, ranks); });
}

}  // namespace widegeo::cli
