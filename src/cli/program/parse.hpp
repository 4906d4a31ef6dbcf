// Numbers of the command line, exact. Everything wrong is Error(input) naming the option.
#pragma once

#include <string>
#include <vector>

#include "number/rational.hpp"

namespace widegeo::cli {

/// A whole number in [low, high].
unsigned long parse_count(const std::string& text, const std::string& option, unsigned long low, unsigned long high);

/// An exact number with 1e-150 <= |value| <= 1e150, or zero: its square stays in the range of double.
Rational parse_number(const std::string& text, const std::string& option);

/// Comma-separated numbers, at least one.
std::vector<Rational> parse_numbers(const std::string& text, const std::string& option);

/// One of `names`; the nearest is suggested otherwise. Returns its position.
std::size_t parse_choice(const std::string& text, const std::string& option, const std::vector<std::string>& names);

/// Parts between separators; one inside of brackets, as in g[1,2], separates nothing.
std::vector<std::string> split(const std::string& text, char separator);
/// With ", " between them.
std::string joined(const std::vector<std::string>& parts);

/// Decimal text of at most `digits` significant digits near value (exact when the value has no more), as an exact
/// number.
Rational rounded_decimal(double value, unsigned digits);

}  // namespace widegeo::cli
