// Users' statements in TOML: tables [[statement]] with the keys id, claim, where, forall, layer, input_scale.
#pragma once

#include <string>
#include <vector>

#include "expr/expr.hpp"
#include "number/error.hpp"
#include "statement/statement.hpp"

namespace widegeo::cli {

/// Where something is wrong: the place of the statement, unless `where` names one in the same file itself.
std::string placed(const std::string& place, const std::string& where);

/// An expression that does not parse, with the file and line that it stands in.
class PlacedParseError : public Error {
 public:
  PlacedParseError(const expr::ParseError& error, const std::string& place);
  const std::string& caret_text() const { return caret_text_; }  ///< the expression and a caret under the position

 private:
  std::string caret_text_;
};

/// Throws Error(io) when the file cannot be read or is no TOML; Error(input) naming the file and the line.
std::vector<statement::Statement> read_statements(const std::string& path);
/// The same of a text; `name` stands for the file in messages.
std::vector<statement::Statement> parse_statements(const std::string& text, const std::string& name);

/// The texts of the objects of a JSON array, byte by byte as they stand, or the one text that is no array. Throws
/// Error(input) when brackets or quotes do not match.
std::vector<std::string> split_json_array(const std::string& text, const std::string& path);

}  // namespace widegeo::cli
