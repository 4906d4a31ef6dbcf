// Exact rational numbers: every number written by a user (0.1, 3/7, 1e-3) is kept exactly until it is converted at a
// working precision.
#pragma once

#include <gmpxx.h>

#include <optional>
#include <string>
#include <string_view>

namespace widegeo {

using Rational = mpq_class;

/// Parses an exact decimal ("-0.25", "1e-3") or ratio ("3/7"); nullopt if the text is empty or neither of these, is not
/// finite ("nan", "inf"), or has an exponent beyond +-100000.
std::optional<Rational> parse_rational(std::string_view text);

/// "3/7", or a plain decimal if the denominator divides a power of ten ("0.25").
std::string to_text(const Rational& value);

/// The double nearest to value (ties to even); +-infinity beyond the range of double.
double nearest_double(const Rational& value);

}  // namespace widegeo
