// Kernels and their derivatives away from the diagonal and on it, against jets of the composed kernel, differences, and
// the hand-written recursions.
#include <doctest/doctest.h>

#include <random>
#include <vector>

#include "geometry/radial.hpp"
#include "kernel/kernel.hpp"
#include "testing/checks.hpp"
#include "testing/fixtures.hpp"

using namespace widegeo;
using namespace widegeo::testing;

namespace {

constexpr unsigned digits = 60;
// Ten digits for what a recursion of a few layers loses by cancellation.
Real tolerance() { return pow(Real(10), 10 - static_cast<int>(digits)); }

std::vector<Real> reals(const std::vector<Rational>& x) {
  std::vector<Real> r;
  for (const Rational& v : x) r.push_back(to_real(v));
  return r;
}

/// |computed - expected| <= tolerance (1 + |expected|).
bool near(const Real& computed, const Real& expected, const Real& tol) {
  const Real difference = abs(computed - expected);
  const bool good = difference <= tol * (1 + abs(expected));
  if (!good) MESSAGE("computed ", computed.text(25), " expected ", expected.text(25));
  return good;
}

struct Components {
  Real value;
  std::vector<Real> gx, gy, hessian;
};

/// The entries in coordinates from the coefficients on x and y.
Components components(const PairKernel<Real>& k, const std::vector<Real>& x, const std::vector<Real>& y) {
  Components c;
  c.value = k.kernel;
  for (std::size_t m = 0; m < x.size(); ++m) {
    c.gx.push_back(k.gx[0] * x[m] + k.gx[1] * y[m]);
    c.gy.push_back(k.gy[0] * x[m] + k.gy[1] * y[m]);
    for (std::size_t n = 0; n < x.size(); ++n)
      c.hessian.push_back((m == n ? k.identity : Real(0)) + k.h[0] * x[m] * x[n] + k.h[1] * x[m] * y[n] +
                          k.h[2] * y[m] * x[n] + k.h[3] * y[m] * y[n]);
  }
  return c;
}

Components from_jet(const Jet<Real>& k, unsigned d) {
  Components c;
  std::vector<unsigned> index(2 * d, 0);
  const auto derivative = [&] { return k.derivative(std::span<const unsigned>(index)); };
  c.value = k.value();
  for (unsigned m = 0; m < d; ++m) {
    ++index[m];
    c.gx.push_back(derivative());
    for (unsigned n = 0; n < d; ++n) {
      ++index[d + n];
      c.hessian.push_back(derivative());
      --index[d + n];
    }
    --index[m];
    ++index[d + m];
    c.gy.push_back(derivative());
    --index[d + m];
  }
  return c;
}

void check_components(const Components& a, const Components& b, const Real& tol) {
  CHECK(near(a.value, b.value, tol));
  for (std::size_t i = 0; i < a.gx.size(); ++i) {
    CHECK(near(a.gx[i], b.gx[i], tol));
    CHECK(near(a.gy[i], b.gy[i], tol));
  }
  for (std::size_t i = 0; i < a.hessian.size(); ++i) CHECK(near(a.hessian[i], b.hessian[i], tol));
}

std::vector<Jet<Real>> variables(const std::vector<Real>& x, unsigned offset, const JetShape& shape) {
  std::vector<Jet<Real>> r;
  for (unsigned i = 0; i < x.size(); ++i) r.push_back(Jet<Real>::variable(shape, offset + i, x[i]));
  return r;
}

/// Theta by its definition, on jets: independent of PairField.
Jet<Real> ntk_jet(const Model& model, const HandForm<Real>& form, const std::vector<Jet<Real>>& x,
                  const std::vector<Jet<Real>>& y) {
  Jet<Real> a(0), b(0), n(0), theta(0);
  for (std::size_t i = 0; i < x.size(); ++i) {
    a = a + x[i] * x[i];
    b = b + y[i] * y[i];
    n = n + x[i] * y[i];
  }
  Jet<Real> dot(0);
  for (unsigned l = 1; l <= model.depth; ++l) {
    Rational s = model.s(l);
    if (l == 1 && model.input_scale == InputScale::fan_in) s /= Rational(x.size());
    const Real weight = to_real(s), bias = to_real(model.b(l));
    if (l > 1) {
      dot = form.Kdot(a, b, n);
      const Jet<Real> next = form.K(a, b, n);
      a = form.V(a);
      b = form.V(b);
      n = next;
    }
    a = weight * a + bias;
    b = weight * b + bias;
    n = weight * n + bias;
    theta = l == 1 ? n : n + weight * dot * theta;
  }
  return model.read_out == ReadOut::pre ? theta : form.Kdot(a, b, n) * theta;
}

}  // namespace

