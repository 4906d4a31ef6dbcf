#include "cli/kernel/derivatives_command.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <mutex>

#include "cli/gram/gram_command.hpp"
#include "cli/gram/gram_options.hpp"
#include "cli/kernel/kernel_command.hpp"
#include "cli/program/input_file.hpp"
#include "cli/program/interrupt.hpp"
#include "cli/program/parse.hpp"
#include "closedform/entries/entries.hpp"
#include "gaussian/table/entries.hpp"
#include "gram/derivatives/derivatives.hpp"
#include "number/error.hpp"
#include "parallel/parallel.hpp"
#include "parallel/ranks.hpp"
#include "report/decimal.hpp"

namespace widegeo::cli {
namespace {

constexpr double default_tolerance = 1e-10;
/// Numbers written at once by a thread, about: 1 MiB.
constexpr std::size_t piece_numbers = std::size_t{1} << 17;
constexpr std::size_t pairs_of_piece = 256;
/// Pieces between two releases of the written pages, about 16 MiB.
constexpr std::size_t pieces_kept = 16;
constexpr std::size_t max_dimension = 65536;

struct Job {
  GramOptions options;
  PreparedNetwork network;
  gram::DerivativeRequest request;
  std::unique_ptr<storage::InputMatrix> x, y;
  std::unique_ptr<FileRows> rows, columns;
  std::unique_ptr<gram::Points> at_x, at_y;
  std::vector<gram::PairIndex> pairs;
  bool listed = false;
  std::uint64_t digest = 0;
  std::unique_ptr<gram::DerivativeEngine> engine;

  const gram::RowReader& row_reader() const { return *rows; }
  const gram::RowReader& column_reader() const { return columns ? *columns : *rows; }
};

/// Two columns of row numbers, counted from 0.
std::vector<gram::PairIndex> read_pairs(const storage::InputMatrix& file, std::size_t rows, std::size_t columns) {
  if (file.columns() != 2) {
    throw Error(ErrorCode::input, "pairs have 2 columns, this file has " + std::to_string(file.columns()), file.path(),
                "a row number of --input and one of --input2, counted from 0");
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
                    file.path() + ", line " + std::to_string(k + 1) + " of its data");
      }
    }
    pairs[k] = {static_cast<std::size_t>(row[0]), static_cast<std::size_t>(row[1])};
  }
  return pairs;
}

/// Pairs from which tables of the entries cost less than a quadrature for each of them.
constexpr std::size_t table_pairs = 256;

gram::DerivativeSources sources_of(const PreparedNetwork& network, std::size_t pairs) {
  gram::DerivativeSources s;
  const bool closed = network.use_closed();
  if (closed) s.block = [&network] { return make_source<TrackedBlock>(network, true); };
  s.single = [&network, closed] { return make_source<TrackedDouble>(network, closed); };
  s.exact = [&network, closed] { return make_source<Real>(network, closed); };
  const Activation& phi = network.activation;
  if (pairs >= table_pairs && phi.analysis.analytic() && phi.derivative_analysis.analytic())
    s.entries = closed ? closed_form_entries(*network.closed) : series_entries(phi, network.threads);
  return s;
}

void check_request(const Options& options, const Job& job) {
  const unsigned order = job.request.derivatives;
  if (order == 2 && !job.listed) {
    throw Error(ErrorCode::input, "mixed Hessians of all pairs of rows are not written", "--derivatives 2",
                "list the pairs in a file, --pairs P.csv");
  }
  if (options.gradient_of && order != 1)
    throw Error(ErrorCode::input, "option '--gradient-of' has no meaning here", "--gradient-of",
                "it goes with --derivatives 1");
  if (job.request.ntk && order == 2) {
    throw Error(ErrorCode::input, "the mixed Hessian of the NTK needs averages of phi'', which are not computed",
                "--derivatives 2", "ask for --derivatives 1, or for --kind nngp");
  }
  if (order > 0 || job.request.ntk) {
    const std::string reason = job.network.no_metric_reason();
    if (!reason.empty()) throw Error(ErrorCode::input, "the kernel has no derivatives: " + reason, "--derivatives");
  }
}

