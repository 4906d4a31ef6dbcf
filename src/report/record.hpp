// One record model behind every output format: rows of named values.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "number/estimate.hpp"

namespace widegeo::report {

/// A computed number: decimal text of value and error. `as_text` (more than 17 digits) makes both JSON strings.
struct Number {
  std::string value, error;
  ErrorKind kind = ErrorKind::rounding;
  bool as_text = false;
};

/// A number given by the user, or exact for another reason: no error ("0.3", "1/3").
struct Exact {
  std::string text;
};

/// A quantity that does not exist, and why.
struct Null {
  std::string reason;
};

struct Value;
using List = std::vector<Value>;
/// Ordered names and values; inside of a value: an object.
using Record = std::vector<std::pair<std::string, Value>>;

struct Value {
  std::variant<std::string, bool, long long, Exact, Number, Null, List, Record> data;

  template <class V>
  Value(V value) : data(std::move(value)) {}            // NOLINT: every alternative is a Value
  Value(const char* text) : data(std::string(text)) {}  // NOLINT
};

struct Document {
  std::string schema;  ///< "widegeo/kernel/1"
  Record model;        ///< empty when the command has no model
  std::size_t count = 0;
  std::function<Record(std::size_t)> row;  ///< rows are made on demand so that a long table is never held as text
  std::vector<std::string> notes;          ///< said in text output and, as "notes", in JSON

  void set_rows(std::vector<Record> rows);
  /// Keeps only these fields of every row, in this order. Throws Error(input) for a name that the first row does not
  /// have, naming the nearest.
  void select(const std::vector<std::string>& fields);
};

enum class Format { text, json, csv, markdown, latex };

/// Throws Error(input) naming the formats and the nearest one.
Format parse_format(const std::string& name);

/// Appends the whole document to `sink`, which is called with pieces of text in order.
using Sink = std::function<void(const std::string&)>;
void render(const Document& document, Format format, const Sink& sink);

void render_json(const Document& document, const Sink& sink);
void render_csv(const Document& document, const Sink& sink);
void render_text(const Document& document, const Sink& sink);
/// markdown or latex.
void render_markup(const Document& document, Format format, const Sink& sink);

/// One cell of a table without its error: "0.25", "[1, 2]", "-" for null. Shared by text, CSV and markup; texts are
/// printable.
std::string cell(const Value& value);
/// Relative error of the worst number in the record ("1.2e-16"); empty when it holds none.
std::string worst_error(const Record& record);

}  // namespace widegeo::report