TEST_CASE("kernel: value, gradients and mixed Hessian agree with jets of the composed kernel, kinked or not") {
  PrecisionScope scope(digits);
  auto random = generator_of_test("kernel jets");
  std::vector<std::string> names = smooth_hand_forms();
  names.push_back("relu");
  for (std::size_t trial = 0; trial < trials(3); ++trial)
    for (const std::string& name : names) {
      const unsigned d = 2 + static_cast<unsigned>(random() % 2);
      // K(a, a, a) of relu has a square root of 0 in the composed form, so only one layer can be taken from it;
      // three layers of exp leave every number format.
      const Model model =
          random_model(random, name == "relu" ? 1 : 1 + static_cast<unsigned>(random() % (name == "exp" ? 2 : 3)));
      const HandForm<Real> form = hand_form<Real>(name);
      const HandExpectations<Real> source(form);
      const std::vector<Rational> x = random_point(random, d), y = random_point(random, d);
      CAPTURE(name);
      CAPTURE(model.depth);
      const auto k = nngp(model, source, pair_of<Real>(x, y), 2);
      const JetShape& shape = JetShape::get(2 * d, 2);
      const std::vector<Real> xr = reals(x), yr = reals(y);
      const auto jets = network_kernel<Real>(model, form.K)(variables(xr, 0, shape), variables(yr, d, shape));
      check_components(components(k, xr, yr), from_jet(jets, d), tolerance());
    }
}

TEST_CASE("kernel: gradients and mixed Hessian agree with Richardson differences of the value for relu at depth 3") {
  PrecisionScope scope(digits);
  Model model;
  model.depth = 3;
  model.weight_variance = {Rational(3, 2), Rational(6, 5), Rational(9, 10)};
  model.bias_variance = {Rational(1, 10), Rational(1, 5), Rational(1, 20)};
  const HandExpectations<Real> source(hand_form<Real>("relu"));
  const std::vector<Rational> x = {Rational(3, 10), Rational(-7, 10)}, y = {Rational(1, 2), Rational(1, 5)};
  const auto value = [&](unsigned m, const Rational& e, unsigned n, const Rational& f) {
    std::vector<Rational> p = x, q = y;
    p[m] += e;
    q[n] += f;
    return nngp(model, source, pair_of<Real>(p, q), 0).kernel;
  };
  const auto c = components(nngp(model, source, pair_of<Real>(x, y), 2), reals(x), reals(y));
  // Mixed central difference at steps h and 2h, extrapolated: (4 D(h) - D(2h))/3 leaves h^4 times a fifth derivative; h
  // = 1e-9 gives 1e-36, and rounding 1e-60/h^2 = 1e-42.
  const Rational h(1, 1000000000);
  const Real tol = pow(Real(10), -32);
  for (unsigned m = 0; m < 2; ++m)
    for (unsigned n = 0; n < 2; ++n) {
      const auto mixed = [&](const Rational& e) {
        return (value(m, e, n, e) - value(m, e, n, -e) - value(m, -e, n, e) + value(m, -e, n, -e)) /
               (4 * to_real(e * e));
      };
      CHECK(near(c.hessian[2 * m + n], (4 * mixed(h) - mixed(2 * h)) / 3, tol));
      const auto first = [&](const Rational& e) { return (value(m, e, 0, 0) - value(m, -e, 0, 0)) / (2 * to_real(e)); };
      CHECK(near(c.gx[m], (4 * first(h) - first(2 * h)) / 3, tol));
    }
}

TEST_CASE("kernel: at y = x the mixed Hessian is A I + B x x^T, and it is the limit y -> x, kinked or not") {
  PrecisionScope scope(digits);
  Model model;
  model.depth = 3;
  model.bias_variance = {Rational(1, 10)};
  for (const std::string name : {"erf", "relu", "sin", "gaussian"}) {
    CAPTURE(name);
    const HandExpectations<Real> source(hand_form<Real>(name));
    const std::vector<Rational> x = {Rational(3, 10), Rational(-7, 10)};
    const auto exact = components(nngp(model, source, pair_of<Real>(x, x), 2), reals(x), reals(x));
    const auto metric = radial_metric(model, source, pair_of<Real>(x, x).xx, 2);
    const std::vector<Real> xr = reals(x);
    for (unsigned m = 0; m < 2; ++m)
      for (unsigned n = 0; n < 2; ++n)
        CHECK(near(exact.hessian[2 * m + n], (m == n ? metric.A.value() : Real(0)) + metric.B.value() * xr[m] * xr[n],
                   tolerance()));
    // The kernel of a kinked activation has an |x - y|^3 term: its mixed Hessian differs by O(|x - y|).
    for (const int exponent : {4, 8, 12}) {
      std::vector<Rational> y = x;
      Rational step(1);
      for (int i = 0; i < exponent; ++i) step /= 10;
      y[0] += step;
      const auto close = components(nngp(model, source, pair_of<Real>(x, y), 2), xr, reals(y));
      check_components(close, exact, 10 * to_real(step));
    }
  }
}

