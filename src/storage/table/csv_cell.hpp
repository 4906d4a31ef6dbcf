// One cell of a table in text: a number, the name of a column, or why it is neither.
#pragma once

#include <string>
#include <string_view>

namespace widegeo::storage {

enum class Cell { number, overflow, not_finite, not_numeric, blank, too_long };

/// Decimals (0.1, -3e-2, +5) and ratios (1/3), with `decimal` for the point. `exact` gets the number as text with a
/// point where the double nearest to it is not known to be exact, else it is emptied.
Cell parse_cell(std::string_view text, char decimal, double& value, std::string& exact);

/// Can the cell be the name of a column: it begins with a letter of any script or with _; quoted, also with what no
/// number begins with. Words for missing values (NA, null, ...) are none.
bool begins_like_name(std::string_view text, bool quoted);
bool is_missing_word(std::string_view text);

/// How to write a cell that is no number but was meant to be one ("1.5D0", "$1.5", "12%", "1_000", "1,5"); empty when
/// it looks like none of them.
std::string number_hint(std::string_view text, char decimal);

/// What stands in a cell, made safe to print on one line.
std::string shown_cell(std::string_view text);

}  // namespace widegeo::storage
