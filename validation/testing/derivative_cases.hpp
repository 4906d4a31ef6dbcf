// Pairs of rows with their derivatives from single pairs in multiprecision, for the laws of derivatives over data.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "closedform/closedform.hpp"
#include "closedform/entries/entries.hpp"
#include "gaussian/gaussian.hpp"
#include "gaussian/table/entries.hpp"
#include "gram/derivatives/derivatives.hpp"
#include "kernel/radial_recursion.hpp"
#include "number/error.hpp"
#include "testing/checks.hpp"

namespace widegeo::testing {

using namespace widegeo::gram;

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

inline Model model_of(unsigned depth, ReadOut read_out = ReadOut::post, bool bias = true) {
  Model m;
  m.depth = depth;
  m.weight_variance = {Rational(3, 2)};
  m.bias_variance = {bias ? Rational(1, 10) : Rational(0)};
  m.read_out = read_out;
  return m;
}

/// Rejects pairs, so that pairs not served by tables are detected.
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

/// Rows of a random walk: neighbours are close to each other, and row 2 equals row 0.
inline std::vector<double> random_rows(std::mt19937_64& random, std::size_t rows, std::size_t d) {
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

/// The single-pair route at the working precision, directly from nngp and ntk.
inline Exact exact_of(const Case& c, const Model& m, const double* x, const double* y, std::size_t d, bool ntk_kind,
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

inline std::vector<PairIndex> all_pairs(std::size_t rows, std::size_t columns) {
  std::vector<PairIndex> pairs;
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) pairs.push_back({i, j});
  return pairs;
}

constexpr std::size_t dimension = 5, rows = 7;

/// |error| / scale of every pair, measured against 40 digits, must not exceed the common bound.
inline void check_against_single_pairs(const Case& c, const Model& m, bool ntk_kind, unsigned derivatives,
                                       const std::vector<double>& data, std::size_t stride, bool tables = false) {
  const auto reader = rows_in_memory(data.data(), rows, dimension);
  const Points points(*reader, 1);
  DerivativeRequest request;
  request.ntk = ntk_kind;
  request.derivatives = derivatives;
  DerivativeSources sources = c.sources();
  if (tables) {
    sources.entries = c.form ? closed_form_entries(*c.form) : series_entries(c.activation);
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
  PrecisionScope scope(tables ? 30 : 40);  // quadrature is slow
  for (std::size_t k = 0; k < pairs.size(); k += stride) {
    const double *x = &data[pairs[k].i * dimension], *y = &data[pairs[k].j * dimension];
    if (ntk_kind && std::equal(x, x + dimension, y)) continue;  // covered by a separate test
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

}  // namespace widegeo::testing
