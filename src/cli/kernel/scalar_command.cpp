#include "cli/kernel/scalar_command.hpp"

#include <algorithm>
#include <cmath>

#include "api/scalar.hpp"
#include "cli/program/parse.hpp"
#include "parallel/parallel.hpp"
#include "report/decimal.hpp"
#include "report/number.hpp"

namespace widegeo::cli {
namespace {

constexpr unsigned long max_rows = 100'000;

using Request = ScalarRequest;

/// LOW:HIGH:COUNT with both ends, or a list.
std::vector<Rational> correlations(const std::string& text) {
  const auto parts = split(text, ':');
  std::vector<Rational> rho;
  if (parts.size() == 3) {
    const Rational low = parse_number(parts[0], "--rho"), high = parse_number(parts[1], "--rho");
    const unsigned long count = parse_count(parts[2], "--rho", 2, max_rows);
    for (unsigned long i = 0; i < count; ++i) rho.push_back(low + (high - low) * Rational(i) / Rational(count - 1));
  } else if (parts.size() == 1) {
    rho = parse_numbers(text, "--rho");
  } else {
    throw Error(ErrorCode::input, "'" + text + "' is neither LOW:HIGH:COUNT nor a list", "--rho",
                "for example --rho -1:1:21");
  }
  for (const Rational& r : rho)
    if (abs(r) > 1) throw Error(ErrorCode::input, "a correlation lies outside of [-1, 1]", "--rho " + to_text(r));
  return rho;
}

std::vector<report::Record> table(const Request& request, const Options& options, const Accuracy& accuracy,
                                  unsigned print_digits) {
  const std::vector<Rational> rho = correlations(options.rho.value_or("-1:1:21"));
  std::vector<report::Record> rows(rho.size());
  Accuracy each = accuracy;
  each.threads = 1;
  parallel_for_ordered(rho.size(), accuracy.threads, [&](std::size_t i) {
    const Answers answers = kernel_at_correlation(request, rho[i], each);
    rows[i] = {{"kind", request.ntk ? "ntk" : "nngp"}, {"rho", exact(rho[i])}};
    for (const Answer& answer : answers) rows[i].emplace_back(answer.name, report::value_of(answer, print_digits));
  });
  return rows;
}

std::vector<report::Record> power(const Request& request, const Options& options, const Accuracy& accuracy,
                                  unsigned print_digits) {
  const auto order =
      static_cast<unsigned>(parse_count(options.order.value_or("20"), "--order", 0, gram::max_power_order));
  const Answers answers = power_coefficients(request, order, accuracy);
  std::vector<report::Record> rows;
  for (unsigned k = 0; k <= order; ++k) {
    rows.push_back({{"kind", request.ntk ? "ntk" : "nngp"},
                    {"k", static_cast<long long>(k)},
                    {"coefficient", report::value_of(answers[2 * k], print_digits)},
                    {"remainder_at_one", report::value_of(answers[2 * k + 1], print_digits)}});
  }
  return rows;
}

/// A coefficient to the digits that its absolute error leaves and some more: many of them are summed. What printing
/// takes from it is added to `lost`.
report::Value rounded(const Real& value, const Real& error, unsigned print_digits, ErrorKind kind, Real& lost) {
  constexpr double digits_of_sums = 3;
  const unsigned most = print_digits == 0 ? 17 : print_digits + 3;
  if (!(abs(value) > error)) {
    lost += abs(value);
    return report::Number{"0", report::error_text(Real(error + abs(value))), kind, most > 17};
  }
  const double ratio = std::floor(Real(log(abs(value) / error) / log(Real(10))).to_double());
  const auto digits = static_cast<unsigned>(std::clamp(ratio + 1 + digits_of_sums, 1.0, static_cast<double>(most)));
  const Real printing = report::print_error(value, digits);
  lost += printing;
  return report::Number{report::decimal(value, digits), report::error_text(Real(error + printing)), kind, most > 17};
}

std::vector<report::Record> chebyshev(const Request& request, const Accuracy& accuracy, unsigned print_digits,
                                      std::string& note) {
  const PrecisionScope scope(chebyshev_digits(accuracy));
  const auto [series, in_angle] = chebyshev_kernel(request, accuracy);

  // What is left out behind each coefficient, from the last to the first.
  const std::size_t count = series.coefficient.size();
  std::vector<Real> rest(count);
  rest[count - 1] = series.truncation;
  for (std::size_t k = count - 1; k >= 1; --k) rest[k - 1] = rest[k] + abs(series.coefficient[k]);
  std::vector<report::Record> rows;
  Real lost(0);  // by printing, of the coefficients so far
  for (std::size_t k = 0; k < count; ++k) {
    const report::Value coefficient =
        rounded(series.coefficient[k], series.coefficient_error, print_digits, ErrorKind::truncation, lost);
    rows.push_back({{"kind", request.ntk ? "ntk" : "nngp"},
                    {"k", static_cast<long long>(k)},
                    {"coefficient", coefficient},
                    {"error_of_sum", report::Exact{report::error_text(Real(rest[k] + lost))}}});
  }
  note = in_angle
             ? "kernel = sum of coefficient_k T_k(2*theta/pi - 1), theta = arccos(rho): the activation has kinks or "
               "jumps"
             : "kernel = sum of coefficient_k T_k(rho)";
  note += "; error_of_sum bounds what the coefficients up to k leave out on [-1, 1]";
  return rows;
}

}  // namespace

void refuse_scalar_options(const Options& options) {
  for (const auto& [value, name] : std::vector<std::pair<Text, std::string>>{{options.scalar_form, "--as"},
                                                                             {options.rho, "--rho"},
                                                                             {options.order, "--order"},
                                                                             {options.radius, "--radius"},
                                                                             {options.dimension, "--dimension"}})
    refuse_option(value, name, "it needs --scalar");
}

Result scalar_command(const Options& options) {
  const std::string why = "--scalar takes inputs of one norm, given by --radius";
  for (const auto& [value, name] : std::vector<std::pair<Text, std::string>>{{options.x, "--x"},
                                                                             {options.y, "--y"},
                                                                             {options.input, "--input"},
                                                                             {options.input2, "--input2"},
                                                                             {options.columns, "--columns"},
                                                                             {options.header, "--header"},
                                                                             {options.separator, "--separator"},
                                                                             {options.decimal, "--decimal"},
                                                                             {options.derivatives, "--derivatives"},
                                                                             {options.pairs, "--pairs"},
                                                                             {options.gradient_of, "--gradient-of"},
                                                                             {options.dtype, "--dtype"},
                                                                             {options.memory_limit, "--memory-limit"}})
    refuse_option(value, name, why);
  refuse_option(options.tolerance, "--tolerance", "ask for --digits");
  for (const auto& [given, name] : std::vector<std::pair<bool, std::string>>{
           {options.all_layers, "--all-layers"}, {options.force, "--force"}, {options.resume, "--resume"}}) {
    if (given) refuse_option(name, name, "it needs --input");
  }
  const std::size_t form = parse_choice(options.scalar_form.value_or("table"), "--as", {"table", "chebyshev", "power"});
  if (form != 0) refuse_option(options.rho, "--rho", "it needs --as table");
  if (form != 2) refuse_option(options.order, "--order", "it needs --as power");
  const Accuracy accuracy = make_accuracy(options);
  const unsigned print_digits = make_print_digits(options);
  const PreparedNetwork network = make_network(options);
  Request request{network};
  request.ntk = options.kind && parse_choice(*options.kind, "--kind", {"nngp", "ntk"}) == 1;
  if (request.ntk) network.require_ntk();
  const Rational radius = options.radius ? parse_number(*options.radius, "--radius") : Rational(1);
  if (radius <= 0) throw Error(ErrorCode::input, "the radius must be above 0", "--radius");
  request.t = radius * radius;
  if (options.dimension) request.dimension = parse_count(*options.dimension, "--dimension", 1, 1'000'000);
  if (!options.dimension && network.model.input_scale == InputScale::fan_in)
    throw Error(ErrorCode::input, "the scale fan-in needs the dimension of the inputs", "--dimension",
                "for example --dimension 64");

  Result result;
  result.document.schema = "widegeo/kernel/1";
  result.document.model = describe(network);
  std::string note;
  std::vector<report::Record> rows = form == 0   ? table(request, options, accuracy, print_digits)
                                     : form == 1 ? chebyshev(request, accuracy, print_digits, note)
                                                 : power(request, options, accuracy, print_digits);
  if (form == 2)
    note =
        "kernel = sum of coefficient_k rho^k; remainder_at_one = K(1) less the coefficients up to k bounds what they "
        "leave out on [-1, 1]";
  result.document.notes.push_back("|x| = |y| = " + to_text(radius) + ", x.y = rho |x|^2");
  if (!note.empty()) result.document.notes.push_back(note);
  result.document.set_rows(std::move(rows));
  return result;
}

}  // namespace widegeo::cli
