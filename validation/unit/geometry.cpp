// The general tensor route on metrics whose curvature is known, most of them not diagonal.
#include <doctest/doctest.h>

#include <vector>

#include "geometry/tensor.hpp"
#include "number/error.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using namespace widegeo::testing;

namespace {

using J = Jet<double>;
using Map = std::function<std::vector<J>(std::span<const J>)>;

// Sums of d^4 products of numbers of order 10 in double: 1e-12 leaves three digits.
constexpr double tolerance = 1e-12;

MetricJet<double> at(const MetricFunction<double>& metric, const std::vector<double>& x) {
  return metric_jet<double>(metric, std::span<const double>(x));
}

/// The metric of R^m pulled back by x -> map(x), with the map given by its components as jets: g = J^T J, whose second
/// derivatives need jets of order 3 of the map.
MetricJet<double> pulled_back(const Map& map, const std::vector<double>& point) {
  const unsigned d = static_cast<unsigned>(point.size());
  const JetShape& shape = JetShape::get(d, 3);
  std::vector<J> x;
  for (unsigned i = 0; i < d; ++i) x.push_back(J::variable(shape, i, point[i]));
  const JetShape& lower = JetShape::get(d, 2);
  std::vector<J> entries(d * d, J::constant(lower, 0));
  for (const J& f : map(x)) {
    std::vector<J> gradient;
    for (unsigned i = 0; i < d; ++i) {
      std::vector<double> c;
      for (std::size_t k = 0; k < lower.size(); ++k) {
        std::vector<unsigned> e(lower.exponents(k).begin(), lower.exponents(k).end());
        const unsigned power = ++e[i];
        c.push_back(power * f.coefficient(shape.index(e)));
      }
      gradient.push_back(J::from_coefficients(lower, c));
    }
    for (unsigned a = 0; a < d; ++a)
      for (unsigned b = 0; b < d; ++b) entries[a * d + b] += gradient[a] * gradient[b];
  }
  return metric_jet<double>(std::span<const J>(entries), d);
}

double largest(const std::vector<double>& v) {
  double r = 0;
  for (double x : v) r = std::max(r, std::fabs(x));
  return r;
}

}  // namespace

TEST_CASE("tensor: flat space in the coordinates (x + y^2, y + x^3) has no curvature") {
  const auto map = [](std::span<const J> x) { return std::vector<J>{x[0] + x[1] * x[1], x[1] + x[0] * x[0] * x[0]}; };
  for (const auto& point : {std::vector<double>{0.3, -0.7}, {1.1, 0.4}, {-0.6, -0.2}}) {
    const auto metric = pulled_back(map, point);
    CHECK(std::fabs(metric.metric(0, 1)) > 0.1);  // not diagonal
    const auto r = curvature(metric);
    CHECK(largest(r.riemann) < tolerance);
    CHECK(std::fabs(r.scalar) < tolerance);
    CHECK(largest(r.christoffel) > 0.1);
  }
}

TEST_CASE("tensor: Christoffel symbols of a pulled-back flat metric are inv(J) times second derivatives") {
  const double x = 0.3, y = -0.7;
  const auto r = curvature(pulled_back(
      [](std::span<const J> p) {
        return std::vector<J>{p[0] + p[1] * p[1], p[1] + p[0] * p[0] * p[0]};
      },
      {x, y}));
  // u = x + y^2, v = y + x^3: J = [[1, 2y], [3x^2, 1]]; u_yy = 2, v_xx = 6x.
  const double determinant = 1 - 6 * x * x * y;
  CHECK(std::fabs(r.christoffel[0 * 4 + 3] - 2 / determinant) < tolerance);
  CHECK(std::fabs(r.christoffel[1 * 4 + 3] + 6 * x * x / determinant) < tolerance);
  CHECK(std::fabs(r.christoffel[0 * 4 + 0] + 12 * x * y / determinant) < tolerance);
  CHECK(std::fabs(r.christoffel[1 * 4 + 0] - 6 * x / determinant) < tolerance);
}

