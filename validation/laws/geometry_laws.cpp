// Theorems about the metric g = A I + B x x^T that hold whatever computed it.
#include <doctest/doctest.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "geometry/radial.hpp"
#include "number/error.hpp"
#include "testing/checks.hpp"
#include "testing/fixtures.hpp"

using namespace widegeo;
using namespace widegeo::testing;

namespace {

constexpr unsigned digits = 60;
constexpr double agreement = 1e-50;

RadialGeometry<Real> geometry_of(const Model& model, const std::string& name, const Real& t, unsigned long d) {
  const HandExpectations<Real> source(hand_form<Real>(name));
  return radial_geometry(radial_metric(model, source, t, d), t, d);
}

Real from_text(const char* text) { return to_real(*parse_rational(text)); }

}  // namespace

TEST_CASE("geometry: the depth-1 scalar curvature in Omega, for every dimension") {
  PrecisionScope scope(digits);
  auto random = generator_of_test("depth-1 formula");
  for (const std::string& name : smooth_hand_forms())
    for (const unsigned long d : {2UL, 3UL, 10UL, 1000000UL}) {
      Model model = random_model(random, 1);
      model.read_out = ReadOut::post;
      const Real t = to_real(random_rational(random, 1, 2000));
      const HandExpectations<Real> source(hand_form<Real>(name));
      const auto metric = radial_metric(model, source, t, d);
      const auto omega = conformal_factor(model, metric);
      const Real w = omega.d_omega, n(static_cast<unsigned>(d)), e = 1 + 2 * t * w;
      CAPTURE(name);
      const Real expected = -(n - 1) * exp(-omega.omega) * t / (e * e) *
                            ((n + 2 + 2 * t * (n - 2) * w) * w * w + 4 * t * w * omega.dd_omega);
      CHECK(relative_difference(radial_geometry(metric, t, d).scalar_curvature, expected) < agreement);
    }
}

TEST_CASE("geometry: erf at depth 1 has R = -(d-1)(d+2) e^-Omega t Omega'^2 (1+4q)/(1+4b) < 0") {
  PrecisionScope scope(digits);
  auto random = generator_of_test("erf depth 1");
  for (std::size_t trial = 0; trial < trials(10); ++trial) {
    Model model = random_model(random, 1);
    model.read_out = ReadOut::post;
    model.input_scale = InputScale::one;
    const Real t = to_real(random_rational(random, 1, 5000)), s = to_real(model.s(1)), b = to_real(model.b(1));
    const Real q = s * t + b, w = -2 * s / (1 + 4 * q), exp_omega = 4 * s / (pi<Real>() * sqrt(1 + 4 * q));
    for (const int d : {2, 3, 7}) {
      const Real expected = -Real((d - 1) * (d + 2)) / exp_omega * t * w * w * (1 + 4 * q) / (1 + 4 * b);
      const Real R = geometry_of(model, "erf", t, static_cast<unsigned long>(d)).scalar_curvature;
      CHECK(relative_difference(R, expected) < agreement);
      CHECK(R < 0);
    }
  }
}

TEST_CASE("geometry: the curvature formulas of warped products, from P(t) by differences") {
  PrecisionScope scope(digits);
  Model model;
  model.depth = 3;
  model.bias_variance = {Rational(1, 10)};
  for (const std::string name : {"erf", "sin", "gaussian", "cube"}) {
    const auto P = [&](const Real& t) {
      const auto g = geometry_of(model, name, t, 3);
      return Real((g.A + t * g.dA) / sqrt(g.A * (g.A + g.B * t)));
    };
    // Richardson with steps h, 2h: h^4 = 1e-40 times a fifth derivative of order up to 1e4.
    const Real t = from_text("0.7"), h = from_text("1e-10");
    const Real first = (P(t + h) - P(t - h)) / (2 * h), second = (P(t + 2 * h) - P(t - 2 * h)) / (4 * h);
    const Real slope = (4 * first - second) / 3;
    const auto g = geometry_of(model, name, t, 3);
    CAPTURE(name);
    const Real E = g.A + g.B * t;
    CHECK(relative_difference(Real(-2 * slope / sqrt(g.A * E)), g.sectional_radial) < 1e-34);
    const Real tangential = (g.A * g.B - 2 * g.A * g.dA - t * g.dA * g.dA) / (g.A * g.A * E);
    CHECK(relative_difference(tangential, g.sectional_tangential) < agreement);
    CHECK(relative_difference(Real(log(g.A) + log(E) / 2), g.log_volume) < agreement);
  }
}

