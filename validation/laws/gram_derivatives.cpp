// Derivatives over data against 30-digit kernels of single pairs, and the symmetries they must have.
#include "testing/derivative_cases.hpp"

using namespace widegeo;
using namespace widegeo::gram;
using namespace widegeo::testing;

TEST_CASE("gram derivatives: blocks equal the kernel of single pairs at 40 digits within the bound") {
  auto random = generator_of_test("derivatives against pairs");
  for (const std::string name : {"erf", "relu", "gelu", "leaky-relu", "sin"}) {
    const Case c(name);
    for (std::size_t trial = 0; trial < trials(1); ++trial) {
      const auto data = random_rows(random, rows, dimension);
      for (unsigned depth : {1U, 3U}) {
        for (unsigned derivatives : {0U, 1U, 2U}) {
          const Model m = model_of(depth, depth == 1 ? ReadOut::post : ReadOut::pre, name != "relu");
          check_against_single_pairs(c, m, false, derivatives, data, 2);
          if (derivatives < 2) check_against_single_pairs(c, m, true, derivatives, data, 3);
        }
      }
    }
  }
}

TEST_CASE("gram derivatives: without a closed form they hold as well") {
  auto random = generator_of_test("derivatives by quadrature");
  const Case c("tanh", false);
  const auto data = random_rows(random, rows, dimension);
  check_against_single_pairs(c, model_of(2), false, 1, data, 11);
  check_against_single_pairs(c, model_of(1), true, 1, data, 11);
}

TEST_CASE("gram derivatives: the gradient in x of (x, y) is the gradient in y of (y, x) to the bit") {
  auto random = generator_of_test("derivatives exchanged");
  for (const std::string name : {"erf", "relu", "gelu"}) {
    const Case c(name);
    const auto data = random_rows(random, rows, dimension);
    const auto reader = rows_in_memory(data.data(), rows, dimension);
    const Points points(*reader, 1);
    const Model m = model_of(3);
    for (const bool ntk_kind : {false, true}) {
      DerivativeRequest of_y, of_x;
      of_y.ntk = of_x.ntk = ntk_kind;
      of_x.of_x = true;
      const DerivativeEngine ey(m, c.sources(), of_y, points, nullptr), ex(m, c.sources(), of_x, points, nullptr);
      const auto wy = ey.make_worker(), wx = ex.make_worker();
      for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < rows; ++j) {
          const PairIndex there{i, j}, back{j, i};
          PairCoefficients a, b;
          ey.coefficients({&there, 1}, &a, *wy);
          ex.coefficients({&back, 1}, &b, *wx);
          std::vector<double> u(dimension), v(dimension);
          const double *x = &data[i * dimension], *y = &data[j * dimension];
          ey.gradient(a, x, y, u.data());
          ex.gradient(b, y, x, v.data());
          for (std::size_t k = 0; k < dimension; ++k) CHECK(u[k] == v[k]);
        }
      }
    }
  }
}

TEST_CASE("gram derivatives: a pair's numbers do not depend on the other pairs, nor on the threads of the points") {
  auto random = generator_of_test("derivatives grouping");
  for (const std::string name : {"erf", "relu", "gelu"}) {
    const Case c(name);
    constexpr std::size_t many = 70;
    std::vector<double> data = random_rows(random, many, dimension);
    for (std::size_t k = 0; k < dimension; ++k) data[5 * dimension + k] = 0;            // a zero row
    for (std::size_t k = 0; k < dimension; ++k) data[6 * dimension + k] = 2 * data[k];  // a parallel one
    const auto reader = rows_in_memory(data.data(), many, dimension);
    const Points points(*reader, 2);
    const Model m = model_of(2);
    DerivativeRequest request;
    const DerivativeEngine engine(m, c.sources(), request, points, nullptr, 1),
        other(m, c.sources(), request, points, nullptr, 2);
    const auto worker = engine.make_worker(), second = other.make_worker();
    const auto pairs = all_pairs(many, many);
    std::vector<PairCoefficients> together(pairs.size());
    engine.coefficients(pairs, together.data(), *worker);
    for (std::size_t k = 0; k < pairs.size(); k += 37) {
      PairCoefficients alone;
      other.coefficients({&pairs[k], 1}, &alone, *second);
      CAPTURE(k);
      CHECK(alone.g[0] == together[k].g[0]);
      CHECK(alone.g[1] == together[k].g[1]);
    }
  }
}

