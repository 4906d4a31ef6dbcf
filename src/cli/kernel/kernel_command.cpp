#include "cli/kernel/kernel_command.hpp"

#include "cli/gram/gram_command.hpp"
#include "cli/kernel/derivatives_command.hpp"
#include "cli/kernel/scalar_command.hpp"
#include "cli/program/command.hpp"
#include "cli/program/input_file.hpp"
#include "cli/program/parse.hpp"
#include "report/number.hpp"

namespace widegeo::cli {
namespace {

constexpr std::size_t max_hessian_dimension = 256;

report::Value list_of(const Answers& answers, std::size_t& next, std::size_t count, unsigned digits) {
  report::List list;
  for (std::size_t i = 0; i < count; ++i) list.push_back(report::value_of(answers.at(next++), digits));
  return list;
}

/// What only a Gram matrix has.
void refuse_gram_options(const Options& options) {
  const std::string why = "it needs --input";
  for (const auto& [value, name] : std::vector<std::pair<Text, std::string>>{{options.input2, "--input2"},
                                                                             {options.columns, "--columns"},
                                                                             {options.dtype, "--dtype"},
                                                                             {options.memory_limit, "--memory-limit"},
                                                                             {options.tolerance, "--tolerance"}}) {
    refuse_option(value, name, why);
  }
  for (const auto& [given, name] : std::vector<std::pair<bool, std::string>>{
           {options.all_layers, "--all-layers"}, {options.force, "--force"}, {options.resume, "--resume"}}) {
    if (given) refuse_option(name, name, why);
  }
  if (options.kind == "both")
    throw Error(ErrorCode::input, "both kinds at once need --input", "--kind both", "use nngp or ntk");
}

}  // namespace

PairRequest make_request(const Options& options) {
  PairRequest request;
  if (options.kind) request.ntk = parse_choice(*options.kind, "--kind", {"nngp", "ntk"}) == 1;
  if (options.derivatives)
    request.derivatives = static_cast<unsigned>(parse_count(*options.derivatives, "--derivatives", 0, 2));
  return request;
}

Result kernel_command(const Options& options) {
  if (options.scalar) return scalar_command(options);
  refuse_scalar_options(options);
  if (asks_for_derivatives(options)) return derivatives_command(options);
  refuse_option(options.pairs, "--pairs", "it needs --input");
  refuse_option(options.gradient_of, "--gradient-of", "it needs --input and --derivatives 1");
  if (options.input) return gram_command(options);
  refuse_table_options(options);
  refuse_gram_options(options);
  if (!options.x) throw Error(ErrorCode::input, "no input is given", "--x", "for example --x 0.3,-0.7 --y 0.5,0.2");
  const std::vector<Rational> x = parse_numbers(*options.x, "--x");
  const std::vector<Rational> y = options.y ? parse_numbers(*options.y, "--y") : x;
  if (x.size() != y.size()) {
    throw Error(ErrorCode::input,
                "x has " + std::to_string(x.size()) + " coordinates and y has " + std::to_string(y.size()), "--y");
  }
  const PairRequest request = make_request(options);
  if (request.derivatives == 2 && x.size() > max_hessian_dimension) {
    throw Error(ErrorCode::input,
                "the mixed Hessian is printed up to " + std::to_string(max_hessian_dimension) + " dimensions",
                "--derivatives 2", "ask for --derivatives 1");
  }
  const Accuracy accuracy = make_accuracy(options);
  const PreparedNetwork network = make_network(options);

  const unsigned digits = make_print_digits(options);
  const Answers answers = kernel_answers(network, request, x, y, accuracy);
  report::Record row;
  row.emplace_back("kind", request.ntk ? "ntk" : "nngp");
  row.emplace_back("x", exact_list(x));
  row.emplace_back("y", exact_list(y));
  std::size_t next = 0;
  row.emplace_back("kernel", report::value_of(answers.at(next++), digits));
  row.emplace_back("kernel_dot", report::value_of(answers.at(next++), digits));
  const std::size_t d = x.size();
  if (request.derivatives >= 1) {
    row.emplace_back("gradient_x", list_of(answers, next, d, digits));
    row.emplace_back("gradient_y", list_of(answers, next, d, digits));
  }
  if (request.derivatives >= 2) {
    report::List hessian;
    for (std::size_t i = 0; i < d; ++i) hessian.push_back(list_of(answers, next, d, digits));
    row.emplace_back("mixed_hessian", hessian);
  }
  Result result;
  result.document.schema = "widegeo/kernel/1";
  // The closed form may have left the pair to quadrature, as the kind of its errors says.
  PreparedNetwork used = network;
  if (kind_of(answers.front()) == ErrorKind::truncation) used.closed.reset();
  result.document.model = describe(used);
  result.document.set_rows({row});
  return result;
}

namespace {

void declare_scalar(OptionTable& t, Options& o) {
  t.group("One function of the correlation");
  t.flag("--scalar", o.scalar, "the kernel of inputs of one norm as a function of rho = x.y/|x|^2");
  t.value("--as", o.scalar_form, "table|chebyshev|power", "values or coefficients (default table)");
  t.value("--rho", o.rho, "LOW:HIGH:COUNT or NUMBERS", "correlations of the table (default -1:1:21)");
  t.value("--order", o.order, "N", "order of the power series, up to 200 (default 20)");
  t.value("--radius", o.radius, "R", "the norm of the inputs (default 1)");
  t.value("--dimension", o.dimension, "d", "dimension of the inputs, for --input-scale fan-in");
}

void declare_gram(OptionTable& t, Options& o) {
  t.group("Gram matrix (--input)");
  t.flag("--all-layers", o.all_layers, "a matrix for every depth 1..L");
  t.value("--dtype", o.dtype, "float64|float32", "number type of the .npy written (default float64)");
  t.value("--tolerance", o.tolerance, "E",
          "requested error, relative to sqrt(K(x,x) K(y,y)) (default 1e-12; with --derivatives or --pairs 1e-10)");
  t.value("--memory-limit", o.memory_limit, "BYTES", "memory to use beyond the files (default 64M)");
  t.flag("--force", o.force, "replace an existing output file");
  t.flag("--resume", o.resume, "continue an interrupted run");
}

void declare_kernel(OptionTable& t, Options& o) {
  declare_model(t, o);
  t.group("Input");
  t.value("--x", o.x, "NUMBERS", "first input, as 0.3,-0.7");
  t.value("--y", o.y, "NUMBERS", "second input (default: the first)");
  t.value("--input", o.input, "FILE", ".csv, .csv.gz or .npy: Gram matrix of its rows, with --output");
  t.value("--input2", o.input2, "FILE", "the rows of --input against these");
  t.value("--columns", o.columns, "FIRST:LAST", "columns of the files to use, from 1");
  t.group("Quantity");
  t.value("--kind", o.kind, "nngp|ntk|both", "both in a Gram matrix (default nngp)");
  t.value("--derivatives", o.derivatives, "0|1|2", "with gradients (1) and the mixed Hessian (2)");
  t.value("--gradient-of", o.gradient_of, "x|y",
          "with --input and --derivatives 1: d/d x_i or d/d y_j of k(x_i, y_j) (default y)");
  t.group("Input");
  t.value("--pairs", o.pairs, "FILE",
          "with --input: only these pairs of rows; two columns of row numbers, counted from 0");
  declare_text_tables(t, o);
  declare_scalar(t, o);
  declare_gram(t, o);
  declare_route(t, o);
  declare_effort(t, o);
  declare_output(t, o);
}

std::string kernel_fields() {
  return R"(# a pair of inputs
kind                    nngp or ntk
x                       coordinates of the first input
y                       coordinates of the second input
kernel                  k(x, y)
kernel_dot              the kernel of phi' in place of the last phi
gradient_x              d k / d x_i
gradient_y              d k / d y_i
mixed_hessian           d^2 k / d x_i d y_j
# --scalar: inputs of one norm
rho                     the correlation
k                       the degree of a coefficient
coefficient             of rho^k, or of the Chebyshev polynomial T_k
remainder_at_one        k(1) less the coefficients so far: bounds what the rest of the power series can give
error_of_sum            of the Chebyshev series that ends here
# --input and --output: arrays
layer                   of the matrix
output                  the file
plane                   of the array that holds the matrix
shape                   of the array
rows                    points of --input
columns                 points of --input2, or of --input
derivatives             order of the derivatives
gradient_of             the input that is differentiated
largest_relative_error  of an entry, relative to sqrt(k(x,x) k(y,y))
largest_error           of a number, relative to error_relative_to
error_relative_to       a formula
error_kind              what the error is made of
representation          how the entries were computed
careful_pairs           computed again with more digits
seconds                 of everything but the way to the disk
seconds_computing       of the entries alone
seconds_to_disk         until the file had its name
entries_per_second      of all matrices together
)";
}

}  // namespace

namespace command {
extern const Command kernel;
const Command kernel{
    .name = "kernel",
    .help = "the kernel of a pair of inputs, or a Gram matrix",
    .example = "Example:\n  widegeo kernel --activation erf --x 0.3,-0.7 --y 0.5,0.2 --derivatives 2",
    .fields = kernel_fields,
    .declare = declare_kernel,
    .run = kernel_command,
    .shared_by_ranks = [](const Options& o) { return o.input && !o.scalar; },
    .writes_arrays = [](const Options& o) { return o.input && !o.scalar; },
};
}  // namespace command

}  // namespace widegeo::cli