TEST_CASE("geometry: Gauss-Bonnet on discs of the plane, integral of K dA = 2 pi (1 - P)") {
  Model model;
  model.depth = 2;
  model.weight_variance = {Rational(3, 2), Rational(6, 5)};
  model.bias_variance = {Rational(1, 10), Rational(1, 5)};
  for (const std::string name : {"erf", "probit", "sin", "gaussian", "cube"}) {
    const HandExpectations<TrackedDouble> source(hand_form<TrackedDouble>(name));
    const auto at = [&](double t) {
      return radial_geometry(radial_metric(model, source, TrackedDouble(t), 2), TrackedDouble(t), 2);
    };
    const double radius = 1.3;
    // K dA = K sqrt(A E) r dr dtheta.
    const auto density = [&](double r) {
      const auto g = at(r * r);
      return g.sectional_radial.value * std::exp(g.log_volume.value) * r;
    };
    // Analytic on a wide strip: 61 nodes reach rounding, 1e-12 leaves room for the conditioning of K.
    const double integral =
        boost::math::quadrature::gauss_kronrod<double, 61>::integrate(density, 0.0, radius, 5, 1e-13);
    const double t = radius * radius;
    const auto g = at(t);
    const double P = (g.A.value + t * g.dA.value) / std::sqrt(g.A.value * g.radial_eigenvalue.value);
    CAPTURE(name);
    CHECK(std::fabs(integral - (1 - P)) < 1e-12 * (1 + std::fabs(P)));
    CHECK(std::fabs(1 - P) > 1e-3);
  }
}

TEST_CASE("geometry: phi homogeneous of degree k without bias gives g(cx) = c^(2(k^L - 1)) g(x), a cone") {
  PrecisionScope scope(digits);
  for (const auto& homogeneous : {std::pair{std::string("relu"), 1}, {"square", 2}, {"cube", 3}})
    for (unsigned depth = 1; depth <= 3; ++depth) {
      const auto& name = homogeneous.first;
      const int k = homogeneous.second;
      Model model;
      model.depth = depth;
      model.weight_variance = {Rational(7, 10)};
      const Real t = from_text("0.9"), c = from_text("1.7");
      int degree = 1;
      for (unsigned l = 0; l < depth; ++l) degree *= k;
      const auto g = geometry_of(model, name, t, 3), h = geometry_of(model, name, c * c * t, 3);
      const Real factor = pow(c, Real(2 * (degree - 1)));
      CAPTURE(name);
      CHECK(relative_difference(h.A, Real(factor * g.A)) < agreement);
      CHECK(abs(h.B * c * c - factor * g.B) <= Real(agreement) * (factor * abs(g.B)));
      // A cone is flat along its rays.
      CHECK(abs(g.sectional_radial) * g.A * t < Real(agreement));
    }
}

TEST_CASE("geometry: relu is flat at any depth, with any bias: exactly 0, with error 0") {
  auto random = generator_of_test("flat");
  for (std::size_t trial = 0; trial < trials(30); ++trial) {
    const Model model = random_model(random, 1 + static_cast<unsigned>(random() % 6));
    const HandExpectations<TrackedDouble> source(hand_form<TrackedDouble>("relu"));
    const TrackedDouble t(uniform(random, 0, 10));
    const auto g = radial_geometry(radial_metric(model, source, t, 5), t, 5);
    for (const TrackedDouble& x : {g.B, g.sectional_radial, g.sectional_tangential, g.scalar_curvature}) {
      CHECK(x.value == 0);
      CHECK(x.error == 0);
    }
    CHECK(g.radial_eigenvalue.value == g.tangential_eigenvalue.value);
  }
}

TEST_CASE("geometry: pre at depth 1 is the flat metric s I, and pre of depth L+1 is s times post of depth L") {
  PrecisionScope scope(digits);
  Model pre;
  pre.read_out = ReadOut::pre;
  pre.weight_variance = {Rational(3, 2)};
  const auto flat = geometry_of(pre, "erf", from_text("0.7"), 4);
  CHECK(flat.A == to_real(Rational(3, 2)));
  CHECK(flat.scalar_curvature == 0);
  pre.depth = 3;
  Model post = pre;
  post.read_out = ReadOut::post;
  post.depth = 2;
  const auto a = geometry_of(pre, "erf", from_text("0.7"), 4), b = geometry_of(post, "erf", from_text("0.7"), 4);
  CHECK(relative_difference(a.B, Real(b.B * 3 / 2)) < agreement);
  CHECK(relative_difference(a.scalar_curvature, Real(b.scalar_curvature * 2 / 3)) < agreement);
}

