// Jets: the algebra, composition, and every function against derivative formulas written by hand.
#include "jet/jet.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "number/error.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using testing::agreeing_digits;

namespace {

using RJ = Jet<Real>;

Real ratio(long a, long b) { return Real(a) / b; }

/// A jet with random coefficients in [-1, 1] and the given value.
RJ random_jet(std::mt19937_64& g, const JetShape& shape, const Real& value) {
  std::vector<Real> c;
  for (std::size_t i = 0; i < shape.size(); ++i) c.push_back(Real(testing::uniform(g, -1, 1)));
  c[0] = value;
  return RJ::from_coefficients(shape, c);
}

/// Largest |a_i - b_i| / (1 + |a_i|)
double difference(const RJ& a, const RJ& b) {
  REQUIRE(a.size() == b.size());
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    REQUIRE(is_finite(a.coefficient(i)));
    REQUIRE(is_finite(b.coefficient(i)));
    worst = std::fmax(worst, value_of(Real(abs(a.coefficient(i) - b.coefficient(i)) / (1 + abs(a.coefficient(i))))));
  }
  return worst;
}

// 50 digits carried; a few dozen operations of size one lose at most five.
constexpr double few_roundings = 1e-45;

struct Derivative {
  std::string name;
  std::function<RJ(const RJ&)> function;
  std::function<RJ(const RJ&)> derivative;  ///< by hand, in other functions
  std::vector<Real> points;
};

}  // namespace

TEST_CASE("jet: shapes list every multi-index once and products are complete") {
  const JetShape& shape = JetShape::get(3, 4);
  CHECK(shape.size() == 35);  // binomial(7, 3)
  CHECK(&shape == &JetShape::get(3, 4));
  for (std::size_t i = 0; i < shape.size(); ++i) {
    std::size_t expected = 1;
    std::vector<unsigned> e;
    for (const unsigned k : shape.exponents(i)) {
      expected *= k + 1;
      e.push_back(k);
    }
    CHECK(shape.products(i).size() == expected);
    CHECK(shape.index(e) == i);
  }
  CHECK(JetShape::get(0, 0).size() == 1);
  CHECK_THROWS_AS(JetShape::get(30, 30), Error);
  const unsigned beyond[3] = {5, 0, 0};
  CHECK_THROWS_AS(static_cast<void>(shape.index(beyond)), Error);
}

TEST_CASE("jet: product rule holds: (x^3 y)(x y^2) = x^4 y^3 to order 8, and x^n has the binomial coefficients") {
  const JetShape& shape = JetShape::get(2, 8);
  const RJ x = RJ::variable(shape, 0, Real(2)), y = RJ::variable(shape, 1, Real(-3));
  const RJ product = (x * x * x * y) * (x * y * y);
  const unsigned e[2] = {4, 3};
  CHECK(product.derivative(e) == 24 * 6);
  CHECK(product.value() == 16 * -27);
  const RJ power = pow_int(RJ::variable(JetShape::get(1, 5), 0, Real(1)), 5);
  const int binomial[6] = {1, 5, 10, 10, 5, 1};
  for (unsigned k = 0; k <= 5; ++k) CHECK(power.coefficient(k) == binomial[k]);
  CHECK(power.derivative(3) == 60);
}

TEST_CASE("jet: the algebra is a commutative ring with division, constants of no shape included") {
  const PrecisionScope scope(50);
  auto g = testing::generator_of_test("jet: ring");
  for (std::size_t n = testing::trials(20); n > 0; --n) {
    const JetShape& shape = JetShape::get(1 + static_cast<unsigned>(g() % 3), 1 + static_cast<unsigned>(g() % 4));
    const RJ a = random_jet(g, shape, ratio(3, 2)), b = random_jet(g, shape, ratio(-5, 4)),
             c = random_jet(g, shape, Real(2));
    CHECK(difference((a + b) * c, a * c + b * c) < few_roundings);
    CHECK(difference((a * b) * c, a * (b * c)) < few_roundings);
    CHECK(difference((a / b) * b, a) < few_roundings);
    CHECK(difference(a - b, -(b - a)) < few_roundings);
    CHECK(difference(sqrt(c) * sqrt(c), c) < few_roundings);
    CHECK(difference(RJ(2) * a, a + a) < few_roundings);
    CHECK(difference(2 / c, RJ(Real(2)) / c) < few_roundings);
    CHECK(difference(1 - a, RJ(1) - a) < few_roundings);
    CHECK(difference(pow_int(a, -3) * a * a * a, RJ::constant(shape, Real(1))) < few_roundings);
  }
  const RJ x = RJ::variable(JetShape::get(1, 2), 0, Real(1)), y = RJ::variable(JetShape::get(2, 2), 0, Real(1));
  CHECK_THROWS_AS(x + y, Error);
}

