// The one bound of a Gram matrix against entries of thirty digits and more.
#include <doctest/doctest.h>

#include <cstdio>
#include <string>

#include "testing/gram_data.hpp"
#include "testing/gram_in_memory.hpp"

using namespace widegeo;
using namespace widegeo::testing;
using gram::GramEngine;
using gram::GramRequest;

namespace {

struct Case {
  const char* activation;
  bool tangent;     ///< the NTK exists
  double expected;  ///< the bound is not larger: it should not be absurdly pessimistic
  bool by_series = false;
};

Model model_of(unsigned depth, ReadOut read_out, int bias) {
  Model m;
  m.depth = depth;
  m.read_out = read_out;
  m.weight_variance = {Rational(3, 2)};
  m.bias_variance = {Rational(bias, 10)};
  return m;
}

/// Random rows, one of them scaled, one next to another, one opposite.
std::vector<double> hard_rows(std::mt19937_64& random, std::size_t d, bool parallel, double longer = 3) {
  std::vector<double> x = random_rows(random, 6, d);
  for (std::size_t k = 0; k < d; ++k) {
    x[d + k] *= longer;
    x[2 * d + k] = x[k] + 1e-5 * x[2 * d + k];
    x[3 * d + k] = -x[k] * (1 + 1e-3 * x[3 * d + k]);
    if (parallel) x[4 * d + k] = 2 * x[k];
  }
  return x;
}

void check_bounds(const Case& c, unsigned depth, ReadOut read_out, int bias, std::mt19937_64& random) {
  const std::size_t d = 8;
  const Activation activation = make_activation(c.activation);
  // Tables over wide ranges of variances take long to make.
  const bool by_series = c.by_series || !find_closed_form(activation);
  const auto source = by_series ? series_entries(activation, 1) : entries_of(activation);
  const GramData x(hard_rows(random, d, c.tangent, by_series ? 1.25 : 3), d);
  GramRequest request;
  request.ntk = c.tangent;
  request.all_layers = depth > 1;
  const Model model = model_of(depth, read_out, bias);
  const GramEngine engine(model, *source, request, x.points, nullptr);
  const auto matrices = gram_in_memory(engine, 1);
  const PrecisionScope precision(find_closed_form(activation) ? 40 : 24);
  const auto exact = exact_expectations(activation);
  const std::size_t n = engine.rows();
  for (std::size_t k = 0; k < matrices.size(); ++k) {
    const auto [cut, tangent] = engine.matrices()[k];
    if (cut != depth && cut != 1) continue;
    std::vector<Real> own;
    for (std::size_t i = 0; i < n; ++i) own.push_back(exact_entry(model, cut, tangent, *exact, x.row(i), x.row(i), d));
    double worst = 0;
    // Integrals of many digits for every pair would take long.
    const bool fast = find_closed_form(activation).has_value();
    const std::size_t rows = fast ? n : 1, columns = fast ? n : 3;
    for (std::size_t i = 0; i < columns; ++i)
      own.push_back(exact_entry(model, cut, tangent, *exact, x.row(i), x.row(i), d));
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t j = i; j < columns; ++j) {
        const Real entry = i == j ? own[i] : exact_entry(model, cut, tangent, *exact, x.row(i), x.row(j), d);
        const Real miss = abs(entry - Real(matrices[k][i * n + j])) / sqrt(own[i] * own[j]);
        worst = std::max(worst, miss.to_double());
      }
    const double bound = engine.error_bound(k);
    std::printf("%-12s %s %s depth %u bias %d: error %.1e, bound %.1e\n", c.activation, tangent ? "NTK " : "NNGP",
                read_out == ReadOut::pre ? "pre " : "post", cut, bias, worst, bound);
    CHECK_MESSAGE(worst <= bound, c.activation);
    CHECK_MESSAGE(bound <= c.expected, c.activation);
  }
}

}  // namespace

TEST_CASE("gram: entries lie within the bound of the matrix, closed forms") {
  std::mt19937_64 random = generator_of_test("gram bound closed");
  for (const Case& c : {Case{"erf", true, 1e-11},
                        {"relu", true, 2e-12},
                        {"gelu", true, 1e-11},
                        {"sin", true, 1e-10},
                        {"leaky-relu", true, 2e-12},
                        {"abs", true, 1e-11},
                        {"gaussian", true, 1e-11},
                        {"hard-tanh", true, 1e-4}})
    for (const unsigned depth : {1U, 3U, 6U}) {
      if (depth == 6 && c.expected > 1e-11) continue;  // their exact values take long
      check_bounds(c, depth, random() % 3 == 0 ? ReadOut::pre : ReadOut::post, static_cast<int>(random() % 2), random);
    }
}

