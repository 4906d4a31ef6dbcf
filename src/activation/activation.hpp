// Activations: a tree in x, what is known of it, and the catalogue of named ones (data).
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "expr/analysis/analysis.hpp"
#include "expr/expr.hpp"
#include "expr/tape/tape.hpp"

namespace widegeo {

struct Activation {
  std::string name;  ///< catalogue name, or the expression's text
  bool named = false;
  /// Every parameter with its (constant) value; a list of coefficients is c0, c1, ...
  std::map<std::string, expr::Expr> parameters;
  expr::Expr phi, derivative;  ///< trees in x alone (parameters substituted, stabilised)
  expr::Analysis analysis, derivative_analysis;
  expr::Tape tape;  ///< x -> (phi(x), phi'(x))
};

/// What a parameter of a catalogue entry may be; no entry of this kind: any finite number.
struct ParameterRange {
  enum class Kind { positive, nonzero, integer };
  std::string name;
  Kind kind = Kind::positive;
  long low = 0, high = 0;  ///< integer: low <= value <= high
};

/// One line of the catalogue.
struct CatalogueEntry {
  std::string name;
  std::vector<std::string> aliases;
  std::string expression;                                       ///< in x and the parameters
  std::vector<std::pair<std::string, std::string>> parameters;  ///< name, default
  std::string description;
  bool list_parameter = false;  ///< `coefficients` of polynomial: a comma-separated list; expression generated
  bool generated = false;  ///< `expression` is for readers; the tree is built from the parameters (polynomial, hermite)
  std::vector<ParameterRange> ranges = {};
  /// phi' where the symbolic derivative would lose digits (far out, or near 0); empty: the symbolic derivative.
  std::string derivative = {};
};

/// All entries, in the order they are listed to a reader.
std::span<const CatalogueEntry> catalogue();

/// The entry of a name or an alias (case does not matter, _ and - are the same), or nullptr.
const CatalogueEntry* find_entry(std::string_view name);

/// The entry that equals `phi`, at its defaults or for other values of its parameters, proved or to 50 digits: the
/// first that recognise_scaled() (recognise.hpp) finds, or nullopt, also when it finds a scaled entry.
struct Recognised {
  const CatalogueEntry* entry = nullptr;
  std::map<std::string, expr::Expr> parameters;
};
std::optional<Recognised> recognise(const expr::Expr& phi);

/// A named activation or an expression in x with parameters. Throws Error(input): unknown name (nearest suggested),
/// unknown or missing parameter, expression that does not parse. `parameters` maps a name to a constant expression
/// ("0.2", "pi/2").
Activation make_activation(std::string_view name_or_expression,
                           const std::map<std::string, std::string>& parameters = {});

}  // namespace widegeo
