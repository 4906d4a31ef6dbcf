#include "cli/toml_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/parse.hpp"
#include "core/error.hpp"
#include "report/decimal.hpp"

namespace widegeo::cli {
namespace {

std::string spelled(std::string_view key) {
  std::string name(key);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

}  // namespace

std::string read_text_file(const std::string& path) {
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream data;
  if (stream) data << stream.rdbuf();
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) throw Error(ErrorCode::io, "cannot read: is a directory", path);
  // An empty file inserts nothing, which the stream counts as a failure of `data`, not of `stream`.
  if (!stream.is_open() || stream.bad())
    throw Error(ErrorCode::io, std::string("cannot read: ") + std::strerror(errno), path);
  return data.str();
}

toml::table parse_toml(const std::string& path, const std::string& what) {
  return parse_toml_text(read_text_file(path), path, what);
}

toml::table parse_toml_text(const std::string& text, const std::string& name, const std::string& what) {
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    throw Error(ErrorCode::io, what + " does not parse: " + std::string(error.description()),
                name + ", line " + std::to_string(error.source().begin.line) + ", column " +
                    std::to_string(error.source().begin.column));
  }
}

std::string TomlReader::place(const toml::node& node) const {
  return path_ + ", line " + std::to_string(node.source().begin.line);
}

void TomlReader::fail(const std::string& what, const toml::node& node, const std::string& hint) const {
  throw Error(ErrorCode::input, what, place(node), hint);
}

void TomlReader::check_keys(const toml::table& table, const std::vector<std::string>& known) const {
  for (const auto& [key, node] : table) {
    const std::string name = spelled(key.str());
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string near = nearest_name(name, known);
    std::string all;
    for (const std::string& k : known) all += (all.empty() ? "known: " : ", ") + k;
    // The key's own line: its value may be a table that begins elsewhere.
    throw Error(ErrorCode::input, "unknown key '" + std::string(key.str()) + "'",
                path_ + ", line " + std::to_string(key.source().begin.line),
                near.empty() ? all : "did you mean '" + near + "'?");
  }
}

const toml::node* TomlReader::find(const toml::table& table, const std::string& name) {
  for (const auto& [key, node] : table) {
    if (spelled(key.str()) == name) return &node;
  }
  return nullptr;
}

std::string TomlReader::scalar(const toml::node& node, const std::string& key) const {
  if (const auto value = node.value_exact<std::string>()) return *value;
  if (const auto value = node.value_exact<std::int64_t>()) return std::to_string(*value);
  if (const auto value = node.value_exact<double>()) {
    if (!std::isfinite(*value)) fail("a number of '" + key + "' is not finite", node);
    return report::shortest(*value);
  }
  fail("'" + key + "' has a value that is neither a number nor a text", node);
}

std::vector<const toml::node*> TomlReader::items(const toml::node& node, const std::string& key) const {
  const toml::array* array = node.as_array();
  if (array == nullptr) return {&node};
  if (array->empty()) fail("the grid is empty: '" + key + "' has no entry", node);
  std::vector<const toml::node*> result;
  for (const toml::node& item : *array) result.push_back(&item);
  return result;
}

std::vector<std::string> TomlReader::texts(const toml::node& node, const std::string& key) const {
  std::vector<std::string> result;
  for (const toml::node* item : items(node, key)) result.push_back(scalar(*item, key));
  return result;
}

std::vector<std::uint64_t> TomlReader::counts(const toml::node& node, const std::string& key, unsigned long low,
                                              unsigned long high) const {
  std::vector<std::uint64_t> result;
  for (const toml::node* item : items(node, key)) {
    result.push_back(parse_count(scalar(*item, key), key + " at " + place(*item), low, high));
  }
  return result;
}

}  // namespace widegeo::cli
