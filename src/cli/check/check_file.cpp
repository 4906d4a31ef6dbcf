#include "cli/check/check_file.hpp"

#include <algorithm>

#include "cli/program/parse.hpp"
#include "cli/program/toml_reader.hpp"

namespace widegeo::cli {
namespace {

const char* const kind_of_file = "the file of statements";

/// The one text or number of a key.
std::string one_text(const TomlReader& reader, const toml::table& table, const std::string& key) {
  const toml::node* node = TomlReader::find(table, key);
  return node == nullptr ? "" : reader.scalar(*node, key);
}

const std::string line_mark = ", line ", statement_mark = ", statement at line ";

/// Errors name columns of the claim, which stands on a line of its own: this is where the statement begins.
std::string place_of_statement(const TomlReader& reader, const toml::table& table) {
  std::string place = reader.place(table);
  const std::size_t at = place.rfind(line_mark);
  return at == std::string::npos ? place : place.replace(at, line_mark.size(), statement_mark);
}

std::string spelled(std::string_view key) {
  std::string name(key);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

/// A TOML table forgets the order of its keys; the places in the file tell it.
std::vector<statement::Domain> read_domains(const TomlReader& reader, const toml::table& forall) {
  struct Entry {
    std::string name;
    const toml::node* node;
    toml::source_position place;
  };
  std::vector<Entry> entries;
  for (const auto& [key, node] : forall) entries.push_back({spelled(key.str()), &node, key.source().begin});
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return a.place.line != b.place.line ? a.place.line < b.place.line : a.place.column < b.place.column;
  });
  std::vector<statement::Domain> domains;
  for (const Entry& entry : entries) {
    domains.push_back(
        statement::parse_domain(entry.name, reader.texts(*entry.node, entry.name), reader.place(*entry.node)));
  }
  return domains;
}

statement::Statement read_statement(const TomlReader& reader, const toml::table& table, std::size_t index) {
  reader.check_keys(table, {"id", "claim", "where", "forall", "layer", "input_scale"});
  statement::Statement result;
  result.place = place_of_statement(reader, table);
  result.id = one_text(reader, table, "id");
  if (result.id.empty()) result.id = "statement-" + std::to_string(index + 1);
  const toml::node* claim = TomlReader::find(table, "claim");
  if (claim == nullptr) {
    throw Error(ErrorCode::input, "statement '" + result.id + "' has no claim", result.place,
                "for example claim = \"scalar_curvature < 0\"");
  }
  result.claim = reader.scalar(*claim, "claim");
  result.hypothesis = one_text(reader, table, "where");
  if (const toml::node* node = TomlReader::find(table, "layer")) {
    const std::string where = "layer at " + reader.place(*node);
    result.read_out =
        parse_choice(reader.scalar(*node, "layer"), where, {"post", "pre"}) == 0 ? ReadOut::post : ReadOut::pre;
  }
  if (const toml::node* node = TomlReader::find(table, "input_scale")) {
    const std::string where = "input_scale at " + reader.place(*node);
    result.input_scale = parse_choice(reader.scalar(*node, "input_scale"), where, {"one", "fan-in"}) == 0
                             ? InputScale::one
                             : InputScale::fan_in;
  }
  if (const toml::node* node = TomlReader::find(table, "forall")) {
    const toml::table* forall = node->as_table();
    if (forall == nullptr) reader.fail("'forall' must be a table", *node, "for example forall.depth = [1, 2]");
    result.forall = read_domains(reader, *forall);
  }
  result.validate();
  return result;
}

std::vector<statement::Statement> statements_of(const toml::table& table, const std::string& name) {
  const TomlReader reader(name);
  reader.check_keys(table, {"statement", "name", "description"});
  const toml::node* node = TomlReader::find(table, "statement");
  const toml::array* list = node == nullptr ? nullptr : node->as_array();
  if (list == nullptr || list->empty())
    throw Error(ErrorCode::input, "there is no [[statement]]", name, "a statement is a table [[statement]]");
  std::vector<statement::Statement> result;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const toml::node& item = *list->get(i);
    const toml::table* one = item.as_table();
    if (one == nullptr) reader.fail("a statement must be a table: [[statement]]", item);
    result.push_back(read_statement(reader, *one, i));
    for (std::size_t k = 0; k < i; ++k) {
      if (result[k].id == result[i].id)
        throw Error(ErrorCode::input, "two statements have the id '" + result[i].id + "'", result[i].place);
    }
  }
  return result;
}

}  // namespace

std::string placed(const std::string& place, const std::string& where) {
  // A line of the same file is nearer than that of the statement.
  const std::string file = place.substr(0, place.rfind(statement_mark));
  if (place.empty() || where.starts_with(file)) return where;
  return where.empty() ? place : place + ", " + where;
}

PlacedParseError::PlacedParseError(const expr::ParseError& error, const std::string& place)
    : Error(error.code(), error.summary(), placed(place, error.where()), error.hint()),
      caret_text_(error.caret_text()) {}

std::vector<statement::Statement> read_statements(const std::string& path) {
  return statements_of(parse_toml(path, kind_of_file), path);
}

std::vector<statement::Statement> parse_statements(const std::string& text, const std::string& name) {
  return statements_of(parse_toml_text(text, name, kind_of_file), name);
}

std::vector<std::string> split_json_array(const std::string& text, const std::string& path) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos)
    throw Error(ErrorCode::input, "the certificate is damaged, or the file is not one: it is empty", path);
  if (text[begin] != '[') return {text};
  const auto damaged = [&] { return Error(ErrorCode::input, "the certificate is damaged: it is truncated", path); };
  std::vector<std::string> parts;
  std::size_t start = begin + 1, at = begin + 1;
  int level = 0;
  bool quoted = false;
  for (;; ++at) {
    if (at >= text.size()) throw damaged();
    const char c = text[at];
    if (quoted) {
      if (c == '\\') ++at;
      if (c == '"') quoted = false;
      continue;
    }
    if (c == '"') quoted = true;
    if (c == '[' || c == '{') ++level;
    if (level == 0 && (c == ',' || c == ']')) {
      parts.push_back(text.substr(start, at - start));
      start = at + 1;
      if (c == ']') break;
      continue;
    }
    if (c == ']' || c == '}') --level;
  }
  if (text.find_first_not_of(" \t\r\n", start) != std::string::npos)
    throw Error(ErrorCode::input, "the certificate is damaged, or the file is not one: text follows its end", path);
  return parts;
}

}  // namespace widegeo::cli
