// A statement about the geometry of infinitely wide networks: a claim in the expression language, an optional
// hypothesis, and the domain of each variable.
//
//   claim   scalar_curvature < 0        where   radius > weight_variance/10
//   forall  activation = erf, sin(2*x);  depth = 1, 2, 3;  weight_variance = 0.5:2;  radius = 0.1:10
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kernel/model.hpp"
#include "number/rational.hpp"

namespace widegeo::statement {

/// Domain of one variable: texts (activation), single values, or a range low <= v <= high.
struct Domain {
  std::string variable;
  std::vector<std::string> texts;
  std::vector<Rational> values;
  std::optional<std::pair<Rational, Rational>> range;
  std::string where{};  ///< for messages: "MINE.toml, line 7"

  std::size_t choices() const { return range ? 1 : texts.size() + values.size(); }
};

/// Known variables: activation (texts), depth, dimension (counts), weight_variance, bias_variance (all layers) or
/// weight_variance_1, bias_variance_2, ... (single layers), radius or t (= radius^2). Any other name is the statement's
/// own. Defaults: depth 1, weight variances 1, bias variances 0; anything else the claim needs must be quantified.
struct Statement {
  std::string id;
  std::string claim;
  std::string hypothesis;  ///< empty: none. `where` in a file
  std::vector<Domain> forall;
  InputScale input_scale = InputScale::one;
  ReadOut read_out = ReadOut::post;
  std::string place{};  ///< for messages: "MINE.toml, statement at line 1"

  /// Throws Error(input): empty range or list, repeated variable, invalid values (negative variance, depth 0, radius <
  /// 0), no claim.
  void validate() const;
  const Domain* find(const std::string& variable) const;
};

/// Parses "0.5:2" as a range, anything else as one exact number (or, for `activation`, a text). Throws Error(input)
/// naming the variable.
Domain parse_domain(const std::string& variable, const std::vector<std::string>& items, const std::string& where = {});

/// A choice of values for everything that is not a range.
struct Choice {
  std::string activation;  ///< empty if the statement has none
  unsigned depth = 1;
  unsigned long dimension = 0;                           ///< 0 if the statement has none
  std::vector<std::pair<std::string, Rational>> values;  ///< of the other variables, in the order of `forall`
};

/// All choices, with the last domain varying fastest: the order of every loop and of certificates.
std::vector<Choice> choices_of(const Statement& statement);

/// The domains that are ranges, in the order of `forall`: the continuous variables of points and boxes.
std::vector<Domain> ranges_of(const Statement& statement);

/// "erf, depth 2, dimension 3, weight_variance = 1"
std::string describe(const Choice& choice);

}  // namespace widegeo::statement