Job prepare(const Options& options) {
  const std::string why = "with --input the points are its rows";
  refuse_option(options.x, "--x", why);
  refuse_option(options.y, "--y", why);
  refuse_option(options.digits, "--digits", "derivatives over data are written in double");
  refuse_option(options.seed, "--seed", "nothing is drawn at random");
  if (options.all_layers)
    throw Error(ErrorCode::input, "option '--all-layers' has no meaning here", "--all-layers", "give --depth");
  Job job;
  job.options = make_gram_options(options, true);
  (void)make_format(options);
  job.network = make_network(options);
  job.listed = options.pairs.has_value();
  const PairRequest pair = make_request(options);
  job.request.ntk = pair.ntk;
  job.request.derivatives = pair.derivatives;
  job.request.of_x = options.gradient_of && parse_choice(*options.gradient_of, "--gradient-of", {"x", "y"}) == 0;
  job.request.tolerance = default_tolerance;
  if (options.tolerance) {
    job.request.tolerance = nearest_double(parse_number(*options.tolerance, "--tolerance"));
    if (!(job.request.tolerance >= 1e-15 && job.request.tolerance <= 0.1))
      throw Error(ErrorCode::input, "the tolerance is not between 1e-15 and 0.1", "--tolerance");
  }
  check_request(options, job);
  const auto columns = make_columns(options);
  job.x = std::make_unique<storage::InputMatrix>(open_input(*options.input, options, columns));
  job.rows = std::make_unique<FileRows>(*job.x);
  if (job.x->columns() > max_dimension) throw Error(ErrorCode::input, "too many columns", *options.input);
  if (options.input2) {
    job.y = std::make_unique<storage::InputMatrix>(open_input(*options.input2, options, columns));
    job.columns = std::make_unique<FileRows>(*job.y);
    if (job.x->columns() != job.y->columns()) {
      throw Error(
          ErrorCode::input,
          "the rows have " + std::to_string(job.x->columns()) + " and " + std::to_string(job.y->columns()) + " columns",
          "--input2");
    }
  }
  gram::GramRequest request;
  request.nngp = !job.request.ntk;
  request.ntk = job.request.ntk;
  request.tolerance = job.request.tolerance;
  job.digest = job_digest(job.options, describe(job.network), request, *job.x, job.y.get());
  const auto mix = [&job](std::uint64_t value) { job.digest = (job.digest ^ value) * 0x100000001b3U; };
  mix(job.request.derivatives + 16U);
  mix(job.request.of_x ? 2 : 1);
  if (job.listed) {
    const storage::InputMatrix file(*options.pairs, {}, make_table_format(options));
    job.pairs = read_pairs(file, job.x->rows(), job.y ? job.y->rows() : job.x->rows());
    mix(file.digest());
  }
  job.at_x = std::make_unique<gram::Points>(*job.rows, job.network.threads);
  if (job.columns) job.at_y = std::make_unique<gram::Points>(*job.columns, job.network.threads);
  return job;
}

/// One piece of the array: pairs of one row of x with some of y, or some of the list.
class Pieces {
 public:
  explicit Pieces(const Job& job) : job_(job) {
    const gram::DerivativeEngine& e = *job.engine;
    if (job.listed) {
      std::size_t numbers = 1;  // of a pair
      for (unsigned k = 0; k < job.request.derivatives; ++k) numbers *= e.dimension();
      length_ = std::clamp<std::size_t>(piece_numbers / numbers, 1, pairs_of_piece);
      count_ = (job.pairs.size() + length_ - 1) / length_;
    } else {
      length_ = std::max(Block::width, piece_numbers / e.dimension() / Block::width * Block::width);
      in_row_ = (e.columns() + length_ - 1) / length_;
      count_ = e.rows() * in_row_;
    }
  }

  std::size_t count() const { return count_; }

  storage::ArrayShape shape() const {
    const std::size_t d = job_.engine->dimension();
    storage::ArrayShape s;
    s.type = job_.options.type;
    if (!job_.listed) s.extents = {job_.engine->rows(), job_.engine->columns(), d};
    if (job_.listed) s.extents.assign(1, job_.pairs.size());
    for (unsigned k = 0; job_.listed && k < job_.request.derivatives; ++k) s.extents.push_back(d);
    return s;
  }

