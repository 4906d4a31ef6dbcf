// Strips: every operation does what the same operation of double or Block does, from every set of instructions, in
// place too; a tape over strips gives what it gives over blocks.
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "expr/tape/tape.hpp"
#include "number/scalar.hpp"
#include "number/strip/strip.hpp"
#include "number/strip/strip_loops.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

bool same(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

/// Numbers of all sizes, zeros of both signs, infinities, not a number.
Strip numbers(std::mt19937_64& g) {
  const double special[] = {0.0, -0.0, 1, -1, 0.5, HUGE_VAL, -HUGE_VAL, std::nan(""), 1e-310, 1e300};
  Strip s;
  for (double& x : s.lane) {
    const auto kind = g() % 4;
    x = kind == 0   ? special[g() % std::size(special)]
        : kind == 1 ? std::bit_cast<double>(g())
                    : testing::uniform(g, -3, 3);
  }
  return s;
}

Block block_of(const Strip& s, std::size_t first) {
  Block b;
  for (std::size_t i = 0; i < Block::width; ++i) b.lane[i] = s.lane[first + i];
  return b;
}

std::size_t differences(const Strip& s, const std::function<Block(std::size_t)>& expected) {
  std::size_t different = 0;
  for (std::size_t first = 0; first < Strip::width; first += Block::width) {
    const Block b = expected(first);
    for (std::size_t i = 0; i < Block::width; ++i) different += same(s.lane[first + i], b.lane[i]) ? 0 : 1;
  }
  return different;
}

struct Unary {
  const char* name;
  StripOperation (*strip)(const Strip&);
  Block (*block)(const Block&);
};
struct Binary {
  const char* name;
  StripOperation (*strip)(const Strip&, const Strip&);
  Block (*block)(const Block&, const Block&);
};

const std::vector<Unary> unary{{
    "negate",
    &operator-,
    &operator- },
    {"abs", &abs, &abs},
    {"sign", &sign, &sign},
    {"step", &step, &step},
    {"relu", &relu, &relu},
    {"sqrt", &sqrt, &sqrt},
    {"exp", &exp, &exp},
    {"log", &log, &log},
    {"sin", &sin, &sin},
    {"cos", &cos, &cos},
    {"tan", &tan, &tan},
    {"sinh", &sinh, &sinh},
    {"cosh", &cosh, &cosh},
    {"tanh", &tanh, &tanh},
    {"asin", &asin, &asin},
    {"acos", &acos, &acos},
    {"atan", &atan, &atan},
    {"asinh", &asinh, &asinh},
    {"erf", &erf, &erf},
    {"erfc", &erfc, &erfc},
    {"log1p", &log1p, &log1p},
    {"expm1", &expm1, &expm1},
    {"Phi", &normal_cdf, &normal_cdf},
    {"pdf", &normal_pdf, &normal_pdf},
    {"sigmoid", &sigmoid, &sigmoid},
    {"softplus", &softplus, &softplus},
    {"sinc", &sinc, &sinc},
};
const std::vector<Binary> binary{{"add", &operator+, &operator+ },
                                  {"subtract", &operator-, &operator- },
                                   {"multiply", &operator*, &operator* },
                                    {
                                        "divide",
                                        &operator/,
                                        &operator/ },
                                        {"min", &min, &min},
                                        {"max", &max, &max},
                                        {"atan2", &atan2, &atan2},
                                        {"pow", &pow, &pow},
                                   };

}  // namespace

