// The law of balls for Taylor series: every coefficient encloses the coefficients at every point.
#include <doctest/doctest.h>

#include "../unit/expr_random.hpp"
#include "ball_random.hpp"
#include "expr/tape/tape.hpp"
#include "jet/jet.hpp"

using namespace widegeo;
using namespace widegeo::testing;

namespace {

constexpr unsigned digits = 60;
using BallJet = Jet<Ball>;
using RealJet = Jet<Real>;

struct UnaryJets {
  const char* name;
  BallJet (*ball)(const BallJet&);
  RealJet (*real)(const RealJet&);
  double size, low = -1e300, high = 1e300;  ///< of arguments; the open domain
};

struct BinaryJets {
  const char* name;
  BallJet (*ball)(const BallJet&, const BallJet&);
  RealJet (*real)(const RealJet&, const RealJet&);
  double size;
};

template <long n, class T>
Jet<T> power(const Jet<T>& x) {
  return pow_int(x, n);
}
template <class T>
Jet<T> root(const Jet<T>& x) {
  return pow(x, Jet<T>(from_rational<T>(Rational(7, 3))));
}

const UnaryJets unary[] = {
    {"exp", exp, exp, 5},
    {"expm1", expm1, expm1, 5},
    {"log", log, log, 5, 0},
    {"log1p", log1p, log1p, 3, -1},
    {"sqrt", sqrt, sqrt, 5, 0},
    {"sin", sin, sin, 6},
    {"cos", cos, cos, 6},
    {"tan", tan, tan, 3},
    {"sinh", sinh, sinh, 4},
    {"cosh", cosh, cosh, 4},
    {"tanh", tanh, tanh, 6},
    {"asin", asin, asin, 1, -1, 1},
    {"acos", acos, acos, 1, -1, 1},
    {"atan", atan, atan, 6},
    {"asinh", asinh, asinh, 6},
    {"erf", erf, erf, 4},
    {"erfc", erfc, erfc, 4},
    {"abs", abs, abs, 5},
    {"relu", relu, relu, 5},
    {"sign", sign, sign, 5},
    {"step", step, step, 5},
    {"normal_cdf", normal_cdf, normal_cdf, 5},
    {"normal_pdf", normal_pdf, normal_pdf, 5},
    {"sigmoid", sigmoid, sigmoid, 9},
    {"softplus", softplus, softplus, 9},
    {"sinc", sinc, sinc, 12},
    {"x^3", power<3, Ball>, power<3, Real>, 4},
    {"x^4", power<4, Ball>, power<4, Real>, 4},
    {"x^-3", power<-3, Ball>, power<-3, Real>, 4},
    {"x^(7/3)", root<Ball>, root<Real>, 5, 0},
};

const BinaryJets binary[] = {
    {"+", [](const BallJet& a, const BallJet& b) { return a + b; },
     [](const RealJet& a, const RealJet& b) { return a + b; }, 5},
    {"-", [](const BallJet& a, const BallJet& b) { return a - b; },
     [](const RealJet& a, const RealJet& b) { return a - b; }, 5},
    {"*", [](const BallJet& a, const BallJet& b) { return a * b; },
     [](const RealJet& a, const RealJet& b) { return a * b; }, 5},
    {"/", [](const BallJet& a, const BallJet& b) { return a / b; },
     [](const RealJet& a, const RealJet& b) { return a / b; }, 5},
    {"min", min, min, 5},
    {"max", max, max, 5},
    {"atan2", atan2, atan2, 5},
    {"pow", pow, pow, 3},
    {"owens_t", owens_t, owens_t, 3},
};

/// A series with balls as coefficients, and one of numbers in them.
class RandomJets {
 public:
  RandomJets(const char* test, unsigned variables, unsigned order)
      : random(generator_of_test(test)), shape_(JetShape::get(variables, order)) {}

  BallJet jet(double size) {
    std::vector<Ball> c{random.ball(size)};
    while (c.size() < shape_.size())
      c.push_back(random.below(3) == 0 ? random.ball(1) : Ball(uniform(random.generator(), -1, 1)));
    return BallJet::from_coefficients(shape_, std::move(c));
  }
  RealJet point(const BallJet& x) {
    std::vector<Real> c;
    for (std::size_t i = 0; i < x.size(); ++i) c.push_back(random.point(x.coefficient(i)));
    return RealJet::from_coefficients(x.shape(), std::move(c));
  }

  RandomBalls random;

 private:
  const JetShape& shape_;
};

/// Coefficients lose digits of the largest of them, not of their own.
void check_enclosed(const BallJet& ball, const RealJet& real) {
  Real size = 1;
  for (std::size_t i = 0; i < real.size(); ++i) size = max(size, abs(real.coefficient(i)));
  const Real slack = size * pow_int(Real(10), -40);
  // Which constant a choice gives may depend on the variables: its balls have a shape, its numbers have not.
  REQUIRE((ball.size() == real.size() || real.size() == 1));
  for (std::size_t i = 0; i < ball.size(); ++i) {
    const Ball& b = ball.coefficient(i);
    if (!is_finite(b)) continue;
    if (i >= real.size()) {
      CHECK(b.contains_zero());
      continue;
    }
    INFO("coefficient ", i, ": ", b.text(20), " and ", real.coefficient(i).text(30));
    CHECK(is_finite(real.coefficient(i)));
    CHECK(abs(real.coefficient(i) - midpoint_of(b)) <= radius_of(b) + slack);
  }
}

}  // namespace

