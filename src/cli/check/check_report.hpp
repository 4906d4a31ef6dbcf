// What `widegeo check` prints of theorems and of statements.
#pragma once

#include <string>
#include <vector>

#include "api/check.hpp"
#include "cli/program/commands.hpp"
#include "statement/finding.hpp"
#include "statement/statement.hpp"

namespace widegeo::cli {

/// The result of a run: a record a theorem, the exit code and its line.
Result report_theorems(const std::vector<TheoremRun>& runs, const Options& options, const report::Record& model);
/// Everything that is known of one theorem, with the numbers that were compared.
Result explain_theorem_run(const TheoremRun& run, const Options& options, const report::Record& model);
Result report_list(const std::vector<const theory::Theorem*>& theorems, const Options& options);

/// The result of a search or a proof: a record a statement.
Result report_findings(const std::vector<statement::Statement>& statements,
                       const std::vector<statement::Finding>& findings, const Options& options);

/// The command that shows the geometry at the point; empty where there is none (no activation, no radius).
std::string command_of(const statement::Statement& statement, const statement::Point& point);

/// A number for people (three digits) or for programs (all of them); what is not finite is none.
report::Value short_number(double value, report::Format format);
bool for_people(report::Format format);

/// A text from a file: as it is for programs that read JSON, which escapes it, else as one printable line.
std::string shown(const std::string& text, report::Format format);

/// The seconds of --time-limit; 0 without it. Throws Error(input) where they are not positive.
double time_limit_of(const Options& options);

}  // namespace widegeo::cli
