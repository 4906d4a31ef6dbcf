// The printed form of a validation.
#pragma once

#include "cli/commands.hpp"
#include "cli/validate_plan.hpp"

namespace widegeo::cli {

/// The document of judged rows with its notes; exit code 1 and the worst row's name where one fails. `print_digits` 0:
/// the shortest text of each double. In CSV every row has the same columns, whatever its dimension: the point is one
/// cell, and what does not exist is empty.
Result report_validation(const Plan& plan, const std::vector<ValidationRow>& rows, const Judgement& judgement,
                         report::Format format, unsigned print_digits);

/// For the formats that people read: the columns that there is room for.
std::vector<std::string> text_columns(bool campaign);

}  // namespace widegeo::cli
