#include <cmath>
#include <memory>

#include "api/metric_table.hpp"
#include "cli/gram/gram_command.hpp"
#include "cli/gram/gram_options.hpp"
#include "cli/program/command.hpp"
#include "cli/program/input_file.hpp"
#include "cli/program/parse.hpp"
#include "report/decimal.hpp"
#include "report/number.hpp"
#include "storage/atomic_write.hpp"
#include "storage/table/input_matrix.hpp"

namespace widegeo::cli {
namespace {

constexpr unsigned long most_columns = 1'000'000;
constexpr std::size_t max_matrix_dimension = 256;
constexpr unsigned long max_points = 100'000'000;

Result with_model(const PreparedNetwork& network) {
  Result result;
  result.document.schema = "widegeo/metric/1";
  result.document.model = describe(network);
  result.document.expendable = {"tangential_eigenvalue", "radial_eigenvalue", "ricci_tangential", "ricci_radial",
                                "sectional_tangential",  "sectional_radial",  "log_volume",       "dimension"};
  return result;
}

void append(report::Record& row, const Answers& answers, unsigned digits) {
  for (std::size_t k = 0; k < quantity_count; ++k)
    row.emplace_back(answers[k].name, report::value_of(answers[k], digits));
}

Result at_point(const Options& options, const PreparedNetwork& network, const Accuracy& accuracy) {
  MetricPoint point;
  point.x = parse_numbers(*options.x, "--x");
  const std::vector<Rational> x = point.x;
  point.dimension = x.size();
  for (const Rational& value : x) point.t += value * value;
  const std::string where = "--x";
  const bool matrix = x.size() <= max_matrix_dimension;
  if (!matrix) point.x.clear();
  const unsigned digits = make_print_digits(options);
  const Answers answers = metric_answers(network, point, accuracy);

  report::Record row;
  row.emplace_back("x", exact_list(x));
  row.emplace_back("dimension", static_cast<long long>(x.size()));
  append(row, answers, digits);
  if (matrix) {
    report::List metric;
    for (std::size_t i = 0; i < x.size(); ++i) {
      report::List line;
      for (std::size_t j = 0; j < x.size(); ++j)
        line.push_back(report::value_of(answers[quantity_count + i * x.size() + j], digits));
      metric.push_back(line);
    }
    row.emplace_back("metric", metric);
  } else {
    row.emplace_back("metric", report::Null{"the matrix A I + B x x^T is printed up to " +
                                            std::to_string(max_matrix_dimension) + " dimensions"});
  }
  Result result = with_model(network);
  result.document.set_rows({row});
  return result;
}

/// FROM:TO:N with both ends, or one radius. Inner radii are decimals of at most 17 digits, exact from then on.
std::function<Rational(std::size_t)> radii_of(const Options& options, std::size_t& count) {
  const auto parts = split(*options.radius, ':');
  if (parts.size() != 1 && parts.size() != 3) {
    throw Error(ErrorCode::input, "'" + *options.radius + "' is neither a radius nor FROM:TO:N", "--radius",
                "for example --radius 0.1:5:50");
  }
  const Rational from = parse_number(parts[0], "--radius");
  const Rational to = parts.size() == 3 ? parse_number(parts[1], "--radius") : from;
  if (from < 0 || to < 0) throw Error(ErrorCode::input, "a radius is negative", "--radius");
  count = parts.size() == 3 ? parse_count(parts[2], "--radius", 1, max_points) : 1;
  if (count == 1 && from != to)
    throw Error(ErrorCode::input, "one point cannot be both ends of a range", "--radius", "give N >= 2");
  if (options.logarithmic && (from == 0 || to == 0))
    throw Error(ErrorCode::input, "logarithmic spacing needs positive ends", "--radius");
  const std::size_t last = count - 1;
  const bool logarithmic = options.logarithmic;
  return [=](std::size_t i) -> Rational {
    if (i == 0) return from;
    if (i == last) return to;
    constexpr unsigned digits = 15;
    if (logarithmic) {
      const double a = std::log(nearest_double(from)), b = std::log(nearest_double(to));
      return rounded_decimal(std::exp(a + (b - a) * static_cast<double>(i) / static_cast<double>(last)), digits);
    }
    const Rational exact_radius =
        from + (to - from) * Rational(static_cast<unsigned long>(i)) / Rational(static_cast<unsigned long>(last));
    // Exact where it has a short decimal, which a ratio (1/3) has not.
    const std::string text = to_text(exact_radius);
    const bool short_decimal = text.size() <= digits && text.find('/') == std::string::npos;
    return short_decimal ? exact_radius : rounded_decimal(nearest_double(exact_radius), digits);
  };
}

/// Of a table no more digits than it is computed to.
unsigned digits_of_table(const Options& options, BlockedMetric& bulk) {
  return make_print_digits(options) == 0 ? 0 : bulk.digits();
}

TrackedDouble squared(const Rational& radius) { return from_rational<TrackedDouble>(Rational(radius * radius)); }

Result at_radii(const Options& options, const PreparedNetwork& network, const Accuracy& accuracy) {
  if (!options.dimension)
    throw Error(ErrorCode::input, "a radius needs the dimension of the space", "--dimension",
                "for example --dimension 3");
  BulkPoints points;
  points.dimension = parse_count(*options.dimension, "--dimension", 1, most_columns);
  const auto radius = radii_of(options, points.count);
  points.exact_t = [radius](std::size_t i) {
    const Rational r = radius(i);
    return Rational(r * r);
  };
  points.t = [radius](std::size_t i) { return squared(radius(i)); };
  Result result = with_model(network);
  const auto dimension = static_cast<long long>(points.dimension);
  if (points.count == 1) {
    MetricPoint point;
    point.t = points.exact_t(0);
    point.dimension = points.dimension;
    report::Record row{{"radius", exact(radius(0))}, {"dimension", dimension}};
    append(row, metric_answers(network, point, accuracy), make_print_digits(options));
    result.document.set_rows({row});
    return result;
  }
  const auto bulk = std::make_shared<BlockedMetric>(network, points, accuracy);
  const unsigned digits = digits_of_table(options, *bulk);
  result.document.count = points.count;
  result.document.row = [bulk, radius, dimension, digits](std::size_t i) {
    report::Record row{{"radius", exact(radius(i))}, {"dimension", dimension}};
    append(row, bulk->answers(i), digits);
    return row;
  };
  return result;
}

/// |x| of a row of a file.
struct Norm {
  Rational t;

