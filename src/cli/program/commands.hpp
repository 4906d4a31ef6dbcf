// What a command gives: the document that is printed, and the exit code.
#pragma once

#include <cstdint>
#include <vector>

#include "cli/program/options.hpp"
#include "cli/program/setup.hpp"
#include "report/record.hpp"

namespace widegeo::cli {

struct Result {
  report::Document document;
  int exit_code = 0;
  Text raw;                         ///< printed instead of the document (LaTeX source)
  bool to_standard_output = false;  ///< --output was used up by the command itself (a Gram matrix)
  bool fields_used = false;         ///< and so was --fields (the columns of an array)
  bool silent = false;              ///< nothing is printed or written: interrupted, or not the process that reports
  std::string hint;                 ///< of the error line of exit code 1 or 3
  std::string claim;                ///< what failed, for the error line of exit code 1 or 3
  std::string failure;              ///< of the error line of exit code 1 or 3, where a command has words of its own
};

/// Writes the document to --output (whole or not at all) or to standard output. Throws Error(io).
void emit(const Result& result, const Options& options);

/// Throws Error(input) when an option is given that has no meaning together with what else is given.
void refuse_option(const Text& value, const std::string& option, const std::string& why);

}  // namespace widegeo::cli