  void write(std::size_t piece, storage::ArrayFile& file, gram::DerivativeEngine::Worker& worker) const {
    std::vector<gram::PairIndex> pairs;
    const std::size_t begin = job_.listed ? piece * length_ : piece % in_row_ * length_;
    if (job_.listed) {
      const auto first = job_.pairs.begin() + static_cast<std::ptrdiff_t>(begin);
      pairs.assign(first, first + static_cast<std::ptrdiff_t>(std::min(length_, job_.pairs.size() - begin)));
    } else {
      const std::size_t end = std::min(begin + length_, job_.engine->columns());
      for (std::size_t j = begin; j < end; ++j) pairs.push_back({piece / in_row_, j});
    }
    std::vector<gram::PairCoefficients> c(pairs.size());
    job_.engine->coefficients(pairs, c.data(), worker);
    if (job_.request.derivatives == 0) {
      std::vector<double> values(c.size());
      for (std::size_t k = 0; k < c.size(); ++k) values[k] = c[k].value;
      file.write(0, 0, 1, begin, c.size(), values.data(), values.size());
      return;
    }
    job_.request.derivatives == 1 ? gradients(piece, begin, pairs, c, file) : hessians(begin, pairs, c, file);
  }

 private:
  void gradients(std::size_t piece, std::size_t begin, const std::vector<gram::PairIndex>& pairs,
                 const std::vector<gram::PairCoefficients>& c, storage::ArrayFile& file) const {
    const std::size_t d = job_.engine->dimension();
    std::vector<double> x(d), values(c.size() * d), y(job_.listed ? d : c.size() * d);
    if (!job_.listed) {
      job_.row_reader().read(pairs.front().i, 1, x.data());
      job_.column_reader().read(begin, c.size(), y.data());
    }
    for (std::size_t k = 0; k < c.size(); ++k) {
      if (job_.listed) {
        job_.row_reader().read(pairs[k].i, 1, x.data());
        job_.column_reader().read(pairs[k].j, 1, y.data());
      }
      job_.engine->gradient(c[k], x.data(), y.data() + (job_.listed ? 0 : k * d), values.data() + k * d);
    }
    file.write(job_.listed ? 0 : piece / in_row_, begin, c.size(), 0, d, values.data(), d);
  }

  void hessians(std::size_t begin, const std::vector<gram::PairIndex>& pairs,
                const std::vector<gram::PairCoefficients>& c, storage::ArrayFile& file) const {
    const std::size_t d = job_.engine->dimension(), band = std::clamp<std::size_t>(piece_numbers / d, 1, d);
    std::vector<double> x(d), y(d), values(band * d);
    for (std::size_t k = 0; k < c.size(); ++k) {
      job_.row_reader().read(pairs[k].i, 1, x.data());
      job_.column_reader().read(pairs[k].j, 1, y.data());
      for (std::size_t first = 0; first < d; first += band) {
        const std::size_t rows = std::min(band, d - first);
        job_.engine->hessian(c[k], x.data(), y.data(), first, rows, values.data());
        file.write(begin + k, first, rows, 0, d, values.data(), d);
        if (d * d > pieces_kept * piece_numbers) file.release(first, rows);
      }
    }
  }

  const Job& job_;
  std::size_t length_ = 1, in_row_ = 1, count_ = 0;
};

struct Stopped {};

/// True when some pieces were there before.
bool fill(const Job& job, const Pieces& pieces, storage::ArrayFile& file, bool quiet) {
  std::vector<std::size_t> left;
  for (std::size_t k = 0; k < pieces.count(); ++k)
    if (!file.done(k)) left.push_back(k);
  // Workers are kept from piece to piece.
  std::mutex mutex;
  std::vector<std::unique_ptr<gram::DerivativeEngine::Worker>> idle;
  ProgressLine line(!quiet);
  std::size_t done = 0;
  const std::vector<std::size_t> extents = pieces.shape().extents;
  const std::size_t rows_of_plane = extents.size() < 2 ? 1 : extents[extents.size() - 2];
  parallel_for_ordered(left.size(), job.network.threads, [&](std::size_t k) {
    if (PoliteInterrupt::asked()) throw Stopped{};
    std::unique_ptr<gram::DerivativeEngine::Worker> worker;
    {
      const std::lock_guard lock(mutex);
      if (!idle.empty()) {
        worker = std::move(idle.back());
        idle.pop_back();
      }
    }
    if (!worker) worker = job.engine->make_worker();
    pieces.write(left[k], file, *worker);
    file.mark(left[k]);
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(worker));
    ++done;
    if (done % pieces_kept == 0) file.release(0, rows_of_plane);
    if (line.active()) line.show(std::to_string(done) + " of " + std::to_string(left.size()) + " pieces");
  });
  return left.size() < pieces.count();
}