TEST_CASE("tensor: spheres of radius 1 have R = d(d-1), the hyperbolic plane has R = -2") {
  // Stereographic coordinates, pulled back from R^{d+1}; and sheared, to have no symmetry left.
  for (unsigned d = 2; d <= 4; ++d) {
    const auto sphere = [](std::span<const J> p) {
      std::vector<J> x(p.begin(), p.end());
      x[0] = x[0] + x[1] * x[1] / 3;
      J square(0);
      for (const J& v : x) square = square + v * v;
      std::vector<J> f;
      for (const J& v : x) f.push_back(2 * v / (1 + square));
      f.push_back((square - 1) / (1 + square));
      return f;
    };
    const std::vector<double> point = {0.3, -0.4, 0.2, 0.5};
    const auto metric = pulled_back(sphere, std::vector<double>(point.begin(), point.begin() + d));
    const auto r = curvature(metric);
    CHECK(std::fabs(r.scalar - d * (d - 1)) < 10 * tolerance);
    CHECK(largest(r.weyl) < 10 * tolerance);
    // Constant curvature: R_abce = g_ac g_be - g_ae g_bc.
    for (unsigned a = 0; a < d; ++a)
      for (unsigned b = 0; b < d; ++b)
        CHECK(std::fabs(r.riemann_at(a, b, a, b) - (metric.metric(a, a) * metric.metric(b, b) -
                                                    metric.metric(a, b) * metric.metric(a, b))) < 10 * tolerance);
  }
  const auto half_plane = [](std::span<const J> x) {
    return std::vector<J>{1 / (x[1] * x[1]), J(0), J(0), 1 / (x[1] * x[1])};
  };
  CHECK(std::fabs(curvature(at(half_plane, {0.4, 0.7})).scalar + 2) < tolerance);
}

TEST_CASE("tensor: Riemann has its symmetries and the first Bianchi identity, Weyl has no trace") {
  // A metric without any symmetry.
  const auto metric = [](std::span<const J> x) {
    const unsigned d = static_cast<unsigned>(x.size());
    std::vector<J> g(d * d);
    for (unsigned a = 0; a < d; ++a)
      for (unsigned b = a; b < d; ++b)
        g[a * d + b] = g[b * d + a] =
            (a == b ? 3 + x[a] * x[(a + 1) % d] : J(0)) + sin(x[a] + 2 * x[b]) * sin(x[b] + 2 * x[a]) / 4;
    return g;
  };
  const auto m = at(metric, {0.3, -0.4, 0.2, 0.5});
  const auto r = curvature(m);
  double trace = 0;
  for (unsigned a = 0; a < 4; ++a)
    for (unsigned b = 0; b < 4; ++b)
      for (unsigned c = 0; c < 4; ++c)
        for (unsigned e = 0; e < 4; ++e) {
          CHECK(std::fabs(r.riemann_at(a, b, c, e) + r.riemann_at(b, a, c, e)) < tolerance);
          CHECK(std::fabs(r.riemann_at(a, b, c, e) - r.riemann_at(c, e, a, b)) < tolerance);
          CHECK(std::fabs(r.riemann_at(a, b, c, e) + r.riemann_at(a, c, e, b) + r.riemann_at(a, e, b, c)) < tolerance);
          trace += r.inverse[a * 4 + c] * r.weyl_at(a, b, c, e) * (b == e ? 1 : 0);
        }
  CHECK(std::fabs(trace) < tolerance);
  CHECK(largest(r.weyl) > 1e-3);
}

TEST_CASE("tensor: the Weyl tensor of a conformally flat metric vanishes, its curvature does not") {
  const auto metric = [](std::span<const J> x) {
    const unsigned d = static_cast<unsigned>(x.size());
    std::vector<J> g(d * d, J(0));
    for (unsigned a = 0; a < d; ++a) g[a * d + a] = exp(sin(x[0]) * x[1] + x[2] * x[3] * x[0]);
    return g;
  };
  const auto r = curvature(at(metric, {0.3, -0.4, 0.2, 0.5}));
  CHECK(largest(r.weyl) < tolerance);
  CHECK(largest(r.riemann) > 0.1);
}

TEST_CASE("tensor: a singular metric and entries of the wrong shape are errors") {
  CHECK_THROWS_AS(curvature(at([](std::span<const J>) { return std::vector<J>(4, J(1)); }, {0, 0})), Error);
  CHECK_THROWS_AS(at([](std::span<const J>) { return std::vector<J>(3, J(1)); }, {0, 0}), Error);
}