TEST_CASE("jet: every function's derivative is the one of its formula") {
  const PrecisionScope scope(50);
  const std::vector<Real> line{ratio(-19, 4), ratio(-1, 3), ratio(1, 1000), ratio(7, 10), ratio(5, 2), Real(11)};
  const std::vector<Real> positive{ratio(1, 1000), ratio(7, 10), ratio(5, 2), Real(11)};
  const std::vector<Real> unit{ratio(-9, 10), ratio(-1, 3), ratio(1, 1000), ratio(7, 10)};
  const RJ half = RJ(ratio(1, 2));
  const RJ root_pi = RJ(Real(sqrt(pi<Real>()))), root_2pi = RJ(Real(sqrt(2 * pi<Real>())));
  const std::vector<Derivative> cases{
      {"exp", [](const RJ& x) { return exp(x); }, [](const RJ& x) { return exp(x); }, line},
      {"expm1", [](const RJ& x) { return expm1(x); }, [](const RJ& x) { return exp(x); }, line},
      {"log", [](const RJ& x) { return log(x); }, [](const RJ& x) { return 1 / x; }, positive},
      {"log1p", [](const RJ& x) { return log1p(x); }, [](const RJ& x) { return 1 / (1 + x); }, positive},
      {"sqrt", [](const RJ& x) { return sqrt(x); }, [=](const RJ& x) { return half / sqrt(x); }, positive},
      {"sin", [](const RJ& x) { return sin(x); }, [](const RJ& x) { return cos(x); }, line},
      {"cos", [](const RJ& x) { return cos(x); }, [](const RJ& x) { return -sin(x); }, line},
      {"tan", [](const RJ& x) { return tan(x); }, [](const RJ& x) { return 1 / (cos(x) * cos(x)); }, line},
      {"sinh", [](const RJ& x) { return sinh(x); }, [](const RJ& x) { return cosh(x); }, line},
      {"cosh", [](const RJ& x) { return cosh(x); }, [](const RJ& x) { return sinh(x); }, line},
      {"tanh", [](const RJ& x) { return tanh(x); }, [](const RJ& x) { return 1 / (cosh(x) * cosh(x)); }, line},
      {"asin", [](const RJ& x) { return asin(x); }, [](const RJ& x) { return 1 / sqrt(1 - x * x); }, unit},
      {"acos", [](const RJ& x) { return acos(x); }, [](const RJ& x) { return -1 / sqrt(1 - x * x); }, unit},
      {"atan", [](const RJ& x) { return atan(x); }, [](const RJ& x) { return 1 / (1 + x * x); }, line},
      {"asinh", [](const RJ& x) { return asinh(x); }, [](const RJ& x) { return 1 / sqrt(1 + x * x); }, line},
      {"erf", [](const RJ& x) { return erf(x); }, [=](const RJ& x) { return 2 * exp(-x * x) / root_pi; }, line},
      {"erfc", [](const RJ& x) { return erfc(x); }, [=](const RJ& x) { return -2 * exp(-x * x) / root_pi; }, line},
      {"normal_cdf", [](const RJ& x) { return normal_cdf(x); }, [=](const RJ& x) { return exp(-x * x / 2) / root_2pi; },
       line},
      {"normal_pdf", [](const RJ& x) { return normal_pdf(x); },
       [=](const RJ& x) { return -x * exp(-x * x / 2) / root_2pi; }, line},
      {"sigmoid", [](const RJ& x) { return sigmoid(x); },
       [](const RJ& x) { return 1 / ((1 + exp(x)) * (1 + exp(-x))); }, line},
      {"softplus", [](const RJ& x) { return softplus(x); }, [](const RJ& x) { return 1 / (1 + exp(-x)); }, line},
      {"sinc",
       [](const RJ& x) { return sinc(x); },
       [](const RJ& x) { return (cos(x) - sin(x) / x) / x; },
       {ratio(-19, 4), ratio(-1, 3), ratio(7, 10), ratio(5, 2), Real(11)}},
      {"pow 7/3", [](const RJ& x) { return pow(x, RJ(ratio(7, 3))); },
       [](const RJ& x) { return ratio(7, 3) * exp(log(x) * ratio(4, 3)); }, positive},
      {"x^x", [](const RJ& x) { return pow(x, x); }, [](const RJ& x) { return exp(x * log(x)) * (log(x) + 1); },
       positive},
      {"atan2(x^2, x-1)", [](const RJ& x) { return atan2(x * x, x - 1); },
       [](const RJ& x) { return ((x - 1) * 2 * x - x * x) / (x * x * x * x + (x - 1) * (x - 1)); }, line},
      {"owens_t(x, 2x)",
       [](const RJ& x) { return owens_t(x, 2 * x); },
       [=](const RJ& x) {
         return exp(-x * x * (1 + 4 * x * x) / 2) / (pi<Real>() * (1 + 4 * x * x)) -
                exp(-x * x / 2) / root_2pi * erf(2 * x * x / Real(sqrt(Real(2)))) / 2;
       },
       {ratio(-3, 2), ratio(-1, 3), ratio(7, 10), ratio(5, 2)}},
  };
  constexpr unsigned order = 6;
  for (const Derivative& f : cases) {
    CAPTURE(f.name);
    for (const Real& point : f.points) {
      CAPTURE(point);
      const RJ value = f.function(RJ::variable(JetShape::get(1, order), 0, point));
      const RJ slope = f.derivative(RJ::variable(JetShape::get(1, order - 1), 0, point));
      for (unsigned k = 0; k < order; ++k) {
        CAPTURE(k);
        const Real a = value.coefficient(k + 1) * (k + 1), b = slope.coefficient(k);
        // Formulas by hand cancel (sinc, near zeros of a derivative): 12 of 50 digits are left to them.
        CHECK(value_of(Real(abs(a - b))) <=
              1e-38 * value_of(Real(abs(a) + abs(slope.value()) + pow_int(Real(10), -9))));
      }
      // The value alone is the scalar function's.
      CHECK(difference(RJ(value.value()), f.function(RJ(point))) < few_roundings);
    }
  }
}

