// The tape: sharing, branches, precision, and the accuracy of stable forms.
#include <doctest/doctest.h>

#include <array>
#include <limits>

#include "expr/tape/tape.hpp"
#include "expr_random.hpp"
#include "number/scalar.hpp"

using namespace widegeo;
using namespace widegeo::expr;

namespace {

Tape tape_of(const Expr& e, std::vector<std::string> inputs = {"x"}) {
  return Tape(std::span<const Expr>(&e, 1), std::move(inputs));
}

template <class T>
T at(const Tape& tape, const std::vector<T>& in) {
  Tape::Workspace<T> workspace;
  std::array<T, 1> out;
  tape.evaluate<T>(in, out, workspace);
  return out[0];
}

}  // namespace

TEST_CASE("tape: common parts are computed once, within a tree and across outputs") {
  CHECK(tape_of(parse("(x+1)*(1+x)")).instruction_count() == 2);
  CHECK(tape_of(parse("exp(x*x)+sin(x^2)*exp(x^2)")).instruction_count() == 5);
  // tan' = 1 + tan^2 and sigmoid' = sigmoid(u) sigmoid(-u) use the value; tanh and its derivative share the argument.
  for (const auto& c : {std::pair("exp(x)", 0U), std::pair("tan(x)", 2U), std::pair("sigmoid(x)", 3U)}) {
    const char* const text = c.first;
    const auto extra = c.second;
    const Expr e = parse(text);
    const Tape both(std::array{e, derivative(e, "x")}, {"x"});
    CHECK_MESSAGE(both.instruction_count() == 1 + extra, text);
  }
  const Expr e = parse("tanh(x^3*sin(x)+2)");
  const Tape alone = tape_of(e), slope = tape_of(derivative(e, "x"));
  const Tape both(std::array{e, derivative(e, "x")}, {"x"});
  CHECK(both.instruction_count() == slope.instruction_count() + 1);  // all but the tanh itself is shared
  CHECK(alone.instruction_count() == 5);
}

TEST_CASE("tape: registers are reused") {
  std::string text = "x";
  for (int i = 0; i < 100; ++i) text = "sin(" + text + "+x)";
  const Tape tape = tape_of(parse(text));
  CHECK(tape.instruction_count() == 200);
  CHECK(tape.register_count() <= 3);
}

namespace {

// A second, naive evaluator for the operators that the next law uses.
double naive(const Expr& e, double x, double y) {
  const auto arg = [&](std::size_t i) { return naive(e.arg(i), x, y); };
  switch (e.op()) {
    case Op::number:
      return nearest_double(e.value());
    case Op::variable:
      return e.name() == "x" ? x : y;
    case Op::add:
      return arg(0) + arg(1);
    case Op::subtract:
      return arg(0) - arg(1);
    case Op::multiply:
      return arg(0) * arg(1);
    case Op::negate:
      return -arg(0);
    case Op::atan2:
      return std::atan2(arg(0), arg(1));
    case Op::sin:
      return std::sin(arg(0));
    case Op::min:
      return std::min(arg(0), arg(1));
    case Op::power:
      return std::pow(arg(0), arg(1));
    case Op::choose: {
      const double a = naive(e.arg(0).arg(0), x, y), b = naive(e.arg(0).arg(1), x, y);
      const Op op = e.arg(0).op();
      return (op == Op::less         ? a < b
              : op == Op::greater    ? a > b
              : op == Op::less_equal ? a <= b
                                     : a != b)
                 ? arg(1)
                 : arg(2);
    }
    default:
      FAIL("not in the list");
      return 0;
  }
}

}  // namespace

