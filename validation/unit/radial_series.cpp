// Taylor series in several variables as the radial recursion uses them, and what it refuses.
#include <doctest/doctest.h>

#include <vector>

#include "closedform/closedform.hpp"
#include "geometry/radial.hpp"
#include "number/ball/ball.hpp"
#include "number/error.hpp"

using namespace widegeo;

namespace {

template <class T>
RadialParameters<T> parameters(unsigned variables, unsigned order, unsigned depth) {
  const JetShape& shape = JetShape::get(variables, order);
  RadialParameters<T> p;
  p.t = Jet<T>::variable(shape, 0, T(1) / T(2));
  for (unsigned l = 0; l < depth; ++l) {
    p.s.push_back(variables > 1 ? Jet<T>::variable(shape, 1, T(5) / T(4)) : Jet<T>(T(5) / T(4)));
    p.b.push_back(variables > 2 ? Jet<T>::variable(shape, 2, T(1) / T(8)) : Jet<T>(T(1) / T(8)));
  }
  return p;
}

std::unique_ptr<Expectations<Real>> source(const char* name) {
  return closed_form_expectations<Real>(*find_closed_form(make_activation(name)));
}

}  // namespace

TEST_CASE("jet: partial derivatives of a polynomial in three variables") {
  const JetShape& shape = JetShape::get(3, 4);
  const Jet<Real> x = Jet<Real>::variable(shape, 0, 2), y = Jet<Real>::variable(shape, 1, 3),
                  z = Jet<Real>::variable(shape, 2, 5);
  const Jet<Real> f = x * x * y * z + 7 * z * z * z + y;
  const auto same = [](const Jet<Real>& a, const Jet<Real>& b) {
    REQUIRE(&a.shape() == &b.shape());
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(a.coefficient(i) == b.coefficient(i));
  };
  same(partial(f, 0), truncated(2 * x * y * z, 3));
  same(partial(f, 1), truncated(x * x * z + 1, 3));
  same(partial(f, 2), truncated(x * x * y + 21 * z * z, 3));
  same(partial(partial(f, 2), 0), truncated(2 * x * y, 2));
  CHECK_THROWS_AS(partial(f, 3), Error);
}

TEST_CASE("jet: composition from shared powers is composition, to lower orders too") {
  for (const unsigned variables : {1U, 2U, 3U}) {
    const JetShape& shape = JetShape::get(variables, 4);
    Jet<Real> g = Jet<Real>::constant(shape, Real(3));
    for (std::size_t i = 1; i < g.size(); ++i) g.coefficient(i) = Real(static_cast<int>(i * i % 7)) - 2;
    const std::vector<Real> outer{Real(2), Real(-1), Real(3), Real(5), Real(-7)};
    const JetPowers<Real> powers(g);
    for (unsigned order = 0; order <= 4; ++order) {
      const Jet<Real> a = powers.compose(std::span<const Real>(outer), order);
      const Jet<Real> b = compose(std::span<const Real>(outer), truncated(g, order));
      REQUIRE(&a.shape() == &b.shape());
      for (std::size_t i = 0; i < a.size(); ++i) CHECK(a.coefficient(i) == b.coefficient(i));
    }
    CHECK_THROWS_AS(powers.compose(std::span<const Real>(outer).first(3), 3), Error);
    CHECK_THROWS_AS(powers.compose(std::span<const Real>(outer), 5), Error);
  }
}

