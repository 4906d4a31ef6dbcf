// Activations: an expression in x with its analysis and tape, and the catalogue of named ones.
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

/// Constraint on a parameter of a catalogue entry; a parameter without one may be any finite number.
struct ParameterRange {
  enum class Kind { positive, nonzero, integer };
  std::string name;
  Kind kind = Kind::positive;
  long low = 0, high = 0;  ///< integer: low <= value <= high
};

struct CatalogueEntry {
  std::string name;
  std::vector<std::string> aliases;
  std::string expression;                                       ///< in x and the parameters
  std::vector<std::pair<std::string, std::string>> parameters;  ///< name, default
  std::string description;
  bool list_parameter = false;  ///< `coefficients` of polynomial: a comma-separated list; expression generated
  bool generated = false;       ///< for display only; the tree is built from the parameters (polynomial, hermite)
  std::vector<ParameterRange> ranges = {};
  /// phi' where the symbolic derivative would lose digits (for large |x| or near 0); empty: use the symbolic
  /// derivative.
  std::string derivative = {};
};

/// All entries, in display order.
std::span<const CatalogueEntry> catalogue();

/// Looks up a name or an alias (case-insensitive, _ and - equivalent); nullptr if there is none.
const CatalogueEntry* find_entry(std::string_view name);

/// The catalogue entry equal to `phi`, with default or other parameters, proved or to 50 digits: the first match of
/// recognise_scaled() (recognise.hpp); nullopt if there is none or it is scaled.
struct Recognised {
  const CatalogueEntry* entry = nullptr;
  std::map<std::string, expr::Expr> parameters;
};
std::optional<Recognised> recognise(const expr::Expr& phi);

/// A named activation, or an expression in x with parameters. `parameters` maps a name to a constant expression ("0.2",
/// "pi/2"). Throws Error(input) for an unknown name (the nearest is suggested), an unknown or missing parameter, or an
/// expression that does not parse.
Activation make_activation(std::string_view name_or_expression,
                           const std::map<std::string, std::string>& parameters = {});

}  // namespace widegeo
