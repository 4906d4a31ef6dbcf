// Derivatives against differences, and the exactness of stabilise and substitute, on random trees in 60 digits.
#include <doctest/doctest.h>

#include <array>

#include "expr/tape/tape.hpp"
#include "expr_random.hpp"
#include "number/scalar.hpp"

using namespace widegeo;
using namespace widegeo::expr;

namespace {

Real value(const Expr& e, const Real& x) { return Tape(std::span<const Expr>(&e, 1), {"x"})(x); }

// The value in 60 digits when it can be trusted to about 50: moderate, and the same in 90 digits.
bool trusted(const Expr& e, double x, Real& result) {
  Real fine;
  {
    const PrecisionScope scope(90);
    fine = value(e, Real(x));
    if (!is_finite(fine)) return false;
  }
  result = value(e, Real(x));
  return is_finite(result) && abs(result) < 1'000'000 && abs(result) > Real("1e-20") &&
         testing::relative_difference(result, fine) < 1e-48;
}

}  // namespace

TEST_CASE("derivative: agrees with Richardson differences for random trees") {
  const PrecisionScope scope(60);
  testing::RandomTrees random(testing::generator_of_test("derivative"), {"x"});
  std::size_t compared = 0;
  const Real h("1e-10");
  for (std::size_t i = 0; i < testing::trials(4'000); ++i) {
    const Expr e = random.tree(1 + random.below(4)), de = derivative(e, "x");
    const double x = testing::uniform(random.generator(), -2, 2);
    Real f, df;
    if (!depends_on(e, "x") || !trusted(e, x, f) || !trusted(de, x, df)) continue;
    const auto central = [&](const Real& step) { return Real((value(e, x + step) - value(e, x - step)) / (2 * step)); };
    const Real coarse = central(h), half = central(h / 2), fine = half + (half - coarse) / 3;
    // The step's error is the difference of the two steps; Richardson's is far smaller; 1e-36 is 60 digits, less 10
    // lost in the quotient, less 14 for the cancellation inside of a tree.
    const Real allowed = abs(half - coarse) / 100 + Real("1e-36") * (1 + abs(f) + abs(df));
    if (!(abs(fine - df) <= allowed))
      FAIL_CHECK("x = " << x << ", d of " << to_text(e) << " is not " << to_text(de) << ": " << fine << " against "
                        << df);
    ++compared;
  }
  MESSAGE(compared << " derivatives compared");
  CHECK(compared > testing::trials(4'000) / 5);
}

TEST_CASE("derivative: every function has its rule") {
  const PrecisionScope scope(60);
  const Real h("1e-12"), x("0.37");
  std::vector<std::string> texts{"x^3",
                                 "x^2.5",
                                 "2^x",
                                 "x^x",
                                 "1/x",
                                 "atan2(x, 2)",
                                 "atan2(2, x)",
                                 "atan2(x, x^2)",
                                 "owens_t(x, 0.7)",
                                 "owens_t(0.7, x)",
                                 "owens_t(x, x^2)",
                                 "min(x, x^2)",
                                 "max(x, x^2)",
                                 "if(x < 1, x^2, x)",
                                 "min(x^2, x)"};
  for (unsigned i = static_cast<unsigned>(Op::abs); i <= static_cast<unsigned>(Op::sinc); ++i)
    if (arity_of(static_cast<Op>(i)) == 1) texts.push_back(std::string(name_of(static_cast<Op>(i))) + "(x)");
  for (const std::string& text : texts) {
    const Expr e = parse(text);
    const Real difference = (value(e, x + h) - value(e, x - h)) / (2 * h), exact = value(derivative(e, "x"), x);
    CHECK_MESSAGE(abs(difference - exact) < Real("1e-20"), text);  // h^2 f'''/6 with |f'''| < 1e4
  }
  CHECK(derivative(parse("y^2+a"), "x").is_number(0));
  CHECK_THROWS_AS(derivative(parse("x < 1"), "x"), Error);
}

TEST_CASE("stabilise: changes no value") {
  const PrecisionScope scope(60);
  testing::RandomTrees random(testing::generator_of_test("stabilise"), {"x"});
  // The patterns of its rules with random trees u, v inside: random trees alone would hardly ever meet one.
  const std::vector<std::string> patterns = {"log(1+u)",
                                             "log(u+1)",
                                             "log(1-u)",
                                             "log(2+u+1)",
                                             "exp(u)-1",
                                             "1-exp(u)",
                                             "3*exp(u)-3",
                                             "1/(1+exp(u))",
                                             "v/(1+exp(-u))^2",
                                             "v*exp(u)/(1+exp(u))",
                                             "exp(2*u)/(exp(u)+1)^3",
                                             "log(1+exp(u))",
                                             "log(exp(u)+exp(v))",
                                             "log(2*exp(u)+exp(v)/3+5)",
                                             "log(exp(u)-exp(v))",
                                             "log(exp(u)+exp(-u))",
                                             "log(cosh(u))",
                                             "log(3*cosh(u))",
                                             "sin(u)/u",
                                             "v*sin(3*u)/u",
                                             "sin(u*v)/(u*v)",
                                             "sin(u)/u^2",
                                             "u/sin(u)",
                                             "1-cos(u)",
                                             "cos(u)-1",
                                             "cosh(u)-1",
                                             "2-2*cos(u)",
                                             "1-tanh(u)^2",
                                             "tanh(u)^2-1",
                                             "1+tanh(u)",
                                             "0.5-tanh(u)/2",
                                             "1-erf(u)",
                                             "1+erf(u)",
                                             "erfc(u)-1",
                                             "1-erfc(u)",
                                             "1-Phi(u)",
                                             "Phi(u)-1/2",
                                             "2*Phi(u)-1",
                                             "1-sigmoid(u)",
                                             "2*sigmoid(u)-1",
                                             "1/2-sigmoid(u)",
                                             "sqrt(1+u)-1",
                                             "sqrt(4-u)-2",
                                             "2*sqrt(u^2+9)-6",
                                             "1-sqrt(1+u)",
                                             "sqrt(1-u^2)",
                                             "1/cosh(u)^2",
                                             "v/cosh(u)^5",
                                             "sinh(u)/cosh(u)",
                                             "sinh(u)^3/cosh(u)",
                                             "1/exp(u)",
                                             "exp(u)^3",
                                             "exp(u)/(exp(u)-1)",
                                             "v*exp(u)^2/(exp(u)-1)^3",
                                             "(exp(u)-1)/(exp(u)+1)",
                                             "(exp(u)-exp(-u))/(exp(u)+exp(-u))",
                                             "exp(u)-exp(-u)",
                                             "3*exp(u)+3*exp(-u)",
                                             "log(u+sqrt(u^2+1))",
                                             "log(1/(1+exp(-u)))",
                                             "log(1/u)",
                                             "1-sin(u)^2",
                                             "1-cos(u)^2",
                                             "log(3*exp(u))",
                                             "1+(exp(u)-1)"};
  std::size_t compared = 0, changed = 0;
  for (std::size_t i = 0; i < testing::trials(3'000); ++i) {
    const std::map<std::string, Expr> parts{{"u", random.tree(random.below(3))}, {"v", random.tree(random.below(3))}};
    const std::string& pattern = patterns[i % patterns.size()];
    const Expr e = i % 10 == 9 ? random.tree(5) : substitute(parse(pattern), parts);
    const Expr s = stabilise(e);
    if (i < patterns.size())
      CHECK_MESSAGE(
          !(stabilise(parse(pattern)) == parse(pattern)) != (pattern == "u/sin(u)" || pattern == "log(exp(u)-exp(v))"),
          pattern);
    const double x = testing::uniform(random.generator(), -2, 2);
    Real before, after;
    if (!trusted(e, x, before)) continue;
    after = value(s, Real(x));
    changed += !(e == s);
    ++compared;
    if (!(testing::relative_difference(before, after) < 1e-40))
      FAIL_CHECK("x = " << x << ": " << to_text(e) << " = " << before << " became " << to_text(s) << " = " << after);
  }
  MESSAGE(compared << " compared, " << changed << " of them changed");
  CHECK(changed > testing::trials(3'000) / 4);
}

TEST_CASE("substitute: the value with the parts is the value of the whole") {
  const PrecisionScope scope(60);
  const Expr e = parse("alpha*tanh(x/alpha)+if(x < alpha, beta, x)");
  const Expr full = substitute(e, {{"alpha", parse("3/2")}, {"beta", parse("x*x")}});
  CHECK(full == parse("1.5*tanh(x/1.5)+if(x < 1.5, x^2, x)"));
  CHECK(variables_of(full) == std::set<std::string>{"x"});
  CHECK(variables_of(e) == std::set<std::string>{"alpha", "beta", "x"});
  CHECK(substitute(parse("if(a == 0, x, (exp(a*x)-1)/a)"), {{"a", parse("0")}}) == parse("x"));
}
