#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "core/error.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using testing::agreeing_digits;

TEST_CASE("precision: scopes nest and restore") {
  const unsigned outside = working_digits(), process = Real::default_precision();
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
    // Other threads start from the process's default, which a scope must not touch.
    CHECK(Real::default_precision() == process);
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