TEST_CASE("radial series: orders, and the linear map of a `pre` layer of depth 1") {
  const PrecisionScope precision(40);
  const auto erf = source("erf");
  const RadialParameters<Real> p = parameters<Real>(3, 3, 2);
  const RadialJets<Real> r = radial_recursion(ReadOut::post, p, *erf);
  CHECK(r.A.shape().order() == 3);
  CHECK(r.B.shape().order() == 2);
  CHECK(r.defect.shape().order() == 2);
  CHECK(r.variance.shape().order() == 3);
  CHECK(r.A.shape().variables() == 3);
  CHECK_FALSE(r.logarithmic.has_value());

  // h = W x + c: the metric is s I, flat, and k(x, x) = s t + b.
  const RadialParameters<Real> linear = parameters<Real>(3, 3, 1);
  const RadialJets<Real> pre = radial_recursion(ReadOut::pre, linear, *erf);
  CHECK(pre.A.value() == Real(5) / 4);
  CHECK(pre.A.coefficient(2) == 1);  // dA/ds
  CHECK(pre.B.value() == 0);
  CHECK(pre.variance.value() == Real(3) / 4);
  const auto g = radial_geometry_series(pre, linear.t, 3);
  CHECK(g.scalar_curvature.value() == 0);
  CHECK(g.scalar_curvature.shape().order() == 1);

  // The second preactivation: s_2 times the metric of the first feature map.
  const RadialJets<Real> first = radial_recursion(ReadOut::post, parameters<Real>(3, 3, 1), *erf);
  const RadialJets<Real> second = radial_recursion(ReadOut::pre, p, *erf);
  const Jet<Real> expected = first.A * p.s[1];
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(second.A.coefficient(i) == expected.coefficient(i));
}

TEST_CASE("radial series: constants of the empty shape are constants of the full one") {
  const PrecisionScope precision(40);
  const auto gelu = source("gelu");
  RadialParameters<Real> p = parameters<Real>(1, 3, 3), full = p;
  for (Jet<Real>& s : full.s) s = Jet<Real>::constant(p.t.shape(), s.value());
  for (Jet<Real>& b : full.b) b = Jet<Real>::constant(p.t.shape(), b.value());
  const RadialJets<Real> a = radial_recursion(ReadOut::post, p, *gelu),
                         b = radial_recursion(ReadOut::post, full, *gelu);
  for (std::size_t i = 0; i < a.A.size(); ++i) CHECK(abs(a.A.coefficient(i) - b.A.coefficient(i)) < Real(1e-35));
  for (std::size_t i = 0; i < a.B.size(); ++i) CHECK(abs(a.B.coefficient(i) - b.B.coefficient(i)) < Real(1e-35));
}

TEST_CASE("radial series: what cannot be computed is refused") {
  const auto erf = source("erf");
  CHECK_THROWS_AS(radial_recursion(ReadOut::post, parameters<Real>(1, 0, 1), *erf), Error);
  RadialParameters<Real> missing = parameters<Real>(1, 2, 2);
  missing.b.pop_back();
  CHECK_THROWS_AS(radial_recursion(ReadOut::post, missing, *erf), Error);
  missing.s.clear();
  missing.b.clear();
  CHECK_THROWS_AS(radial_recursion(ReadOut::post, missing, *erf), Error);
  RadialParameters<Real> mixed = parameters<Real>(3, 2, 1);
  mixed.s[0] = Jet<Real>::variable(JetShape::get(2, 2), 1, Real(1));
  CHECK_THROWS_AS(radial_recursion(ReadOut::post, mixed, *erf), Error);

  const RadialParameters<Real> low = parameters<Real>(1, 1, 1);
  CHECK_THROWS_AS(radial_geometry_series(radial_recursion(ReadOut::post, low, *erf), low.t, 3), Error);
  const RadialParameters<Real> fine = parameters<Real>(1, 2, 1);
  CHECK_THROWS_AS(radial_geometry_series(radial_recursion(ReadOut::post, fine, *erf), fine.t, 0), Error);

  // A box that is too wide is an accuracy that was not reached, and no bad input.
  const auto balls = closed_form_expectations<Ball>(*find_closed_form(make_activation("erf")));
  RadialParameters<Ball> box = parameters<Ball>(1, 2, 3);
  box.t.value() = Ball::between(0.0, 1e6);
  bool accuracy = false;
  try {
    (void)radial_geometry_series(radial_recursion(ReadOut::post, box, *balls), box.t, 3);
  } catch (const Error& e) {
    accuracy = e.code() == ErrorCode::accuracy;
  }
  CHECK(accuracy);
}
