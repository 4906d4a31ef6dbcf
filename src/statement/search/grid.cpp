#include "statement/search/grid.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace widegeo::statement {

namespace {

Rational power_of_ten(int exponent) {
  mpz_class power;
  mpz_ui_pow_ui(power.get_mpz_t(), 10, static_cast<unsigned long>(std::abs(exponent)));
  return exponent < 0 ? Rational(mpz_class(1), power) : Rational(power);
}

/// Radical inverse: the digits of index in the base, mirrored at the point [J. Halton, Numer. Math. 2 (1960) 84].
double radical_inverse(std::size_t index, unsigned base) {
  double r = 0, scale = 1;
  for (; index > 0; index /= base) {
    scale /= base;
    r += scale * static_cast<double>(index % base);
  }
  return r;
}

}  // namespace

Rational rounded(double value, unsigned digits) {
  if (value == 0) return 0;
  const int exponent = static_cast<int>(std::floor(std::log10(std::fabs(value))));
  const Rational scale = power_of_ten(static_cast<int>(digits) - 1 - exponent);
  const Rational scaled = Rational(value) * scale + Rational(1, 2);
  mpz_class whole;
  mpz_fdiv_q(whole.get_mpz_t(), scaled.get_num_mpz_t(), scaled.get_den_mpz_t());
  Rational r = Rational(whole) / scale;
  r.canonicalize();
  return r;
}

Axis::Axis(const Domain& range)
    : low_(range.range->first),
      high_(range.range->second),
      logarithmic_(low_ > 0 && high_ > 20 * low_),
      from_(nearest_double(low_)),
      to_(nearest_double(high_)) {
  if (!logarithmic_) return;
  from_ = std::log(from_);
  to_ = std::log(to_);
}

Rational Axis::at(double u, unsigned digits) const {
  if (u <= 0) return low_;
  if (u >= 1) return high_;
  const double v = from_ + u * (to_ - from_);
  return std::clamp(rounded(logarithmic_ ? std::exp(v) : v, digits), low_, high_);
}

double Axis::coordinate(const Rational& value) const {
  const double v = nearest_double(value);
  return std::clamp(((logarithmic_ ? std::log(v) : v) - from_) / (to_ - from_), 0.0, 1.0);
}

Rational Axis::shortened(const Rational& value, unsigned digits) const {
  if (value == low_ || value == high_) return value;
  return std::clamp(rounded(nearest_double(value), digits), low_, high_);
}

Grid::Grid(std::size_t dimensions, std::size_t budget) : dimensions_(dimensions) {
  if (dimensions == 0) return;
  const double room = std::pow(static_cast<double>(budget), 1.0 / static_cast<double>(dimensions));
  per_range_ = static_cast<std::size_t>(room + 1e-9);
  if (per_range_ < 3) {
    per_range_ = 0;
    size_ = std::max<std::size_t>(budget, 32);
    return;
  }
  for (std::size_t i = 0; i < dimensions; ++i) size_ *= per_range_;
  spacing_ = 1.0 / static_cast<double>(per_range_ - 1);
}

std::vector<double> Grid::operator[](std::size_t index) const {
  static constexpr std::array<unsigned, 16> primes{2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53};
  std::vector<double> u(dimensions_);
  if (per_range_ == 0) {
    for (std::size_t i = 0; i < dimensions_; ++i)
      u[i] = index < 2 ? static_cast<double>(index) : radical_inverse(index - 1, primes[i % primes.size()]);
    return u;
  }
  for (std::size_t i = dimensions_; i-- > 0; index /= per_range_)
    u[i] = static_cast<double>(index % per_range_) / static_cast<double>(per_range_ - 1);
  return u;
}

}  // namespace widegeo::statement
