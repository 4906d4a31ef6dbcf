#include "cli/program/setup.hpp"

#include <map>

#include "cli/program/parse.hpp"
#include "number/error.hpp"
#include "parallel/parallel.hpp"

namespace widegeo::cli {
namespace {

constexpr unsigned default_digits = 12;

std::map<std::string, std::string> parse_parameters(const std::vector<std::string>& texts) {
  std::map<std::string, std::string> parameters;
  for (const std::string& text : texts) {
    const std::size_t mark = text.find('=');
    if (mark == std::string::npos || mark == 0 || mark + 1 == text.size()) {
      throw Error(ErrorCode::input, "'" + text + "' is not NAME=VALUE", "--param", "for example --param alpha=0.2");
    }
    if (!parameters.emplace(text.substr(0, mark), text.substr(mark + 1)).second) {
      throw Error(ErrorCode::input, "parameter '" + text.substr(0, mark) + "' is given twice", "--param");
    }
  }
  return parameters;
}

Model make_model(const Options& options) {
  Model model;
  if (options.depth) model.depth = static_cast<unsigned>(parse_count(*options.depth, "--depth", 1, 100000));
  if (options.weight_variance) model.weight_variance = parse_numbers(*options.weight_variance, "--weight-variance");
  if (options.bias_variance) model.bias_variance = parse_numbers(*options.bias_variance, "--bias-variance");
  if (options.input_scale) {
    model.input_scale = parse_choice(*options.input_scale, "--input-scale", {"one", "fan-in"}) == 0
                            ? InputScale::one
                            : InputScale::fan_in;
  }
  if (options.layer)
    model.read_out = parse_choice(*options.layer, "--layer", {"post", "pre"}) == 0 ? ReadOut::post : ReadOut::pre;
  model.validate();
  return model;
}

}  // namespace

PreparedNetwork make_network(const Options& given) {
  Options options = given;
  if (options.model_file) read_model_file(options);
  if (!options.activation) {
    throw Error(ErrorCode::input, "no activation is given", "--activation",
                "a name of `widegeo activations`, or an expression in x");
  }
  const Model model = make_model(options);
  const unsigned threads = make_threads(options);
  if (options.seed) (void)parse_count(*options.seed, "--seed", 0, ~0UL);
  const auto route =
      static_cast<Route>(options.route ? parse_choice(*options.route, "--route", {"auto", "closed", "quadrature"}) : 0);
  return api::prepare(*options.activation, parse_parameters(options.parameters), model, route, threads);
}

Accuracy make_accuracy(const Options& options) {
  Accuracy accuracy;
  accuracy.threads = make_threads(options);
  accuracy.digits = default_digits;
  (void)make_format(options);
  if (options.digits) {
    accuracy.digits = static_cast<unsigned>(parse_count(*options.digits, "--digits", 1, 10000));
    accuracy.all_digits = true;
  }
  return accuracy;
}

report::Format make_format(const Options& options) {
  return options.format ? report::parse_format(*options.format) : report::Format::text;
}

unsigned make_print_digits(const Options& options) {
  if (options.digits) return static_cast<unsigned>(parse_count(*options.digits, "--digits", 1, 10000));
  const report::Format format = make_format(options);
  return format == report::Format::json || format == report::Format::csv ? 0 : default_digits;
}

unsigned make_threads(const Options& options) {
  if (options.threads) return static_cast<unsigned>(parse_count(*options.threads, "--threads", 1, 4096));
  return available_threads();
}

}  // namespace widegeo::cli
