// Gaussian expectations written by hand, for tests: a second source besides the closed forms of the library, whose
// derivatives all come from jets of the four functions. Formulas: docs/math/kernels.md.
#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "activation/expectations.hpp"
#include "geometry/tensor.hpp"
#include "jet/jet.hpp"
#include "kernel/kernel.hpp"

namespace widegeo::testing {

template <class T>
struct HandForm {
  std::string name;
  FeatureFunction<T> K, Kdot;
  std::function<Jet<T>(const Jet<T>&q)> V, D;
  bool smooth = true;  ///< K's formula is analytic at coincident inputs
};

template <class T>
class HandExpectations final : public Expectations<T> {
 public:
  explicit HandExpectations(HandForm<T> form) : form_(std::move(form)) {}

  OnePoint<T> one_point(const T& q, unsigned order) const override {
    const Jet<T> variable = Jet<T>::variable(JetShape::get(1, order == 0 ? 1 : order), 0, q);
    OnePoint<T> r;
    const Jet<T> V = padded(form_.V(variable), variable), D = padded(form_.D(variable), variable);
    for (unsigned k = 0; k <= order; ++k) {
      r.V.push_back(V.derivative(k));
      r.D.push_back(D.derivative(k));
    }
    return r;
  }

  TwoPoint<T> two_point(const Covariance<T>& c, TwoPointNeed) const override {
    const JetShape& shape = JetShape::get(3, 1);
    const Jet<T> a = Jet<T>::variable(shape, 0, c.a), b = Jet<T>::variable(shape, 1, c.b),
                 n = Jet<T>::variable(shape, 2, c.n);
    const Jet<T> K = form_.K(a, b, n), dot = padded(form_.Kdot(a, b, n), a);
    const T Da = partial(dot, 0), Db = partial(dot, 1), Dn = partial(dot, 2);
    const T two(2), slope = c.n / c.a;
    TwoPoint<T> r;
    r.K = K.value();
    r.Kdot = dot.value();
    r.Ka = partial(K, 0);
    r.Kb = partial(K, 1);
    r.radial = two * (c.a * Da + c.n * Dn + c.n * slope * Db);
    r.mixed = sqrt(c.minor) * (Dn + two * slope * Db);
    r.normal = two * c.minor / c.a * Db;
    return r;
  }

  ErrorKind kind() const override { return ErrorKind::rounding; }
  const HandForm<T>& form() const { return form_; }

