// What the averages must do whatever the activation: ends of the angle, symmetry, heat equation, Parseval.
#include <doctest/doctest.h>

#include <cmath>

#include "gaussian/gaussian.hpp"
#include "gaussian/one_point/hermite.hpp"
#include "number/error.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

Covariance<TrackedDouble> covariance(double a, double b, double n, double minor, bool coincident = false) {
  return {TrackedDouble(a), TrackedDouble(b), TrackedDouble(n), TrackedDouble(minor), coincident};
}

bool within(const TrackedDouble& x, const TrackedDouble& y, double slack = 0) {
  return std::abs(x.value - y.value) <= x.error + y.error + slack;
}

const char* const names[] = {"tanh", "relu", "gelu", "elu", "softplus", "hard-tanh"};

}  // namespace

TEST_CASE("gaussian: at coincidence K = V, Kdot = D, Ka = Kb = (V' - D)/2, radial = 2qD', mixed = normal = 0") {
  for (const char* name : names) {
    const auto e = quadrature_expectations<TrackedDouble>(make_activation(name));
    for (const double q : {0.3, 2.0}) {
      const auto t = e->two_point(covariance(q, q, q, 0, true), TwoPointNeed::derivatives);
      const auto o = e->one_point(TrackedDouble(q), 1);
      CHECK(within(t.K, o.V[0]));
      CHECK(within(t.Kdot, o.D[0]));
      const TrackedDouble half((o.V[1].value - o.D[0].value) / 2, (o.V[1].error + o.D[0].error) / 2);
      CHECK(within(t.Ka, half));
      CHECK(within(t.Kb, half));
      CHECK(within(t.radial, {2 * q * o.D[1].value, 2 * q * o.D[1].error}));
      CHECK(t.mixed.value == 0);
      CHECK(t.normal.value == 0);
    }
  }
}

TEST_CASE("gaussian: K is continuous as rho -> 1 and rho -> -1, with the slope Kdot") {
  for (const char* name : names) {
    const auto e = quadrature_expectations<TrackedDouble>(make_activation(name));
    for (const double side : {1.0, -1.0}) {
      const double end = side;
      const auto limit = e->two_point(covariance(1, 1, end, 0), TwoPointNeed::kernel);
      for (const double gap : {1e-4, 1e-8, 1e-12}) {
        const auto t = e->two_point(covariance(1, 1, side * (1 - gap), gap * (2 - gap)), TwoPointNeed::kernel);
        // K(end) - K = Kdot gap to first order, |Kdot| <= D <= 2 here; kinks make Kdot fall like the angle sqrt(2 gap).
        CHECK_MESSAGE(std::abs(t.K.value - limit.K.value) <= 2 * gap + t.K.error + limit.K.error, name, " ", side, " ",
                      gap);
        CHECK_MESSAGE(std::abs(t.Kdot.value - limit.Kdot.value) <= 4 * std::sqrt(gap) + t.Kdot.error + limit.Kdot.error,
                      name, " ", side, " ", gap);
      }
    }
  }
}

TEST_CASE("gaussian: exchanging u and v exchanges Ka and Kb and keeps the rest that is symmetric") {
  for (const char* name : names) {
    const auto e = quadrature_expectations<TrackedDouble>(make_activation(name));
    const double a = 0.6, b = 2.5, n = 0.7, minor = a * b - n * n;
    const auto t = e->two_point(covariance(a, b, n, minor), TwoPointNeed::derivatives);
    const auto s = e->two_point(covariance(b, a, n, minor), TwoPointNeed::derivatives);
    CHECK(within(t.K, s.K));
    CHECK(within(t.Kdot, s.Kdot));
    CHECK(within(t.Ka, s.Kb));
    CHECK(within(t.Kb, s.Ka));
  }
}

TEST_CASE("gaussian: homogeneity of ReLU at extreme variances and small angles") {
  // Cho and Saul: K = sqrt(ab) (sin t + (pi - t) cos t) / (2 pi), Kdot = (pi - t) / (2 pi)
  const auto e = quadrature_expectations<TrackedDouble>(make_activation("relu"));
  for (const auto& [a, b] : {std::pair{1e-12, 1e6}, {1e6, 1e6}, {1e-12, 1e-12}, {1.0, 1e-6}}) {
    for (const double angle : {1e-6, 1.0, 3.0}) {
      const double size = std::sqrt(a) * std::sqrt(b), sine = std::sin(angle);
      const auto t = e->two_point(covariance(a, b, size * std::cos(angle), a * b * sine * sine), TwoPointNeed::kernel);
      const double Kdot = (M_PI - angle) / (2 * M_PI), K = size * (sine / (2 * M_PI) + Kdot * std::cos(angle));
      // cos and the products feed a relative error of a few ulp into n.
      CHECK(std::abs(t.K.value - K) <= t.K.error + 4e-16 * size);
      CHECK(std::abs(t.Kdot.value - Kdot) <= t.Kdot.error + 4e-16);
    }
  }
}

