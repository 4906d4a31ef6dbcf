// Exact rational numbers: every number a user writes (0.1, 3/7, 1e-3) is kept exactly until a working precision is
// known.
#pragma once

#include <gmpxx.h>

#include <optional>
#include <string>
#include <string_view>

namespace widegeo {

using Rational = mpq_class;

/// Reads an exact decimal ("-0.25", "1e-3") or ratio ("3/7"); nullopt when the text is not one, is empty, not finite
/// ("nan", "inf"), or has an exponent beyond +-100000.
std::optional<Rational> parse_rational(std::string_view text);

/// "3/7", or a plain decimal when the denominator divides a power of ten ("0.25").
std::string to_text(const Rational& value);

/// The double nearest to value (ties to even); +-infinity beyond the range of double.
double nearest_double(const Rational& value);

}  // namespace widegeo
