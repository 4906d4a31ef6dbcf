// Gradients over data through the tables of the entries, against 30-digit kernels of single pairs.
#include "testing/derivative_cases.hpp"

using namespace widegeo;
using namespace widegeo::gram;
using namespace widegeo::testing;

TEST_CASE("gram derivatives: through tables of the entries gradients equal 30-digit single pairs within the bound") {
  auto random = generator_of_test("derivatives through tables");
  for (const std::string name : {"tanh", "silu", "sigmoid"}) {
    const Case c(name, false);
    for (std::size_t trial = 0; trial < trials(1); ++trial) {
      auto data = random_rows(random, rows, dimension);
      // Rows of several lengths. The coefficients of tanh fall off slowly at large variances, where pairs stay alone.
      for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t k = 0; k < dimension; ++k)
          data[i * dimension + k] *= i == 4 ? 0.2 : name == "tanh" ? 0.6 : 1.2;
      for (std::size_t k = 0; k < dimension; ++k) data[5 * dimension + k] = -0.5 * data[6 * dimension + k];
      check_against_single_pairs(c, model_of(1), false, 1, data, 17, true);
      check_against_single_pairs(c, model_of(3, ReadOut::pre, name != "tanh"), false, 1, data, 19, true);
    }
  }
}

TEST_CASE("gram derivatives: through closed forms of the entries they equal them as well") {
  auto random = generator_of_test("derivatives through closed entries");
  for (const std::string name : {"erf", "gelu", "sin", "gaussian"}) {
    const Case c(name);
    for (std::size_t trial = 0; trial < trials(1); ++trial) {
      const auto data = random_rows(random, rows, dimension);
      check_against_single_pairs(c, model_of(1), false, 1, data, 3, true);
      check_against_single_pairs(c, model_of(3), false, 1, data, 5, true);
    }
  }
}

TEST_CASE("gram derivatives: zero rows and other data sets are served beside the tables, and exchanged to the bit") {
  auto random = generator_of_test("derivatives tables exchanged");
  const Case c("tanh", false);
  auto data = random_rows(random, rows, dimension);
  for (std::size_t k = 0; k < dimension; ++k) data[4 * dimension + k] = 0;
  std::vector<double> second(3 * dimension);
  for (double& v : second) v = uniform(random, -2, 2);
  const auto reader = rows_in_memory(data.data(), rows, dimension), other = rows_in_memory(second.data(), 3, dimension);
  const Points x(*reader, 1), y(*other, 1);
  const Model m = model_of(2, ReadOut::post, false);
  DerivativeSources plain = c.sources(), tables = c.sources();
  tables.entries = series_entries(c.activation);
  DerivativeRequest of_y, of_x;
  of_x.of_x = true;
  const DerivativeEngine by_pairs(m, plain, of_y, x, &y), there(m, tables, of_y, x, &y), back(m, tables, of_x, y, &x);
  const auto wp = by_pairs.make_worker(), wt = there.make_worker(), wb = back.make_worker();
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < 3; ++j) {
      const PairIndex pair{i, j}, exchanged{j, i};
      PairCoefficients p, t, b;
      by_pairs.coefficients({&pair, 1}, &p, *wp);
      there.coefficients({&pair, 1}, &t, *wt);
      back.coefficients({&exchanged, 1}, &b, *wb);
      std::vector<double> u(dimension), v(dimension), w(dimension);
      const double *a = &data[i * dimension], *q = &second[j * dimension];
      by_pairs.gradient(p, a, q, u.data());
      there.gradient(t, a, q, v.data());
      back.gradient(b, q, a, w.data());
      for (std::size_t k = 0; k < dimension; ++k) {
        CHECK(v[k] == w[k]);
        // Both bounds are relative to sqrt(V g) <= 3/2: tanh and its slope are at most 1.
        CHECK(std::fabs(u[k] - v[k]) <= 2 * (by_pairs.error_bound() + there.error_bound()));
      }
    }
}