TEST_CASE("gaussian: Hermite coefficients satisfy Parseval, and their series gives K and Kdot") {
  for (const char* name : names) {
    const Activation activation = make_activation(name);
    const auto e = quadrature_expectations<TrackedDouble>(activation);
    const double a = 0.8, b = 1.7, rho = 0.4, n = rho * std::sqrt(a * b);
    const unsigned N = 60;
    const auto ca = gaussian::hermite_coefficients<double>(activation, a, N),
               cb = gaussian::hermite_coefficients<double>(activation, b, N);
    double sum = 0, K = 0, Kdot = 0, power = 1;
    for (unsigned k = 0; k <= N; ++k) {
      sum += ca.c[k] * ca.c[k];
      K += ca.c[k] * cb.c[k] * power;
      if (k < N) Kdot += (k + 1) * ca.c[k + 1] * cb.c[k + 1] * power / std::sqrt(a * b);
      power *= rho;
    }
    const auto V = e->one_point(TrackedDouble(a), 0).V[0];
    CHECK_MESSAGE(sum <= V.value + 1e-14, name);          // Bessel
    CHECK_MESSAGE(V.value - sum < 1e-2 * V.value, name);  // and nearly all is there
    const auto t = e->two_point(covariance(a, b, n, a * b * (1 - rho * rho)), TwoPointNeed::kernel);
    // |tail| <= rho^61 times the missing energy, far below rounding
    CHECK_MESSAGE(std::abs(t.K.value - K) <= t.K.error + 1e-14, name);
    CHECK_MESSAGE(std::abs(t.Kdot.value - Kdot) <= t.Kdot.error + 1e-14, name);
  }
}

TEST_CASE("gaussian: powers at any variance: what underflows is within the error, derivatives included") {
  // E u^2p = (2p - 1)!! q^p, and its derivatives in q.
  for (const int p : {2, 3, 4, 5}) {
    const std::string name = "x^" + std::to_string(p);
    const auto e = quadrature_expectations<TrackedDouble>(make_activation(name));
    for (double exponent = -20; exponent > -300; exponent -= 9.5) {
      const double q = std::pow(10, exponent);
      CAPTURE(name);
      CAPTURE(q);
      OnePoint<TrackedDouble> found;
      try {
        found = e->one_point(TrackedDouble(q), 2);
      } catch (const Error& error) {
        CHECK(error.code() == ErrorCode::accuracy);
        continue;
      }
      const PrecisionScope precision(40);
      Real exact(1);
      for (int i = 2 * p - 1; i > 1; i -= 2) exact *= i;
      for (int k = 0; k < p; ++k) exact *= Real(q);
      exact *= Real(q);
      for (int k = 0; k <= 2; ++k) {
        exact /= Real(q);
        CHECK(abs(Real(found.V[k].value) - exact) <= Real(found.V[k].error));
        exact *= p - k;
      }
    }
  }
}

TEST_CASE("gaussian: what vanishes at 0 is its first power there, in multiprecision at tiny variances") {
  struct Vanishing {
    const char* expression;
    int power, numerator, denominator;  // of the first term of the Taylor series
  };
  for (const Vanishing& f : {Vanishing{"x^3", 3, 1, 1},
                             {"sin(x)-x", 3, -1, 6},
                             {"tanh(x)-x+x^3/3", 5, 2, 15},
                             {"cos(x)-1", 2, -1, 2},
                             {"log(1+x^2)", 2, 1, 1}}) {
    const auto e = quadrature_expectations<Real>(make_activation(f.expression));
    for (const int exponent : {-10, -60, -120}) {
      if (f.power == 5 && exponent < -10) continue;  // refused: balls do not see so much of its terms cancel
      CAPTURE(f.expression);
      CAPTURE(exponent);
      const PrecisionScope precision(40);
      const Real q = pow(Real(10), Real(exponent)), c = Real(f.numerator) / Real(f.denominator);
      // E u^2m = (2m-1)!! q^m; the next term of the series is smaller by a factor below 40 q.
      Real moment(1);
      for (int i = 1; i < f.power; ++i) moment *= Real(2 * i - 1) * q;
      Real D = c * c * Real(f.power * f.power) * moment, V = c * c * moment * Real(2 * f.power - 1) * q;
      const auto found = e->one_point(q, 2);
      const Real relative = Real(100) * q + pow(Real(10), Real(-28));  // 40 digits less 8 of guard, and 4
      for (unsigned k = 0; k <= 2; ++k) {
        CHECK(abs(found.V[k] - V) <= relative * V);
        if (static_cast<int>(k) < f.power) CHECK(abs(found.D[k] - D) <= relative * D);
        V *= Real(f.power - static_cast<int>(k)) / q;
        D *= Real(f.power - 1 - static_cast<int>(k)) / q;
      }
    }
  }
}

