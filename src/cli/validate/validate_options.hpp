// What `validate` is asked for on the command line: one model at one point.
#pragma once

#include <string>

#include "api/validation/plan.hpp"
#include "cli/program/commands.hpp"

namespace widegeo::cli {

/// One model and point from the options.
ValidationPlan plan_of_options(const Options& options);
/// Effort options of the command line (sampler, weight law, target error, control variates, samples) over `effort`.
void apply_effort_options(const Options& options, Effort& effort);

WeightLaw parse_weight_law(const std::string& name, const std::string& where);
Sampler parse_sampler(const std::string& name, const std::string& where);
double parse_fraction(const std::string& text, const std::string& where);  ///< 0 < value < 1
bool parse_yes_no(const std::string& text, const std::string& where);

}  // namespace widegeo::cli