TEST_CASE("gram: entries lie within the bound of the matrix, series") {
  std::mt19937_64 random = generator_of_test("gram bound series");
  // Thirty digits of two integrals for every pair take too long at depth 3; erf has exact values of the other route.
  if (test_effort() >= 1) check_bounds({"tanh", true, 1e-11}, 1, ReadOut::post, 1, random);
  check_bounds({"erf", true, 1e-11, true}, 3, ReadOut::post, 1, random);
}

TEST_CASE("gram: sign by the arcsine of the correlation, two layers") {
  std::mt19937_64 random = generator_of_test("gram sign");
  const std::size_t d = 8;
  const GramData x(hard_rows(random, d, false), d);
  const auto source = entries_of(make_activation("sign"));
  const Model model = model_of(2, ReadOut::post, 1);
  const GramEngine engine(model, *source, GramRequest{}, x.points, nullptr);
  const auto K = gram_in_memory(engine, 1);
  const PrecisionScope precision(50);
  const Real s = to_real(model.s(1)), b = to_real(model.b(1));
  double worst = 0;
  for (std::size_t i = 0; i < engine.rows(); ++i)
    for (std::size_t j = 0; j < engine.rows(); ++j) {
      const InputPair<Real> pair = exact_pair(x.row(i), x.row(j), d);
      const Real one = (s * pair.xy + b) / sqrt((s * pair.xx + b) * (s * pair.yy + b));
      const Real two = (s * (2 / pi<Real>() * asin(min(one, Real(1)))) + b) / (s + b);
      const Real exact = i == j ? Real(1) : Real(2 / pi<Real>() * asin(two));
      worst = std::max(worst, abs(Real(K[0][i * engine.rows() + j]) - exact).to_double());
    }
  std::printf("sign, depth 2: error %.1e, bound %.1e\n", worst, engine.error_bound(0));
  CHECK(worst <= engine.error_bound(0));
  CHECK(worst <= 1e-13);  // the bound must hold for angles of 1e-16 too, which follow the root of their errors
}

TEST_CASE("gram: the bound of a usual kernel is about 1e-13") {
  std::mt19937_64 random = generator_of_test("gram usual bound");
  const std::size_t d = 64;
  const GramData x(random_rows(random, 50, d), d);
  for (const char* name : {"relu", "erf", "gelu"}) {
    const auto source = entries_of(make_activation(name));
    GramRequest request;
    request.ntk = true;
    Model model = model_of(3, ReadOut::post, 1);
    model.input_scale = InputScale::fan_in;
    const GramEngine engine(model, *source, request, x.points, nullptr);
    std::printf("%s: NNGP %.1e, NTK %.1e\n", name, engine.error_bound(0), engine.error_bound(1));
    CHECK(engine.error_bound(0) <= 1e-12);
    CHECK(engine.error_bound(1) <= 1e-12);
  }
}

TEST_CASE("gram: near-duplicates keep K(x,x) - K(x,y) to a few ulp of K") {
  std::mt19937_64 random = generator_of_test("gram near-duplicates");
  const std::size_t d = 10;
  for (const char* name : {"relu", "erf", "gelu", "leaky-relu", "abs", "sin"})
    for (const double step : {1e-4, 1e-6, 1e-8}) {
      std::vector<double> values = random_rows(random, 2, d);
      for (std::size_t k = 0; k < d; ++k) values[d + k] = values[k] * (1 + 2 * step * (uniform(random, -1, 1)));
      const GramData x(values, d);
      const Activation activation = make_activation(name);
      const auto source = entries_of(activation);
      GramRequest request;
      request.ntk = true;
      const Model model = model_of(3, ReadOut::post, 1);
      const GramEngine engine(model, *source, request, x.points, nullptr);
      const auto matrices = gram_in_memory(engine, 1);
      const PrecisionScope precision(60);
      const auto exact = exact_expectations(activation);
      for (std::size_t k = 0; k < 2; ++k) {
        const Real one = exact_entry(model, 3, k == 1, *exact, x.row(0), x.row(0), d);
        const Real two = exact_entry(model, 3, k == 1, *exact, x.row(0), x.row(1), d);
        const Real computed = Real(matrices[k][0]) - Real(matrices[k][1]);
        const double ulps = abs((computed - (one - two)) / one).to_double() * 0x1p52;
        std::printf("%-12s %s |x-y| ~ %.0e: K(x,x) - K(x,y) = %.3e K, off by %.1f ulp of K\n", name,
                    k == 1 ? "NTK " : "NNGP", step, ((one - two) / one).to_double(), ulps);
        CHECK_MESSAGE(ulps <= 16, name);
      }
    }
}
