// Tables of numbers that a command reads: which columns, and how they are written.
#pragma once

#include <optional>
#include <string>

#include "cli/program/options.hpp"
#include "report/record.hpp"
#include "storage/table/input_matrix.hpp"

namespace widegeo::cli {

/// --columns FIRST:LAST.
std::optional<storage::ColumnRange> make_columns(const Options& options);

/// --header N|none, --separator CHAR, --decimal CHAR. Throws Error(input).
storage::TableFormat make_table_format(const Options& options);

/// Throws Error(input) when one of them is given where no table is read.
void refuse_table_options(const Options& options);

/// The file of a command; columns that it has not are the mistake of the option, Error(input).
storage::InputMatrix open_input(const std::string& path, const Options& options,
                                const std::optional<storage::ColumnRange>& columns,
                                const std::string& option = "--columns");

/// What the reader took for granted, said with the answer.
void add_notes(const storage::InputMatrix& input, report::Document& document);

}  // namespace widegeo::cli
