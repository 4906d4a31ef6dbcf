// What the user wrote, still as text: one struct for all commands. Meaning is given to it in setup.hpp and by each
// command.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace widegeo::cli {

using Text = std::optional<std::string>;

struct Options {
  std::string command;
  std::vector<std::string> files;  ///< that the command reads or keeps, --output apart
  // the model
  Text activation, depth, weight_variance, bias_variance, input_scale, layer, model_file;
  std::vector<std::string> parameters;  ///< NAME=VALUE
  // how and where to answer
  Text digits, format, output, threads, seed, route, fields;
  bool quiet = false;
  // kernel and metric
  Text x, y, kind, derivatives, input, input2, columns, pairs, gradient_of, radius, dimension;
  bool logarithmic = false;
  Text header, separator, decimal;  ///< of tables in text
  // kernel --scalar
  bool scalar = false;
  Text scalar_form, rho, order;
  // Gram matrices and regression
  Text dtype, memory_limit, tolerance, targets, target_column, train, test, ridge;
  bool all_layers = false, force = false, classes = false;
  // formula
  std::vector<std::string> quantities;
  // validate
  Text campaign;  ///< a campaign file, in place of a model and a point
  Text width, samples, sampler, weight_law, weight_parameter, control_variates, target_error, false_alarm,
      validate_quantities, checkpoint, time_limit;
  bool resume = false;  ///< of a Gram matrix too
  bool distribution = false;
  // check
  Text statements;  ///< a file of the user's statements, in place of the catalogue
  Text only, explain, mutation, effort, points, certificate, verify;
  bool list = false, certified = false;
};

}  // namespace widegeo::cli