TEST_CASE("ball: coefficients of functions of one Taylor series enclose") {
  const PrecisionScope scope(digits);
  RandomJets jets("unary functions of jets of balls", 2, 4);
  for (const UnaryJets& f : unary) {
    std::size_t finite = 0;
    const std::size_t count = trials(150);
    for (std::size_t i = 0; i < count; ++i) {
      const BallJet x = jets.jet(f.size);
      const BallJet y = f.ball(x);
      INFO(f.name, " of ", x.value().text(20));
      finite += is_finite(y) ? 1 : 0;
      if (x.value().lower() <= f.low || x.value().upper() >= f.high || !is_finite(y.value())) continue;
      check_enclosed(y, f.real(jets.point(x)));
    }
    INFO(f.name);
    CHECK(finite * 10 > count);
  }
}

TEST_CASE("ball: coefficients of functions of two Taylor series enclose") {
  const PrecisionScope scope(digits);
  RandomJets jets("binary functions of jets of balls", 2, 4);
  for (const BinaryJets& f : binary) {
    std::size_t finite = 0;
    const std::size_t count = trials(200);
    for (std::size_t i = 0; i < count; ++i) {
      const BallJet x = jets.jet(f.size), y = jets.jet(f.size);
      const BallJet z = f.ball(x, y);
      INFO(x.value().text(20), " ", f.name, " ", y.value().text(20));
      if (!is_finite(z)) continue;
      ++finite;
      check_enclosed(z, f.real(jets.point(x), jets.point(y)));
    }
    INFO(f.name);
    CHECK(finite * 10 > count);
  }
}

TEST_CASE("ball: a tape over jets of balls encloses the tape over jets of numbers") {
  RandomJets jets("trees over jets of balls", 2, 2);
  RandomTrees trees(generator_of_test("trees of jets"));
  std::size_t compared = 0;
  const std::size_t count = trials(1500);
  for (std::size_t i = 0; i < count; ++i) {
    const expr::Expr tree = trees.tree(1 + trees.below(4));
    const expr::Tape tape(std::vector<expr::Expr>{tree}, {"x", "y"});
    const BallJet in[2] = {jets.jet(2), jets.jet(2)};
    BallJet out;
    expr::Tape::Workspace<BallJet> workspace;
    tape.evaluate<BallJet>(in, std::span<BallJet>(&out, 1), workspace);
    if (!is_finite(out)) continue;
    const PrecisionScope scope(digits);
    const RealJet point[2] = {jets.point(in[0]), jets.point(in[1])};
    const auto value = [&](unsigned precision) {
      const PrecisionScope inner(precision);
      RealJet at[2] = {point[0], point[1]};
      for (RealJet& x : at)
        for (std::size_t k = 0; k < x.size(); ++k) x.coefficient(k) = at_working_precision(x.coefficient(k));
      RealJet r;
      expr::Tape::Workspace<RealJet> reals;
      tape.evaluate<RealJet>(at, std::span<RealJet>(&r, 1), reals);
      return r;
    };
    // Where two precisions disagree the tree cancels, or a branch hangs on a rounding.
    const RealJet coarse = value(digits), fine = value(2 * digits);
    bool sure = true;
    const Real slack = pow_int(Real(10), -42);
    for (std::size_t k = 0; k < fine.size(); ++k)
      sure = sure && is_finite(fine.coefficient(k)) &&
             abs(fine.coefficient(k) - coarse.coefficient(k)) <= slack * max(Real(1), abs(fine.coefficient(k)));
    if (!sure) continue;
    ++compared;
    INFO(to_text(tree), " over ", in[0].value().text(20), ", ", in[1].value().text(20));
    check_enclosed(out, fine);
  }
  CHECK(compared * 5 > count);
}

TEST_CASE("ball: thin Taylor series stay thin") {
  const BallPrecision precision(128);
  const JetShape& shape = JetShape::get(3, 3);
  for (const UnaryJets& f : unary) {
    const BallJet u = BallJet::variable(shape, 0, from_rational<Ball>(Rational(2, 7)));
    const BallJet v = BallJet::variable(shape, 1, from_rational<Ball>(Rational(-1, 9)));
    const BallJet w = BallJet::variable(shape, 2, from_rational<Ball>(Rational(3, 5)));
    const BallJet y = f.ball(u + v * w * w);
    for (std::size_t i = 0; i < y.size(); ++i) {
      INFO(f.name, ", coefficient ", i, ": ", y.coefficient(i).text(40));
      CHECK(y.coefficient(i).radius() <= 1e-30 * std::fmax(1, std::fabs(y.coefficient(i).midpoint())));
    }
  }
}

TEST_CASE("ball: coefficients of sin(x)/x are bounded on every ball") {
  // |sinc^(k)| <= 1/(k+1), and a wide ball is no more than its radius wider than its midpoint.
  const JetShape& shape = JetShape::get(1, 6);
  for (const Ball& x : {Ball::between(-2.0, 3.0), Ball::between(0.0, 1e-3), Ball::between(3.9, 4.1),
                        Ball::between(50.0, 60.0), Ball(0), Ball::between(-1e-30, 1e-30)}) {
    const BallJet y = sinc(BallJet::variable(shape, 0, x));
    double factorial = 1;
    for (unsigned k = 1; k <= 6; ++k) {
      factorial *= k;
      const Ball& c = y.coefficient(k);
      INFO(x.text(), ", order ", k, ": ", c.text());
      // One part in 10^7: radii have 30 bits, and several roundings.
      CHECK(std::fmax(-c.lower(), c.upper()) <= 1 / (factorial * (k + 1)) * (1 + 1e-7));
      CHECK(c.radius() <= x.radius() / (factorial * (k + 2)) * (1 + 1e-7) + 1e-15);
    }
  }
}
