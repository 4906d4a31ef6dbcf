// Collected expressions are equal to what they came from, and short where they should be.
#include <doctest/doctest.h>

#include <map>
#include <random>

#include "expr/collect.hpp"
#include "expr/tape/tape.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using expr::Expr;
using expr::Op;

namespace {

Expr random_tree(std::mt19937_64& random, unsigned depth) {
  const auto pick = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  if (depth == 0) {
    switch (pick(4)) {
      case 0:
        return Expr::number(Rational(static_cast<long>(pick(9)) + 1, static_cast<unsigned long>(pick(3)) + 1));
      case 1:
        return Expr::variable("s");
      case 2:
        return Expr::variable("t");
      default:
        return Expr::variable("b");
    }
  }
  const Expr a = random_tree(random, depth - 1);
  switch (pick(8)) {
    case 0:
      return a + random_tree(random, depth - 1);
    case 1:
      return a - random_tree(random, depth - 1);
    case 2:
    case 3:
      return a * random_tree(random, depth - 1);
    case 4:
      return a / (random_tree(random, depth - 1) + Expr::number(3));
    case 5:
      return Expr::make(Op::sqrt, {a * a + Expr::number(1)});
    case 6:
      return Expr::make(Op::power, {a, Expr::number(static_cast<long>(pick(3)) + 2)});
    default:
      return Expr::make(Op::exp, {-(a * a)});
  }
}

}  // namespace

TEST_CASE("collect: the collected expression has the same value at 50 digits") {
  const PrecisionScope scope(60);
  std::mt19937_64 random(testing::seed_of_test("expr_collect"));
  for (std::size_t trial = 0; trial < testing::trials(400); ++trial) {
    const Expr e = random_tree(random, 1 + static_cast<unsigned>(random() % 4)), c = expr::collect(e);
    CAPTURE(expr::to_text(e));
    CAPTURE(expr::to_text(c));
    const expr::Tape tape(std::vector<Expr>{e, c}, {"s", "t", "b"});
    const std::vector<Real> in{to_real(Rational(7, 5)), to_real(Rational(3, 11)), to_real(Rational(2, 9))};
    std::vector<Real> out(2);
    expr::Tape::Workspace<Real> workspace;
    tape.evaluate<Real>(in, out, workspace);
    // 60 digits, trees of at most a few dozen operations; a nearly cancelled sum may lose some.
    CHECK(abs(out[0] - out[1]) <= (abs(out[0]) + 1) * pow(Real(10), -45));
  }
}

TEST_CASE("collect: fractions of roots become one quotient") {
  const auto text = [](const char* e) { return expr::to_text(expr::collect(expr::parse(e))); };
  CHECK(text("pi/sqrt(u)/(pi*sqrt(u))^2") == text("1/(pi*u^(3/2))"));
  CHECK(text("sqrt(1+4*q)^2") == text("1+4*q"));
  CHECK(text("x/x") == "1");
  CHECK(text("(x+1)^2 - x^2 - 2*x") == "1");
  CHECK(text("1-4*s*t/(1+4*(s*t+b))") == text("(1+4*b)/(1+4*b+4*s*t)"));
  CHECK(text("sqrt(x^2)") == "abs(x)");
  CHECK(text("d*w + 2*w + d*v + 2*v") == text("(d+2)*(w+v)"));
}

TEST_CASE("collect: a long expression is returned as it came instead of growing without bound") {
  std::string text = "1";
  for (int i = 0; i < 12; ++i) text += "*(x" + std::to_string(i) + "+y" + std::to_string(i) + ")";
  const Expr e = expr::parse(text + "+z/(" + text + ")");
  CHECK(expr::collect(e).node_count() <= 20 * e.node_count());
}
