#include "report/decimal.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <memory>

#include "number/error.hpp"
#include "number/functions.hpp"
#include "number/rational.hpp"

namespace widegeo::report {
namespace {

/// digits d1 d2 ... dn and exponent e stand for 0.d1d2...dn * 10^e.
std::string compose(bool negative, const std::string& digits, long exponent) {
  std::string text = negative ? "-" : "";
  const long count = static_cast<long>(digits.size());
  if (exponent > -5 && exponent <= 0)
    return text + "0." + std::string(static_cast<std::size_t>(-exponent), '0') + digits;
  if (exponent > 0 && exponent <= count) {
    text += digits.substr(0, static_cast<std::size_t>(exponent));
    if (exponent < count) text += "." + digits.substr(static_cast<std::size_t>(exponent));
    return text;
  }
  text += digits.substr(0, 1);
  if (count > 1) text += "." + digits.substr(1);
  return text + "e" + std::to_string(exponent - 1);
}

struct Parts {
  bool negative;
  std::string digits;
  long exponent;
};

Parts parts_of(const Real& value, unsigned digits, mpfr_rnd_t rounding) {
  mpfr_exp_t exponent = 0;
  // mpfr_get_str reads one digit as "as many as needed" only for 0; one digit is allowed since MPFR 4.
  const std::unique_ptr<char, void (*)(char*)> text(mpfr_get_str(nullptr, &exponent, 10, digits, value.get(), rounding),
                                                    mpfr_free_str);
  std::string all = text.get();
  const bool negative = all.front() == '-';
  if (negative) all.erase(0, 1);
  return {negative, all, static_cast<long>(exponent)};
}

Parts parts_of(double value, unsigned digits) {
  std::array<char, 1200> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific,
                                 static_cast<int>(digits) - 1);
  const std::string text(buffer.data(), end.ptr);
  Parts parts{text.front() == '-', {}, 0};
  const std::size_t mark = text.find('e');
  for (const char c : text.substr(0, mark)) {
    if (c >= '0' && c <= '9') parts.digits += c;
  }
  parts.exponent = std::stol(text.substr(mark + 1)) + 1;
  return parts;
}

void require_finite(bool finite) {
  if (!finite)
    throw Error(ErrorCode::accuracy, "a result is not a finite number", "", "ask for more digits with --digits");
}

}  // namespace

std::string decimal(double value, unsigned digits) {
  require_finite(std::isfinite(value));
  if (value == 0) return "0";
  if (digits > 1000) return decimal(Real(value), digits);
  const Parts parts = parts_of(value, digits);
  return compose(parts.negative, parts.digits, parts.exponent);
}

std::string decimal(const Real& value, unsigned digits) {
  require_finite(mpfr_number_p(value.get()) != 0);
  if (mpfr_zero_p(value.get()) != 0) return "0";
  const Parts parts = parts_of(value, digits, MPFR_RNDN);
  return compose(parts.negative, parts.digits, parts.exponent);
}

std::string shortest(double value) {
  require_finite(std::isfinite(value));
  if (value == 0) return "0";
  std::array<char, 64> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end.ptr};
}

double shortest_error(double value) {
  const std::string text = shortest(value);
  // long double carries 64 bits on the machines meant, or more: its reading is off by 2^-64 of the value, the
  // difference of two such neighbours is exact.
  const long double difference = std::fabs(std::strtold(text.c_str(), nullptr) - static_cast<long double>(value));
  if (difference == 0) {
    const auto exact = parse_rational(text);
    if (exact && *exact == Rational(value)) return 0;
  }
  const auto bound = static_cast<double>(difference);
  return std::nextafter(bound + std::abs(value) * 0x1p-63, INFINITY);
}

std::string error_text(double error, double printing) {
  if (printing == 0) return error_text(error);
  return error_text(std::nextafter(error + printing, INFINITY));
}

std::string error_text(double error) {
  require_finite(std::isfinite(error));
  if (error == 0) return "0";
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), error, std::chars_format::scientific, 1);
  double back = 0;
  std::from_chars(buffer.data(), end.ptr, back);
  if (back >= error) return {buffer.data(), end.ptr};
  return error_text(Real(error));
}

std::string error_text(const Real& error) {
  require_finite(mpfr_number_p(error.get()) != 0);
  if (mpfr_zero_p(error.get()) != 0) return "0";
  const Parts parts = parts_of(error, 2, MPFR_RNDU);
  const long exponent = parts.exponent - 1;
  const std::string size = std::to_string(std::labs(exponent));  // two digits at least, as printf and to_chars write
  return parts.digits.substr(0, 1) + "." + parts.digits.substr(1) + (exponent < 0 ? "e-" : "e+") +
         (size.size() < 2 ? "0" : "") + size;
}

double print_error(double value, unsigned digits) {
  if (value == 0) return 0;
  const double exponent = std::floor(std::log10(std::abs(value)));
  return 0.5 * std::pow(10.0, exponent + 1 - static_cast<double>(digits));
}

Real print_error(const Real& value, unsigned digits) {
  if (mpfr_zero_p(value.get()) != 0) return Real(0);
  const Parts parts = parts_of(value, 2, MPFR_RNDZ);
  return pow(Real(10), Real(parts.exponent - static_cast<long>(digits))) / 2;
}

std::string json_decimal(const std::string& text) {
  const std::size_t mark = text.find('e');
  const std::string mantissa = text.substr(0, mark);
  long exponent = mark == std::string::npos ? 0 : std::stol(text.substr(mark + 1));
  std::string digits;
  const std::size_t point = mantissa.find('.');
  for (const char c : mantissa) {
    if (c >= '0' && c <= '9') digits += c;
  }
  // value = 0.DIGITS * 10^exponent
  const std::size_t whole = (point == std::string::npos ? mantissa.size() : point) - (mantissa.front() == '-' ? 1 : 0);
  exponent += static_cast<long>(whole);
  const std::size_t zeros = std::min(digits.find_first_not_of('0'), digits.size());
  digits.erase(0, zeros);
  exponent -= static_cast<long>(zeros);
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.empty()) return "0";
  const std::string sign = mantissa.front() == '-' ? "-" : "";
  const long count = static_cast<long>(digits.size());
  if (exponent > 0 && exponent <= 15) {
    if (count <= exponent) return sign + digits + std::string(static_cast<std::size_t>(exponent - count), '0');
    return sign + digits.substr(0, static_cast<std::size_t>(exponent)) + "." +
           digits.substr(static_cast<std::size_t>(exponent));
  }
  if (exponent > -4 && exponent <= 0)
    return sign + "0." + std::string(static_cast<std::size_t>(-exponent), '0') + digits;
  const long shown = exponent - 1;
  const std::string size = std::to_string(std::labs(shown));
  return sign + digits.substr(0, 1) + (count > 1 ? "." + digits.substr(1) : "") + (shown < 0 ? "e-" : "e+") +
         (size.size() < 2 ? "0" : "") + size;
}

}  // namespace widegeo::report
