// Makes untrusted text (an id in a file, a cell, a file name) safe for a terminal, a table and a single line.
#pragma once

#include <string>
#include <string_view>

namespace widegeo::report {

/// The text with every non-printable character escaped: \n, \t, \r; \x1b for other control characters, DEL and bytes
/// that are not UTF-8; \u202e for C1 controls, line separators, zero-width characters and bidirectional controls.
/// Printable text of any script is unchanged, backslashes included.
std::string printable(std::string_view text);

/// The same inside JSON text: characters that json::dump leaves unescaped are written as \u202e, which keeps the value.
std::string printable_json(std::string_view json);

}  // namespace widegeo::report
