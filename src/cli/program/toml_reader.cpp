#include "cli/program/toml_reader.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "cli/program/parse.hpp"
#include "number/error.hpp"
#include "report/decimal.hpp"

namespace widegeo::cli {
namespace {

/// Of a file of settings or statements.
constexpr std::size_t most_settings = std::size_t{16} << 20U;

std::string spelled(std::string_view key) {
  std::string name(key);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

/// The parser calls itself for each part of a dotted key and each bracket: more of them than any settings need would
/// end its stack. Texts and comments are passed over; what is wrong with them is the parser's to say.
class DepthCheck {
 public:
  DepthCheck(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  void run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        skip_string(c);
        continue;
      }
      if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
        continue;
      }
      if (c == '\n') ++line_;
      if (c == '[' || c == '{') check(++brackets_, "brackets are nested more than 64 deep");
      if ((c == ']' || c == '}') && brackets_ > 0) --brackets_;
      if (c == '.') check(++parts_, "a dotted key has more than 64 parts");
      // Of one key: what stands between other signs. Numbers in a list have commas between them.
      if (c == '\n' || c == '=' || c == ',' || c == '[' || c == ']' || c == '{' || c == '}') parts_ = 0;
      ++at_;
    }
  }

 private:
  static constexpr std::size_t most = 64;

  void check(std::size_t depth, const char* what) const {
    if (depth > most) throw Error(ErrorCode::io, what, name_ + ", line " + std::to_string(line_));
  }

  void skip_string(char quote) {
    const std::string_view three = quote == '"' ? "\"\"\"" : "'''";
    const bool lines = text_.substr(at_, 3) == three;
    at_ += lines ? 3 : 1;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\' && quote == '"') {
        ++at_;
      } else if (text_[at_] == '\n') {
        if (!lines) return;  // not closed: the parser's to say
        ++line_;
      } else if (lines ? text_.substr(at_, 3) == three : text_[at_] == quote) {
        at_ += lines ? 3 : 1;
        return;
      }
    }
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0, line_ = 1, brackets_ = 0, parts_ = 0;
};

}  // namespace

std::string read_text_file(const std::string& path, std::size_t limit) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) throw Error(ErrorCode::io, "cannot read: is a directory", path);
  errno = 0;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) throw Error(ErrorCode::io, std::string("cannot read: ") + std::strerror(errno), path);
  std::string text;
  std::array<char, 1 << 16> buffer;
  std::size_t count = 0;
  while ((count = std::fread(buffer.data(), 1, buffer.size(), file.get())) > 0) {
    text.append(buffer.data(), count);
    if (text.size() > limit)
      throw Error(ErrorCode::io, "the file is larger than " + std::to_string(limit >> 20U) + " MiB", path,
                  "files of this kind are limited to that size");
  }
  if (std::ferror(file.get()) != 0)
    throw Error(ErrorCode::io, std::string("cannot read: ") + std::strerror(errno), path);
  return text;
}

toml::table parse_toml(const std::string& path, const std::string& what) {
  return parse_toml_text(read_text_file(path, most_settings), path, what);
}

toml::table parse_toml_text(const std::string& text, const std::string& name, const std::string& what) {
  DepthCheck(text, name).run();
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
  fail("'" + key + "' has a value that is neither a number nor a string", node);
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