TEST_CASE("tape: trees with shared parts have the value of a naive evaluation") {
  std::mt19937_64 generator = testing::generator_of_test("tape sharing");
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(generator() % n); };
  static constexpr Op ops[] = {Op::add, Op::subtract, Op::multiply, Op::atan2, Op::sin, Op::min, Op::choose, Op::atan2};
  for (std::size_t i = 0; i < testing::trials(1'000); ++i) {
    std::vector<Expr> parts{parse("x"), parse("y"), parse("1/4")};
    while (parts.size() < 12) {
      // Among the last parts, and often twice the same: an operand that is used twice by its last user.
      const auto pick = [&] { return parts[parts.size() - 1 - below(std::min<std::size_t>(4, parts.size()))]; };
      const Op op = ops[below(std::size(ops))];
      const Expr a = pick(), b = below(3) == 0 ? a : pick();
      static constexpr Op relations[] = {Op::less, Op::greater, Op::less_equal, Op::not_equal};
      if (op == Op::choose)
        parts.push_back(Expr::make(op, {Expr::make(relations[below(4)], {pick(), a}), b, pick()}));
      else
        parts.push_back(arity_of(op) == 1 ? Expr::make(op, {a}) : Expr::make(op, {a, b}));
    }
    const double x = testing::uniform(generator, -1, 1), y = testing::uniform(generator, -1, 1);
    const std::array<Expr, 2> outputs{parts[11], parts[9]};
    const Tape tape(outputs, {"x", "y"});
    const std::array<double, 2> in{x, y};
    std::array<double, 2> out{};
    Tape::Workspace<double> workspace;
    tape.evaluate<double>(in, out, workspace);
    for (std::size_t k = 0; k < 2; ++k) {
      const double wanted = naive(outputs[k], x, y);
      // Powers by repeated multiplication differ from pow by a few ulp, which ten steps do not carry far.
      if (!(std::fabs(out[k] - wanted) <= 1e-12 * (1 + std::fabs(wanted)))) FAIL_CHECK(to_text(outputs[k]));
    }
  }
}

TEST_CASE("tape: what happens in the branch not taken is dropped") {
  for (const char* text : {"if(x > 0, log(x), -1)", "if(x > 0, 1/x, -1)", "if(x <= 0, -1, sqrt(x))",
                           "if(x > 0, x^-3, -1)", "if(x > 0, x, -1/0*0-1)", "if(0/0 < x, 7, -1)"}) {
    CHECK_MESSAGE(tape_of(parse(text))(0.0) == -1, text);
    Block block;
    block.lane[1] = 4;
    CHECK_MESSAGE(tape_of(parse(text))(block).lane[0] == -1, text);
    CHECK(tape_of(parse(text))(Real(0)) == -1);
    CHECK(tape_of(parse(text))(TrackedDouble(0)).value == -1);
  }
}

TEST_CASE("tape: a block's lanes are the results for one double each") {
  testing::RandomTrees random(testing::generator_of_test("tape blocks"), {"x"});
  std::size_t compared = 0;
  for (std::size_t i = 0; i < testing::trials(300); ++i) {
    const Tape tape = tape_of(random.tree(4));
    Block x;
    for (double& lane : x.lane) lane = testing::uniform(random.generator(), -3, 3);
    const Block block = tape(x);
    for (std::size_t k = 0; k < Block::width; ++k) {
      const double one = tape(x.lane[k]);
      if (!std::isfinite(one) || std::fabs(one) > 1e100) continue;
      // Two libraries of functions may differ by some ulp in each step, and steps can amplify: a loose bound suffices
      // to tell lanes apart. Near jumps the two may take different sides: skipped by asking for most, not all.
      compared += testing::relative_difference(one, block.lane[k]) < 1e-6 || std::fabs(one - block.lane[k]) < 1e-10;
    }
  }
  CHECK(compared > testing::trials(300) * Block::width * 6 / 10);
}

