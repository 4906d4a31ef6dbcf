#include "cli/program/setup.hpp"

#include <algorithm>
#include <string>

#include "cli/program/parse.hpp"
#include "gaussian/gaussian.hpp"
#include "number/error.hpp"
#include "parallel/parallel.hpp"
#include "report/decimal.hpp"

namespace widegeo::cli {
namespace {

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

/// Names of the entries that have a closed form, for the hint of --route closed.
std::string names_with_closed_form() {
  std::string names;
  for (const CatalogueEntry& entry : catalogue()) {
    if (entry.list_parameter || !find_closed_form(make_activation(entry.name))) continue;
    names += (names.empty() ? "" : ", ") + entry.name;
  }
  return names;
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
    model.layer = parse_choice(*options.layer, "--layer", {"post", "pre"}) == 0 ? Layer::post : Layer::pre;
  model.validate();
  return model;
}

}  // namespace

Setup make_setup(const Options& given) {
  Options options = given;
  if (options.model_file) read_model_file(options);
  if (!options.activation) {
    throw Error(ErrorCode::input, "no activation is given", "--activation",
                "a name of `widegeo activations`, or an expression in x");
  }
  Setup setup;
  setup.model = make_model(options);
  setup.threads = make_threads(options);
  if (options.seed) (void)parse_count(*options.seed, "--seed", 0, ~0UL);
  if (options.route)
    setup.route = static_cast<Route>(parse_choice(*options.route, "--route", {"auto", "closed", "quadrature"}));
  setup.activation = make_activation(*options.activation, parse_parameters(options.parameters));
  if (!setup.activation.analysis.undefined_where.empty()) {
    throw Error(ErrorCode::input, "the activation is undefined on part of the line",
                setup.activation.name + " where " + setup.activation.analysis.undefined_where);
  }
  for (const expr::SpecialPoint& point : setup.activation.analysis.points) {
    if (point.value_integrable) continue;
    throw Error(
        ErrorCode::input,
        "E phi(h)^2 is infinite: the activation is not square integrable near " + report::decimal(point.approximate, 6),
        setup.activation.name);
  }
  if (setup.route != Route::quadrature) setup.closed = find_closed_form(setup.activation);
  if (setup.route == Route::closed && !setup.closed) {
    throw Error(ErrorCode::input, "'" + setup.activation.name + "' has no closed form", "--route closed",
                "closed forms are known for " + names_with_closed_form());
  }
  return setup;
}

std::string Setup::no_derivative_reason() const {
  for (const expr::SpecialPoint& point : activation.analysis.points) {
    if (point.derivative_integrable) continue;
    return point.kind == expr::SpecialPoint::Kind::jump ? "the activation jumps, so E phi'(h)^2 is infinite"
                                                        : "phi' is not square integrable, so E phi'(h)^2 is infinite";
  }
  if (closed && !closed->metric_exists) return "the activation jumps, so E phi'(h)^2 is infinite";
  return {};
}

std::string Setup::no_metric_reason() const {
  if (model.layer == Layer::pre && model.depth == 1) return {};
  return no_derivative_reason();
}

bool Setup::units_on_kink(const Rational& t) const {
  const auto at_zero = [](const expr::SpecialPoint& point) {
    return point.exact ? *point.exact == 0 : point.approximate == 0;
  };
  const bool activated = model.depth > 1 || model.layer == Layer::post;
  return activated && t == 0 && model.b(1) == 0 && std::ranges::any_of(activation.analysis.points, at_zero);
}

Accuracy make_accuracy(const Options& options) {
  Accuracy accuracy;
  accuracy.threads = make_threads(options);
  const report::Format format = make_format(options);
  if (options.digits) {
    accuracy.digits = static_cast<unsigned>(parse_count(*options.digits, "--digits", 1, 10000));
    accuracy.explicit_digits = true;
    accuracy.print_digits = accuracy.digits;
  } else if (format == report::Format::json || format == report::Format::csv) {
    accuracy.print_digits = 0;
  }
  return accuracy;
}

report::Format make_format(const Options& options) {
  return options.format ? report::parse_format(*options.format) : report::Format::text;
}

unsigned make_threads(const Options& options) {
  if (options.threads) return static_cast<unsigned>(parse_count(*options.threads, "--threads", 1, 4096));
  return available_threads();
}

report::Value exact(const Rational& value) { return report::Exact{to_text(value)}; }

report::Value exact_list(const std::vector<Rational>& values) {
  report::List list;
  for (const Rational& value : values) list.push_back(exact(value));
  return list;
}

report::Record describe(const Setup& setup) {
  report::Record record;
  record.emplace_back("activation", setup.activation.name);
  report::List parameters;
  for (const auto& [name, value] : setup.activation.parameters) parameters.push_back(name + "=" + expr::to_text(value));
  record.emplace_back("parameters", parameters);
  record.emplace_back("depth", static_cast<long long>(setup.model.depth));
  record.emplace_back("weight_variance", exact_list(setup.model.weight_variance));
  record.emplace_back("bias_variance", exact_list(setup.model.bias_variance));
  record.emplace_back("input_scale", setup.model.input_scale == InputScale::one ? "one" : "fan-in");
  record.emplace_back("layer", setup.model.layer == Layer::post ? "post" : "pre");
  record.emplace_back("route", setup.use_closed() ? "closed" : "quadrature");
  return record;
}

template <class T>
std::unique_ptr<Expectations<T>> make_source(const Setup& setup, bool closed, bool brief) {
  if (closed) {
    ClosedForm form = *setup.closed;
    form.brief = brief;
    return closed_form_expectations<T>(form);
  }
  GaussianOptions options;
  options.threads = setup.threads;
  return quadrature_expectations<T>(setup.activation, options);
}

template std::unique_ptr<Expectations<TrackedDouble>> make_source<TrackedDouble>(const Setup&, bool, bool);
template std::unique_ptr<Expectations<TrackedBlock>> make_source<TrackedBlock>(const Setup&, bool, bool);
template std::unique_ptr<Expectations<Real>> make_source<Real>(const Setup&, bool, bool);

}  // namespace widegeo::cli
