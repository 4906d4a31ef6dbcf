// One cell of a text table: a number, a column name, or the reason why it is neither.
#pragma once

#include <string>
#include <string_view>

namespace widegeo::storage {

enum class Cell { number, overflow, not_finite, not_numeric, blank, too_long };

/// Parses decimals (0.1, -3e-2, +5) and ratios (1/3), with `decimal` as decimal point. `exact` receives the number as
/// text (with a point) unless the nearest double is known to be exact; otherwise it is cleared.
Cell parse_cell(std::string_view text, char decimal, double& value, std::string& exact);

/// True for a possible column name: begins with a letter of any script or _; if quoted, also with a character that
/// cannot begin a number. Words for missing values (NA, null, ...) are not names.
bool begins_like_name(std::string_view text, bool quoted);
bool is_missing_word(std::string_view text);

/// Hint how to write a cell that was meant to be a number ("1.5D0", "$1.5", "12%", "1_000", "1,5"); empty if it
/// resembles none of these.
std::string number_hint(std::string_view text, char decimal);

/// The content of a cell, made printable on one line.
std::string shown_cell(std::string_view text);

}  // namespace widegeo::storage