const char* scale_of(const gram::DerivativeRequest& request) {
  if (request.derivatives == 0) return "sqrt(k(x,x) k(y,y))";
  if (request.derivatives == 2) return "sqrt(g(x) g(y)), g the larger eigenvalue of the metric";
  if (request.ntk)
    return request.of_x ? "sqrt(k(x,x) k(y,y) s1/(s1 |x|^2 + b1))" : "sqrt(k(x,x) k(y,y) s1/(s1 |y|^2 + b1))";
  return request.of_x ? "sqrt(k(y,y) g(x)), g the larger eigenvalue of the metric"
                      : "sqrt(k(x,x) g(y)), g the larger eigenvalue of the metric";
}

report::Record describe_array(const Job& job, const Pieces& pieces, bool resumed, double seconds) {
  report::List shape;
  for (const std::size_t extent : pieces.shape().extents) shape.push_back(report::Exact{std::to_string(extent)});
  report::Record row{{"kind", job.request.ntk ? "ntk" : "nngp"}, {"output", job.options.output}};
  row.emplace_back("shape", shape);
  row.emplace_back("derivatives", static_cast<long long>(job.request.derivatives));
  if (job.request.derivatives == 1) row.emplace_back("gradient_of", job.request.of_x ? "x" : "y");
  // What an earlier run has computed is within the tolerance, which is all that is known of it.
  const double error = std::max(job.engine->error_bound(), resumed ? job.request.tolerance : 0.0) +
                       (job.options.type == storage::ElementType::float32 ? 0x1p-24 : 0.0);
  row.emplace_back("largest_error", report::Exact{report::error_text(error)});
  row.emplace_back("error_kind", std::string(to_text(job.engine->kind())));
  row.emplace_back("error_relative_to", scale_of(job.request));
  row.emplace_back("careful_pairs", static_cast<long long>(job.engine->careful_pairs()));
  row.emplace_back("seconds", report::Exact{report::decimal(seconds, 3)});
  return row;
}

}  // namespace

bool asks_for_derivatives(const Options& options) {
  return options.input &&
         (options.pairs || options.gradient_of || (options.derivatives && *options.derivatives != "0"));
}

Result derivatives_command(const Options& options) {
  const std::unique_ptr<Ranks> ranks = join_ranks();
  if (ranks->size() > 1) {
    Result nothing;
    nothing.silent = true;
    ranks->leave();
    if (!ranks->is_root()) return nothing;
    throw Error(ErrorCode::input, "derivatives over data are computed by one process", "mpirun",
                "start it alone; --threads uses all cores");
  }
  const auto start = std::chrono::steady_clock::now();
  Job job = prepare(options);
  const std::size_t pairs =
      job.listed ? job.pairs.size() : job.at_x->count() * (job.at_y ? *job.at_y : *job.at_x).count();
  job.engine = std::make_unique<gram::DerivativeEngine>(job.network.model, sources_of(job.network, pairs), job.request,
                                                        *job.at_x, job.at_y.get(), job.network.threads);
  const Pieces pieces(job);
  storage::ArrayFileOptions how;
  how.force = job.options.force;
  how.resume = job.options.resume;
  how.digest = job.digest;
  how.pieces = pieces.count();
  bool resumed = false;
  {
    const PoliteInterrupt polite;
    storage::ArrayFile file(job.options.output, pieces.shape(), how);
    try {
      resumed = fill(job, pieces, file, options.quiet);
      file.commit();
    } catch (const Error& error) {
      // A number that cannot be had is missing in every later run too: there is nothing to resume.
      if (error.code() != ErrorCode::io) file.discard();
      throw;
    } catch (const Stopped&) {
      std::fprintf(stderr, "widegeo: error: interrupted; go on with the same command and --resume (%s.part)\n",
                   job.options.output.c_str());
      Result result;
      result.exit_code = exit_interrupted;
      result.silent = true;
      return result;
    }
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  Result result;
  result.to_standard_output = true;
  result.document.schema = "widegeo/kernel/1";
  result.document.model = describe(job.network);
  add_notes(*job.x, result.document);
  if (job.y) add_notes(*job.y, result.document);
  result.document.set_rows({describe_array(job, pieces, resumed, seconds)});
  return result;
}

}  // namespace widegeo::cli
