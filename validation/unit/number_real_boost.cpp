// Real against Boost.Multiprecision's binary floating-point numbers, which share no code with MPFR.
#include <doctest/doctest.h>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <random>
#include <string>

#include "number/functions.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

using Other = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<120>, boost::multiprecision::et_off>;

/// Both round to nearest at 100 digits and more; a chain of a few operations loses less than ten of them.
constexpr unsigned digits = 100, compared = 90;

void check_equal(const char* what, const Real& mine, const Other& theirs) {
  const Real converted(theirs.str(115, std::ios::scientific));
  const Real gap = abs(mine - converted);
  CHECK_MESSAGE(gap <= abs(converted) * pow(Real(10), Real(-static_cast<int>(compared))), what, ": ", mine.text(60),
                " and ", converted.text(60));
}

}  // namespace

TEST_CASE("real: arithmetic and elementary functions agree with Boost's numbers") {
  const PrecisionScope scope(digits);
  std::mt19937_64 generator(20260611);
  std::uniform_real_distribution<double> uniform(-20, 20);
  for (int trial = 0; trial < 300; ++trial) {
    const double a = uniform(generator), b = uniform(generator);
    const long k = static_cast<long>(generator() % 1000) - 500;
    const Real x(a), y(b);
    const Other u(a), v(b);
    check_equal("sum", x / 3 + y / 7, u / 3 + v / 7);
    check_equal("difference", x / 3 - y * k, u / 3 - v * k);
    check_equal("product", -(x / 3) * (y / 7) * 11UL, -(u / 3) * (v / 7) * 11UL);
    check_equal("quotient", (k + x / 3) / (y * y + 1), (k + u / 3) / (v * v + 1));
    Real sum = x;
    Other other_sum = u;
    sum += y / 3, sum -= x * x, sum *= y + 1, sum /= x * x + 2;
    other_sum += v / 3, other_sum -= u * u, other_sum *= v + 1, other_sum /= u * u + 2;
    check_equal("assignments", sum, other_sum);
    CHECK((x < y) == (u < v));
    CHECK((x / 3 <= k) == (u / 3 <= k));
    if (trial % 10 != 0) continue;
    check_equal("exp", exp(x / 3), exp(Other(u / 3)));
    check_equal("log", log(1 + x * x), log(Other(1 + u * u)));
    check_equal("sqrt", sqrt(1 + x * x), sqrt(Other(1 + u * u)));
    check_equal("sin", sin(x), sin(u));
    check_equal("tanh", tanh(x), tanh(u));
    check_equal("atan", atan(x), atan(u));
    check_equal("power", pow(2 + x * x, y), pow(Other(2 + u * u), v));
  }
}