TEST_CASE("strip: every function gives the bits of Block, and may overwrite its operands") {
  auto g = testing::generator_of_test("strip: functions");
  for (std::size_t trial = 0; trial < testing::trials(20); ++trial) {
    const Strip x = numbers(g), y = numbers(g);
    for (const Unary& f : unary) {
      const auto expected = [&](std::size_t i) { return f.block(block_of(x, i)); };
      CHECK_MESSAGE(differences(f.strip(x), expected) == 0, std::string(f.name));
      Strip place = x;
      place = f.strip(place);
      CHECK_MESSAGE(differences(place, expected) == 0, std::string(f.name), " in place");
    }
    for (const Binary& f : binary) {
      const auto expected = [&](std::size_t i) { return f.block(block_of(x, i), block_of(y, i)); };
      CHECK_MESSAGE(differences(f.strip(x, y), expected) == 0, std::string(f.name));
      Strip first = x, second = y;
      first = f.strip(first, y);
      second = f.strip(x, second);
      CHECK_MESSAGE(differences(first, expected) == 0, std::string(f.name), " onto the first");
      CHECK_MESSAGE(differences(second, expected) == 0, std::string(f.name), " onto the second");
    }
    for (const long n : {0L, 1L, 2L, 3L, 4L, 5L, 7L, 12L, -1L, -2L, -3L}) {
      const Strip power = pow_int(x, n);
      CHECK_MESSAGE(differences(power, [&](std::size_t i) { return pow_int(block_of(x, i), n); }) == 0, "power ", n);
    }
    const Strip u = numbers(g), v = numbers(g);
    CHECK(differences(select(less(x, y), u, v), [&](std::size_t i) {
            return select(less(block_of(x, i), block_of(y, i)), block_of(u, i), block_of(v, i));
          }) == 0);
    CHECK(differences(select(less_equal(x, y), u, v), [&](std::size_t i) {
            return select(less_equal(block_of(x, i), block_of(y, i)), block_of(u, i), block_of(v, i));
          }) == 0);
    CHECK(differences(select(equal(x, x), u, v), [&](std::size_t i) {
            return select(equal(block_of(x, i), block_of(x, i)), block_of(u, i), block_of(v, i));
          }) == 0);
  }
}

TEST_CASE("strip: every set of instructions gives the same bits") {
  auto g = testing::generator_of_test("strip: sets");
  const auto sets = all_strip_loops();
  for (std::size_t trial = 0; trial < testing::trials(50); ++trial) {
    const Strip a = numbers(g), b = numbers(g), c = numbers(g), d = numbers(g);
    Strip expected, out;
    std::size_t different = 0;
    const auto compare = [&] {
      for (std::size_t i = 0; i < Strip::width; ++i) different += same(expected.lane[i], out.lane[i]) ? 0 : 1;
    };
    for (const StripLoops* set : sets.subspan(1)) {
      for (const auto f : {&StripLoops::add, &StripLoops::subtract, &StripLoops::multiply, &StripLoops::divide,
                           &StripLoops::min, &StripLoops::max}) {
        (sets[0]->*f)(a.lane, b.lane, expected.lane);
        (set->*f)(a.lane, b.lane, out.lane);
        compare();
      }
      for (const auto f : {&StripLoops::negate, &StripLoops::abs, &StripLoops::sign, &StripLoops::step,
                           &StripLoops::relu, &StripLoops::sqrt}) {
        (sets[0]->*f)(a.lane, expected.lane);
        (set->*f)(a.lane, out.lane);
        compare();
      }
      for (const auto f : {&StripLoops::less, &StripLoops::less_equal, &StripLoops::equal}) {
        (sets[0]->*f)(a.lane, b.lane, c.lane, d.lane, expected.lane);
        (set->*f)(a.lane, b.lane, c.lane, d.lane, out.lane);
        compare();
      }
      for (const long n : {2L, 3L, 4L, 9L, -5L}) {
        sets[0]->power(a.lane, n, expected.lane);
        set->power(a.lane, n, out.lane);
        compare();
      }
    }
    CHECK(different == 0);
  }
}

TEST_CASE("strip: a tape gives what it gives over blocks, and its steps what evaluate gives") {
  auto g = testing::generator_of_test("strip: tape");
  const std::vector<expr::Expr> outputs{
      expr::parse("(sqrt(x^2 + 1) + y*atan2(y, x))/(2*pi) + if(x < y, x^3, exp(-y^2)) + owens_t(x, y)"),
      expr::parse("x"), expr::parse("Phi(x)*min(x, y) - 1/3")};
  const expr::Tape tape(outputs, {"x", "y"});
  Strip in[2], out[3];
  for (Strip& s : in)
    for (double& x : s.lane) x = testing::uniform(g, -3, 3);
  expr::Tape::Workspace<Strip> space, steps;
  tape.evaluate<Strip>(in, out, space);
  const std::span<Strip> places = tape.inputs(steps);
  places[0] = in[0];
  places[1] = in[1];
  for (const int repetition : {0, 1}) {
    CAPTURE(repetition);
    tape.run(steps);  // inputs stay
    for (std::size_t k = 0; k < 3; ++k) {
      CHECK(differences(out[k], [&](std::size_t i) {
              const Block blocks[2] = {block_of(in[0], i), block_of(in[1], i)};
              Block results[3];
              expr::Tape::Workspace<Block> block_space;
              tape.evaluate<Block>(blocks, results, block_space);
              return results[k];
            }) == 0);
      CHECK(differences(tape.output(steps, k), [&](std::size_t i) { return block_of(out[k], i); }) == 0);
    }
  }
}