TEST_CASE("tape: constants follow the working precision, also in a workspace used before") {
  const Tape tape = tape_of(parse("pi/3+x"));
  Tape::Workspace<Real> workspace;
  for (const unsigned digits : {30U, 200U, 60U}) {
    const PrecisionScope scope(digits);
    const std::array<Real, 1> in{Real(0)};
    std::array<Real, 1> out;
    tape.evaluate<Real>(in, out, workspace);
    const Real exact = 4 * atan(Real(1)) / 3;
    CHECK(abs(out[0] - exact) < pow(Real(10), 2 - static_cast<int>(digits)));
  }
  const Tape other = tape_of(parse("x/7"));
  std::array<Real, 1> in{Real(1)}, out;
  other.evaluate<Real>(in, out, workspace);  // another tape's constants
  CHECK(out[0] == Real(1) / 7);
}

TEST_CASE("tape: misuse is an error") {
  CHECK_THROWS_AS(tape_of(parse("x+y")), Error);
  const Tape tape = tape_of(parse("x+y"), {"x", "y"});
  Tape::Workspace<double> workspace;
  std::array<double, 1> one{1}, out;
  CHECK_THROWS_AS(tape.evaluate<double>(one, out, workspace), Error);
}

TEST_CASE("tape: rational powers") {
  const double x = 2.25;
  const std::pair<const char*, double> cases[] = {
      {"x^3", 11.390625},     {"x^-2", 1 / 5.0625}, {"x^(3/2)", 3.375},           {"x^-0.5", 1 / 1.5},
      {"(-x)^3", -11.390625}, {"(x-2.25)^0.5", 0},  {"x^(1/3)", std::cbrt(2.25)}, {"x^x", std::pow(2.25, 2.25)}};
  for (const auto& c : cases) CHECK_MESSAGE(testing::ulp_distance(tape_of(parse(c.first))(x), c.second) <= 2, c.first);
}

// The reference is the tree as it was written, at 4400 digits: enough to see exp(-10^4) beside 1.
TEST_CASE("stabilise: in double within few ulp of the expression as written, for 1e-12 <= |x| <= 1e4") {
  const struct {
    const char* text;
    double ulp;  // two roundings of libm (2 ulp each) and one or two of arithmetic; tanh forms pass through a quotient
  } cases[] = {{"log(1+exp(x))", 4},
               {"1/(1+exp(-x))", 4},
               {"(exp(x)-exp(-x))/(exp(x)+exp(-x))", 4},
               {"log(exp(x)+exp(-x))", 6},
               {"(exp(x)-1)/x", 4},
               {"1-cos(x)", 6},
               {"x/(exp(x)-1)", 4},
               {"sin(x)/x", 4},
               {"1-tanh(x)^2", 8},
               {"1+tanh(x)", 4},
               {"log(1+x^2)", 4},
               {"sqrt(1+x^2)-1", 6},
               {"exp(x)/(1+exp(x))", 4},
               {"exp(-x)/(1+exp(-x))^2", 6},
               {"2/(1+exp(-x))-1", 4},
               {"log(1/(1+exp(-x)))", 4},
               {"1-1/(1+exp(-x))", 4},
               {"2*(exp(x)-1)", 4}};
  const PrecisionScope scope(4400);
  std::mt19937_64 generator = testing::generator_of_test("stabilise accuracy");
  for (const auto& c : cases) {
    const Expr e = parse(c.text);
    const Tape written = tape_of(e), stable = tape_of(stabilise(e));
    double worst = 0, worst_x = 0;
    for (std::size_t i = 0; i < testing::trials(30); ++i) {
      const double x = (i % 2 == 0 ? 1 : -1) * (i < 2 ? 1e4 : testing::log_uniform(generator, 1e-12, 1e4));
      const Real truth = written(Real(x));
      const double nearest = truth.to_double(), got = stable(x);
      if (std::isinf(nearest) && nearest == got) continue;
      if (std::fabs(nearest) < 1e-300 && std::fabs(got) < 1e-300) continue;
      const double distance = static_cast<double>(testing::ulp_distance(nearest, got));
      if (distance > worst) worst = distance, worst_x = x;
    }
    MESSAGE(std::string(c.text) << " -> " << to_text(stabilise(e)) << ": worst " << worst << " ulp at " << worst_x);
    CHECK_MESSAGE(worst <= c.ulp, c.text);
  }
}
