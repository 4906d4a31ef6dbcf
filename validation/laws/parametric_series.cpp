// The geometry as a Taylor series in (t, s, b): its derivatives are the slopes of shifted runs, with one variable it is
// the geometry in t, and over boxes of balls it encloses what it is at every point.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "ball_random.hpp"
#include "closedform/closedform.hpp"
#include "geometry/radial.hpp"
#include "number/error.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using namespace widegeo::testing;

namespace {

template <class T>
using Point = std::array<T, 3>;  // t, s, b

const std::vector<const char*> activations{"erf", "gelu", "relu", "sin"};

template <class T>
std::unique_ptr<Expectations<T>> source(const char* name) {
  return closed_form_expectations<T>(*find_closed_form(make_activation(name)));
}

/// All layers share s and b. The order of the geometry: 0 values, 1 gradients.
template <class T>
RadialGeometry<Jet<T>> geometry(const Expectations<T>& source, const Point<T>& at, unsigned depth, unsigned order,
                                ReadOut read_out = ReadOut::post, unsigned long dimension = 3) {
  const JetShape& shape = JetShape::get(3, order + 2);
  RadialParameters<T> p;
  p.t = Jet<T>::variable(shape, 0, at[0]);
  for (unsigned l = 0; l < depth; ++l) {
    p.s.push_back(Jet<T>::variable(shape, 1, at[1]));
    p.b.push_back(Jet<T>::variable(shape, 2, at[2]));
  }
  return radial_geometry_series(radial_recursion(read_out, p, source), p.t, dimension);
}

template <class S>
std::vector<std::pair<const char*, S>> fields(const RadialGeometry<S>& g) {
  return {{"A", g.A},
          {"B", g.B},
          {"dA", g.dA},
          {"dB", g.dB},
          {"ddA", g.ddA},
          {"radial eigenvalue", g.radial_eigenvalue},
          {"tangential eigenvalue", g.tangential_eigenvalue},
          {"log volume", g.log_volume},
          {"K_rad", g.sectional_radial},
          {"K_tan", g.sectional_tangential},
          {"Ric_rad", g.ricci_radial},
          {"Ric_tan", g.ricci_tangential},
          {"R", g.scalar_curvature}};
}

Model model_of(const Point<double>& at, unsigned depth, ReadOut read_out) {
  Model m;
  m.depth = depth;
  m.read_out = read_out;
  m.weight_variance = {Rational(at[1])};
  m.bias_variance = {Rational(at[2])};
  return m;
}

Point<double> random_point(std::mt19937_64& generator) {
  return {log_uniform(generator, 0.01, 4), log_uniform(generator, 0.3, 3), log_uniform(generator, 0.01, 1)};
}

template <class T>
Point<T> exactly(const Point<double>& p) {
  return {T(p[0]), T(p[1]), T(p[2])};
}

Point<Ball> box_around(const Point<double>& p, double relative) {
  Point<Ball> box;
  for (std::size_t i = 0; i < 3; ++i) box[i] = Ball::between(p[i] * (1 - relative), p[i] * (1 + relative));
  return box;
}

Point<Real> point_in(std::mt19937_64& generator, const Point<double>& p, double relative, bool corner) {
  Point<Real> inside;
  for (std::size_t i = 0; i < 3; ++i) {
    const double side = corner ? (generator() % 2 == 0 ? -1.0 : 1.0) : uniform(generator, -1, 1);
    inside[i] = Real(side < 0 ? p[i] * (1 - relative * -side) : p[i] * (1 + relative * side));
  }
  return inside;
}

/// Every field and gradient at a point lies in those over the box, up to the 50 digits of the point's.
void check_enclosed(const RadialGeometry<Jet<Ball>>& box, const RadialGeometry<Jet<Real>>& point) {
  const auto enclosures = fields(box);
  const auto truths = fields(point);
  const Real slack = pow_int(Real(10), -40L);
  for (std::size_t f = 0; f < truths.size(); ++f) {
    for (std::size_t i = 0; i < truths[f].second.size(); ++i) {
      const Real truth = truths[f].second.coefficient(i);
      // Constant series (a flat metric) have the empty shape.
      const Ball x = i < enclosures[f].second.size() ? enclosures[f].second.coefficient(i) : Ball(0);
      INFO(truths[f].first, " coefficient ", i, " ", x.text(20), " truth ", value_of(truth));
      if (is_finite(x)) CHECK(abs(truth - midpoint_of(x)) <= radius_of(x) + (abs(truth) + 1) * slack);
    }
  }
}

}  // namespace

