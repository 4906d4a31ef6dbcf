// From the words of the command line to options, through CLI11; its complaints are translated into the project's
// one-line form.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "cli/program/command.hpp"
#include "cli/program/program.hpp"
#include "cli/program/version.hpp"
#include "number/error.hpp"

namespace widegeo::cli {
namespace {

void bind(const OptionTable& table, CLI::App& app) {
  struct Adder {
    CLI::App& app;
    const OptionTable::Entry& entry;
    CLI::Option* operator()(Text* text) const { return app.add_option(entry.name, *text, entry.help); }
    CLI::Option* operator()(std::vector<std::string>* list) const {
      return app.add_option(entry.name, *list, entry.help)->allow_extra_args(false);
    }
    CLI::Option* operator()(bool* flag) const { return app.add_flag(entry.name, *flag, entry.help); }
  };
  for (const OptionTable::Entry& entry : table.entries()) {
    CLI::Option* option = std::visit(Adder{app, entry}, entry.target);
    if (!entry.type.empty()) option->type_name(entry.type);
    if (!entry.heading.empty()) option->group(entry.heading);
  }
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const Command* command : all_commands()) names.emplace_back(command->name);
  return names;
}

[[noreturn]] void unknown_option(const std::string& word, const std::vector<std::string>& known,
                                 const std::string& command) {
  const std::string name = word.substr(0, word.find('='));
  const std::string where = command.empty() ? "widegeo" : command;
  if (name.empty() || name.front() != '-' || name == "--")
    throw Error(ErrorCode::input, "unexpected argument '" + word + "'", where, "options begin with --NAME");
  if (name == "--help" || name == "--version")
    throw Error(ErrorCode::input, "option '" + name + "' takes no value", where);
  const std::string near = name.size() > 3 ? nearest_name(name, known) : "";
  throw Error(ErrorCode::input, "unknown option '" + name + "'", where,
              near.empty() ? "see widegeo " + (command.empty() ? "" : command + " ") + "--help"
                           : "did you mean '" + near + "'?");
}

/// Every option exists at most once, save the repeatable ones; numbers with a leading minus belong to the option before
/// them: `--x -0.3,0.7` becomes `--x=-0.3,0.7`.
std::vector<std::string> attached(const std::vector<std::string>& arguments, const OptionTable& table,
                                  const std::string& command) {
  const std::vector<OptionTable::Entry>& known = table.entries();
  std::vector<std::string> names;
  for (const OptionTable::Entry& entry : known) names.push_back(entry.name);
  bool takes_file = std::ranges::any_of(known, [](const auto& entry) { return entry.positional; });
  std::vector<std::string> result;
  std::map<std::string, int> seen;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    const std::string name = word.substr(0, word.find('='));
    const auto entry = name.starts_with("--") ? std::ranges::find(known, name, &OptionTable::Entry::name) : known.end();
    if (entry == known.end()) {
      if (word.starts_with("-") || word.empty() || !takes_file) unknown_option(word, names, command);
      takes_file = false;
      result.push_back(word);
      continue;
    }
    if (std::holds_alternative<bool*>(entry->target)) {
      if (word != name) throw Error(ErrorCode::input, "option '" + name + "' takes no value", command);
      result.push_back(word);
      continue;
    }
    if (std::holds_alternative<Text*>(entry->target) && seen[name]++ > 0)
      throw Error(ErrorCode::input, "option '" + name + "' is given twice", command);
    if (word != name) {
      result.push_back(word);
    } else if (i + 1 < arguments.size() && !arguments[i + 1].starts_with("--")) {
      result.push_back(word + "=" + arguments[++i]);
    } else {
      throw Error(ErrorCode::input, "option '" + name + "' needs a value", command,
                  "see widegeo " + command + " --help");
    }
    if (result.back().size() == name.size() + 1)
      throw Error(ErrorCode::input, "the value of option '" + name + "' is empty", command);
  }
  return result;
}

/// Names of the files that the command reads or keeps, the output apart.
std::vector<std::string> files_of(const OptionTable& table) {
  std::vector<std::string> files;
  for (const OptionTable::Entry& entry : table.entries()) {
    if (!entry.is_file() || entry.name == "--output") continue;
    if (const auto* text = std::get_if<Text*>(&entry.target); text != nullptr && **text) files.push_back(***text);
  }
  return files;
}

bool asks_for_help(const std::string& word) { return word == "--help" || word == "-h"; }

constexpr const char* introduction =
    "widegeo: the exact Riemannian geometry of infinitely wide neural networks\n\n"
    "Try one of these:\n"
    "  widegeo metric --activation erf --x 0.3,-0.7\n"
    "  widegeo kernel --activation relu --depth 3 --x 1,0 --y 0,1\n"
    "  widegeo check --list\n\n"
    "All commands: widegeo --help. Options of one, with an example: widegeo COMMAND --help.\n";

}  // namespace

std::variant<Options, std::string> parse_arguments(std::vector<std::string> arguments) {
  Options options;
  CLI::App app("widegeo: the exact Riemannian geometry of infinitely wide neural networks", "widegeo");
  app.footer(
      "widegeo COMMAND --help shows the options of a command and an example.\n"
      "Exit codes: 0 done, 1 a claim or cross-check failed, 2 bad usage or input, 3 accuracy not reached, 4 reading or "
      "writing failed, 130 interrupted.");
  app.add_flag("--version")->description("print the version");
  for (const Command* command : all_commands()) app.add_subcommand(command->name, command->help);

  if (arguments.empty()) return introduction;
  const std::string name = arguments.front();
  if (asks_for_help(name) || name == "help") return app.help();
  if (std::ranges::find(arguments, "--version") != arguments.end()) return version_text();
  if (name.starts_with("-")) unknown_option(name, {"--help", "--version"}, "");
  const Command* command = find_command(name);
  if (command == nullptr) {
    const std::vector<std::string> names = command_names();
    const std::string near = nearest_name(name, names);
    std::string known;
    for (const std::string& one : names) known += (known.empty() ? "known: " : ", ") + one;
    throw Error(ErrorCode::input, "unknown command '" + name + "'", "",
                near.empty() ? known : "did you mean '" + near + "'?");
  }
  CLI::App& chosen = *app.get_subcommand(name);
  OptionTable table;
  command->declare(table, options);
  bind(table, chosen);
  chosen.footer(command->example);
  arguments.erase(arguments.begin());
  if (std::ranges::any_of(arguments, asks_for_help)) return chosen.help("widegeo");
  arguments = attached(arguments, table, name);
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
  try {
    chosen.parse(arguments);
  } catch (const CLI::ParseError& error) {
    throw Error(ErrorCode::input, error.what(), name, "see widegeo " + name + " --help");
  }
  options.command = name;
  options.files = files_of(table);
  return options;
}

}  // namespace widegeo::cli