  template <class T>
  Outcomes<T> operator()() const {
    Outcomes<T> result;
    result.add("radius", sqrt(from_rational<T>(t)));
    return result;
  }
};

/// Which columns an array of metrics has: --fields, or all that exist in this dimension.
std::vector<std::size_t> array_columns(const Options& options, unsigned long dimension) {
  std::vector<std::size_t> columns;
  if (!options.fields) {
    for (std::size_t k = 0; k < quantity_count; ++k)
      if (meaningless(k, dimension).empty()) columns.push_back(k);
    return columns;
  }
  const std::vector<std::string> names(quantity_names.begin(), quantity_names.end());
  for (const std::string& name : split(*options.fields, ',')) columns.push_back(parse_choice(name, "--fields", names));
  return columns;
}

/// One row of doubles a point. An array has no room for an error a number: the document names the largest of each
/// column.
Result array_of_rows(const Options& options, const PreparedNetwork& network, BlockedMetric& bulk,
                     const BulkPoints& points) {
  const std::vector<std::size_t> columns = array_columns(options, points.dimension);
  std::vector<double> row(columns.size()), worst(columns.size(), 0.0);
  storage::AtomicFile file(*options.output);
  file.write(storage::npy_header(points.count, columns.size()));
  for (std::size_t i = 0; i < points.count; ++i) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const TrackedDouble number = bulk.number(i, columns[c]);
      row[c] = number.value;
      worst[c] = std::max(worst[c], number.error);
    }
    file.write({reinterpret_cast<const char*>(row.data()), row.size() * sizeof(double)});
  }
  file.commit();
  Result result = with_model(network);
  result.to_standard_output = result.fields_used = true;
  std::vector<report::Record> records;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    records.push_back({{"output", *options.output},
                       {"rows", static_cast<long long>(points.count)},
                       {"column", static_cast<long long>(c)},
                       {"field", quantity_names[columns[c]]},
                       {"largest_error", report::Exact{report::error_text(worst[c])}},
                       {"error_kind", std::string(to_text(bulk.kind()))}});
  }
  result.document.set_rows(std::move(records));
  return result;
}

