#include <doctest/doctest.h>

#include <atomic>
#include <limits>
#include <thread>
#include <vector>

#include "number/error.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using testing::agreeing_digits;

TEST_CASE("precision: scopes nest and restore") {
  const unsigned outside = working_digits();
  {
    const PrecisionScope a(100);
    CHECK(working_digits() == 100);
    {
      const PrecisionScope b(30);
      CHECK(working_digits() == 30);
      CHECK(Real(1).precision() < 40);
    }
    CHECK(working_digits() == 100);
    CHECK(Real(1).precision() >= 100);
    // The scope is this thread's: another one is outside of it.
    unsigned elsewhere = 0;
    std::thread([&] { elsewhere = working_digits(); }).join();
    CHECK(elsewhere == outside);
  }
  CHECK(working_digits() == outside);
  CHECK_THROWS_AS(PrecisionScope(0), Error);
}

TEST_CASE("precision: threads do not disturb each other") {
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (unsigned t = 0; t < 8; ++t) {
    threads.emplace_back([t, &wrong] {
      for (unsigned round = 0; round < 200; ++round) {
        const unsigned digits = 20 + 37 * t + round % 5;
        const PrecisionScope scope(digits);
        const Real root = sqrt(Real(2));
        if (working_digits() != digits || root.precision() < digits) ++wrong;
        const Real off = abs(root * root - 2) / 2;
        const double reached = off == 0 ? 1e9 : -value_of(Real(log(off) / log(Real(10))));
        if (reached < digits - 1) ++wrong;
      }
    });
  }
  for (std::thread& t : threads) t.join();
  CHECK(wrong == 0);
}

TEST_CASE("real: functions come at the working precision, whatever the argument's") {
  Real x;
  {
    const PrecisionScope scope(200);
    x = Real(1) / 3;
  }
  const PrecisionScope scope(40);
  CHECK(exp(x).precision() < 50);
  CHECK(normal_cdf(x).precision() < 50);
  CHECK(owens_t(x, x).precision() < 50);
  CHECK(at_working_precision(x).precision() < 50);
}

TEST_CASE("real: results of operators have the working precision, copies that of their source") {
  Real coarse;
  {
    const PrecisionScope scope(30);
    coarse = Real(1) / 3;
  }
  const PrecisionScope scope(100);
  CHECK(Real(coarse).precision() < 40);
  for (const Real& r :
       {coarse + 1, 2 * coarse, -coarse, -Real(coarse), Real(coarse) / coarse, coarse - coarse * coarse})
    CHECK(r.precision() >= 100);
  // A temporary lends its memory only where it has the working precision: (-x) / y of a 30-digit x has 100 digits.
  const Real ratio = -Real(coarse) / 7;
  CHECK(abs(ratio * 7 + coarse) <= pow(Real(10), Real(-100)));
  Real sum = coarse;
  sum += Real(1) / 7;
  CHECK(sum.precision() >= 100);
  sum = sum + sum;
  sum += sum;
  CHECK(abs(sum - 4 * (coarse + Real(1) / 7)) <= pow(Real(10), Real(-99)));
}

TEST_CASE("real: comparisons and conversions") {
  const PrecisionScope scope(40);
  const Real nan(std::numeric_limits<double>::quiet_NaN()), third = Real(1) / 3;
  CHECK(isnan(nan));
  for (const Real& other : {nan, Real(1)}) {
    CHECK_FALSE(nan < other);
    CHECK_FALSE(nan >= other);
    CHECK_FALSE(nan == other);
    CHECK(nan != other);
  }
  CHECK_FALSE(nan < 1);
  CHECK_FALSE(nan == 0.5);
  CHECK(third > 0);
  CHECK(0.3 < third);
  CHECK(third < 1UL);
  CHECK(Real(-2) < 0U);
  CHECK(1 > third);
  CHECK(third.to_double() == 1.0 / 3);
  CHECK(Real("0.25") == 0.25);
  CHECK(Real(~0UL) == Real("18446744073709551615"));
  CHECK(isinf(Real("inf")));
  CHECK(Real("-1.5e-400").text(5) == "-1.5e-400");
  CHECK_THROWS_AS(Real("1.5x"), Error);
  CHECK(floor(Real(-3) / 2) == -2);
  CHECK(ceil(Real(-3) / 2) == -1);
  CHECK(round(Real(-3) / 2) == -2);
  CHECK(ldexp(Real(3), -2) == 0.75);
  Real a = third, b;
  b = std::move(a);
  a = b;  // a number that was moved from can be assigned to
  CHECK(a == third);
  a = static_cast<const Real&>(a);
  CHECK(a == third);
}

TEST_CASE("real: the normal distribution keeps its digits in the far tail") {
  for (const int x : {-1, -10, -100, -1000}) {
    Real low, high, low_pdf, high_pdf;
    {
      const PrecisionScope scope(40);
      low = normal_cdf(Real(x));
      low_pdf = normal_pdf(Real(x) / 3);
    }
    {
      const PrecisionScope scope(90);
      high = erfc(Real(-x) / sqrt(Real(2))) / 2;
      Real third = Real(x) / 3;
      {
        const PrecisionScope back(40);
        third = Real(x) / 3;
      }
      third = at_working_precision(third);
      high_pdf = exp(-third * third / 2) / sqrt(2 * pi<Real>());
    }
    CAPTURE(x);
    CHECK(agreeing_digits(low, high) > 39);
    CHECK(agreeing_digits(low_pdf, high_pdf) > 39);
  }
}
