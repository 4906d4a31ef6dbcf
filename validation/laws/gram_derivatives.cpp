// Derivatives over data against 30-digit kernels of single pairs, and the symmetries they must have.
#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "closedform/closedform.hpp"
#include "core/error.hpp"
#include "gaussian/entries.hpp"
#include "gaussian/gaussian.hpp"
#include "gram/derivatives.hpp"
#include "kernel/radial_recursion.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using namespace widegeo::gram;
using namespace widegeo::testing;

namespace {

struct Case {
  Activation activation;
  std::optional<ClosedForm> form;

  explicit Case(const std::string& name, bool closed = true) : activation(make_activation(name)) {
    if (closed) form = find_closed_form(activation);
  }
  template <class T>
  std::unique_ptr<Expectations<T>> source() const {
    if (form) return closed_form_expectations<T>(*form);
    return quadrature_expectations<T>(activation);
  }
  DerivativeSources sources() const {
    DerivativeSources s;
    if (form) s.block = [this] { return source<TrackedBlock>(); };
    s.single = [this] { return source<TrackedDouble>(); };
    s.exact = [this] { return source<Real>(); };
    return s;
  }
};

Model model_of(unsigned depth, Layer layer = Layer::post, bool bias = true) {
  Model m;
  m.depth = depth;
  m.weight_variance = {Rational(3, 2)};
  m.bias_variance = {bias ? Rational(1, 10) : Rational(0)};
  m.layer = layer;
  return m;
}

/// Says no to pairs: what is not served by tables is noticed.
class NoPairs final : public Expectations<TrackedDouble> {
 public:
  explicit NoPairs(std::unique_ptr<Expectations<TrackedDouble>> source) : source_(std::move(source)) {}
  OnePoint<TrackedDouble> one_point(const TrackedDouble& q, unsigned order) const override {
    return source_->one_point(q, order);
  }
  TwoPoint<TrackedDouble> two_point(const Covariance<TrackedDouble>&, TwoPointNeed) const override {
    throw Error(ErrorCode::input, "a pair was not served by the tables");
  }
  ErrorKind kind() const override { return source_->kind(); }

 private:
  std::unique_ptr<Expectations<TrackedDouble>> source_;
};

/// Rows of a random walk: neighbours are near each other, and row 2 is row 0 again.
std::vector<double> random_rows(std::mt19937_64& random, std::size_t rows, std::size_t d) {
  std::vector<double> x(rows * d);
  for (double& v : x) v = uniform(random, -1, 1);
  for (std::size_t k = 0; k < d; ++k) {
    x[2 * d + k] = x[k];
    x[3 * d + k] = x[d + k] * (1 + uniform(random, -1, 1) * 1e-6);
  }
  return x;
}

struct Exact {
  std::vector<Real> gradient;  ///< in y
  std::vector<std::vector<Real>> hessian;
  Real kernel;
};

/// The route of single pairs, at the working precision, straight from nngp and ntk.
Exact exact_of(const Case& c, const Model& m, const double* x, const double* y, std::size_t d, bool ntk_kind,
               unsigned derivatives) {
  Rational xx = 0, yy = 0, xy = 0;
  for (std::size_t k = 0; k < d; ++k) {
    xx += Rational(x[k]) * Rational(x[k]);
    yy += Rational(y[k]) * Rational(y[k]);
    xy += Rational(x[k]) * Rational(y[k]);
  }
  InputPair<Real> in{to_real(xx), to_real(yy), to_real(xy), to_real(Rational(xx * yy - xy * xy)), false, d, {}};
  in.distance_squared = to_real(Rational(xx + yy - 2 * xy));
  in.coincident = std::equal(x, x + d, y);
  const auto source = c.source<Real>();
  const PairKernel<Real> k = ntk_kind ? ntk(m, *source, in, derivatives) : nngp(m, *source, in, derivatives);
  Exact r;
  r.kernel = k.kernel;
  for (std::size_t i = 0; i < d && derivatives >= 1; ++i)
    r.gradient.push_back(k.gy[0] * Real(x[i]) + k.gy[1] * Real(y[i]));
  for (std::size_t i = 0; i < d && derivatives >= 2; ++i) {
    r.hessian.emplace_back();
    for (std::size_t j = 0; j < d; ++j) {
      Real h = k.h[0] * Real(x[i]) * Real(x[j]) + k.h[1] * Real(x[i]) * Real(y[j]) + k.h[2] * Real(y[i]) * Real(x[j]) +
               k.h[3] * Real(y[i]) * Real(y[j]);
      if (i == j) h += k.identity;
      r.hessian.back().push_back(h);
    }
  }
  return r;
}

std::vector<PairIndex> all_pairs(std::size_t rows, std::size_t columns) {
  std::vector<PairIndex> pairs;
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) pairs.push_back({i, j});
  return pairs;
}

constexpr std::size_t dimension = 5, rows = 7;

