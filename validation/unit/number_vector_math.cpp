// Vector functions: the same bits on every processor, within the stated error, and C's special values.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "simd/vector_math.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

struct Unary {
  const char* name;
  VectorFunctions::Unary VectorFunctions::*vector;
  double (*libm)(double);
  Real (*real)(const Real&);
  double bound;  ///< of the relative error / 2^-52, stated in the header
};

const std::vector<Unary> unary_functions = {
    {"exp", &VectorFunctions::exp, &std::exp, &exp, 1},
    {"log", &VectorFunctions::log, &std::log, &log, 1},
    {"sin", &VectorFunctions::sin, &std::sin, &sin, 1},
    {"cos", &VectorFunctions::cos, &std::cos, &cos, 1},
    {"tan", &VectorFunctions::tan, &std::tan, &tan, 1},
    {"sinh", &VectorFunctions::sinh, &std::sinh, &sinh, 2},
    {"cosh", &VectorFunctions::cosh, &std::cosh, &cosh, 2},
    {"tanh", &VectorFunctions::tanh, &std::tanh, &tanh, 2},
    {"asin", &VectorFunctions::asin, &std::asin, &asin, 1},
    {"acos", &VectorFunctions::acos, &std::acos, &acos, 1},
    {"atan", &VectorFunctions::atan, &std::atan, &atan, 1},
    {"asinh", &VectorFunctions::asinh, &std::asinh, &asinh, 2},
    {"erf", &VectorFunctions::erf, &std::erf, &erf, 2},
    {"erfc", &VectorFunctions::erfc, &std::erfc, &erfc, 4},
    {"normal_cdf", &VectorFunctions::normal_cdf, &normal_cdf, &normal_cdf, 4},
    {"log1p", &VectorFunctions::log1p, &std::log1p, &log1p, 1},
    {"expm1", &VectorFunctions::expm1, &std::expm1, &expm1, 2},
};

struct Binary {
  const char* name;
  VectorFunctions::Binary VectorFunctions::*vector;
  double (*libm)(double, double);
  Real (*real)(const Real&, const Real&);
};

const std::vector<Binary> binary_functions = {
    {"atan2", &VectorFunctions::atan2, &std::atan2, &atan2},
    {"pow", &VectorFunctions::pow, &std::pow, &pow},
};

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double largest = std::numeric_limits<double>::max(), least = std::numeric_limits<double>::denorm_min();

const std::vector<double> special = {
    0.0,         0.5,         1.0,    2.0,   3.0,     1e-8,  1e-17,   1e-200,   1e-310,      least,   0x1p-1022,
    1e10,        1e15,        1e22,   1e150, 1.4e154, 1e200, 1e300,   1e307,    2e307,       largest, 709.7,
    709.9,       710.4,       710.47, 711.0, 745.13,  745.2, 0x1p-53, 26.5,     27.2,        37.5,    5.9,
    1 - 0x1p-53, 1 + 0x1p-52, 0.7,    22.0,  50.0,    M_PI,  M_PI_2,  infinity, std::nan("")};

/// Of every size and sign, and of the sizes where the functions do something.
double argument(std::mt19937_64& g) {
  switch (g() % 4) {
    case 0:
      return std::bit_cast<double>(g());
    case 1:
      return testing::uniform(g, -30, 30);
    case 2:
      return testing::uniform(g, -1, 1);
    default:
      return testing::uniform(g, -750, 750);
  }
}

std::vector<double> arguments(std::mt19937_64& g, std::size_t n) {
  std::vector<double> x;
  for (const double v : special) x.insert(x.end(), {v, -v});
  while (x.size() < n) x.push_back(argument(g));
  return x;
}

bool same(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

/// Whether y is right where relative errors say nothing: not finite, or so small that roundings are absolute.
bool is_right_outside_of_normal_numbers(double y, double libm) {
  if (std::isnan(libm)) return std::isnan(y);
  if (std::isinf(libm) || libm == 0)
    return same(y, libm) || (libm == 0 && std::fabs(y) <= 2 * least && std::signbit(y) == std::signbit(libm));
  return std::fabs(y - libm) <= 0x1p-1022 * 0x1p-50;
}

}  // namespace