TEST_CASE("radial series: gradients in t, s and b are the slopes of shifted runs") {
  const PrecisionScope precision(60);
  auto generator = generator_of_test("gradients of the radial geometry");
  // Central differences: h^2/6 times a third derivative, which stays below 1e6 here, and 1e-60 / h of rounding.
  const Real h = pow_int(Real(10), -18L), tolerance = pow_int(Real(10), -28L);
  for (const char* name : activations) {
    const auto e = source<Real>(name);
    for (const unsigned depth : {1U, 2U, 3U}) {
      for (const ReadOut read_out : {ReadOut::post, ReadOut::pre}) {
        const Point<Real> at = exactly<Real>(random_point(generator));
        const auto centre = fields(geometry(*e, at, depth, 1, read_out));
        for (std::size_t v = 0; v < 3; ++v) {
          Point<Real> up = at, down = at;
          up[v] += h;
          down[v] -= h;
          const auto above = fields(geometry(*e, up, depth, 0, read_out));
          const auto below = fields(geometry(*e, down, depth, 0, read_out));
          for (std::size_t f = 0; f < centre.size(); ++f) {
            const Real slope = (above[f].second.value() - below[f].second.value()) / (2 * h);
            const Jet<Real>& series = centre[f].second;
            const Real gradient = series.size() == 1 ? Real(0) : series.coefficient(1 + v);
            INFO(name, " depth ", depth, " ", centre[f].first, " variable ", v, " ", value_of(gradient));
            CHECK(abs(gradient - slope) <= tolerance * (1 + abs(gradient)));
          }
        }
      }
    }
  }
}

TEST_CASE("radial series: at the centre it is the geometry of the model, to the stated errors") {
  auto generator = generator_of_test("radial series and radial geometry");
  const PrecisionScope precision(50);
  for (const char* name : activations) {
    const auto plain = source<TrackedDouble>(name);
    const auto exact = source<Real>(name);
    for (const unsigned depth : {1U, 2U, 3U}) {
      for (const ReadOut read_out : {ReadOut::post, ReadOut::pre}) {
        const Point<double> at = random_point(generator);
        const Model model = model_of(at, depth, read_out);
        INFO(name, " depth ", depth);
        const TrackedDouble t(at[0]);
        const auto old = fields(radial_geometry(radial_metric(model, *plain, t, 3), t, 3));
        const auto now = fields(geometry(*plain, exactly<TrackedDouble>(at), depth, 0, read_out));
        for (std::size_t f = 0; f < old.size(); ++f) {
          const TrackedDouble &x = old[f].second, &y = now[f].second.value();
          INFO(old[f].first, " ", x.value, " ", y.value);
          CHECK(std::fabs(x.value - y.value) <= x.error + y.error);
        }
        const Real T(at[0]);
        const auto real_old = fields(radial_geometry(radial_metric(model, *exact, T, 3), T, 3));
        const auto real_now = fields(geometry(*exact, exactly<Real>(at), depth, 0, read_out));
        for (std::size_t f = 0; f < old.size(); ++f)
          CHECK(abs(real_old[f].second - real_now[f].second.value()) <= (1 + abs(real_old[f].second)) * Real(1e-42));
      }
    }
  }
}

TEST_CASE("radial series: boxes enclose fields and gradients at all their points") {
  const PrecisionScope precision(50);
  auto generator = generator_of_test("boxes of the radial geometry");
  for (const char* name : activations) {
    const auto balls = source<Ball>(name);
    const auto exact = source<Real>(name);
    for (const unsigned depth : {1U, 2U, 3U}) {
      double widest = 0;
      for (std::size_t trial = 0; trial < trials(12); ++trial) {
        const Point<double> at = random_point(generator);
        // A box may be too wide for the formulas (a curvature that is not bounded): then a smaller one.
        for (double relative = 0.05; relative > 1e-6; relative /= 2) {
          RadialGeometry<Jet<Ball>> box;
          try {
            box = geometry(*balls, box_around(at, relative), depth, 1);
          } catch (const Error& error) {
            REQUIRE(error.code() == ErrorCode::accuracy);
            continue;
          }
          widest = std::max(widest, relative);
          for (int point = 0; point < 3; ++point) {
            INFO(name, " depth ", depth, " relative width ", relative);
            check_enclosed(box, geometry(*exact, point_in(generator, at, relative, point == 0), depth, 1));
          }
          break;
        }
      }
      std::printf("  %-5s depth %u: boxes to a relative radius of %.3g\n", name, depth, widest);
      CHECK(widest >= 0.01);
    }
  }
}