TEST_CASE("geometry: the fan-in scale divides the first weight variance by the dimension, up to d = 10^6") {
  PrecisionScope scope(digits);
  Model fan_in, one;
  fan_in.depth = one.depth = 2;
  fan_in.input_scale = InputScale::fan_in;
  one.weight_variance = {Rational(1, 1000000), 1};
  const Real t = from_text("30000");
  const auto a = geometry_of(fan_in, "erf", t, 1000000), b = geometry_of(one, "erf", t, 1000000);
  CHECK(a.scalar_curvature == b.scalar_curvature);
  CHECK(a.log_volume == b.log_volume);
  CHECK(a.log_volume < Real(-1000000));
}

TEST_CASE("geometry: double agrees with 60 digits within its error, in blocks and alone") {
  PrecisionScope scope(digits);
  auto random = generator_of_test("double against 60 digits");
  double worst = 0;
  for (std::size_t trial = 0; trial < trials(60); ++trial) {
    const std::string& name = smooth_hand_forms()[random() % 2 == 0 ? 0 : 3];
    const Model model = random_model(random, 1 + static_cast<unsigned>(random() % 4));
    const HandExpectations<TrackedDouble> source(hand_form<TrackedDouble>(name));
    const HandExpectations<TrackedBlock> block_source(hand_form<TrackedBlock>(name));
    TrackedBlock block;
    for (std::size_t i = 0; i < Block::width; ++i) block.value.lane[i] = uniform(random, 0, 4);
    const auto many = radial_geometry(radial_metric(model, block_source, block, 6), block, 6);
    const std::size_t lane = random() % Block::width;
    const TrackedDouble t(block.value.lane[lane]);
    const auto g = radial_geometry(radial_metric(model, source, t, 6), t, 6);
    const auto exact = geometry_of(model, name, Real(t.value), 6);
    const auto check = [&](const Real& truth, const TrackedDouble& x, const TrackedBlock& y) {
      worst = std::max(worst, honesty_ratio(truth, x));
      CHECK(honesty_ratio(truth, x) <= 1);
      CHECK(honesty_ratio(truth, TrackedDouble(y.value.lane[lane], y.error.lane[lane])) <= 1);
    };
    CAPTURE(name);
    check(exact.A, g.A, many.A);
    check(exact.B, g.B, many.B);
    check(exact.radial_eigenvalue, g.radial_eigenvalue, many.radial_eigenvalue);
    check(exact.log_volume, g.log_volume, many.log_volume);
    check(exact.sectional_radial, g.sectional_radial, many.sectional_radial);
    check(exact.sectional_tangential, g.sectional_tangential, many.sectional_tangential);
    check(exact.scalar_curvature, g.scalar_curvature, many.scalar_curvature);
  }
  MESSAGE("worst ratio of true to stated error ", worst);
}

TEST_CASE("geometry: depth 1000 takes milliseconds and its error is honest") {
  Model model;
  model.depth = 1000;
  model.weight_variance = {Rational(11, 10)};
  model.bias_variance = {Rational(1, 20)};
  const auto start = std::chrono::steady_clock::now();
  const HandExpectations<TrackedDouble> source(hand_form<TrackedDouble>("probit"));
  const TrackedDouble t(0.7);
  const auto metric = radial_metric(model, source, t, 3);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  MESSAGE("depth 1000: ", seconds * 1000, " ms, A = ", metric.A.value().value, " +- ", metric.A.value().error);
  PrecisionScope scope(300);
  const auto exact = radial_metric(model, HandExpectations<Real>(hand_form<Real>("probit")), Real(0.7), 3);
  CHECK(honesty_ratio(exact.A.value(), metric.A.value()) <= 1);
  CHECK(honesty_ratio(exact.B.value(), metric.B.value()) <= 1);
  CHECK(seconds < 1);
}

TEST_CASE("geometry: a metric that does not exist or cannot be told from a degenerate one is an error") {
  const auto code_of = [](const Model& model, const std::string& name, double t, unsigned long d = 3) {
    const HandExpectations<TrackedDouble> source(hand_form<TrackedDouble>(name));
    try {
      radial_geometry(radial_metric(model, source, TrackedDouble(t), d), TrackedDouble(t), d);
    } catch (const Error& e) {
      return static_cast<int>(e.code());
    }
    return 0;
  };
  const int input = static_cast<int>(ErrorCode::input), accuracy = static_cast<int>(ErrorCode::accuracy);
  Model model;
  CHECK(code_of(model, "square", 0) == input);    // D(0) = 0: the tip of a cone
  CHECK(code_of(model, "gaussian", 0) == input);  // phi'(0) = 0
  CHECK(code_of(model, "erf", 0) == 0);
  CHECK(code_of(model, "erf", 1e40) == accuracy);  // 1 + 2 t Omega' is 1e-40, and its terms are 1
  CHECK(code_of(model, "exp", 1e4) == accuracy);   // overflow
  CHECK(code_of(model, "erf", 1, 0) == input);
  model.depth = 0;
  CHECK(code_of(model, "erf", 1) == input);
}
