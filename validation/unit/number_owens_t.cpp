// Owen's T in multiprecision against identities that its algorithm does not use, and against Boost's double.
#include <doctest/doctest.h>

#include <boost/math/special_functions/owens_t.hpp>
#include <chrono>

#include "testing/checks.hpp"

using namespace widegeo;
using testing::agreeing_digits;

namespace {

Real ratio(long a, long b) { return Real(a) / b; }

/// T by the trapezoidal rule on the tanh-sinh map of [0, a]: shares nothing with the series.
Real by_quadrature(const Real& h, const Real& a, unsigned digits) {
  const Real w = h * h / 2, half_pi = pi<Real>() / 2;
  const auto f = [&](const Real& t) {  // x = a/2 (1 + tanh(pi/2 sinh t)) written with exp for both ends
    const Real s = half_pi * sinh(t), e = exp(Real(2) * s);
    const Real x = a * e / (1 + e);
    const Real weight = a * half_pi * cosh(t) * 2 * e / ((1 + e) * (1 + e));
    return Real(weight * exp(-w * (1 + x * x)) / (1 + x * x));
  };
  const Real end = log(Real(4) / pi<Real>() * Real(digits) * 3);
  // A peak of width 1/h in [0, a] needs a step in proportion.
  const int steps = static_cast<int>(digits) * (12 + static_cast<int>(value_of(Real(a * h))));
  const Real step = 2 * end / steps;
  Real sum = 0;
  for (int i = 0; i <= steps; ++i) sum += f(-end + step * i);
  return sum * step / (2 * pi<Real>());
}

}  // namespace

TEST_CASE("owens_t: T(h, 1) = Phi(h) Phi(-h) / 2 at 50, 300 and 1000 digits") {
  for (const unsigned digits : {50U, 300U, 1000U}) {
    const PrecisionScope scope(digits);
    for (const Real& h : {ratio(1, 1000), ratio(1, 3), ratio(7, 5), ratio(5, 1), ratio(29, 2), ratio(40, 1)}) {
      CAPTURE(digits);
      CAPTURE(h);
      CHECK(agreeing_digits(owens_t(h, Real(1)), normal_cdf(h) * normal_cdf(-h) / 2) > digits - 2);
    }
  }
}

TEST_CASE("owens_t: agrees with tanh-sinh quadrature of its integral at 50 and 120 digits") {
  for (const unsigned digits : {50U, 120U}) {
    const PrecisionScope scope(digits);
    for (const Real& h : {ratio(1, 100), ratio(1, 2), ratio(2, 1), ratio(13, 2), ratio(17, 1)}) {
      for (const Real& a : {ratio(1, 1000), ratio(1, 7), ratio(9, 10), ratio(5, 2), ratio(20, 1)}) {
        CAPTURE(h);
        CAPTURE(a);
        const Real direct = owens_t(h, a);
        Real reference;
        {
          const PrecisionScope more(digits + 20);
          reference = by_quadrature(h, a, digits + 10);
        }
        CHECK(agreeing_digits(direct, reference) > digits - 3);
      }
    }
  }
}

TEST_CASE("owens_t: the two series agree where one takes over from the other") {
  // At 30 digits the asymptotic series serves beyond h^2/2 ~ 100, at 300 digits the convergent one still does.
  for (const Real& a : {ratio(1, 50), ratio(1, 3), ratio(1, 1), ratio(7, 4)}) {
    for (const int h : {13, 15, 18, 25, 33}) {
      Real low, high;
      {
        const PrecisionScope scope(30);
        low = owens_t(Real(h), a);
      }
      {
        const PrecisionScope scope(300);
        high = owens_t(Real(h), a);
      }
      CAPTURE(a);
      CAPTURE(h);
      // a itself was rounded at the default precision, at least 20 digits, once for both.
      CHECK(agreeing_digits(low, high) > 28);
    }
  }
}

TEST_CASE("owens_t: symmetries, limits and derivatives") {
  const PrecisionScope scope(60);
  const Real h = ratio(4, 3), a = ratio(3, 5);
  CHECK(owens_t(-h, a) == owens_t(h, a));
  CHECK(owens_t(h, -a) == -owens_t(h, a));
  CHECK(owens_t(h, Real(0)) == 0);
  CHECK(agreeing_digits(owens_t(Real(0), a), atan(a) / (2 * pi<Real>())) > 58);
  CHECK(agreeing_digits(owens_t(Real(0), Real(9)), atan(Real(9)) / (2 * pi<Real>())) > 58);
  // dT/da by a central difference of step 1e-15: its error is about 1e-30.
  const Real d = pow_int(Real(10), -15);
  const Real slope = (owens_t(h, a + d) - owens_t(h, a - d)) / (2 * d);
  CHECK(agreeing_digits(slope, exp(-h * h * (1 + a * a) / 2) / (2 * pi<Real>() * (1 + a * a))) > 28);
  CHECK(owens_t(Real(1), Real("1e400")) > 0);
  CHECK(owens_t(Real("1e-400"), Real(1)) > 0);
  CHECK(owens_t(Real("1e400"), Real(1)) == 0);
}

TEST_CASE("owens_t: double and Boost agree with multiprecision") {
  const PrecisionScope scope(40);
  auto g = testing::generator_of_test("owens_t: double");
  double worst = 0;
  for (std::size_t n = testing::trials(3000); n > 0; --n) {
    const double h = testing::uniform(g, -9, 9), a = testing::uniform(g, -4, 4);
    const Real exact = owens_t(Real(h), Real(a));
    const double difference = testing::relative_difference(exact, Real(owens_t(h, a)));
    worst = std::fmax(worst, difference);
    CHECK(difference <= 10 * 0x1p-52);  // the 10 ulp that Tracked allows for
  }
  std::printf("  worst relative error of the double function: %.2g\n", worst);
}

TEST_CASE("owens_t: 50 digits take less than a millisecond") {
  const PrecisionScope scope(50);
  Real sum = 0;
  const auto start = std::chrono::steady_clock::now();
  constexpr int count = 400;
  for (int i = 0; i < count; ++i) sum += owens_t(ratio(i % 20 + 1, 3), ratio(i / 20 + 1, 9));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("  %.1f microseconds a call\n", 1e6 * seconds / count);
  CHECK(sum > 0);
  // Ten times the target: a shared or instrumented machine must not fail it.
  CHECK(seconds / count < 1e-2);
}
