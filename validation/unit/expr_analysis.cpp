// The analysis on expressions chosen to be hard for it.
#include <doctest/doctest.h>

#include <cmath>

#include "expr/analysis/analysis.hpp"
#include "expr/tape/tape.hpp"
#include "number/error.hpp"
#include "number/scalar.hpp"

using namespace widegeo;
using namespace widegeo::expr;

namespace {

constexpr auto kink = SpecialPoint::Kind::kink;
constexpr auto jump = SpecialPoint::Kind::jump;
constexpr auto singular = SpecialPoint::Kind::singular;

Analysis of(const std::string& text) { return analyse(parse(text)); }

void check_point(const std::string& text, std::size_t index, std::size_t count, SpecialPoint::Kind kind,
                 const char* place, bool value_integrable, bool derivative_integrable) {
  CAPTURE(text);
  const Analysis a = of(text);
  REQUIRE(a.points.size() == count);
  const SpecialPoint& p = a.points[index];
  CHECK(p.kind == kind);
  CHECK(p.exact == parse_rational(place));
  CHECK(p.value_integrable == value_integrable);
  CHECK(p.derivative_integrable == derivative_integrable);
}

void check_growth(const std::string& text, Growth::Kind kind, double rate = 0) {
  CAPTURE(text);
  const Growth g = of(text).growth;
  CHECK(g.kind == kind);
  CHECK(g.rate == doctest::Approx(rate).epsilon(1e-9));
}

}  // namespace

TEST_CASE("analysis: poles, roots and logarithms have the local exponents of theory") {
  // phi ~ |x|^alpha: phi^2 is integrable iff alpha > -1/2, phi'^2 iff alpha > 1/2 (or alpha = 0 and smooth).
  check_point("1/x", 0, 1, singular, "0", false, false);
  check_point("log(x)", 0, 1, singular, "0", true, false);
  check_point("log(abs(x))", 0, 1, singular, "0", true, false);
  check_point("sqrt(x)", 0, 1, singular, "0", true, false);
  check_point("abs(x)^(1/2)", 0, 1, singular, "0", true, false);
  check_point("abs(x)^0.6", 0, 1, kink, "0", true, true);
  check_point("abs(x)^(-0.4)", 0, 1, singular, "0", true, false);
  check_point("abs(x)^(-0.5)", 0, 1, singular, "0", false, false);
  check_point("1/(x - 1/3)^2", 0, 1, singular, "1/3", false, false);
  check_point("sqrt((x - 2)^2)", 0, 1, kink, "2", true, true);
  check_point("exp(1/x)", 0, 1, singular, "0", false, false);
  check_point("x^x", 0, 1, kink, "0", true, true);
  check_point("x/abs(x)", 0, 1, jump, "0", true, false);
  check_point("atan(1/x)", 0, 1, jump, "0", true, false);
  check_point("asin(x)", 0, 2, singular, "-1", true, false);
  check_point("relu(x)^(1/2)", 0, 1, singular, "0", true, false);
}

TEST_CASE("analysis: kinks of every order are found where analytic pieces meet, and nowhere else") {
  check_point("relu(x)^3", 0, 1, kink, "0", true, true);
  check_point("relu(x - 0.3)^40", 0, 1, kink, "3/10", true, true);
  check_point("if(x > 0, exp(-1/x), 0)", 0, 1, kink, "0", true, true);
  check_point("exp(-1/x^2)", 0, 1, kink, "0", true, true);
  check_point("x*abs(x)", 0, 1, kink, "0", true, true);
  check_point("(x^2)^(3/2)", 0, 1, kink, "0", true, true);
  check_point("if(x < 0.3, x, 2)", 0, 1, jump, "0.3", true, false);
  check_point("if(x < 2, x, 2)", 0, 1, kink, "2", true, true);
  check_point("max(x, x^3)", 0, 3, kink, "-1", true, true);
  check_point("max(x, x^3)", 1, 3, kink, "0", true, true);
  check_point("max(x, x^3)", 2, 3, kink, "1", true, true);
  check_point("abs(x^2 - 1/1000000)", 0, 2, kink, "-1/1000", true, true);
  check_point("relu(relu(x) - 1/7)", 0, 1, kink, "1/7", true, true);
  check_point("abs(x - 1e12)", 0, 1, kink, "1000000000000", true, true);

  for (const char* smooth :
       {"sin(x)/x", "abs(x)^2", "abs(x)*sign(x)", "max(x, x)", "min(x, 3) + max(x, 3)", "sqrt(1 + x^2)", "1/(1 + x^2)",
        "abs(x)*sin(abs(x))", "1/(2 + sin(x))", "abs(1 + x^2)", "log(1 + exp(x))", "x^5", "sqrt(x^4)", "erf(x)"}) {
    CAPTURE(smooth);
    const Analysis a = of(smooth);
    CHECK(a.analytic());
    CHECK(a.undefined_where.empty());
  }
}

TEST_CASE(
    "analysis: a removable 0/0 that evaluation cannot remove stays a point, so that no integral evaluates phi there") {
  for (const char* text : {"(x^3 - x)/x", "x*(1/x)", "(x - sin(x))/x^3"})
    check_point(text, 0, 1, kink, "0", true, true);
}

