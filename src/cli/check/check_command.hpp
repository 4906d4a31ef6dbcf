// `widegeo check`: the catalogue of theorems, users' statements, certificates.
#pragma once

#include <vector>

#include "cli/program/commands.hpp"
#include "statement/statement.hpp"
#include "theory/theorem.hpp"

namespace widegeo::cli {

/// The theorems that --only names by identifier or group, in the order of the catalogue; all without it.
std::vector<const theory::Theorem*> selected_theorems(const Options& options);

Result run_catalogue(const Options& options);
Result list_catalogue(const Options& options);
Result explain_theorem(const Options& options);

Result search_statements(const std::vector<statement::Statement>& statements, const Options& options);
Result prove_statements(const std::vector<statement::Statement>& statements, const Options& options);
/// The statements that the selected theorems prove over whole ranges. Throws Error(input) when there are none.
std::vector<statement::Statement> provable_statements(const Options& options);
Result verify_certificates(const Options& options);

}  // namespace widegeo::cli
