// From the options' text to a prepared network, the wanted accuracy, and the form of the output.
#pragma once

#include "api/describe.hpp"
#include "cli/program/options.hpp"
#include "number/escalation.hpp"
#include "report/record.hpp"

namespace widegeo::cli {

using namespace api;  // the program is its client

/// Reads --model, then the options over it. Throws Error.
PreparedNetwork make_network(const Options& options);
Accuracy make_accuracy(const Options& options);
report::Format make_format(const Options& options);
/// Significant digits of printed numbers; 0: the shortest text of the double.
unsigned make_print_digits(const Options& options);
unsigned make_threads(const Options& options);

/// Values of a TOML file for options that the command line left open. Throws Error(io) or Error(input).
void read_model_file(Options& options);

}  // namespace widegeo::cli