TEST_CASE("gram derivatives: gradients follow central differences of the kernel") {
  auto random = generator_of_test("derivatives differences");
  for (const std::string name : {"erf", "relu", "gelu"}) {
    for (const bool ntk_kind : {false, true}) {
      const Case c(name);
      const Model m = model_of(2);
      std::vector<double> data(2 * dimension);
      for (double& v : data) v = uniform(random, -1, 1);
      constexpr double h = 0x1p-17;
      // y +- h e_k, then y itself.
      std::vector<double> moved;
      for (std::size_t k = 0; k < dimension; ++k)
        for (const double side : {-h, h})
          for (std::size_t l = 0; l < dimension; ++l) moved.push_back(data[dimension + l] + (l == k ? side : 0));
      const auto rx = rows_in_memory(data.data(), 1, dimension),
                 ry = rows_in_memory(moved.data(), 2 * dimension, dimension),
                 r1 = rows_in_memory(&data[dimension], 1, dimension);
      const Points px(*rx, 1), py(*ry, 1), p1(*r1, 1);
      DerivativeRequest value, gradient;
      value.ntk = gradient.ntk = ntk_kind;
      value.derivatives = 0;
      const DerivativeEngine ev(m, c.sources(), value, px, &py), eg(m, c.sources(), gradient, px, &p1);
      const auto wv = ev.make_worker(), wg = eg.make_worker();
      const auto pairs = all_pairs(1, 2 * dimension);
      std::vector<PairCoefficients> values(pairs.size());
      ev.coefficients(pairs, values.data(), *wv);
      const PairIndex one{0, 0};
      PairCoefficients g;
      eg.coefficients({&one, 1}, &g, *wg);
      std::vector<double> exact(dimension);
      eg.gradient(g, data.data(), &data[dimension], exact.data());
      for (std::size_t k = 0; k < dimension; ++k) {
        // h^2/6 f''' with f''' up to a few hundred, and 1e-15 / h of rounding: 1e-8.
        const double difference = (values[2 * k + 1].value - values[2 * k].value) / (2 * h);
        CHECK(std::fabs(difference - exact[k]) < 1e-8);
      }
    }
  }
}

TEST_CASE("gram derivatives: the mixed Hessian of a row with itself is its metric, finite for kinked activations") {
  auto random = generator_of_test("derivatives metric");
  for (const std::string name : {"erf", "relu", "gelu", "abs"}) {
    const Case c(name);
    const auto data = random_rows(random, rows, dimension);
    const auto reader = rows_in_memory(data.data(), rows, dimension);
    const Points points(*reader, 1);
    const Model m = model_of(3);
    DerivativeRequest request;
    request.derivatives = 2;
    const DerivativeEngine engine(m, c.sources(), request, points, nullptr);
    const auto worker = engine.make_worker();
    // Rows 0 and 2 are equal: the same matrix from two row numbers.
    for (const PairIndex pair : {PairIndex{0, 0}, PairIndex{0, 2}, PairIndex{4, 4}}) {
      PairCoefficients k;
      engine.coefficients({&pair, 1}, &k, *worker);
      const double* x = &data[pair.i * dimension];
      std::vector<double> h(dimension * dimension);
      engine.hessian(k, x, &data[pair.j * dimension], 0, dimension, h.data());
      PrecisionScope scope(30);
      Rational t = 0;
      for (std::size_t i = 0; i < dimension; ++i) t += Rational(x[i]) * Rational(x[i]);
      const RadialJets<Real> metric = radial_recursion(m, *c.source<Real>(), to_real(t), dimension, 1);
      const double A = value_of(metric.A.value()), B = value_of(metric.B.value());
      for (std::size_t i = 0; i < dimension; ++i) {
        for (std::size_t j = 0; j < dimension; ++j) {
          const double expected = (i == j ? A : 0) + B * x[i] * x[j];
          CHECK(std::isfinite(h[i * dimension + j]));
          CHECK(std::fabs(h[i * dimension + j] - expected) <=
                (engine.error_bound() + 0x1p-50) * (A + std::fabs(B)) * 8);
          CHECK(h[i * dimension + j] == h[j * dimension + i]);
        }
      }
    }
  }
}

TEST_CASE("gram derivatives: the NTK gradient at y = x is half of the gradient of theta(x, x)") {
  auto random = generator_of_test("derivatives ntk diagonal");
  for (const std::string name : {"erf", "relu", "gelu"}) {
    const Case c(name);
    std::vector<double> data(dimension);
    for (double& v : data) v = uniform(random, -1, 1);
    const Model m = model_of(3);
    const auto reader = rows_in_memory(data.data(), 1, dimension);
    const Points points(*reader, 1);
    DerivativeRequest request;
    request.ntk = true;
    const DerivativeEngine engine(m, c.sources(), request, points, nullptr);
    const auto worker = engine.make_worker();
    const PairIndex pair{0, 0};
    PairCoefficients k;
    engine.coefficients({&pair, 1}, &k, *worker);
    std::vector<double> got(dimension);
    engine.gradient(k, data.data(), data.data(), got.data());
    PrecisionScope scope(60);
    // theta(x, x) = f(t) by the kernel of single pairs at 60 digits; f' by a central difference, exact to h^2 = 1e-40.
    Rational t = 0;
    for (const double v : data) t += Rational(v) * Rational(v);
    const Real h = pow(Real(10), -20);
    const auto f = [&](const Real& at) {
      InputPair<Real> in{at, at, at, Real(0), true, dimension, {}};
      return ntk(m, *c.source<Real>(), in, 0).kernel;
    };
    const Real slope = (f(to_real(t) + h) - f(to_real(t) - h)) / (2 * h);
    for (std::size_t i = 0; i < dimension; ++i) {
      const double expected = value_of(Real(slope * Real(data[i])));
      CHECK(std::fabs(got[i] - expected) <= 1e-12 * std::fabs(value_of(slope)));
    }
  }
}
