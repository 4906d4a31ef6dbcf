// double and Block: accuracy against multiprecision, tails, and agreement of the lanes.
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "testing/checks.hpp"

using namespace widegeo;

namespace {

struct Function {
  std::string name;
  std::function<double(double)> plain;
  std::function<Block(const Block&)> block;
  std::function<Real(const Real&)> real;
  double low, high;
  double bound;  ///< of the relative error / 2^-52: what Tracked assumes in tracked_bounds.hpp
};

template <class F>
Function function(std::string name, F f, double low, double high, double bound) {
  return {std::move(name),
          [f](double x) { return f(x); },
          [f](const Block& x) { return f(x); },
          [f](const Real& x) { return Real(f(x)); },
          low,
          high,
          bound};
}

std::vector<Function> functions() {
  return {
      function(
          "exp", [](const auto& x) { return exp(x); }, -700, 700, 2),
      function(
          "log", [](const auto& x) { return log(x); }, 1e-9, 1e4, 2),
      function(
          "sqrt", [](const auto& x) { return sqrt(x); }, 0, 1e4, 0.5),
      function(
          "sin", [](const auto& x) { return sin(x); }, -100, 100, 2),
      function(
          "cos", [](const auto& x) { return cos(x); }, -100, 100, 2),
      function(
          "tan", [](const auto& x) { return tan(x); }, -100, 100, 3),
      function(
          "sinh", [](const auto& x) { return sinh(x); }, -700, 700, 3),
      function(
          "cosh", [](const auto& x) { return cosh(x); }, -700, 700, 3),
      function(
          "tanh", [](const auto& x) { return tanh(x); }, -25, 25, 3),
      function(
          "asin", [](const auto& x) { return asin(x); }, -1, 1, 2),
      function(
          "acos", [](const auto& x) { return acos(x); }, -1, 1, 2),
      function(
          "atan", [](const auto& x) { return atan(x); }, -100, 100, 2),
      function(
          "asinh", [](const auto& x) { return asinh(x); }, -100, 100, 3),
      function(
          "erf", [](const auto& x) { return erf(x); }, -6, 6, 2),
      function(
          "erfc", [](const auto& x) { return erfc(x); }, -6, 26, 6),
      function(
          "log1p", [](const auto& x) { return log1p(x); }, -0.999, 100, 2),
      function(
          "expm1", [](const auto& x) { return expm1(x); }, -50, 700, 2),
      function(
          "normal_cdf", [](const auto& x) { return normal_cdf(x); }, -37, 9, 10),
      function(
          "normal_pdf", [](const auto& x) { return normal_pdf(x); }, -37, 37, 5),
      function(
          "sigmoid", [](const auto& x) { return sigmoid(x); }, -700, 700, 4),
      function(
          "softplus", [](const auto& x) { return softplus(x); }, -700, 700, 4),
      function(
          "sinc", [](const auto& x) { return sinc(x); }, -100, 100, 3),
  };
}

}  // namespace

TEST_CASE("functions: double and every lane of a block stay within the relative error that error analysis assumes") {
  const PrecisionScope scope(40);
  auto g = testing::generator_of_test("functions: accuracy");
  for (const Function& f : functions()) {
    CAPTURE(f.name);
    double worst = 0, worst_block = 0;
    std::size_t unequal = 0, count = 0;
    for (std::size_t n = testing::trials(4000) / Block::width + 1; n > 0; --n) {
      Block xs;
      for (double& x : xs.lane) {
        x = testing::uniform(g, f.low, f.high);
        if (g() % 4 == 0) x *= testing::log_uniform(g, 1e-15, 1);
        x = std::fmin(std::fmax(x, f.low), f.high);
      }
      const Block ys = f.block(xs);
      for (std::size_t i = 0; i < Block::width; ++i) {
        const Real exact = f.real(Real(xs.lane[i]));
        const double y = f.plain(xs.lane[i]);
        // In units of 2^-52, as the bounds of Tracked: 1 to 2 ulp.
        worst = std::fmax(worst, testing::relative_difference(exact, Real(y)) * 0x1p52);
        worst_block = std::fmax(worst_block, testing::relative_difference(exact, Real(ys.lane[i])) * 0x1p52);
        unequal += y == ys.lane[i] ? 0 : 1;
        ++count;
      }
    }
    std::printf("  %-12s worst relative error / 2^-52: %.2f, in a block %.2f; lanes that differ from double %.1f%%\n",
                f.name.c_str(), worst, worst_block, 100.0 * static_cast<double>(unequal) / static_cast<double>(count));
    CHECK(worst <= f.bound);
    CHECK(worst_block <= f.bound);
  }
}

