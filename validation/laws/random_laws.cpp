// Every law of weights has mean 0, variance 1 and its own distribution. Fixed seeds: a pass stays a pass; the
// false-alarm rates say how unlucky a seed could have been.
#include <doctest/doctest.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "number/error.hpp"
#include "random/random.hpp"

using namespace widegeo;

namespace {

constexpr RandomAddress address{20230118, 9, 8, 7, 6};
constexpr std::size_t many = 200'000;
using Values = std::vector<double>;

Values student_t(double nu) {
  Values out(many);
  fill_student_t(address, 3, nu, out);
  return out;
}

Values sparse(double p) {
  Values out(many);
  fill_sparse(address, 3, p, out);
  return out;
}

Values uniform_symmetric() {
  Values out(many);
  fill_uniform_symmetric(address, 3, out);
  return out;
}

Values rademacher() {
  Values out(many);
  fill_rademacher(address, 3, out);
  return out;
}

/// Kolmogorov's distance to a continuous distribution, times sqrt(n). P(> 2.5) = 2 exp(-2 * 2.5^2) = 7.5e-6.
constexpr double kolmogorov_limit = 2.5;
template <class Cdf>
double kolmogorov(Values values, const Cdf& cdf) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double distance = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double p = cdf(values[i]), k = static_cast<double>(i);
    distance = std::max({distance, (k + 1) / n - p, p - k / n});
  }
  return distance * std::sqrt(n);
}

/// Mean 0, variance 1 and no correlation of neighbours, each within five standard errors (5.7e-7), where E x^4 is
/// finite.
void check_moments(const std::string& law, const Values& x, double fourth_moment) {
  CAPTURE(law);
  double sum = 0, squares = 0, products = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += x[i];
    squares += x[i] * x[i];
    if (i > 0) products += x[i] * x[i - 1];
  }
  const double root = std::sqrt(static_cast<double>(x.size())), n = static_cast<double>(x.size());
  MESSAGE(law, ": mean ", sum / n, ", variance ", squares / n, ", correlation of neighbours ", products / n);
  CHECK(std::fabs(sum / n) * root < 5);
  CHECK(std::fabs(products / n) * root < 5);
  // Rademacher: the fourth moment is 1 and the variance exact.
  CHECK(std::fabs(squares / n - 1) * root <= 5 * std::sqrt(fourth_moment - 1));
}

}  // namespace

TEST_CASE("random laws: Student's t has its distribution over its standard deviation, at 1e-5") {
  for (const double nu : {2.01, 2.5, 3.0, 5.0, 8.5, 30.0, 1e6}) {
    const boost::math::students_t law(nu);
    const double deviation = std::sqrt(nu / (nu - 2));
    const Values x = student_t(nu);
    const double distance = kolmogorov(x, [&](double v) { return cdf(law, v * deviation); });
    MESSAGE("nu = ", nu, ", sqrt(n) D = ", distance);
    CHECK(distance < kolmogorov_limit);
    // E x^4 = 3 (nu - 2) / (nu - 4)
    if (nu > 8) check_moments("student " + std::to_string(nu), x, 3 * (nu - 2) / (nu - 4));
  }
}

TEST_CASE("random laws: uniform and Rademacher have their distributions, at 1e-5") {
  const Values x = uniform_symmetric();
  const double root3 = std::sqrt(3.0);
  CHECK(kolmogorov(x, [&](double v) { return (v / root3 + 1) / 2; }) < kolmogorov_limit);
  CHECK(*std::max_element(x.begin(), x.end()) < root3);
  CHECK(*std::min_element(x.begin(), x.end()) > -root3);
  check_moments("uniform", x, 9.0 / 5);
  const Values y = rademacher();
  CHECK(std::set<double>(y.begin(), y.end()) == std::set<double>{-1, 1});
  check_moments("rademacher", y, 1);
}

TEST_CASE("random laws: sparse weights are zero with probability 1 - p and else normal, at 1e-5") {
  for (const double p : {1e-3, 0.1, 0.5, 0.99, 1.0}) {
    const Values x = sparse(p);
    Values nonzero;
    std::copy_if(x.begin(), x.end(), std::back_inserter(nonzero), [](double v) { return v != 0; });
    const double n = static_cast<double>(many), count = static_cast<double>(nonzero.size());
    CHECK(std::fabs(count - n * p) <= 5 * std::sqrt(n * p * (1 - p)));
    const boost::math::normal law(0, 1 / std::sqrt(p));
    CHECK(kolmogorov(nonzero, [&](double v) { return cdf(law, v); }) < kolmogorov_limit);
    check_moments("sparse " + std::to_string(p), x, 3 / p);
  }
}

TEST_CASE("random laws: each number is a function of its entry alone, and of its address") {
  const std::vector<void (*)(const RandomAddress&, std::uint64_t, std::span<double>)> laws{
      fill_uniform_symmetric, fill_rademacher,
      [](const RandomAddress& a, std::uint64_t first, std::span<double> out) { fill_student_t(a, first, 3.5, out); },
      [](const RandomAddress& a, std::uint64_t first, std::span<double> out) { fill_sparse(a, first, 0.4, out); }};
  for (const auto law : laws) {
    Values whole(1000);
    law(address, 0, whole);
    for (const std::size_t first : {0, 1, 5, 255, 256})
      for (const std::size_t count : {0, 1, 2, 257, 600}) {
        Values part(count);
        law(address, first, part);
        CHECK(std::equal(part.begin(), part.end(), whole.begin() + static_cast<std::ptrdiff_t>(first)));
      }
    RandomAddress other = address;
    ++other.unit;
    Values elsewhere(1000);
    law(other, 0, elsewhere);
    CHECK(elsewhere != whole);
  }
}

TEST_CASE("random laws: parameters without a variance and entries out of range are refused") {
  Values out(2);
  for (const double nu : {2.0, 1.0, -1.0, HUGE_VAL, std::nan("")})
    CHECK_THROWS_AS(fill_student_t(address, 0, nu, out), Error);
  for (const double p : {0.0, -0.1, 1.0000001, HUGE_VAL, std::nan("")})
    CHECK_THROWS_AS(fill_sparse(address, 0, p, out), Error);
  constexpr std::uint64_t end = std::uint64_t{1} << 32;
  CHECK_NOTHROW(fill_student_t(address, end - 2, 3, out));
  CHECK_THROWS_AS(fill_student_t(address, end - 1, 3, out), Error);
  CHECK_THROWS_AS(fill_sparse(address, end - 1, 0.5, out), Error);
}
