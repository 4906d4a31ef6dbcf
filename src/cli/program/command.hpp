// A command of the program: a name, its options, and what it does. To add one: a .cpp file with a `const Command` in a
// folder of src/cli/, and its name in registry.cpp.
#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "cli/program/commands.hpp"

namespace widegeo::cli {

/// The options of one command in the order of its help.
class OptionTable {
 public:
  struct Entry {
    std::string heading, name, type, help;
    std::variant<Text*, std::vector<std::string>*, bool*> target;
    bool positional = false;

    /// A file that the command reads or keeps.
    bool is_file() const { return positional || type.starts_with("FILE"); }
  };

  /// The heading of what follows.
  void group(std::string heading) { heading_ = std::move(heading); }
  /// An option with a value of this type: "L", "one|fan-in". FILE... is the name of a file that is read or kept.
  void value(std::string name, Text& target, std::string type, std::string help) {
    entries_.push_back({heading_, std::move(name), std::move(type), std::move(help), &target});
  }
  /// One that may be repeated.
  void value(std::string name, std::vector<std::string>& target, std::string type, std::string help) {
    entries_.push_back({heading_, std::move(name), std::move(type), std::move(help), &target});
  }
  void flag(std::string name, bool& target, std::string help) {
    entries_.push_back({heading_, std::move(name), {}, std::move(help), &target});
  }
  /// An argument that is no option: the name of a file.
  void file(std::string name, Text& target, std::string type, std::string help) {
    entries_.push_back({{}, std::move(name), std::move(type), std::move(help), &target, true});
  }
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::string heading_;
  std::vector<Entry> entries_;
};

struct Command {
  const char* name;
  const char* help;     ///< one line
  const char* example;  ///< below the options: "Example:\n  widegeo ..."
  /// What --fields takes: lines of a name and its meaning, below lines "# when". A name may end with *.
  std::string (*fields)();
  void (*declare)(OptionTable& table, Options& options);
  Result (*run)(const Options& options);
  /// Whether the processes of one mpirun share the work; else it is that of the first one.
  bool (*shared_by_ranks)(const Options& options) = nullptr;
  /// Whether --output may be an array, .npy.
  bool (*writes_arrays)(const Options& options) = nullptr;
};

/// Throws Error(input), naming the nearest, for names in --fields that the command does not have.
void check_fields(const Command& command, const Options& options);

// Options that several commands have.
void declare_model(OptionTable& table, Options& options);
void declare_output(OptionTable& table, Options& options);
void declare_effort(OptionTable& table, Options& options);
void declare_route(OptionTable& table, Options& options);
void declare_text_tables(OptionTable& table, Options& options);

/// A command, or nullptr.
const Command* find_command(const std::string& name);
std::span<const Command* const> all_commands();

}  // namespace widegeo::cli