/// |error| / scale of every pair against 40 digits must stay below the one bound.
void check_against_single_pairs(const Case& c, const Model& m, bool ntk_kind, unsigned derivatives,
                                const std::vector<double>& data, std::size_t stride, bool tables = false) {
  const auto reader = rows_in_memory(data.data(), rows, dimension);
  const Points points(*reader, 1);
  DerivativeRequest request;
  request.ntk = ntk_kind;
  request.derivatives = derivatives;
  DerivativeSources sources = c.sources();
  if (tables) {
    sources.entries = series_entries(c.activation);
    sources.single = [&c] { return std::make_unique<NoPairs>(c.source<TrackedDouble>()); };
  }
  const DerivativeEngine engine(m, std::move(sources), request, points, nullptr);
  const auto pairs = all_pairs(rows, rows);
  std::vector<PairCoefficients> out(pairs.size());
  const auto worker = engine.make_worker();
  engine.coefficients(pairs, out.data(), *worker);
  const double bound = engine.error_bound();
  CAPTURE(c.activation.name);
  CAPTURE(bound);
  CHECK(bound <= request.tolerance);
  PrecisionScope scope(tables ? 30 : 40);  // of quadrature, which takes its time
  for (std::size_t k = 0; k < pairs.size(); k += stride) {
    const double *x = &data[pairs[k].i * dimension], *y = &data[pairs[k].j * dimension];
    if (ntk_kind && std::equal(x, x + dimension, y)) continue;  // has a test of its own
    const Exact e = exact_of(c, m, x, y, dimension, ntk_kind, derivatives);
    const auto size_at = [&](const double* p) { return value_of(exact_of(c, m, p, p, dimension, ntk_kind, 0).kernel); };
    CAPTURE(pairs[k].i);
    CAPTURE(pairs[k].j);
    if (derivatives == 0) {
      CHECK(value_of(Real(abs(Real(out[k].value) - e.kernel))) <= bound * std::sqrt(size_at(x) * size_at(y)) * 1.0001);
      continue;
    }
    // The radial and tangential eigenvalues from the Hessian at equal rows.
    const auto larger_eigenvalue = [&](const double* p) {
      const Exact h = exact_of(c, m, p, p, dimension, false, 2);
      Real t = 0, radial = 0, trace = 0;
      for (std::size_t i = 0; i < dimension; ++i) {
        t += Real(p[i]) * Real(p[i]);
        trace += h.hessian[i][i];
        for (std::size_t j = 0; j < dimension; ++j) radial += Real(p[i]) * h.hessian[i][j] * Real(p[j]);
      }
      radial /= t;
      const Real tangential = (trace - radial) / static_cast<int>(dimension - 1);
      return value_of(radial > tangential ? radial : tangential);
    };
    if (derivatives == 1) {
      std::vector<double> got(dimension);
      engine.gradient(out[k], x, y, got.data());
      Real square = 0;
      for (std::size_t i = 0; i < dimension; ++i) {
        const Real gap = Real(got[i]) - e.gradient[i];
        square += gap * gap;
      }
      double scale = std::sqrt(size_at(x));
      if (ntk_kind) {
        double t = 0;
        for (std::size_t i = 0; i < dimension; ++i) t += y[i] * y[i];
        scale *= std::sqrt(size_at(y) * 1.5 / (1.5 * t + nearest_double(m.b(1))));
      } else {
        scale *= std::sqrt(larger_eigenvalue(y));
      }
      CHECK(value_of(sqrt(square)) <= bound * scale * 1.0001);
    } else {
      std::vector<double> got(dimension * dimension);
      engine.hessian(out[k], x, y, 0, dimension, got.data());
      const double scale = std::sqrt(larger_eigenvalue(x) * larger_eigenvalue(y));
      // No entry of a matrix exceeds its spectral norm.
      for (std::size_t i = 0; i < dimension; ++i)
        for (std::size_t j = 0; j < dimension; ++j)
          CHECK(value_of(Real(abs(Real(got[i * dimension + j]) - e.hessian[i][j]))) <= bound * scale * 1.0001);
    }
  }
}

}  // namespace

TEST_CASE("gram derivatives: blocks equal the kernel of single pairs at 40 digits within the bound") {
  auto random = generator_of_test("derivatives against pairs");
  for (const std::string name : {"erf", "relu", "gelu", "leaky-relu", "sin"}) {
    const Case c(name);
    for (std::size_t trial = 0; trial < trials(1); ++trial) {
      const auto data = random_rows(random, rows, dimension);
      for (unsigned depth : {1U, 3U}) {
        for (unsigned derivatives : {0U, 1U, 2U}) {
          const Model m = model_of(depth, depth == 1 ? Layer::post : Layer::pre, name != "relu");
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
      check_against_single_pairs(c, model_of(3, Layer::pre, name != "tanh"), false, 1, data, 19, true);
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
  const Model m = model_of(2, Layer::post, false);
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
