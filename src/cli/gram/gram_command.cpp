#include "cli/gram/gram_command.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include "cli/gram/gram_options.hpp"
#include "cli/program/input_file.hpp"
#include "cli/program/long_run.hpp"
#include "cli/program/parse.hpp"
#include "report/decimal.hpp"
#include "storage/atomic_write.hpp"

namespace widegeo::cli {
namespace {

/// A .csv goes through memory: 800 MB of numbers.
constexpr std::size_t most_csv_entries = 100'000'000;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Tells how long the computing took, and the writing, which takes longer.
job::Stats write_csv(const GramKernel& kernel, const std::string& path, unsigned threads) {
  const gram::GramEngine& engine = kernel.engine();
  if (engine.columns() > most_csv_entries / engine.rows()) {
    throw Error(ErrorCode::input,
                "a .csv of " + std::to_string(engine.rows()) + " x " + std::to_string(engine.columns()) +
                    " numbers is too large",
                "--output", "write a .npy");
  }
  job::Stats stats;
  const auto start = std::chrono::steady_clock::now();
  std::vector<double> values(engine.rows() * engine.columns());
  kernel.fill(values, threads);
  stats.seconds_computing = seconds_since(start);
  storage::AtomicFile file(path);
  for (std::size_t i = 0; i < engine.rows(); ++i) {
    std::string line;
    for (std::size_t j = 0; j < engine.columns(); ++j)
      line += (j == 0 ? "" : ",") + report::shortest(values[i * engine.columns() + j]);
    file.write(line + "\n");
  }
  file.commit();
  stats.seconds_to_disk = seconds_since(start) - stats.seconds_computing;
  stats.pieces = 1;
  stats.refined = engine.refined_pairs();
  return stats;
}

/// Everything of one run; files and rows stay where they are while the engine reads them.
struct Gram {
  PreparedNetwork network;
  ArrayOptions array;
  gram::GramRequest request;
  std::unique_ptr<storage::InputMatrix> x, y;
  std::unique_ptr<FileRows> rows, columns;
  std::unique_ptr<GramKernel> kernel;
  unsigned threads = 1;
};

void refuse_pair_options(const Options& options) {
  const std::string why = "with --input every pair of rows is evaluated";
  refuse_option(options.x, "--x", why);
  refuse_option(options.y, "--y", why);
  refuse_option(options.digits, "--digits", "a Gram matrix is written in double");
  refuse_option(options.seed, "--seed", "no random numbers are drawn");
}

Gram prepare(const Options& options, const Ranks& ranks) {
  refuse_pair_options(options);
  Gram gram;
  gram.array = make_array_options(options);
  if (gram.array.csv && ranks.size() > 1)
    throw Error(ErrorCode::input, "only one process can write a .csv", "--output", "write a .npy");
  (void)make_format(options);
  gram.network = make_network(options);
  gram.threads = options.threads ? make_threads(options) : threads_of_rank(ranks);
  gram.request = make_gram_request(options, gram.network);
  const auto columns = make_columns(options);
  gram.x = std::make_unique<storage::InputMatrix>(open_input(*options.input, options, columns));
  gram.rows = std::make_unique<FileRows>(*gram.x);
  if (options.input2) {
    gram.y = std::make_unique<storage::InputMatrix>(open_input(*options.input2, options, columns));
    gram.columns = std::make_unique<FileRows>(*gram.y);
    if (gram.x->columns() != gram.y->columns()) {
      throw Error(ErrorCode::input,
                  "the rows have " + std::to_string(gram.x->columns()) + " and " + std::to_string(gram.y->columns()) +
                      " columns",
                  "--input2");
    }
  }
  return gram;
}

/// The rounding of a closed form does not shrink on request; where the user asked for a number, that ends the run.
void require_tolerance(const Gram& gram) {
  const gram::GramEngine& engine = gram.kernel->engine();
  double worst = 0;
  for (std::size_t k = 0; k < engine.matrices().size(); ++k) worst = std::max(worst, engine.error_bound(k));
  if (worst > gram.request.tolerance) {
    throw Error(ErrorCode::accuracy, "the tolerance cannot be guaranteed",
                "the error bound in double precision is " + report::error_text(worst) + ", the tolerance " +
                    report::shortest(gram.request.tolerance),
                "ask for a larger --tolerance");
  }
}

std::vector<report::Record> describe_matrices(const Gram& gram, const job::Stats& stats, double seconds) {
  const gram::GramEngine& engine = gram.kernel->engine();
  const std::size_t count = engine.matrices().size();
  const double part = stats.pieces == 0
                          ? 0.0
                          : static_cast<double>(stats.pieces) / static_cast<double>(stats.pieces + stats.pieces_before);
  const double entries = part * static_cast<double>(count * engine.rows()) * static_cast<double>(engine.columns());
  std::vector<report::Record> records;
  for (std::size_t k = 0; k < count; ++k) {
    const gram::MatrixName matrix = engine.matrices()[k];
    report::Record row;
    row.emplace_back("kind", matrix.ntk ? "ntk" : "nngp");
    row.emplace_back("layer", static_cast<long long>(matrix.layer));
    row.emplace_back("output", gram.array.file.path);
    if (count > 1) row.emplace_back("plane", static_cast<long long>(k));
    row.emplace_back("rows", static_cast<long long>(engine.rows()));
    row.emplace_back("columns", static_cast<long long>(engine.columns()));
    row.emplace_back("largest_relative_error", report::Exact{report::error_text(engine.error_bound(k))});
    row.emplace_back("error_kind", std::string(to_text(engine.kind())));
    row.emplace_back("representation", gram.kernel->representation());
    row.emplace_back("careful_pairs", static_cast<long long>(stats.refined));
    row.emplace_back("seconds", report::Exact{report::decimal(seconds, 3)});
    row.emplace_back("seconds_computing", report::Exact{report::decimal(stats.seconds_computing, 3)});
    row.emplace_back("seconds_to_disk", report::Exact{report::decimal(stats.seconds_to_disk, 3)});
    row.emplace_back("entries_per_second", report::Exact{report::decimal(entries / seconds, 3)});
    records.push_back(std::move(row));
  }
  return records;
}

Result run_gram(const Options& options, Ranks& ranks) {
  Gram gram;
  run_together(ranks, [&] { gram = prepare(options, ranks); });
  PhaseLine line(!options.quiet && ranks.is_root());
  const Watch watch = watch_for(line);
  const auto start = std::chrono::steady_clock::now();
  job::Stats stats;
  run_together(ranks, [&] {
    gram.kernel =
        std::make_unique<GramKernel>(gram.network, gram.request, *gram.rows, gram.columns.get(), gram.threads, &watch);
    if (options.tolerance) require_tolerance(gram);
  });
  const double seconds_of_tables = seconds_since(start);
  if (gram.array.csv) {
    stats = write_csv(*gram.kernel, gram.array.file.path, gram.threads);
  } else {
    const PoliteInterrupt polite;
    try {
      stats = gram.kernel->write(gram.array.file, {gram.threads, &ranks, &watch});
    } catch (const Stopped&) {
      line.clear();
      return interrupted_result(how_to_go_on(gram.array.file.path + ".part"), ranks);
    }
  }
  line.clear();
  stats.seconds_computing += seconds_of_tables;
  Result result;
  result.silent = !ranks.is_root();
  result.to_standard_output = true;
  result.document.schema = "widegeo/kernel/1";
  result.document.model = describe(gram.kernel->used_network());
  add_notes(*gram.x, result.document);
  if (gram.y) add_notes(*gram.y, result.document);
  result.document.set_rows(describe_matrices(gram, stats, seconds_since(start) - stats.seconds_to_disk));
  return result;
}

}  // namespace

Result gram_command(const Options& options) {
  return run_on_ranks([&options](Ranks& ranks) { return run_gram(options, ranks); });
}

}  // namespace widegeo::cli
