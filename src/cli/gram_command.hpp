// Gram matrices: the kernel of every row of a file against every row of it, or of another file.
#pragma once

#include "cli/commands.hpp"
#include "storage/input_matrix.hpp"

namespace widegeo::cli {

Result gram_command(const Options& options);

/// --columns FIRST:LAST.
std::optional<storage::ColumnRange> make_columns(const Options& options);

/// The file of a command; columns that it has not are the mistake of the option, Error(input).
storage::InputMatrix open_input(const std::string& path, const std::optional<storage::ColumnRange>& columns,
                                const std::string& option = "--columns");

}  // namespace widegeo::cli
