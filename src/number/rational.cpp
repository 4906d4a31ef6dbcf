#include "number/rational.hpp"

#include <mpfr.h>

#include <algorithm>

namespace widegeo {

namespace {

constexpr std::size_t longest_number = 100'000;
constexpr long largest_exponent = 100'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Removes leading digits from text and returns them.
std::string take_digits(std::string_view& text) {
  const std::size_t n = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
  std::string digits(text.substr(0, n));
  text.remove_prefix(n);
  return digits;
}

mpz_class power_of_ten(unsigned long exponent) {
  mpz_class r;
  mpz_ui_pow_ui(r.get_mpz_t(), 10, exponent);
  return r;
}

/// The exponent after the letter, nullopt when absent, malformed or too large.
std::optional<long> take_exponent(std::string_view& text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  const std::string digits = take_digits(text);
  if (digits.empty()) return std::nullopt;
  long exponent = 0;
  for (const char c : digits) {
    exponent = 10 * exponent + (c - '0');
    if (exponent > largest_exponent) return std::nullopt;
  }
  return negative ? -exponent : exponent;
}

}  // namespace

std::optional<Rational> parse_rational(std::string_view text) {
  if (text.empty() || text.size() > longest_number) return std::nullopt;
  bool negative = false;
  if (text[0] == '+' || text[0] == '-') {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  const std::string whole = take_digits(text);
  Rational value;
  if (!text.empty() && text[0] == '/') {
    text.remove_prefix(1);
    const std::string below = take_digits(text);
    if (whole.empty() || below.empty() || !text.empty()) return std::nullopt;
    const mpz_class denominator(below, 10);
    if (denominator == 0) return std::nullopt;
    value = Rational(mpz_class(whole, 10), denominator);
    value.canonicalize();
  } else {
    std::string fraction;
    if (!text.empty() && text[0] == '.') {
      text.remove_prefix(1);
      fraction = take_digits(text);
    }
    if (whole.empty() && fraction.empty()) return std::nullopt;
    long exponent = 0;
    if (!text.empty() && (text[0] == 'e' || text[0] == 'E')) {
      text.remove_prefix(1);
      const std::optional<long> written = take_exponent(text);
      if (!written) return std::nullopt;
      exponent = *written;
    }
    if (!text.empty()) return std::nullopt;
    exponent -= static_cast<long>(fraction.size());
    const mpz_class digits(whole + fraction, 10);
    value = exponent >= 0 ? Rational(digits * power_of_ten(static_cast<unsigned long>(exponent)))
                          : Rational(digits, power_of_ten(static_cast<unsigned long>(-exponent)));
    value.canonicalize();
  }
  if (negative) value = -value;
  return value;
}

std::string to_text(const Rational& value) {
  const mpz_class& denominator = value.get_den();
  if (denominator == 1) return value.get_num().get_str();
  mpz_class rest;
  const mpz_class two(2), five(5);
  const unsigned long twos = mpz_remove(rest.get_mpz_t(), denominator.get_mpz_t(), two.get_mpz_t());
  const unsigned long fives = mpz_remove(rest.get_mpz_t(), rest.get_mpz_t(), five.get_mpz_t());
  if (rest != 1) return value.get_str();
  const unsigned long places = std::max(twos, fives);
  const mpz_class scaled = abs(value.get_num()) * (power_of_ten(places) / denominator);
  std::string digits = scaled.get_str();
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  digits.insert(digits.size() - places, ".");
  if (sgn(value) < 0) digits.insert(digits.begin(), '-');
  return digits;
}

double nearest_double(const Rational& value) {
  // Rounding to odd with spare bits first makes the second rounding the right one, also where doubles are subnormal.
  constexpr mpfr_prec_t bits = 128;
  mpfr_t x;
  mpfr_init2(x, bits);
  const int inexact = mpfr_set_q(x, value.get_mpq_t(), MPFR_RNDZ);
  if (inexact != 0 && mpfr_min_prec(x) < bits) {
    if (mpfr_sgn(x) > 0)
      mpfr_nextabove(x);
    else
      mpfr_nextbelow(x);
  }
  const double r = mpfr_get_d(x, MPFR_RNDN);
  mpfr_clear(x);
  return r;
}

}  // namespace widegeo
