// Helpers shared by the tests: effort and seeds of randomised laws, distances in ulp, relative differences, overlap of
// estimates.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>
#include <random>
#include <string>

#include "number/error.hpp"
#include "number/estimate.hpp"
#include "number/scalar.hpp"

namespace widegeo::testing {

/// Factor on the default number of trials: WIDEGEO_TEST_EFFORT, 1 if unset. Fractions shorten a test.
inline double test_effort() {
  const char* text = std::getenv("WIDEGEO_TEST_EFFORT");
  const double effort = text == nullptr ? 1 : std::atof(text);
  return effort > 0 ? effort : 1;
}

/// `base` trials scaled by the effort, at least one.
inline std::size_t trials(std::size_t base) {
  const double scaled = std::ceil(static_cast<double>(base) * test_effort());
  return scaled < 1 ? 1 : static_cast<std::size_t>(scaled);
}

/// The seed of a randomised test, printed so that failures can be reproduced: WIDEGEO_TEST_SEED, or a fixed one.
inline std::uint64_t seed_of_test(const char* test) {
  const char* text = std::getenv("WIDEGEO_TEST_SEED");
  const std::uint64_t seed = text == nullptr ? 20230127 : std::strtoull(text, nullptr, 10);
  std::printf("%s: WIDEGEO_TEST_SEED=%llu\n", test, static_cast<unsigned long long>(seed));
  return seed;
}

/// A generator for the named test: different tests with one seed draw different numbers.
inline std::mt19937_64 generator_of_test(const char* test) {
  std::uint64_t hash = 1469598103934665603U;  // FNV-1a
  for (const char* c = test; *c != 0; ++c) hash = (hash ^ static_cast<unsigned char>(*c)) * 1099511628211U;
  return std::mt19937_64(seed_of_test(test) ^ hash);
}

/// Uniform in [low, high), the same on every platform (std::uniform_real_distribution is not).
inline double uniform(std::mt19937_64& generator, double low, double high) {
  return low + (high - low) * (static_cast<double>(generator() >> 11) * 0x1p-53);
}

/// Uniform in the logarithm, low and high positive.
inline double log_uniform(std::mt19937_64& generator, double low, double high) {
  return std::exp(uniform(generator, std::log(low), std::log(high)));
}

/// Number of doubles between a and b; the largest count if either is NaN. +0 and -0 are equal.
inline std::uint64_t ulp_distance(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<std::uint64_t>::max();
  const auto ordered = [](double x) {
    std::int64_t bits = 0;
    std::memcpy(&bits, &x, sizeof bits);
    return bits < 0 ? std::numeric_limits<std::int64_t>::min() - bits : bits;
  };
  const std::int64_t i = ordered(a), j = ordered(b);
  return i > j ? static_cast<std::uint64_t>(i) - static_cast<std::uint64_t>(j)
               : static_cast<std::uint64_t>(j) - static_cast<std::uint64_t>(i);
}

/// |a - b| / max(|a|, |b|) as a double; zero if equal, infinite if either is not finite.
inline double relative_difference(const Real& a, const Real& b) {
  if (a == b) return 0;
  if (!is_finite(a) || !is_finite(b)) return std::numeric_limits<double>::infinity();
  return value_of(Real(abs(a - b) / max(abs(a), abs(b))));
}

inline double relative_difference(double a, double b) {
  if (a == b) return 0;
  if (!std::isfinite(a) || !std::isfinite(b)) return std::numeric_limits<double>::infinity();
  return std::fabs(a - b) / std::fmax(std::fabs(a), std::fabs(b));
}

/// -log10 of the relative difference: the number of digits that agree (a large number if equal).
inline double agreeing_digits(const Real& a, const Real& b) {
  if (a == b) return std::numeric_limits<double>::max();
  if (!is_finite(a) || !is_finite(b)) return 0;
  const Real difference = abs(a - b) / max(abs(a), abs(b));
  return -value_of(Real(log(difference) / log(Real(10))));
}

/// |true - value| / error: at most 1 if the error bound holds. 0/0 counts as 0; NaN counts as infinite.
inline double honesty_ratio(const Real& truth, double value, double error) {
  if (!std::isfinite(value) || std::isnan(error)) return std::numeric_limits<double>::infinity();
  const Real miss = abs(truth - Real(value));
  if (miss == 0) return 0;
  if (std::isinf(error)) return 0;
  if (error <= 0) return std::numeric_limits<double>::infinity();
  return value_of(Real(miss / Real(error)));
}
inline double honesty_ratio(const Real& truth, const TrackedDouble& x) {
  return honesty_ratio(truth, x.value, x.error);
}
inline double honesty_ratio(const Real& truth, const Estimate<double>& x) {
  return honesty_ratio(truth, x.value, x.error);
}

/// True if two estimates of one quantity agree: |a - b| <= factor (error a + error b). For statistical errors use the
/// factor of the declared false-alarm rate (5 standard errors: 6e-7).
template <class T>
bool overlap(const Estimate<T>& a, const Estimate<T>& b, int factor = 1) {
  const T gap = a.value < b.value ? T(b.value - a.value) : T(a.value - b.value);
  return gap <= T(factor) * (a.error + b.error);
}

/// f(), or nullopt if it throws for lack of accuracy.
template <class F>
auto unless_refused(const F& f) -> std::optional<decltype(f())> {
  try {
    return f();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::accuracy) throw;
    return std::nullopt;
  }
}

}  // namespace widegeo::testing
