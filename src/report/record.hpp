// The record model behind every output format: rows of named values.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "number/estimate.hpp"

namespace widegeo::report {

/// A computed number: decimal texts of value and error. `as_text` (more than 17 digits) makes both JSON strings.
struct Number {
  std::string value, error;
  ErrorKind kind = ErrorKind::rounding;
  bool as_text = false;
};

/// A number given by the user or otherwise exact: no error ("0.3", "1/3").
struct Exact {
  std::string text;
};

/// A quantity that does not exist, and why.
struct Null {
  std::string reason;
};

struct Value;
using List = std::vector<Value>;
/// Ordered names and values; as a value: an object.
using Record = std::vector<std::pair<std::string, Value>>;

struct Value {
  std::variant<std::string, bool, long long, Exact, Number, Null, List, Record> data;

  template <class V>
  Value(V value) : data(std::move(value)) {}            // NOLINT: every alternative is a Value
  Value(const char* text) : data(std::string(text)) {}  // NOLINT
};

struct Document {
  std::string schema;  ///< "widegeo/kernel/1"
  Record model;        ///< empty if the command has no model
  std::size_t count = 0;
  std::function<Record(std::size_t)> row;  ///< rows are made on demand so that a long table is never held as text
  std::vector<std::string> notes;          ///< said in text output and, as "notes", in JSON
  /// Fields that follow from the others, in the order in which a table too wide for the terminal leaves them out.
  std::vector<std::string> expendable;

  void set_rows(std::vector<Record> rows);
  /// Keeps only these fields of every row, in this order, with a Null for what a row does not have; none of them is
  /// expendable.
  void select(const std::vector<std::string>& fields);
};

enum class Format { text, json, csv, markdown, latex };

/// Throws Error(input) listing the formats and suggesting the nearest.
Format parse_format(const std::string& name);

/// How text for people is laid out; the other formats do not depend on it.
struct TextLayout {
  /// Every digit of a number is shown and its error stated beside it; otherwise the notation is that of concise.hpp.
  bool all_digits = false;
  std::optional<std::size_t> width;  ///< of the terminal, in characters; none: tables are as wide as they are
};

/// Appends the whole document to `sink`, which is called with pieces of text in order.
using Sink = std::function<void(const std::string&)>;
void render(const Document& document, Format format, const Sink& sink, const TextLayout& layout = {});

void render_json(const Document& document, const Sink& sink);
void render_csv(const Document& document, const Sink& sink);
void render_text(const Document& document, const TextLayout& layout, const Sink& sink);
/// markdown or latex.
void render_markup(const Document& document, Format format, const Sink& sink);

/// A number as all its digits, without its error.
std::string digits_of(const Number& number);
/// One cell of a table: "0.25", "[1, 2]", "-" for null. Shared by text, CSV and markup; texts are printable.
std::string cell(const Value& value, std::string (*number_text)(const Number&) = digits_of);
/// Relative error of the worst number in the record ("1.2e-16"); empty when it holds none.
std::string worst_error(const Record& record);

}  // namespace widegeo::report