TEST_CASE(
    "gaussian: entire oscillations obey D = w^2 (1 + exp(-2 w^2 q))/2 at every variance, within the stated error") {
  struct Wave {
    const char* name;
    int w;
    int sign;  // of exp(-2 w^2 q) in D: + for the sine, - for the cosine
  };
  for (const Wave& wave : {Wave{"sin", 1, 1}, {"cos", 1, -1}, {"sine", 1, 1}, {"siren", 30, 1}}) {
    const auto [w, sign] = std::pair(wave.w, wave.sign);
    const char* const name = wave.name;
    const Activation activation = make_activation(name);
    const auto e = quadrature_expectations<TrackedDouble>(activation);
    for (const double q : {1e-2, 0.7, 4.0, 25.0, 1e4, 1e6}) {
      const PrecisionScope precision(40);
      const Real rest = exp(Real(Real(-2 * w * w) * Real(q)));
      const Real D = Real(w * w) * (Real(1) + Real(sign) * rest) / Real(2);
      const Real V = (Real(1) - Real(sign) * rest) / Real(2);
      const Real slope = Real(sign * w * w) * rest;  // dV/dq; dD/dq is -w^2 times it
      const Real exact[] = {V, D, slope, Real(-w * w) * slope};
      if (w * std::sqrt(q) > 1e4) {  // more periods than panels are allowed: refused, not wrong
        CHECK_THROWS_AS(e->one_point(TrackedDouble(q), 1), Error);
        continue;
      }
      const auto found = e->one_point(TrackedDouble(q), 1);
      const TrackedDouble got[] = {found.V[0], found.D[0], found.V[1], found.D[1]};
      for (int i = 0; i < 4; ++i) {
        const double miss = static_cast<double>(Real(abs(Real(Real(got[i].value) - exact[i]))));
        CHECK_MESSAGE(miss <= got[i].error, name, " ", q, " #", i, ": ", miss, " > ", got[i].error);
      }
      // An argument of size w sqrt(q) z carries its own rounding: that is all a double may lose.
      const double rounding = 1e-12 * (1 + 1e-2 * w * std::sqrt(q));
      CHECK_MESSAGE(found.V[0].error <= rounding, name, " ", q);
      CHECK_MESSAGE(found.D[0].error <= rounding * w * w, name, " ", q);

      if (w * std::sqrt(q) > 1000) continue;  // seconds at many digits
      const auto many = quadrature_expectations<Real>(activation)->one_point(Real(q), 0);
      // 40 digits less 8 of guard
      CHECK_MESSAGE(static_cast<double>(Real(abs(Real(many.V[0] - V)))) < 1e-32, name, " ", q);
      CHECK_MESSAGE(static_cast<double>(Real(abs(Real(many.D[0] - D)))) < 1e-32 * w * w, name, " ", q);
    }
  }
}

TEST_CASE("gaussian: a step made for one variance does not alias at another of the same bucket") {
  // The frequency 2 sqrt(q) runs through all multiples of any fixed node frequency.
  const auto e = quadrature_expectations<TrackedDouble>(make_activation("sin"));
  for (int i = 0; i < 400; ++i) {
    const double q = 5e4 * (1 + i / 400.0);
    const auto found = e->one_point(TrackedDouble(q), 0);
    CHECK(std::abs(found.V[0].value - 0.5) <= found.V[0].error);  // exp(-1e5) is nothing
    CHECK(std::abs(found.D[0].value - 0.5) <= found.D[0].error);
  }
}