TEST_CASE("kernel: derivatives at x = 0 without bias follow by exchanging the inputs") {
  PrecisionScope scope(digits);
  Model model;
  model.depth = 2;
  for (const std::string name : {"erf", "sin", "exp"}) {
    const HandForm<Real> form = hand_form<Real>(name);
    const HandExpectations<Real> source(form);
    const std::vector<Rational> zero = {0, 0}, y = {Rational(1, 2), Rational(1, 5)};
    const JetShape& shape = JetShape::get(4, 2);
    const auto kernel = network_kernel<Real>(model, form.K);
    for (const bool first : {true, false}) {
      const auto& p = first ? zero : y;
      const auto& q = first ? y : zero;
      const auto jets = kernel(variables(reals(p), 0, shape), variables(reals(q), 2, shape));
      check_components(components(nngp(model, source, pair_of<Real>(p, q), 2), reals(p), reals(q)), from_jet(jets, 2),
                       tolerance());
    }
  }
}

TEST_CASE("kernel: exactly parallel inputs without bias, where minor = 0") {
  PrecisionScope scope(digits);
  Model model;
  for (const int factor : {2, -1, -3}) {
    CAPTURE(factor);
    const std::vector<Rational> x = {Rational(1, 2), Rational(1, 5)}, y = {x[0] * factor, x[1] * factor};
    const HandForm<Real> form = hand_form<Real>("erf");
    const JetShape& shape = JetShape::get(4, 2);
    const auto jets = network_kernel<Real>(model, form.K)(variables(reals(x), 0, shape), variables(reals(y), 2, shape));
    check_components(components(nngp(model, HandExpectations<Real>(form), pair_of<Real>(x, y), 2), reals(x), reals(y)),
                     from_jet(jets, 2), tolerance());
  }
}

TEST_CASE("kernel: the NTK and its derivatives agree with jets of its definition") {
  PrecisionScope scope(digits);
  auto random = generator_of_test("kernel ntk");
  const HandForm<Real> form = hand_form<Real>("erf");
  const HandExpectations<Real> source(form), slope(hand_form<Real>("bell"));
  for (std::size_t trial = 0; trial < trials(6); ++trial) {
    const Model model = random_model(random, 1 + static_cast<unsigned>(random() % 3));
    const std::vector<Rational> x = random_point(random, 2), other = random_point(random, 2);
    const std::vector<Rational>& y = trial % 2 ? x : other;
    CAPTURE(model.depth);
    CAPTURE(trial);
    const JetShape& shape = JetShape::get(4, 2);
    const auto expected =
        from_jet(ntk_jet(model, form, variables(reals(x), 0, shape), variables(reals(y), 2, shape)), 2);
    const auto pair = pair_of<Real>(x, y);
    const auto full = components(ntk(model, source, pair, 2, &slope), reals(x), reals(y));
    check_components(full, expected, tolerance());
    CHECK(near(ntk(model, source, pair, 0).kernel, expected.value, tolerance()));
    if (pair.coincident) continue;
    const auto gradients = components(ntk(model, source, pair, 1), reals(x), reals(y));
    for (unsigned m = 0; m < 2; ++m) CHECK(near(gradients.gx[m], expected.gx[m], tolerance()));
    for (unsigned m = 0; m < 2; ++m) CHECK(near(gradients.gy[m], expected.gy[m], tolerance()));
  }
}

TEST_CASE("kernel: the relu NTK follows the arc-cosine recursion") {
  PrecisionScope scope(digits);
  Model model;
  model.depth = 6;
  model.weight_variance = {2};
  const HandExpectations<Real> source(hand_form<Real>("relu"));
  const std::vector<Rational> x = {Rational(3, 10), Rational(-7, 10)}, y = {Rational(1, 2), Rational(1, 5)};
  const auto pair = pair_of<Real>(x, y);
  // With s = 2 and no bias: variances stay 2 xx, 2 yy, and only the angle moves:
  // cos theta' = (sin theta + (pi - theta) cos theta)/pi, Kdot = (pi - theta)/(2 pi). [Cho and Saul 2009, Eq. (6)]
  const Real scale = 2 * sqrt(pair.xx * pair.yy);
  Real cosine = 2 * pair.xy / scale, theta = scale * cosine, dot = 0;
  for (unsigned l = 1; l <= model.depth; ++l) {
    const Real angle = acos(cosine);
    dot = (pi<Real>() - angle) / (2 * pi<Real>());
    cosine = (sin(angle) + (pi<Real>() - angle) * cosine) / pi<Real>();
    if (l < model.depth) theta = scale * cosine + 2 * dot * theta;
  }
  CHECK(near(ntk(model, source, pair, 0).kernel, dot * theta, tolerance()));
  CHECK(near(nngp(model, source, pair, 0).kernel, scale * cosine / 2, tolerance()));
}
