#include "report/concise.hpp"

#include <algorithm>

#include "number/rational.hpp"

namespace widegeo::report {
namespace {

/// A bound may be rounded up by a half and no harm is done; a standard error is compared with others.
constexpr unsigned most_units = 19, most_units_statistical = 99;

/// digits * 10^exponent, the digits without zeros in front ("" for 0).
struct Decimal {
  bool negative = false;
  std::string digits;
  long exponent = 0;
};

Decimal read(const std::string& text) {
  const std::size_t mark = text.find('e');
  Decimal decimal{text.starts_with('-'), {}, mark == std::string::npos ? 0 : std::stol(text.substr(mark + 1))};
  bool fraction = false;
  for (const char c : text.substr(0, mark)) {
    if (c == '.') fraction = true;
    if (c < '0' || c > '9') continue;
    if (c != '0' || !decimal.digits.empty()) decimal.digits += c;
    decimal.exponent -= fraction ? 1 : 0;
  }
  return decimal;
}

mpz_class ten_to(long exponent) {
  mpz_class power;
  mpz_ui_pow_ui(power.get_mpz_t(), 10, static_cast<unsigned long>(exponent));
  return power;
}

/// A bound of |decimal| / 10^unit, the quotient itself unless that is tiny.
Rational in_units(const Decimal& decimal, long unit) {
  constexpr long enough = 20;
  const auto count = static_cast<long>(decimal.digits.size());
  const long shift = decimal.exponent - unit;
  if (count + shift < -enough) return Rational(mpz_class(1), ten_to(enough));
  const mpz_class digits(decimal.digits);
  Rational quotient = shift >= 0 ? Rational(digits * ten_to(shift)) : Rational(digits, ten_to(-shift));
  quotient.canonicalize();
  return quotient;
}

struct Rounded {
  std::string digits;  ///< "0" when nothing is left
  mpz_class units;     ///< error and rounding in units of the last digit
};

/// value rounded to a multiple of 10^unit.
Rounded rounded(const Decimal& value, const Decimal& error, long unit) {
  const Rational exact = in_units(value, unit), half(1, 2);
  const Rational moved = exact + half;
  const mpz_class nearest = moved.get_num() / moved.get_den();
  const Rational bound = in_units(error, unit) + abs(exact - nearest);
  mpz_class units;
  mpz_cdiv_q(units.get_mpz_t(), bound.get_num_mpz_t(), bound.get_den_mpz_t());
  return {nearest.get_str(), units};
}

}  // namespace

std::string concise(const Number& number) {
  const Decimal value = read(number.value), error = read(number.error);
  if (error.digits.empty()) return number.value;
  if (value.digits.empty()) return number.value + " +- " + number.error;

  // From two digits of the error downwards, or from the last digit of the text.
  long unit = std::max(value.exponent, error.exponent + static_cast<long>(error.digits.size()) - 2);
  Rounded shown = rounded(value, error, unit);
  const unsigned most = number.kind == ErrorKind::statistical ? most_units_statistical : most_units;
  while (shown.units > most) shown = rounded(value, error, ++unit);

  constexpr long last_plain_place = -12;
  const auto count = static_cast<long>(shown.digits.size());
  const bool nothing = shown.digits == "0";
  const bool power = unit > 0 || (nothing ? unit < last_plain_place : number.value.find('e') != std::string::npos);
  const std::string bracket = "(" + shown.units.get_str() + ")", sign = value.negative && !nothing ? "-" : "";
  if (power) {
    return sign + shown.digits.substr(0, 1) + (count > 1 ? "." + shown.digits.substr(1) : "") + bracket + "e" +
           std::to_string(unit + count - 1);
  }
  std::string digits = shown.digits;
  if (count <= -unit) digits.insert(0, static_cast<std::size_t>(-unit - count + 1), '0');
  if (unit < 0) digits.insert(digits.size() - static_cast<std::size_t>(-unit), ".");
  return sign + digits + bracket;
}

}  // namespace widegeo::report