 private:
  static Jet<T> padded(const Jet<T>& f, const Jet<T>& like) { return f + Jet<T>::constant(like.shape(), T(0)); }
  static T partial(const Jet<T>& f, unsigned i) {
    unsigned k[3] = {0, 0, 0};
    k[i] = 1;
    return f.derivative(std::span<const unsigned>(k, 3));
  }
  HandForm<T> form_;
};

/// erf, probit = erf(x/sqrt 2), bell = 2 exp(-x^2)/sqrt(pi) (the derivative of erf), exp, sin, gaussian = exp(-x^2),
/// square, cube, relu.
template <class T>
HandForm<T> hand_form(const std::string& name) {
  using J = Jet<T>;
  const J pi_(pi<T>());
  HandForm<T> f;
  f.name = name;
  const auto d2 = [](const J& a, const J& b, const J& n) { return (1 + 2 * a) * (1 + 2 * b) - 4 * n * n; };
  if (name == "erf") {
    f.K = [=](const J& a, const J& b, const J& n) { return 2 / pi_ * atan2(2 * n, sqrt(d2(a, b, n))); };
    f.Kdot = [=](const J& a, const J& b, const J& n) { return 4 / (pi_ * sqrt(d2(a, b, n))); };
    f.V = [=](const J& q) { return 2 / pi_ * atan(2 * q / sqrt(1 + 4 * q)); };
    f.D = [=](const J& q) { return 4 / (pi_ * sqrt(1 + 4 * q)); };
  } else if (name == "probit") {
    const auto d1 = [](const J& a, const J& b, const J& n) { return (1 + a) * (1 + b) - n * n; };
    f.K = [=](const J& a, const J& b, const J& n) { return 2 / pi_ * atan2(n, sqrt(d1(a, b, n))); };
    f.Kdot = [=](const J& a, const J& b, const J& n) { return 2 / (pi_ * sqrt(d1(a, b, n))); };
    f.V = [=](const J& q) { return 2 / pi_ * atan(q / sqrt(1 + 2 * q)); };
    f.D = [=](const J& q) { return 2 / (pi_ * sqrt(1 + 2 * q)); };
  } else if (name == "bell" || name == "gaussian") {
    const J scale = name == "bell" ? 4 / pi_ : J(1);
    f.K = [=](const J& a, const J& b, const J& n) { return scale / sqrt(d2(a, b, n)); };
    f.Kdot = [=](const J& a, const J& b, const J& n) {
      const J d = d2(a, b, n);
      return 4 * scale * n / (d * sqrt(d));
    };
    f.V = [=](const J& q) { return scale / sqrt(1 + 4 * q); };
    f.D = [=](const J& q) { return 4 * scale * q / ((1 + 4 * q) * sqrt(1 + 4 * q)); };
  } else if (name == "exp") {
    f.K = f.Kdot = [](const J& a, const J& b, const J& n) { return exp((a + b) / 2 + n); };
    f.V = f.D = [](const J& q) { return exp(2 * q); };
  } else if (name == "sin") {
    f.K = [](const J& a, const J& b, const J& n) { return exp(-((a + b) / 2)) * sinh(n); };
    f.Kdot = [](const J& a, const J& b, const J& n) { return exp(-((a + b) / 2)) * cosh(n); };
    f.V = [](const J& q) { return -expm1(-2 * q) / 2; };
    f.D = [](const J& q) { return (1 + exp(-2 * q)) / 2; };
  } else if (name == "square") {
    f.K = [](const J& a, const J& b, const J& n) { return 2 * n * n + a * b; };
    f.Kdot = [](const J&, const J&, const J& n) { return 4 * n; };
    f.V = [](const J& q) { return 3 * q * q; };
    f.D = [](const J& q) { return 4 * q; };
  } else if (name == "cube") {
    f.K = [](const J& a, const J& b, const J& n) { return 6 * n * n * n + 9 * n * a * b; };
    f.Kdot = [](const J& a, const J& b, const J& n) { return 18 * n * n + 9 * a * b; };
    f.V = [](const J& q) { return 15 * q * q * q; };
    f.D = [](const J& q) { return 27 * q * q; };
  } else {
    // relu, with theta the angle between the inputs of the layer
    const auto root = [](const J& a, const J& b, const J& n) { return sqrt(a * b - n * n); };
    f.Kdot = [=](const J& a, const J& b, const J& n) { return J(1) / 2 - atan2(root(a, b, n), n) / (2 * pi_); };
    f.K = [=, dot = f.Kdot](const J& a, const J& b, const J& n) {
      return root(a, b, n) / (2 * pi_) + dot(a, b, n) * n;
    };
    f.V = [](const J& q) { return q / 2; };
    f.D = [](const J&) { return J(1) / 2; };
    f.smooth = false;
  }
  return f;
}

inline const std::vector<std::string>& smooth_hand_forms() {
  static const std::vector<std::string> names = {"erf", "probit", "exp", "sin", "gaussian", "square", "cube"};
  return names;
}

/// A random multiple of 1/1000 in [low, high)/1000.
inline Rational random_rational(std::mt19937_64& random, int low, int high) {
  Rational r(low + static_cast<int>(random() % static_cast<unsigned>(high - low)), 1000);
  r.canonicalize();
  return r;
}

inline std::vector<Rational> random_point(std::mt19937_64& random, unsigned d) {
  std::vector<Rational> x;
  for (unsigned i = 0; i < d; ++i) x.push_back(random_rational(random, -1000, 1000));
  return x;
}

/// Random variances of order 1, positive biases, either input scale, `pre` in one of three.
inline Model random_model(std::mt19937_64& random, unsigned depth) {
  Model m;
  m.depth = depth;
  m.weight_variance.clear();
  m.bias_variance.clear();
  for (unsigned l = 0; l < depth; ++l) {
    m.weight_variance.push_back(random_rational(random, 500, 1500));
    m.bias_variance.push_back(random_rational(random, 10, 500));
  }
  if (random() % 2) m.input_scale = InputScale::fan_in;
  if (random() % 3 == 0) m.read_out = ReadOut::pre;
  return m;
}

/// The InputPair of two points with exact coordinates.
template <class T>
InputPair<T> pair_of(const std::vector<Rational>& x, const std::vector<Rational>& y) {
  Rational xx = 0, yy = 0, xy = 0, distance = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += x[i] * x[i];
    yy += y[i] * y[i];
    xy += x[i] * y[i];
    distance += (x[i] - y[i]) * (x[i] - y[i]);
  }
  InputPair<T> p;
  p.xx = from_rational<T>(xx);
  p.yy = from_rational<T>(yy);
  p.xy = from_rational<T>(xy);
  p.minor = from_rational<T>(xx * yy - xy * xy);
  p.distance_squared = from_rational<T>(distance);
  p.coincident = sgn(distance) == 0;
  p.dimension = x.size();
  return p;
}

}  // namespace widegeo::testing
