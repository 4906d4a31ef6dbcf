// The printed form of a validation.
#pragma once

#include "api/validation/plan.hpp"
#include "cli/program/commands.hpp"

namespace widegeo::cli {

struct ReportForm {
  report::Format format = report::Format::text;
  unsigned digits = 12;       ///< printed; 0: the shortest text of each double
  bool distribution = false;  ///< quantiles and histogram of every row too
};

/// The document of judged rows with its notes; exit code 1 and the worst row's name where one fails. In CSV every row
/// has the same columns, whatever its dimension: the point is one cell, and what does not exist is empty.
Result report_validation(const ValidationPlan& plan, const std::vector<ValidationRow>& rows, const Judgement& judgement,
                         const ReportForm& form);

/// For the formats that people read: the columns that there is room for.
std::vector<std::string> text_columns(bool campaign, bool distribution);

}  // namespace widegeo::cli