TEST_CASE("jet: inverse functions undo each other in several variables") {
  const PrecisionScope scope(50);
  auto g = testing::generator_of_test("jet: inverses");
  for (std::size_t n = testing::trials(10); n > 0; --n) {
    const RJ x = random_jet(g, JetShape::get(2, 4), ratio(2, 5));
    CHECK(difference(log(exp(x)), x) < few_roundings);
    CHECK(difference(exp(log(x)), x) < few_roundings);
    CHECK(difference(sin(asin(x)), x) < few_roundings);
    CHECK(difference(cos(acos(x)), x) < few_roundings);
    CHECK(difference(tan(atan(x)), x) < few_roundings);
    CHECK(difference(sinh(asinh(x)), x) < few_roundings);
    CHECK(difference(atan2(sin(x), cos(x)), x) < few_roundings);
    CHECK(difference(sin(x) * sin(x) + cos(x) * cos(x), RJ::constant(x.shape(), Real(1))) < few_roundings);
    CHECK(difference(log(1 + exp(x)), softplus(x)) < few_roundings);
    CHECK(difference(pow(x, RJ(ratio(1, 2))), sqrt(x)) < few_roundings);
  }
}

TEST_CASE("jet: composition is substitution, in one and in several variables") {
  const PrecisionScope scope(50);
  auto g = testing::generator_of_test("jet: composition");
  const RJ x = random_jet(g, JetShape::get(3, 3), ratio(1, 3)), y = random_jet(g, JetShape::get(3, 3), ratio(4, 3));
  const JetShape& plane = JetShape::get(2, 3);
  const RJ u = RJ::variable(plane, 0, x.value()), v = RJ::variable(plane, 1, y.value());
  const RJ inner[2] = {x, y};
  CHECK(difference(compose(sin(u * v) / (1 + v), std::span<const RJ>(inner)), sin(x * y) / (1 + y)) < few_roundings);
  std::vector<Real> geometric;  // 1/(1 - t) about t = 1/3: (3/2)^(k+1)
  for (int k = 0; k <= 3; ++k) geometric.push_back(pow_int(ratio(3, 2), k + 1));
  CHECK(difference(compose(std::span<const Real>(geometric), x), 1 / (1 - x)) < few_roundings);
  CHECK_THROWS_AS(compose(std::span<const Real>(geometric).first(3), x), Error);
}

TEST_CASE("jet: sinc is smooth through zero") {
  const PrecisionScope scope(50);
  // sinc = 1 - x^2/6 + x^4/120 - ...
  for (const Real& point : {Real(0), Real("1e-30"), Real("-1e-3"), ratio(2, 1), Real(40)}) {
    const RJ f = sinc(RJ::variable(JetShape::get(1, 6), 0, point));
    Real shifted[7];
    for (unsigned k = 0; k <= 6; ++k) {
      // sum over m of (-1)^m binomial(2m, k) x^(2m-k) / (2m+1)!, with digits to spare for its cancellation
      const PrecisionScope more(100);
      Real sum = 0, factorial = 1;
      for (unsigned m = 0; m <= 150; ++m) {
        if (m > 0) factorial *= Real(2 * m) * (2 * m + 1);
        if (2 * m < k) continue;
        Real binomial = 1;
        for (unsigned j = 0; j < k; ++j) binomial = binomial * (2 * m - j) / (j + 1);
        sum += (m % 2 == 0 ? 1 : -1) * binomial * pow_int(at_working_precision(point), static_cast<long>(2 * m - k)) /
               factorial;
      }
      shifted[k] = sum;
      CAPTURE(point);
      CAPTURE(k);
      CHECK(value_of(Real(abs(f.coefficient(k) - shifted[k]))) < 1e-45);
    }
  }
}

