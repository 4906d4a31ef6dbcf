// The commands of the program, in the order of its help: a new one takes a line in each of the two lists.
#include <algorithm>
#include <array>

#include "cli/program/command.hpp"

namespace widegeo::cli {

namespace command {
extern const Command kernel, metric, formula, activations, validate, regress, check;
}

namespace {

constexpr std::array registered{&command::kernel,   &command::metric,  &command::formula, &command::activations,
                                &command::validate, &command::regress, &command::check};

}  // namespace

std::span<const Command* const> all_commands() { return registered; }

const Command* find_command(const std::string& name) {
  const auto found = std::ranges::find_if(registered, [&](const Command* c) { return name == c->name; });
  return found == registered.end() ? nullptr : *found;
}

}  // namespace widegeo::cli