TEST_CASE("functions: no overflow and no loss in the tails") {
  CHECK(sigmoid(-1000.0) == 0);
  CHECK(sigmoid(1000.0) == 1);
  CHECK(softplus(1000.0) == 1000);
  CHECK(testing::ulp_distance(softplus(-40.0), std::exp(-40.0)) <= 2);
  CHECK(testing::ulp_distance(sigmoid(-40.0), std::exp(-40.0)) <= 2);
  CHECK(sinc(0.0) == 1);
  CHECK(sinc(1e-200) == 1);
  CHECK(step(0.0) == 0.5);
  CHECK(sign(0.0) == 0);
  CHECK(sign(-0.0) == 0);
  CHECK(relu(-0.0) == 0);
  CHECK(owens_t(1.0, HUGE_VAL) == normal_cdf(-1.0) / 2);
  CHECK(std::isnan(owens_t(std::nan(""), 1.0)));
  const double none = std::nan("");
  for (const double y :
       {relu(none), sign(none), step(none), min(none, 1.0), min(1.0, none), max(none, 1.0), max(1.0, none)})
    CHECK(std::isnan(y));
  CHECK(std::isnan(value_of(Real(max(Real(1), Real(none))))));
  CHECK(!is_finite(max(TrackedDouble(1), TrackedDouble(none))));
  CHECK(pow_int(3.0, 5) == 243);
  CHECK(pow_int(2.0, -3) == 0.125);
  CHECK(pow_int(7.0, 0) == 1);
  CHECK(pow_int(0.0, -1) == HUGE_VAL);
  CHECK(pow_int(1.0, std::numeric_limits<long>::min()) == 1);
}

TEST_CASE("masks: selection is lane by lane and drops what is not chosen") {
  Block x;
  for (std::size_t i = 0; i < Block::width; ++i) x.lane[i] = static_cast<double>(i) - 10;
  const Block root = select(less(x, Block(0)), Block(-1), sqrt(x));
  for (std::size_t i = 0; i < Block::width; ++i) CHECK(root.lane[i] == (x.lane[i] < 0 ? -1 : std::sqrt(x.lane[i])));
  CHECK(is_finite(root));
  CHECK(any(equal(x, Block(0))));
  CHECK(!any(logical_and(less(x, Block(0)), less(Block(0), x))));
  CHECK(!any(logical_not(logical_or(less_equal(x, Block(0)), less(Block(0), x)))));
}

TEST_CASE("blocks: arithmetic of the lanes is that of double") {
  auto g = testing::generator_of_test("blocks: arithmetic");
  Block a, b;
  for (std::size_t i = 0; i < Block::width; ++i) {
    a.lane[i] = testing::uniform(g, -9, 9);
    b.lane[i] = testing::uniform(g, -9, 9);
  }
  TrackedBlock u(a, b * b), v(b, a * a), w(u);
  multiply_add(w, u, v);
  const TrackedBlock sum = u + v, difference = u - v, product = u * v, quotient = u / v;
  for (std::size_t i = 0; i < Block::width; ++i) {
    const TrackedDouble p(u.value.lane[i], u.error.lane[i]), q(v.value.lane[i], v.error.lane[i]);
    const auto same = [i](const TrackedBlock& x, const TrackedDouble& y) {
      return x.value.lane[i] == y.value && x.error.lane[i] == y.error;
    };
    CHECK(same(sum, p + q));
    CHECK(same(difference, p - q));
    CHECK(same(product, p * q));
    CHECK(same(quotient, p / q));
    CHECK(same(w, p + p * q));
    CHECK((a / b).lane[i] == a.lane[i] / b.lane[i]);
    CHECK((-a).lane[i] == -a.lane[i]);
  }
}