TEST_CASE("radial series: the logarithmic slopes are those of the metric, thin and over boxes") {
  const PrecisionScope precision(50);
  auto generator = generator_of_test("logarithmic slopes");
  const Real slack = pow_int(Real(10), -40L);
  for (const char* name : {"erf", "gelu", "relu", "sin", "hard-tanh", "quadratic", "gaussian"}) {
    const auto balls = source<Ball>(name);
    const auto exact = source<Real>(name);
    for (const unsigned depth : {1U, 2U, 3U}) {
      for (const double relative : {0.0, 1e-12, 1e-4, 0.02}) {
        const Point<double> at = random_point(generator);
        const auto recursion = [&]<class T>(const Expectations<T>& e, const Point<T>& point, unsigned order,
                                            ReadOut read_out) {
          const JetShape& shape = JetShape::get(3, order);
          RadialParameters<T> p{Jet<T>::variable(shape, 0, point[0]), {}, {}};
          p.s.assign(depth, Jet<T>::variable(shape, 1, point[1]));
          p.b.assign(depth, Jet<T>::variable(shape, 2, point[2]));
          return std::pair(radial_recursion(read_out, p, e), p.t);
        };
        const ReadOut read_out = generator() % 2 == 0 ? ReadOut::post : ReadOut::pre;
        const auto box = recursion(*balls, box_around(at, relative), 3, read_out).first;
        const auto [r, t] = recursion(*exact, point_in(generator, at, relative, true), 4, read_out);
        INFO(name, " depth ", depth, " relative radius ", relative);
        REQUIRE(box.logarithmic.has_value());
        const auto theta = [](const Jet<Real>& f, const Jet<Real>& x) {
          return truncated(x, f.shape().order() - 1) * partial(f, 0);
        };
        const Jet<Real> tau = theta(r.A, t) / truncated(r.A, 3);
        const Jet<Real> c = truncated(t, 3) * r.defect / truncated(r.A, 3);
        const Jet<Real> e = 1 + 2 * tau + c;
        const auto see = [&](const char* what, const Jet<Ball>& x, const Jet<Real>& truth) {
          for (std::size_t i = 0; i < x.size(); ++i) {
            INFO(what, " coefficient ", i, " ", x.coefficient(i).text(20), " truth ", value_of(truth.coefficient(i)));
            CHECK(abs(truth.coefficient(i) - midpoint_of(x.coefficient(i))) <=
                  radius_of(x.coefficient(i)) + (1 + abs(truth.coefficient(i))) * slack);
          }
        };
        see("tau", box.logarithmic->tau, tau);
        see("theta tau", box.logarithmic->theta_tau, theta(tau, t));
        see("c", box.logarithmic->c, c);
        see("theta c", box.logarithmic->theta_c, theta(c, t));
        see("e", box.logarithmic->e, e);
      }
    }
  }
}

TEST_CASE("radial series: a box that holds the origin") {
  const PrecisionScope precision(50);
  for (const char* name : activations) {
    const auto balls = source<Ball>(name);
    const auto exact = source<Real>(name);
    for (const unsigned depth : {1U, 2U}) {
      INFO(name, " depth ", depth);
      const Point<Ball> box{Ball::between(0.0, 0.01), Ball::between(1.0, 1.01), Ball::between(0.5, 0.51)};
      const auto g = geometry(*balls, box, depth, 1);
      for (const double t : {0.0, 0.004, 0.01})
        check_enclosed(g, geometry(*exact, exactly<Real>({t, 1.005, 0.505}), depth, 1));
    }
  }
}

TEST_CASE("radial series: thin boxes at 128 bits give 25 digits") {
  const BallPrecision bits(128);
  for (const char* name : activations) {
    const auto balls = source<Ball>(name);
    for (const unsigned depth : {1U, 3U}) {
      for (const auto& named : fields(geometry(*balls, exactly<Ball>({0.7, 1.25, 0.2}), depth, 1))) {
        const auto& field = named.first;
        const auto& series = named.second;
        INFO(name, " depth ", depth, " ", field);
        for (std::size_t i = 0; i < series.size(); ++i)
          CHECK(series.coefficient(i).radius() <= 1e-25 * (1 + std::fabs(series.coefficient(i).midpoint())));
      }
    }
  }
}

TEST_CASE("radial series: the sign of the curvature of erf is decided over large boxes, where e is small too") {
  // e = (1 + 4b)/(1 + 4q) at depth 1: 1/40 at t = 20, s = 2. The recursion alone decides boxes of 0.1 per cent there.
  const auto erf = source<Ball>("erf");
  for (const double t : {0.01, 0.3, 20.0}) {
    const auto g = geometry(*erf, box_around({t, 2.0, 0.3}, 0.03), 1, 0);
    CHECK(g.sectional_tangential.value().certainly_negative());
    CHECK(g.sectional_radial.value().certainly_negative());
    CHECK(g.scalar_curvature.value().certainly_negative());
  }
}

TEST_CASE("radial series: a metric that is flat has the curvature 0 over every box") {
  const auto relu = source<Ball>("relu");
  for (const unsigned depth : {1U, 2U, 3U}) {
    const auto g = geometry(*relu, box_around({1.0, 1.5, 0.2}, 0.2), depth, 0);
    CHECK(g.scalar_curvature.value().contains_zero());
    CHECK(g.scalar_curvature.value().radius() < 1e-12);
  }
}