Result at_rows(const Options& options, const PreparedNetwork& network, const Accuracy& accuracy) {
  const auto matrix =
      std::make_shared<storage::InputMatrix>(open_input(*options.input, options, make_columns(options)));
  const std::size_t columns = matrix->columns();
  BulkPoints points;
  points.count = matrix->rows();
  points.dimension = columns;
  if (points.dimension > most_columns) throw Error(ErrorCode::input, "too many columns", *options.input);
  points.t = [matrix, columns](std::size_t i) {
    std::vector<double> row(columns);
    matrix->read(i, 1, row.data());
    const double relative = matrix->exact_in_double() ? 0.0 : 0x1p-53;
    TrackedDouble sum(0);
    for (const double value : row) {
      const TrackedDouble x(value, std::abs(value) * relative);
      sum = sum + x * x;
    }
    return sum;
  };
  points.exact_t = [matrix, columns](std::size_t i) {
    Rational sum = 0;
    for (std::size_t k = 0; k < columns; ++k) {
      const Rational x = matrix->exact(i, k);
      sum += x * x;
    }
    return sum;
  };
  const bool array = options.output && options.output->ends_with(".npy");
  if (array) {
    (void)array_columns(options, points.dimension);  // names that do not exist, before files that do
    check_array_output(*options.output, options.force);
  }
  const auto bulk = std::make_shared<BlockedMetric>(network, points, accuracy);
  if (array) {
    Result result = array_of_rows(options, network, *bulk, points);
    add_notes(*matrix, result.document);
    return result;
  }
  const bool with_x = make_format(options) == report::Format::json;
  Result result = with_model(network);
  add_notes(*matrix, result.document);
  result.document.count = points.count;
  const unsigned of_radius = make_print_digits(options), digits = digits_of_table(options, *bulk);
  result.document.row = [bulk, matrix, columns, with_x, accuracy, of_radius, digits,
                         exact_t = points.exact_t](std::size_t i) {
    report::Record row{{"row", static_cast<long long>(i + 1)}};
    if (with_x) {
      std::vector<Rational> x;
      for (std::size_t k = 0; k < columns; ++k) x.push_back(matrix->exact(i, k));
      row.emplace_back("x", exact_list(x));
    }
    row.emplace_back("radius", report::value_of(evaluate(Norm{exact_t(i)}, accuracy)[0], of_radius));
    row.emplace_back("dimension", static_cast<long long>(columns));
    append(row, bulk->answers(i), digits);
    return row;
  };
  return result;
}

}  // namespace

Result metric_command(const Options& options) {
  const int inputs = (options.x ? 1 : 0) + (options.radius ? 1 : 0) + (options.input ? 1 : 0);
  if (inputs != 1) {
    throw Error(ErrorCode::input, inputs == 0 ? "no point is given" : "the points are given more than once", "metric",
                "give one of --x, --radius with --dimension, or --input");
  }
  if (!options.radius) {
    refuse_option(options.dimension, "--dimension", "it needs --radius");
    if (options.logarithmic)
      throw Error(ErrorCode::input, "option '--log' does not apply here", "--log", "it needs --radius");
  }
  if (!options.input) {
    refuse_option(options.columns, "--columns", "it needs --input");
    refuse_table_options(options);
  }
  if (options.force && !(options.output && options.output->ends_with(".npy")))
    refuse_option("--force", "--force", "it needs --output M.npy");
  const Accuracy accuracy = make_accuracy(options);
  const PreparedNetwork network = make_network(options);
  if (options.x) return at_point(options, network, accuracy);
  return options.radius ? at_radii(options, network, accuracy) : at_rows(options, network, accuracy);
}

namespace {

void declare_metric(OptionTable& t, Options& o) {
  declare_model(t, o);
  t.group("Input");
  t.value("--x", o.x, "NUMBERS", "a point, as 0.3,-0.7");
  t.value("--radius", o.radius, "R|FROM:TO:N", "a radius or N radii with both ends; needs --dimension");
  t.value("--dimension", o.dimension, "d", "1 to 1000000, with --radius");
  t.flag("--log", o.logarithmic, "space the radii logarithmically");
  t.value("--input", o.input, "FILE", ".csv, .csv.gz or .npy: every row is a point");
  t.value("--columns", o.columns, "FIRST:LAST", "columns of the file to use, from 1");
  declare_text_tables(t, o);
  declare_route(t, o);
  declare_effort(t, o);
  declare_output(t, o);
  t.group("Output");
  t.flag("--force", o.force, "replace an existing .npy");
}

std::string metric_fields() {
  std::string text;
  const auto add = [&text](std::string_view name, std::string_view meaning) {
    text += fmt::format("{:<21} {}\n", name, meaning);
  };
  add("radius", "|x|");
  add("dimension", "of the input");
  for (std::size_t k = 0; k < quantity_count; ++k) add(quantity_table[k].name, quantity_table[k].meaning);
  text += "# --x\n";
  add("x", "coordinates");
  add("metric", "the matrix A I + B x x^T");
  text += "# --input\n";
  add("row", "of the table");
  text += "# --input and --output M.npy: a line for each column of the array\n";
  add("output", "the file");
  add("rows", "points");
  add("column", "of the array");
  add("field", "its quantity");
  add("largest_error", "of its numbers");
  add("error_kind", "what the error is made of");
  return text;
}

}  // namespace

namespace command {
extern const Command metric;
const Command metric{
    .name = "metric",
    .help = "the induced metric, its volume element and curvature",
    .example = "Example:\n  widegeo metric --activation erf --depth 3 --radius 0.5:2:4 --dimension 3",
    .fields = metric_fields,
    .declare = declare_metric,
    .run = metric_command,
    .writes_arrays = [](const Options& o) { return o.input.has_value(); },
};
}  // namespace command

}  // namespace widegeo::cli