TEST_CASE("analysis: a point that is not rational is located to the working precision") {
  struct Case {
    const char* text;
    const char* place;  // a constant expression
  };
  for (const Case& c : {Case{"abs(x^2 - 2)", "sqrt(2)"}, Case{"relu(x - pi)", "pi"}, Case{"max(exp(x), 3)", "log(3)"},
                        Case{"abs(x^3 + x - 10*pi)*1", ""}, Case{"sqrt((x^2 - 3)^2)", "sqrt(3)"},
                        Case{"1/(sinh(x) - 4)", "asinh(4)"}}) {
    CAPTURE(c.text);
    const Analysis a = of(c.text);
    REQUIRE_FALSE(a.points.empty());
    const SpecialPoint& p = a.points.back();
    CHECK_FALSE(p.exact.has_value());
    for (const unsigned digits : {20U, 50U, 300U}) {
      CAPTURE(digits);
      const PrecisionScope precision(digits);
      const Real found = p.location();
      // Two digits of slack for the rounding of the comparison itself.
      const Real allowed = pow(Real(10), 2 - static_cast<int>(digits));
      if (c.place[0] != '\0') {
        const Tape tape(std::vector<Expr>{parse(c.place)}, {"x"});
        const Real exact = tape(Real(0));
        CHECK(abs(found - exact) <= allowed * abs(exact));
        CHECK(std::abs(p.approximate - exact.to_double()) <= 1e-15 * std::abs(p.approximate));
      } else {
        const Real residual = found * found * found + found - 10 * 4 * atan(Real(1));
        CHECK(abs(residual) <= allowed * 100);
      }
    }
  }
}

TEST_CASE("analysis: growth decides for which variances an expectation exists") {
  check_growth("exp(x^2)", Growth::Kind::gaussian, 1);
  check_growth("x^7*exp(x^2/3 + 40*x)", Growth::Kind::gaussian, 1.0 / 3);
  check_growth("exp(-x^2) + exp(0.123*x^2)*sin(x)", Growth::Kind::gaussian, 0.123);
  check_growth("if(x > 0, exp(2*x^2), 1)", Growth::Kind::gaussian, 2);
  check_growth("exp(x^4)", Growth::Kind::faster);
  check_growth("exp(abs(x)^3)", Growth::Kind::faster);
  check_growth("exp(exp(x))", Growth::Kind::faster);
  check_growth("exp(x)*cos(x)", Growth::Kind::exponential);
  check_growth("sinh(3*x)", Growth::Kind::exponential);
  check_growth("x^x", Growth::Kind::gaussian, 0);
  check_growth("x^20*sin(x)", Growth::Kind::polynomial);
  check_growth("exp(-x^2)", Growth::Kind::polynomial);
  check_growth("0*x", Growth::Kind::polynomial);
  check_growth("7", Growth::Kind::polynomial);
  check_growth("log(abs(x))", Growth::Kind::polynomial);
  check_growth("exp(x)*exp(-x^2)", Growth::Kind::polynomial);
  check_growth("x - log(1 + exp(x))", Growth::Kind::polynomial);
  check_growth("1e-30*x^2", Growth::Kind::polynomial);
}

TEST_CASE("analysis: parity") {
  const auto parity = [](const char* text) { return of(text).parity; };
  CHECK(parity("x^3 - sin(x)") == Parity::odd);
  CHECK(parity("x*tanh(x)") == Parity::even);
  CHECK(parity("Phi(x) - 1/2") == Parity::odd);  // not visible in the form
  CHECK(parity("step(x) - 1/2") == Parity::odd);
  CHECK(parity("sigmoid(x)*sigmoid(-x)") == Parity::even);
  CHECK(parity("log(1 + exp(x)) - x/2") == Parity::even);
  CHECK(parity("x^2 + 1e-40*x") == Parity::none);
  CHECK(parity("x + exp(-x^2)/10^30") == Parity::none);
  CHECK(parity("relu(x)") == Parity::none);
  CHECK(parity("log(x)") == Parity::none);
  CHECK(parity("3") == Parity::even);
}

TEST_CASE("analysis: the part of the line where phi is undefined is named") {
  CHECK(of("log(x)").undefined_where == "x < 0");
  CHECK(of("sqrt(1 - x)").undefined_where == "x > 1");
  CHECK(of("asin(x)").undefined_where == "x < -1, x > 1");
  CHECK(of("sqrt(x^2 - 1)").undefined_where == "-1 < x < 1");
  CHECK(of("x^x").undefined_where == "x < 0");
  CHECK(of("x^0.5").undefined_where == "x < 0");
  CHECK(of("log(-1 - x^2)").undefined_where == "every x");
  CHECK(of("if(x > 0, log(x), 0)").undefined_where.empty());
  CHECK(of("log(1 + x^2)").undefined_where.empty());
}

TEST_CASE("analysis: infinitely many special points are refused with a reason") {
  for (const char* text : {"abs(sin(x))", "tan(x)", "1/sin(x)", "sign(cos(x/1000))", "log(abs(sin(x)))",
                           "sqrt(1 + sin(x))", "abs(sin(1/x))"}) {
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(of(text), doctest::Contains("infinitely many"), Error);
  }
  CHECK(of("abs(sin(x) - x/30)").points.size() > 10);
}

TEST_CASE("analysis: another name than the variable is an error") { CHECK_THROWS_AS(of("x + y"), Error); }
