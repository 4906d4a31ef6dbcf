// The printed form of a validation.
#pragma once

#include "cli/commands.hpp"
#include "cli/validate_plan.hpp"

namespace widegeo::cli {

/// The document of judged rows with its notes; exit code 1 and the worst row's name where one fails. `print_digits` 0:
/// the shortest text of each double.
Result report_validation(const Plan& plan, const std::vector<ValidationRow>& rows, const Judgement& judgement,
                         unsigned print_digits);

/// The columns that a terminal has room for.
std::vector<std::string> text_columns(bool campaign);

}  // namespace widegeo::cli
