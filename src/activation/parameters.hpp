// Module-internal: constant parameters and their ranges, and the two families whose tree is generated.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "activation/activation.hpp"

namespace widegeo {

/// Parses a constant expression ("0.2", "pi/2", "sqrt(2)"); throws Error(input) if it does not parse, has a free name
/// or is not finite.
expr::Expr parse_constant(const std::string& name, const std::string& text);

/// Throws Error(input) when the value is outside the parameter's range.
void check_range(const ParameterRange& range, const expr::Expr& value, const std::string& text);

/// "1, 0, -1/2" -> constants; throws Error(input) when empty, too long (max_coefficients) or an item is not a constant.
std::vector<expr::Expr> parse_list(const std::string& name, const std::string& text);
inline constexpr std::size_t max_coefficients = 129;

/// The tree of an entry with its parameters (given or default), and their values; throws Error(input) for a value that
/// is not constant or is out of range.
std::pair<expr::Expr, std::map<std::string, expr::Expr>> instantiate(const CatalogueEntry& entry,
                                                                     const std::map<std::string, std::string>& given);

/// sum c_k x^k by Horner's rule.
expr::Expr polynomial_tree(const std::vector<expr::Expr>& coefficients);

/// He_k(x)/sqrt(k!), He_k(x) = sum_j (-1)^j k!/(j! (k-2j)! 2^j) x^(k-2j), by Horner's rule in x^2.
expr::Expr hermite_tree(long degree);

/// Joins names as "a, b and c" for messages.
std::string joined(const std::vector<std::string>& names);

}  // namespace widegeo
