#include "cli/gram_command.hpp"

#include <cmath>
#include <cstring>

#include "cli/kernel_pair.hpp"
#include "cli/parse.hpp"
#include "parallel/parallel.hpp"
#include "report/decimal.hpp"
#include "storage/atomic_write.hpp"

namespace widegeo::cli {
namespace {

using Points = std::vector<std::vector<TrackedDouble>>;

/// Memory of the matrix is refused beyond this number of entries (16 GiB).
constexpr std::size_t max_entries = std::size_t{1} << 31;

Points points_of(const storage::NumericTable& table) {
  Points points(table.rows, std::vector<TrackedDouble>(table.columns));
  constexpr double half_ulp = 0x1p-53;
  for (std::size_t i = 0; i < table.rows; ++i) {
    for (std::size_t k = 0; k < table.columns; ++k) {
      const double value = table.at(i, k);
      points[i][k] = TrackedDouble(value, table.is_exact(i, k) ? 0.0 : std::abs(value) * half_ulp);
    }
  }
  return points;
}

TrackedDouble dot(const std::vector<TrackedDouble>& x, const std::vector<TrackedDouble>& y) {
  TrackedDouble sum(0);
  for (std::size_t k = 0; k < x.size(); ++k) sum = sum + x[k] * y[k];
  return sum;
}

/// |x|^2 |y - (x.y / |x|^2) x|^2: the minor without the cancellation of |x|^2 |y|^2 - (x.y)^2.
TrackedDouble minor_of(const std::vector<TrackedDouble>& x, const std::vector<TrackedDouble>& y,
                       const TrackedDouble& xx, const TrackedDouble& xy) {
  if (xx.value == 0) return TrackedDouble(0);
  const TrackedDouble ratio = xy / xx;
  TrackedDouble sum(0);
  for (std::size_t k = 0; k < x.size(); ++k) {
    const TrackedDouble rest = y[k] - ratio * x[k];
    sum = sum + rest * rest;
  }
  return xx * sum;
}

struct Gram {
  std::size_t rows, columns;
  std::vector<double> values;
  double worst_relative = 0;
};

std::vector<Rational> exact_row(const storage::NumericTable& table, std::size_t row) {
  std::vector<Rational> result;
  for (std::size_t k = 0; k < table.columns; ++k) result.push_back(table.exact(row, k));
  return result;
}

Gram compute(const Setup& setup, const PairRequest& request, const storage::NumericTable& a,
             const storage::NumericTable& b, bool symmetric) {
  const Points x = points_of(a), y = symmetric ? x : points_of(b);
  std::vector<TrackedDouble> xx(x.size()), yy(y.size());
  for (std::size_t i = 0; i < x.size(); ++i) xx[i] = dot(x[i], x[i]);
  for (std::size_t i = 0; i < y.size(); ++i) yy[i] = dot(y[i], y[i]);
  Gram gram{a.rows, b.rows, std::vector<double>(a.rows * b.rows), 0};
  std::vector<double> worst(a.rows, 0.0);
  Accuracy accuracy;
  accuracy.print_digits = 17;
  const auto source_of = [&] { return make_source<TrackedDouble>(setup, setup.use_closed()); };
  parallel_for_ordered(a.rows, setup.threads, [&](std::size_t i) {
    const auto source = source_of();
    for (std::size_t j = symmetric ? i : 0; j < b.rows; ++j) {
      InputPair<TrackedDouble> inputs;
      inputs.xx = xx[i];
      inputs.yy = yy[j];
      inputs.dimension = a.columns;
      inputs.coincident = true;
      for (std::size_t k = 0; k < a.columns && inputs.coincident; ++k) {
        inputs.coincident = x[i][k].value == y[j][k].value && x[i][k].error == 0 && y[j][k].error == 0;
      }
      inputs.coincident = inputs.coincident || (symmetric && i == j);
      inputs.xy = inputs.coincident ? xx[i] : dot(x[i], y[j]);
      inputs.minor = inputs.coincident ? TrackedDouble(0) : minor_of(x[i], y[j], xx[i], inputs.xy);
      double value = NAN, error = NAN;
      try {
        const auto k = pair_kernel(setup, request, *source, inputs);
        value = k.kernel.value;
        error = k.kernel.error;
      } catch (const Error& failure) {
        if (failure.code() != ErrorCode::accuracy) throw;
      }
      // Cancellation has eaten the digits: this pair again, exactly.
      if (!(error <= 1e-10 * std::abs(value))) {
        const Answers answers = kernel_answers(setup, request, exact_row(a, i), exact_row(b, j), accuracy);
        const auto& number = std::get<report::Number>(answers.front().value.data);
        value = std::strtod(number.value.c_str(), nullptr);
        error = std::strtod(number.error.c_str(), nullptr);
      }
      gram.values[i * b.rows + j] = value;
      if (value != 0) worst[i] = std::max(worst[i], error / std::abs(value));
    }
  });
  if (symmetric) {
    for (std::size_t i = 0; i < a.rows; ++i) {
      for (std::size_t j = 0; j < i; ++j) gram.values[i * b.rows + j] = gram.values[j * b.rows + i];
    }
  }
  for (const double w : worst) gram.worst_relative = std::max(gram.worst_relative, w);
  return gram;
}

void write(const Gram& gram, const std::string& path) {
  storage::AtomicFile file(path);
  if (path.ends_with(".npy")) {
    file.write(storage::npy_header(gram.rows, gram.columns));
    file.write({reinterpret_cast<const char*>(gram.values.data()), gram.values.size() * sizeof(double)});
  } else {
    for (std::size_t i = 0; i < gram.rows; ++i) {
      std::string line;
      for (std::size_t j = 0; j < gram.columns; ++j) {
        line += (j == 0 ? "" : ",") + report::shortest(gram.values[i * gram.columns + j]);
      }
      file.write(line + "\n");
    }
  }
  file.commit();
}

}  // namespace

std::optional<storage::ColumnRange> make_columns(const Options& options) {
  if (!options.columns) return {};
  const auto parts = split(*options.columns, ':');
  if (parts.size() != 2)
    throw Error(ErrorCode::input, "'" + *options.columns + "' is not FIRST:LAST", "--columns",
                "for example --columns 1:64");
  storage::ColumnRange range;
  range.first = parse_count(parts[0], "--columns", 1, 1'000'000);
  range.last = parse_count(parts[1], "--columns", range.first, 1'000'000);
  return range;
}

Result gram_command(const Options& options) {
  const std::string why = "with --input every pair of rows is evaluated";
  refuse_option(options.x, "--x", why);
  refuse_option(options.y, "--y", why);
  refuse_option(options.digits, "--digits", "a Gram matrix is written in double");
  if (options.derivatives)
    throw Error(ErrorCode::input, "a Gram matrix has no derivatives", "--derivatives", "use --x and --y");
  if (!options.output || !(options.output->ends_with(".npy") || options.output->ends_with(".csv"))) {
    throw Error(ErrorCode::input, "a Gram matrix needs a file to go to", "--output",
                "for example --output K.npy or K.csv");
  }
  const PairRequest request = make_request(options);
  (void)make_format(options);
  const Setup setup = make_setup(options);
  const auto columns = make_columns(options);
  const bool symmetric = !options.input2.has_value();
  const storage::NumericTable a = storage::read_table(*options.input, columns);
  const storage::NumericTable b = symmetric ? a : storage::read_table(*options.input2, columns);
  if (a.columns != b.columns) {
    throw Error(ErrorCode::input,
                "the rows have " + std::to_string(a.columns) + " and " + std::to_string(b.columns) + " columns",
                "--input2");
  }
  if (b.rows > max_entries / a.rows)
    throw Error(ErrorCode::input, "the Gram matrix would have too many entries", "--input");
  const Gram gram = compute(setup, request, a, b, symmetric);
  write(gram, *options.output);

  Result result;
  result.to_standard_output = true;
  result.document.schema = "widegeo/kernel/1";
  result.document.model = describe(setup);
  result.document.set_rows({{{"kind", request.ntk ? "ntk" : "nngp"},
                             {"output", *options.output},
                             {"rows", static_cast<long long>(gram.rows)},
                             {"columns", static_cast<long long>(gram.columns)},
                             {"largest_relative_error", report::Exact{report::error_text(gram.worst_relative)}}}});
  return result;
}

}  // namespace widegeo::cli
