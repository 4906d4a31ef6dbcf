// Activations: a tree in x, what is known of it, and the catalogue of named ones (data).
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expr/analysis.hpp"
#include "expr/expr.hpp"
#include "expr/tape.hpp"

namespace widegeo {

struct Activation {
  std::string name;                                 ///< catalogue name, or the expression's text
  bool named = false;
  std::map<std::string, expr::Expr> parameters;     ///< every parameter with its (constant) value
  expr::Expr phi, derivative;                       ///< trees in x alone (parameters substituted, stabilised)
  expr::Analysis analysis, derivative_analysis;
  expr::Tape tape;                                  ///< x -> (phi(x), phi'(x))
};

/// One line of the catalogue.
struct CatalogueEntry {
  std::string name;
  std::vector<std::string> aliases;
  std::string expression;                            ///< in x and the parameters
  std::vector<std::pair<std::string, std::string>> parameters;  ///< name, default
  std::string description;
  bool list_parameter = false;   ///< `coefficients` of polynomial: a comma-separated list; expression generated
};

std::span<const CatalogueEntry> catalogue();

/// A named activation or an expression in x with parameters. Throws Error(input): unknown name (nearest suggested), unknown or missing parameter,
/// expression that does not parse. `parameters` maps a name to a constant expression ("0.2", "pi/2").
Activation make_activation(std::string_view name_or_expression, const std::map<std::string, std::string>& parameters = {});

}  // namespace widegeo
