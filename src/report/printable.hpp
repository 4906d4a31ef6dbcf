// Text of a stranger (a file's id, a cell, a file name) made safe for a terminal, a table and one line.
#pragma once

#include <string>
#include <string_view>

namespace widegeo::report {

/// The text with everything that is no printable character written out: \n, \t, \r; \x1b for other control characters,
/// DEL and bytes that are no UTF-8; \u202e for the controls of C1, separators of lines, marks without width and what
/// turns the direction of writing. Printable text, of any script, comes back as it is; so does a backslash.
std::string printable(std::string_view text);

/// The same inside of a JSON text: what json::dump leaves as it stands is written as \u202e, so that the value does not
/// change.
std::string printable_json(std::string_view json);

}  // namespace widegeo::report
