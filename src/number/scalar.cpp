#include "number/scalar.hpp"

namespace widegeo {

template <>
double from_rational<double>(const Rational& value) {
  return nearest_double(value);
}

template <>
Block from_rational<Block>(const Rational& value) {
  return Block(nearest_double(value));
}

template <>
Real from_rational<Real>(const Rational& value) {
  return to_real(value);
}

template <>
TrackedDouble from_rational<TrackedDouble>(const Rational& value) {
  const double nearest = nearest_double(value);
  if (!is_finite(nearest)) return {nearest, std::numeric_limits<double>::infinity()};
  const Rational rounding = abs(Rational(nearest) - value);
  return {nearest, sgn(rounding) == 0 ? 0 : nearest_double(rounding) * (1 + tracked_unit) + tracked_underflow};
}

template <>
TrackedBlock from_rational<TrackedBlock>(const Rational& value) {
  const TrackedDouble one = from_rational<TrackedDouble>(value);
  return {Block(one.value), Block(one.error)};
}

namespace {

constexpr double pi_value = 0x1.921fb54442d18p+1;
constexpr double pi_error = 0x1.1a62633145c08p-53;  // pi - pi_value = 1.2246467991473531e-16, rounded up

}  // namespace

template <>
double pi<double>() {
  return pi_value;
}

template <>
Block pi<Block>() {
  return Block(pi_value);
}

template <>
Real pi<Real>() {
  Real r;
  mpfr_const_pi(r.get(), MPFR_RNDN);
  return r;
}

template <>
TrackedDouble pi<TrackedDouble>() {
  return {pi_value, pi_error};
}

template <>
TrackedBlock pi<TrackedBlock>() {
  return {Block(pi_value), Block(pi_error)};
}

}  // namespace widegeo
