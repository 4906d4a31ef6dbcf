// The radial formulas against the general tensors: two routes that share nothing but the activation's two-point
// function.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "geometry/radial.hpp"
#include "geometry/tensor.hpp"
#include "testing/checks.hpp"
#include "testing/fixtures.hpp"

using namespace widegeo;
using namespace widegeo::testing;

namespace {

constexpr unsigned digits = 60;
// 50 digits of 60: the tensor route inverts a metric and cancels in fourth derivatives.
constexpr double agreement = 1e-50;

struct Both {
  RadialGeometry<Real> radial;
  MetricJet<Real> metric;
  Curvature<Real> tensor;
  std::vector<Real> x;
};

Both both_routes(const Model& model, const std::string& name, const std::vector<Rational>& point) {
  const HandForm<Real> form = hand_form<Real>(name);
  Both r;
  Rational t = 0;
  for (const Rational& v : point) {
    t += v * v;
    r.x.push_back(to_real(v));
  }
  const HandExpectations<Real> source(form);
  const Real t_real = to_real(t);
  r.radial = radial_geometry(radial_metric(model, source, t_real, point.size()), t_real, point.size());
  r.metric = metric_from_kernel<Real>(network_kernel<Real>(model, form.K), std::span<const Real>(r.x));
  r.tensor = curvature(r.metric);
  return r;
}

Real quadratic(const std::vector<Real>& form, const std::vector<Real>& u, const std::vector<Real>& v) {
  Real sum = 0;
  for (std::size_t a = 0; a < u.size(); ++a)
    for (std::size_t b = 0; b < v.size(); ++b) sum += form[a * u.size() + b] * u[a] * v[b];
  return sum;
}

/// Sectional curvature of the plane of u and v.
Real sectional(const Both& r, const std::vector<Real>& u, const std::vector<Real>& v) {
  const unsigned d = r.tensor.dimension;
  Real sum = 0;
  for (unsigned a = 0; a < d; ++a)
    for (unsigned b = 0; b < d; ++b)
      for (unsigned c = 0; c < d; ++c)
        for (unsigned e = 0; e < d; ++e) sum += r.tensor.riemann_at(a, b, c, e) * u[a] * v[b] * u[c] * v[e];
  const Real uv = quadratic(r.metric.g, u, v);
  return sum / (quadratic(r.metric.g, u, u) * quadratic(r.metric.g, v, v) - uv * uv);
}

/// Two vectors orthogonal to x in the plain sense (d >= 3), or one (d = 2).
std::vector<std::vector<Real>> normal_vectors(const std::vector<Real>& x) {
  if (x.size() == 2) return {{-x[1], x[0]}};
  std::vector<Real> u(x.size(), Real(0)), v(x.size(), Real(0));
  u[0] = -x[1];
  u[1] = x[0];
  v[1] = -x[2];
  v[2] = x[1];
  return {u, v};
}

void compare(const Both& r, double tol) {
  const unsigned d = r.tensor.dimension;
  for (unsigned a = 0; a < d; ++a)
    for (unsigned b = 0; b < d; ++b)
      CHECK(relative_difference(r.metric.metric(a, b),
                                Real((a == b ? r.radial.A : Real(0)) + r.radial.B * r.x[a] * r.x[b])) < tol);
  CHECK(relative_difference(r.tensor.scalar, r.radial.scalar_curvature) < tol);
  const auto normal = normal_vectors(r.x);
  CHECK(relative_difference(sectional(r, r.x, normal[0]), r.radial.sectional_radial) < tol);
  if (d > 2) CHECK(relative_difference(sectional(r, normal[0], normal[1]), r.radial.sectional_tangential) < tol);
  const auto ricci = [&](const std::vector<Real>& u) {
    return Real(quadratic(r.tensor.ricci, u, u) / quadratic(r.metric.g, u, u));
  };
  CHECK(relative_difference(ricci(r.x), r.radial.ricci_radial) < tol);
  CHECK(relative_difference(ricci(normal[0]), r.radial.ricci_tangential) < tol);
  // Conformally flat: the Weyl tensor vanishes against the Riemann tensor it is formed from.
  Real size = 0, weyl = 0;
  for (const Real& v : r.tensor.riemann) size = max(size, abs(v));
  for (const Real& v : r.tensor.weyl) weyl = max(weyl, abs(v));
  CHECK(weyl <= size * Real(tol));
}

}  // namespace

TEST_CASE("geometry: radial and tensor curvature agree to 50 digits at dimension 2 to 4 and depth 1 to 3") {
  PrecisionScope scope(digits + 15);
  auto random = generator_of_test("geometry routes");
  for (std::size_t trial = 0; trial < trials(1); ++trial)
    for (const std::string& name : smooth_hand_forms())
      for (unsigned d = 2; d <= 4; ++d)
        for (unsigned depth = 1; depth <= 3; ++depth) {
          Model model = random_model(random, depth);
          if (depth == 1) model.read_out = ReadOut::post;  // pre at depth 1 is flat: a test of its own
          // Small variances keep three layers of exp within the range of numbers.
          if (name == "exp")
            for (Rational& s : model.weight_variance) s /= 10;
          CAPTURE(name);
          CAPTURE(d);
          CAPTURE(depth);
          compare(both_routes(model, name, random_point(random, d)), agreement);
        }
}

TEST_CASE("geometry: the origin is no special case of either route") {
  PrecisionScope scope(digits + 15);
  Model model;
  model.depth = 2;
  model.weight_variance = {Rational(3, 2), Rational(6, 5)};
  model.bias_variance = {Rational(1, 10), Rational(1, 5)};
  for (const std::string name : {"erf", "sin", "gaussian", "cube"}) {
    CAPTURE(name);
    const Both r = both_routes(model, name, {0, 0, 0});
    CHECK(relative_difference(r.tensor.scalar, r.radial.scalar_curvature) < agreement);
    CHECK(relative_difference(r.radial.sectional_radial, r.radial.sectional_tangential) < agreement);
  }
  // Depth 1 is Hessian with B = 2A', so the curvature at the origin is exactly 0.
  model = Model();
  const HandExpectations<TrackedDouble> source(hand_form<TrackedDouble>("erf"));
  const auto g = radial_geometry(radial_metric(model, source, TrackedDouble(0), 3), TrackedDouble(0), 3);
  CHECK(g.scalar_curvature.value == 0);
  CHECK(g.scalar_curvature.error == 0);
}

TEST_CASE("geometry: B/(2A') of probit is 1, 0.879475, 0.838102 at depths 1, 2, 3") {
  PrecisionScope scope(digits);
  Model model;
  model.weight_variance = {Rational(3, 2), Rational(6, 5), Rational(9, 10)};
  model.bias_variance = {Rational(1, 10), Rational(1, 5), Rational(1, 20)};
  const double expected[] = {1, 0.879475, 0.838102};
  const HandExpectations<Real> source(hand_form<Real>("probit"));
  for (unsigned depth = 1; depth <= 3; ++depth) {
    Model m = model;
    m.depth = depth;
    m.weight_variance.resize(depth);
    m.bias_variance.resize(depth);
    const auto metric = radial_metric(m, source, to_real(Rational(313, 400)), 3);
    // Six printed digits.
    CHECK(std::fabs(value_of(Real(metric.B.value() / (2 * metric.A.derivative(1)))) - expected[depth - 1]) < 5e-7);
    const Real defect = metric.B.value() - 2 * metric.A.derivative(1);
    CHECK(abs(defect - metric.defect->value()) < Real(1e-50));
  }
}
