// Tables of a TOML file, read with errors that name the file and the line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace widegeo::cli {

/// Throws Error(io) when the file cannot be read or does not parse; `what` names its kind in the message.
toml::table parse_toml(const std::string& path, const std::string& what = "the campaign file");
/// The same of a text; `name` stands for the file in messages.
toml::table parse_toml_text(const std::string& text, const std::string& name, const std::string& what);
/// The whole file. Throws Error(io), also for one of more than `limit` bytes (512 MiB: certificates).
std::string read_text_file(const std::string& path, std::size_t limit = std::size_t{512} << 20U);

class TomlReader {
 public:
  explicit TomlReader(std::string path) : path_(std::move(path)) {}

  std::string place(const toml::node& node) const;
  [[noreturn]] void fail(const std::string& what, const toml::node& node, const std::string& hint = {}) const;

  /// Refuses a key that is not known, naming the nearest. Keys may be spelled with _ or -.
  void check_keys(const toml::table& table, const std::vector<std::string>& known) const;
  static const toml::node* find(const toml::table& table, const std::string& name);

  /// A number or a text, as it would stand on the command line: 0.1 means one tenth.
  std::string scalar(const toml::node& node, const std::string& key) const;
  /// The items of a list, or the one item that stands for a list of one. Empty grids are refused.
  std::vector<const toml::node*> items(const toml::node& node, const std::string& key) const;
  std::vector<std::string> texts(const toml::node& node, const std::string& key) const;
  std::vector<std::uint64_t> counts(const toml::node& node, const std::string& key, unsigned long low,
                                    unsigned long high) const;

 private:
  std::string path_;
};

}  // namespace widegeo::cli
