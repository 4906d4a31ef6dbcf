// One model and point from the command line.
#include "cli/validate/validate_options.hpp"

#include <algorithm>

#include "cli/program/parse.hpp"

namespace widegeo::cli {
WeightLaw parse_weight_law(const std::string& name, const std::string& where) {
  return static_cast<WeightLaw>(parse_choice(name, where, weight_law_names()));
}

Sampler parse_sampler(const std::string& name, const std::string& where) {
  return static_cast<Sampler>(parse_choice(name, where, {"auto", "conditional", "explicit"}));
}

double parse_fraction(const std::string& text, const std::string& where) {
  const Rational value = parse_number(text, where);
  if (value <= 0 || value >= 1)
    throw Error(ErrorCode::input, "'" + text + "' is not between 0 and 1", where, "for example 1e-3");
  return nearest_double(value);
}

bool parse_yes_no(const std::string& text, const std::string& where) {
  return parse_choice(text, where, {"yes", "no"}) == 0;
}

void apply_effort_options(const Options& options, Effort& effort) {
  if (options.sampler) effort.sampler = parse_sampler(*options.sampler, "--sampler");
  if (options.weight_law) effort.law = parse_weight_law(*options.weight_law, "--weight-law");
  if (options.weight_parameter)
    effort.law_parameter = nearest_double(parse_number(*options.weight_parameter, "--weight-parameter"));
  if (options.samples) {
    effort.samples.clear();
    for (const std::string& text : split(*options.samples, ','))
      effort.samples.push_back(parse_count(text, "--samples", 2, 4'294'967'295UL));
  }
  if (options.target_error) {
    effort.target_error.clear();
    for (const std::string& text : split(*options.target_error, ','))
      effort.target_error.push_back(parse_fraction(text, "--target-error"));
    // The target decides; the number of networks is only where to give up.
    if (!options.samples) effort.samples = {100'000'000};
  }
  if (options.control_variates) effort.control_variates = parse_yes_no(*options.control_variates, "--control-variates");
}

ValidationPlan plan_of_options(const Options& options) {
  if (!options.x)
    throw Error(ErrorCode::input, "no point is given", "--x", "for example --x 0.8,0.3, or a campaign file");
  ValidationPlan plan;
  Case c;
  c.x = parse_numbers(*options.x, "--x");
  const std::size_t d = c.x.size();
  plan.seed = parse_count(options.seed.value_or("0"), "--seed", 0, ~0UL);
  if (options.false_alarm) plan.false_alarm = parse_fraction(*options.false_alarm, "--false-alarm");
  c.network = make_network(options);
  // Control variates need a few networks for each of them; explicit weights have none and take longer.
  const bool linear_time = !options.weight_law && options.sampler.value_or("") != "explicit";
  if (linear_time) c.effort.samples = {2000};
  apply_effort_options(options, c.effort);
  if (options.weight_parameter && !has_parameter(c.effort.law))
    throw Error(ErrorCode::input, "only the laws sparse and student-t have a parameter", "--weight-parameter",
                "give --weight-law too");
  if (options.validate_quantities)
    set_quantities(c, split(*options.validate_quantities, ','));
  else
    set_quantities(c, default_quantities(d));
  if (options.width) {
    c.effort.widths.clear();
    for (const std::string& text : split(*options.width, ','))
      c.effort.widths.push_back(parse_count(text, "--width", 1, 100'000'000));
  } else {
    c.effort.widths = default_widths(c);
  }
  c.label = model_label(c.network, c.effort);
  check_case(c);
  plan.cases.push_back(std::move(c));
  return plan;
}

}  // namespace widegeo::cli
