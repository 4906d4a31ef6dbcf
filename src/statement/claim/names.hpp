// Names of the language of statements: model variables, keywords, functions.
#pragma once

#include <optional>
#include <string>

#include "quantity/quantity.hpp"

namespace widegeo::statement {

/// activation, depth, dimension, weight_variance[_l], bias_variance[_l], radius, t.
bool is_known_variable(const std::string& name);
/// weight_variance or weight_variance_l.
bool is_weight_variance(const std::string& name);
bool is_bias_variance(const std::string& name);
/// The l of weight_variance_l and bias_variance_l; 0 for any other name.
unsigned layer_of(const std::string& name);

/// A letter or _ and then letters, digits and _.
bool is_name(const std::string& text);
/// and, or, not, implies.
bool is_keyword(const std::string& name);
/// A function of the expression language (exp, if, ...).
bool is_function(const std::string& name);
/// V, D, K, Kdot, kernel, ntk, derivative.
bool is_call(const std::string& name);
/// Keywords, functions, calls and pi.
bool is_reserved(const std::string& name);

/// The quantity of this name; q is the preactivation_variance, unless the statement has a variable q of its own.
std::optional<GeometricQuantity> quantity_of(const std::string& name);
/// Why a claim cannot speak of this quantity in this dimension; empty where it can. The tangential_eigenvalue is A, in
/// dimension 1 too.
std::string no_dimension_reason(GeometricQuantity q, unsigned long dimension);

std::string trim(const std::string& text);

/// A text from a file as one printable line: control characters, bidirectional and joining characters, and bytes that
/// are not UTF-8 are escaped as \x1b or \u202e.
std::string printable(const std::string& text);

}  // namespace widegeo::statement