TEST_CASE("jet: kinked functions take the derivative of the side, and the mean at the kink") {
  using J = Jet<double>;
  const JetShape& line = JetShape::get(1, 2);
  const auto slope = [&](auto f, double x) { return f(J::variable(line, 0, x)).coefficient(1); };
  CHECK(slope([](const J& x) { return abs(x); }, -2) == -1);
  CHECK(slope([](const J& x) { return abs(x); }, 0) == 0);
  CHECK(slope([](const J& x) { return relu(x); }, 2) == 1);
  CHECK(slope([](const J& x) { return relu(x); }, -2) == 0);
  CHECK(slope([](const J& x) { return relu(x); }, 0) == 0.5);
  CHECK(slope([](const J& x) { return sign(x); }, 3) == 0);
  CHECK(slope([](const J& x) { return step(x) * x; }, 3) == 1);
  CHECK(slope([](const J& x) { return min(x * x, x); }, 3) == 1);
  CHECK(slope([](const J& x) { return max(x * x, x); }, 3) == 6);
  CHECK(slope([](const J& x) { return max(x, J(4)); }, 3) == 0);
  CHECK(slope([](const J& x) { return select(less(x, J(0)), exp(x), 5 * x); }, 3) == 5);
  CHECK(slope([](const J& x) { return select(less(x, J(0)), exp(x), J(7)); }, 3) == 0);
}

TEST_CASE("jet: tracked jets keep the promise coefficient by coefficient, and blocks agree with double") {
  const PrecisionScope scope(50);
  auto g = testing::generator_of_test("jet: tracked");
  const JetShape& line = JetShape::get(1, 3);
  const auto f = [](const auto& x) {
    return atan2(tanh(x) * exp(-x * x / 2) + 3, sqrt(1 + x * x)) / (2 + erf(x)) + normal_cdf(x) * softplus(2 * x) -
           sinc(x) + sigmoid(x) * log(3 + sin(x)) + owens_t(x, x) + cos(x) * asinh(x) + atan(x) -
           pow_int(x, 3) * normal_pdf(x);
  };
  double worst = 0;
  for (std::size_t n = testing::trials(20); n > 0; --n) {
    TrackedBlock points;
    for (double& x : points.value.lane) x = testing::uniform(g, -4, 4);
    const Jet<TrackedBlock> many = f(Jet<TrackedBlock>::variable(line, 0, points));
    for (std::size_t i = 0; i < Block::width; i += 5) {
      const double x = points.value.lane[i];
      const Jet<TrackedDouble> one = f(Jet<TrackedDouble>::variable(line, 0, TrackedDouble(x)));
      const RJ exact = f(RJ::variable(line, 0, Real(x)));
      for (std::size_t k = 0; k < line.size(); ++k) {
        const TrackedDouble lane(many.coefficient(k).value.lane[i], many.coefficient(k).error.lane[i]);
        const double ratio = std::fmax(testing::honesty_ratio(exact.coefficient(k), one.coefficient(k)),
                                       testing::honesty_ratio(exact.coefficient(k), lane));
        worst = std::fmax(worst, ratio);
        CHECK(ratio <= 1);
        // Not vague: about a hundred operations of size up to 50.
        CHECK(lane.error < 1e-11);
      }
    }
  }
  std::printf("  worst |true - value| / error %.3f\n", worst);
}

TEST_CASE("jet: speed of the bulk path") {
  const JetShape& line = JetShape::get(1, 2);
  TrackedBlock points;
  for (std::size_t i = 0; i < Block::width; ++i) points.value.lane[i] = 0.1 + static_cast<double>(i) / 10;
  const Jet<TrackedBlock> x = Jet<TrackedBlock>::variable(line, 0, points);
  Jet<TrackedBlock> y = x;
  constexpr int count = 20000;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i) y = y * x / (x + 1);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("  %.2f million jet operations per second\n",
              3 * count * static_cast<double>(Block::width) / seconds * 1e-6);
  CHECK(is_finite(y));
}