TEST_CASE("vector math: every set of instructions gives the same bits") {
  auto g = testing::generator_of_test("vector math: sets");
  const auto sets = all_vector_functions();
  for (const VectorFunctions* set : sets) std::printf("  %s", set->instruction_set);
  std::printf("\n");
  const std::vector<double> x = arguments(g, testing::trials(100'000));
  std::vector<double> y = arguments(g, x.size()), expected(x.size()), out(x.size());
  std::shuffle(y.begin(), y.end(), g);
  std::size_t different = 0;
  for (const VectorFunctions* set : sets.subspan(1)) {
    for (const Unary& f : unary_functions) {
      (sets[0]->*f.vector)(x.data(), expected.data(), x.size());
      (set->*f.vector)(x.data(), out.data(), x.size());
      for (std::size_t i = 0; i < x.size(); ++i) different += same(expected[i], out[i]) ? 0 : 1;
    }
    for (const Binary& f : binary_functions) {
      (sets[0]->*f.vector)(x.data(), y.data(), expected.data(), x.size());
      (set->*f.vector)(x.data(), y.data(), out.data(), x.size());
      for (std::size_t i = 0; i < x.size(); ++i) different += same(expected[i], out[i]) ? 0 : 1;
    }
  }
  CHECK(different == 0);
}

TEST_CASE("vector math: the place of an element in its array does not matter, and arrays may be overwritten") {
  auto g = testing::generator_of_test("vector math: places");
  const std::vector<double> x = arguments(g, 200);
  std::size_t different = 0;
  for (const VectorFunctions* set : all_vector_functions())
    for (const Unary& f : unary_functions) {
      std::vector<double> whole(x.size());
      (set->*f.vector)(x.data(), whole.data(), x.size());
      for (std::size_t first = 0; first < 40; ++first)
        for (std::size_t n = 0; n < 20; ++n) {
          std::vector<double> part(x.begin() + static_cast<std::ptrdiff_t>(first), x.end());
          (set->*f.vector)(part.data(), part.data(), n);
          for (std::size_t i = 0; i < n; ++i) different += same(part[i], whole[first + i]) ? 0 : 1;
          different += same(part[n], x[first + n]) ? 0 : 1;
        }
    }
  CHECK(different == 0);
}

TEST_CASE("vector math: the stated error holds against multiprecision, and C's special values") {
  const PrecisionScope scope(40);
  auto g = testing::generator_of_test("vector math: accuracy");
  const std::vector<double> x = arguments(g, testing::trials(20'000));
  std::vector<double> y(x.size());
  for (const Unary& f : unary_functions) {
    CAPTURE(std::string(f.name));
    (vector_functions().*f.vector)(x.data(), y.data(), x.size());
    double worst = 0;
    std::vector<double> wrong;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double libm = f.libm(x[i]);
      if (!std::isnormal(libm) || !std::isnormal(y[i])) {
        if (!is_right_outside_of_normal_numbers(y[i], libm)) wrong.push_back(x[i]);
        continue;
      }
      worst = std::fmax(worst, testing::relative_difference(f.real(Real(x[i])), Real(y[i])) * 0x1p52);
    }
    std::printf("  %-10s worst relative error / 2^-52: %.2f\n", f.name, worst);
    CHECK(worst <= f.bound);
    CHECK_MESSAGE(wrong.empty(), wrong.size(), " special values, the first at ", wrong.empty() ? 0 : wrong[0]);
  }
}

TEST_CASE("vector math: the stated error of sin, cos and tan holds at the doubles nearest to multiples of pi/2") {
  // The zeros of sin and cos (there the reduced angle is all cancellation), every third of them up to the end of the
  // kernels; past it SLEEF's functions take over.
  const PrecisionScope scope(60);
  const double end = 1e6;
  const Real half_pi = 2 * atan(Real(1));
  std::vector<double> x{0x1.6c6cbc45dc8dep+5, 0x1.a9adcc7f96cfp+19,
                        0x1.6ac5b262ca1ffp+849};  // 29 pi/2; the worst there is
  for (double k = 1; value_of(Real(k * half_pi)) <= end; k += k < 1000 ? 1 : 3) {
    const double nearest = value_of(Real(k * half_pi));
    x.insert(x.end(), {nearest, -nearest});
    if (k < 1000) x.insert(x.end(), {std::nextafter(nearest, 0), std::nextafter(nearest, infinity)});
  }
  std::vector<double> y(x.size()), plain(x.size());
  for (const Unary& f : unary_functions) {
    if (f.name != std::string("sin") && f.name != std::string("cos") && f.name != std::string("tan")) continue;
    CAPTURE(std::string(f.name));
    (vector_functions().*f.vector)(x.data(), y.data(), x.size());
    (all_vector_functions()[0]->*f.vector)(x.data(), plain.data(), x.size());
    double worst = 0, where = 0;
    std::size_t different = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      different += same(y[i], plain[i]) ? 0 : 1;
      const double error = testing::relative_difference(f.real(Real(x[i])), Real(y[i])) * 0x1p52;
      if (error > worst) worst = error, where = x[i];
    }
    std::printf("  %-10s worst relative error / 2^-52: %.2f at %a\n", f.name, worst, where);
    CHECK(worst <= f.bound);
    CHECK(different == 0);
  }
}

TEST_CASE("vector math: atan2 and pow have a relative error below 2 * 2^-52, and C's special values") {
  const PrecisionScope scope(40);
  auto g = testing::generator_of_test("vector math: binary");
  std::vector<double> a, b;
  for (const double v : special)
    for (const double w : special)
      for (const auto& [p, q] : {std::pair{v, w}, {-v, w}, {v, -w}, {-v, -w}}) {
        a.push_back(p);
        b.push_back(q);
      }
  for (std::size_t i = 0; i < testing::trials(20'000); ++i) {
    a.push_back(i % 2 == 0 ? std::fabs(argument(g)) : argument(g));
    b.push_back(i % 3 == 0 ? argument(g) : testing::uniform(g, -5, 5));
    a.push_back(testing::uniform(g, -1, 1));  // every angle
    b.push_back(testing::uniform(g, -1, 1));
  }
  std::vector<double> y(a.size());
  for (const Binary& f : binary_functions) {
    CAPTURE(std::string(f.name));
    (vector_functions().*f.vector)(a.data(), b.data(), y.data(), a.size());
    double worst = 0;
    std::vector<std::string> wrong;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const double libm = f.libm(a[i], b[i]);
      if (std::isnormal(libm) && std::isnormal(y[i]))
        worst = std::fmax(worst, testing::relative_difference(f.real(Real(a[i]), Real(b[i])), Real(y[i])) * 0x1p52);
      else if (!is_right_outside_of_normal_numbers(y[i], libm))
        wrong.push_back(std::to_string(a[i]) + ", " + std::to_string(b[i]) + ": " + std::to_string(y[i]));
    }
    std::printf("  %-10s worst relative error / 2^-52: %.2f\n", f.name, worst);
    CHECK(worst <= 2);
    CHECK_MESSAGE(wrong.empty(), wrong.size(), " special values, the first at ", wrong.empty() ? "" : wrong[0]);
  }
}
