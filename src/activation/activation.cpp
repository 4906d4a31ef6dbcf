#include "activation/activation.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "activation/catalogue.hpp"
#include "activation/parameters.hpp"
#include "activation/recognise.hpp"
#include "expr/analysis/analysis_detail.hpp"
#include "number/error.hpp"

namespace widegeo {

using expr::Expr;

namespace {

bool is_identifier(std::string_view text) {
  if (text.empty() || (std::isalpha(static_cast<unsigned char>(text[0])) == 0 && text[0] != '_')) return false;
  return std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

/// True if `text` looks like a misspelt catalogue name: identifiers joined by '-', none of which is x, pi or a
/// parameter.
bool looks_like_name(std::string_view text, const std::map<std::string, std::string>& parameters) {
  while (!text.empty()) {
    const std::size_t dash = text.find('-');
    const std::string part(text.substr(0, dash));
    const bool digits = std::ranges::all_of(part, [](unsigned char c) { return std::isdigit(c) != 0; });
    if (part == "x" || part == "pi" || parameters.contains(part) || part.empty()) return false;
    if (!is_identifier(part) && !digits) return false;
    if (dash == std::string_view::npos) return !digits;
    text.remove_prefix(dash + 1);
  }
  return false;
}

std::string trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}

[[noreturn]] void unknown_name(const std::string& name) {
  std::vector<std::string> names;
  for (const CatalogueEntry& entry : catalogue()) {
    names.push_back(entry.name);
    names.insert(names.end(), entry.aliases.begin(), entry.aliases.end());
  }
  const std::string nearest = nearest_name(normalised_name(name), names);
  throw Error(ErrorCode::input, "unknown activation '" + name + "'", "activation",
              nearest.empty() ? "`widegeo activations` lists the names; an expression contains the variable x"
                              : "did you mean '" + nearest + "'?");
}

void check_parameter_names(const CatalogueEntry& entry, const std::map<std::string, std::string>& given) {
  std::vector<std::string> valid;
  for (const auto& parameter : entry.parameters) valid.push_back(parameter.first);
  for (const auto& [name, text] : given) {
    if (std::ranges::find(valid, name) != valid.end()) continue;
    const std::string nearest = nearest_name(name, valid);
    std::string hint = valid.empty() ? "it has no parameters" : "its parameters: " + joined(valid);
    if (!nearest.empty()) hint = "did you mean '" + nearest + "'? " + hint;
    throw Error(ErrorCode::input, "activation '" + entry.name + "' has no parameter '" + name + "'",
                "parameter " + name, hint);
  }
}

/// phi' as the entry gives it, or by symbolic differentiation.
Expr derivative_of(const Expr& phi, const ScaledEntry& known) {
  if (known.entry == nullptr || known.entry->derivative.empty()) return expr::derivative(expr::stabilise(phi), "x");
  const Expr slope = expr::substitute(expr::parse(known.entry->derivative), known.parameters);
  return known.output_scale * known.input_scale *
         expr::substitute(slope, std::map<std::string, Expr>{{"x", known.input_scale * Expr::variable("x")}});
}

/// continuous: phi is the integral of a derivative that its entry gives.
Activation assemble(std::string name, bool named, const Expr& tree, const Expr& derivative,
                    std::map<std::string, Expr> parameters, bool continuous) {
  const Expr phi = expr::stabilise(tree), slope = expr::stabilise(derivative);
  return Activation{.name = std::move(name),
                    .named = named,
                    .parameters = std::move(parameters),
                    .phi = phi,
                    .derivative = slope,
                    .analysis = continuous ? expr::detail::analyse_continuous(phi, "x") : expr::analyse(phi),
                    .derivative_analysis = expr::analyse(slope),
                    .tape = expr::Tape(std::array{phi, slope}, {"x"})};
}

Activation from_expression(const std::string& text, const std::map<std::string, std::string>& given) {
  const Expr tree = expr::parse(text);
  std::set<std::string> free = expr::variables_of(tree);
  free.erase("x");
  std::map<std::string, Expr> values;
  for (const auto& [name, value] : given) {
    if (name == "x" || !is_identifier(name)) {
      throw Error(ErrorCode::input, "'" + name + "' cannot be a parameter", "parameter " + name,
                  name == "x" ? "x is the activation's variable" : "a name is made of letters, digits and _");
    }
    if (!free.contains(name)) {
      const std::string nearest = nearest_name(name, free);
      throw Error(ErrorCode::input, "parameter '" + name + "' does not occur in the expression '" + text + "'",
                  "parameter " + name, nearest.empty() ? "leave it out" : "did you mean '" + nearest + "'?");
    }
    values.emplace(name, parse_constant(name, value));
  }
  for (const std::string& name : free) {
    if (values.contains(name)) continue;
    const std::string nearest = nearest_name(name, std::vector<std::string>{"x", "pi"});
    const bool near = name == "X" || name == "PI" || name == "Pi";
    throw Error(ErrorCode::input, "the expression '" + text + "' contains the name '" + name + "', which has no value",
                "activation",
                near && !nearest.empty() ? "did you mean '" + nearest + "'?"
                                         : "the variable is x; give a parameter by --param " + name + "=VALUE");
  }
  const Expr phi = expr::substitute(tree, values);
  const ScaledEntry known = recognise_scaled(phi).value_or(ScaledEntry{});
  const bool continuous = known.entry != nullptr && !known.entry->derivative.empty();
  return assemble(text, false, phi, derivative_of(phi, known), values, continuous);
}

}  // namespace

std::pair<Expr, std::map<std::string, Expr>> instantiate(const CatalogueEntry& entry,
                                                         const std::map<std::string, std::string>& given) {
  std::map<std::string, Expr> values;
  for (const auto& [name, standard] : entry.parameters) {
    const auto found = given.find(name);
    const std::string& text = found == given.end() ? standard : found->second;
    if (entry.list_parameter) {
      const std::vector<Expr> list = parse_list(name, text);
      for (std::size_t k = 0; k < list.size(); ++k) values.emplace("c" + std::to_string(k), list[k]);
      return {polynomial_tree(list), values};
    }
    const Expr value = parse_constant(name, text);
    for (const ParameterRange& range : entry.ranges) {
      if (range.name == name) check_range(range, value, text);
    }
    values.emplace(name, value);
  }
  if (entry.generated) return {hermite_tree(values.at("degree").value().get_num().get_si()), values};
  return {expr::substitute(expr::parse(entry.expression), values), values};
}

Activation make_activation(std::string_view name_or_expression, const std::map<std::string, std::string>& parameters) {
  const std::string text = trimmed(name_or_expression);
  if (text.empty())
    throw Error(ErrorCode::input, "the activation is empty", "activation", "give a name or an expression in x");
  if (const CatalogueEntry* entry = find_entry(text)) {
    check_parameter_names(*entry, parameters);
    auto [tree, values] = instantiate(*entry, parameters);
    const Expr slope = derivative_of(tree, {.entry = entry, .parameters = values});
    return assemble(entry->name, true, tree, slope, std::move(values), !entry->derivative.empty());
  }
  if (looks_like_name(text, parameters)) unknown_name(text);
  return from_expression(text, parameters);
}

}  // namespace widegeo
