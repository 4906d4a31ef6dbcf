#include "activation/activation.hpp"
#include "cli/program/command.hpp"
#include "cli/program/parse.hpp"

namespace widegeo::cli {
Result activations_command(const Options& options) {
  const report::Format format = make_format(options);
  std::vector<report::Record> rows;
  for (const CatalogueEntry& entry : catalogue()) {
    std::vector<std::string> parameters;
    for (const auto& [name, value] : entry.parameters) parameters.push_back(name + "=" + value);
    report::Record row;
    row.emplace_back("name", entry.name);
    // The closed form of a list-valued entry exists or not by the default list.
    const bool closed = has_closed_form(entry);
    if (format == report::Format::json) {
      report::List aliases;
      for (const std::string& alias : entry.aliases) aliases.emplace_back(alias);
      row.emplace_back("aliases", aliases);
    } else {
      row.emplace_back("aliases", joined(entry.aliases));
    }
    row.emplace_back("expression", entry.expression);
    row.emplace_back("parameters", joined(parameters));
    row.emplace_back("closed_form", closed);
    row.emplace_back("description", entry.description);
    rows.push_back(std::move(row));
  }
  Result result;
  result.document.schema = "widegeo/activations/1";
  result.document.set_rows(std::move(rows));
  return result;
}

namespace {

void declare_activations(OptionTable& t, Options& o) { declare_output(t, o); }

std::string activations_fields() {
  return R"(name         what --activation takes
aliases      other names
expression   the definition in x
parameters   with their defaults
closed_form  whether its kernel has one
description  in words
)";
}

}  // namespace

namespace command {
extern const Command activations;
const Command activations{.name = "activations",
                          .help = "the named activations",
                          .example = "Example:\n  widegeo activations --format markdown",
                          .fields = activations_fields,
                          .declare = declare_activations,
                          .run = activations_command};
}  // namespace command

}  // namespace widegeo::cli
