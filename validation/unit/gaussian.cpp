// Reference values, limits, and integrals that do not exist.
#include "gaussian/gaussian.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "gaussian/one_point/squares.hpp"
#include "gaussian/pair/hermite_rule.hpp"
#include "number/error.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

Covariance<TrackedDouble> covariance(double a, double b, double n, double minor, bool coincident = false) {
  return {TrackedDouble(a), TrackedDouble(b), TrackedDouble(n), TrackedDouble(minor), coincident};
}

ErrorCode code_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    CHECK(std::string(e.what()).size() > 10);
    return e.code();
  }
  FAIL("no error");
  return ErrorCode::io;
}

}  // namespace

TEST_CASE("gaussian: K and Kdot at (1, 1, 1/2) are the reference values") {
  // docs/math/kernels.md, "Reference values": 17 digits each, from two independent programs.
  struct Reference {
    const char* name;
    double K, Kdot;
  };
  for (const Reference& r :
       {Reference{"erf", .21634689593878546, .45015815807855303}, Reference{"relu", .30449889052211468, 1.0 / 3},
        Reference{"gelu", .22729491502199154, .34226724245944311},
        Reference{"tanh", .18632441320344809, .3847470284410389},
        Reference{"elu", .32478364895676244, .61718421007825847},
        Reference{"silu", .18316966308815954, .3122796152935398},
        Reference{"sigmoid", .27142832563170528, .043190020462261654}}) {
    const auto e = quadrature_expectations<TrackedDouble>(make_activation(r.name));
    const auto t = e->two_point(covariance(1, 1, 0.5, 0.75), TwoPointNeed::kernel);
    CHECK_MESSAGE(std::abs(t.K.value - r.K) <= t.K.error + 2e-16, r.name);
    CHECK_MESSAGE(std::abs(t.Kdot.value - r.Kdot) <= t.Kdot.error + 2e-16, r.name);
    CHECK(t.K.error < 1e-13);
    CHECK(t.Kdot.error < 1e-13);
  }
}

TEST_CASE("gaussian: ReLU has V = q/2 and D = 1/2 at any variance, also 0") {
  const auto e = quadrature_expectations<TrackedDouble>(make_activation("relu"));
  for (const double q : {0.0, 1e-12, 1e-3, 1.0, 1e6}) {
    const auto o = e->one_point(TrackedDouble(q), 1);
    CHECK(std::abs(o.V[0].value - q / 2) <= o.V[0].error);
    CHECK(std::abs(o.V[1].value - 0.5) <= o.V[1].error);
    CHECK(std::abs(o.D[0].value - 0.5) <= o.D[0].error);
    CHECK(std::abs(o.D[1].value) <= o.D[1].error);
    CHECK(o.D[0].error < 1e-14);
  }
}

TEST_CASE("gaussian: at zero variance a smooth activation has the Taylor limits") {
  // tanh: V = q - 2 q^2 + ..., D = 1 - 2 q + 7 q^2 + ...
  const auto o = quadrature_expectations<TrackedDouble>(make_activation("tanh"))->one_point(TrackedDouble(0), 2);
  CHECK(o.V[0].value == 0);
  CHECK(o.V[1].value == doctest::Approx(1).epsilon(1e-15));
  CHECK(o.V[2].value == doctest::Approx(-4).epsilon(1e-15));
  CHECK(o.D[0].value == doctest::Approx(1).epsilon(1e-15));
  CHECK(o.D[1].value == doctest::Approx(-2).epsilon(1e-15));
  CHECK(o.D[2].value == doctest::Approx(14).epsilon(1e-15));
  const auto elu = quadrature_expectations<TrackedDouble>(make_activation("elu"));
  CHECK(elu->one_point(TrackedDouble(0), 0).D[0].value == doctest::Approx(1).epsilon(1e-15));
  // phi'' of ELU jumps at 0, so D'(q) grows like q^(-1/2).
  CHECK(code_of([&] { elu->one_point(TrackedDouble(0), 1); }) == ErrorCode::input);
}

TEST_CASE("gaussian: what does not exist is an input error, what exists nearby is not") {
  const auto of = [](const char* text) { return quadrature_expectations<TrackedDouble>(make_activation(text)); };
  // E exp(2 x^2) over N(0, q) = (1 - 4q)^(-1/2), for q < 1/4
  const auto grow = of("exp(x^2)");
  const auto near = grow->one_point(TrackedDouble(0.2), 0);
  CHECK(std::abs(near.V[0].value - std::sqrt(5.0)) <= near.V[0].error + 1e-15);
  CHECK(code_of([&] { grow->one_point(TrackedDouble(0.25), 0); }) == ErrorCode::input);
  CHECK(code_of([&] { grow->one_point(TrackedDouble(1), 0); }) == ErrorCode::input);
  CHECK(code_of([&] { of("1/x")->one_point(TrackedDouble(1), 0); }) == ErrorCode::input);
  CHECK(code_of([&] { of("log(x)")->one_point(TrackedDouble(1), 0); }) == ErrorCode::input);
  CHECK(code_of([&] { of("exp(x^4)")->one_point(TrackedDouble(1e-6), 0); }) == ErrorCode::input);
  CHECK(code_of([&] { of("tanh")->one_point(TrackedDouble(-1), 0); }) == ErrorCode::input);
  CHECK(code_of([&] { of("tanh")->one_point(TrackedDouble(std::nan("")), 0); }) == ErrorCode::input);
  const auto sign = of("sign");
  CHECK(code_of([&] { sign->one_point(TrackedDouble(1), 1); }) == ErrorCode::input);
  CHECK(sign->one_point(TrackedDouble(1), 0).V[0].value == doctest::Approx(1).epsilon(1e-14));
  CHECK(std::isinf(sign->one_point(TrackedDouble(1), 0).D[0].value));
  // K = (2/pi) asin(rho), Kdot = 2 / (pi sqrt(ab - n^2))
  const auto t = sign->two_point(covariance(1, 1, 0.5, 0.75), TwoPointNeed::kernel);
  CHECK(std::abs(t.K.value - 1.0 / 3) <= t.K.error);
  CHECK(std::abs(t.Kdot.value - 2 / (M_PI * std::sqrt(0.75))) <= t.Kdot.error);
  CHECK(t.Kdot.error < 1e-12);
  CHECK(code_of([&] { sign->two_point(covariance(1, 1, 0.5, 0.75), TwoPointNeed::derivatives); }) == ErrorCode::input);
}

TEST_CASE("gaussian: an error of the input becomes an error of the output, to first order by the true derivative") {
  const auto e = quadrature_expectations<TrackedDouble>(make_activation("gelu"));
  const double q = 0.7, dq = 1e-9;
  const auto o = e->one_point(TrackedDouble(q, dq), 1), above = e->one_point(TrackedDouble(q + dq), 1);
  for (int k = 0; k < 2; ++k) {
    CHECK(std::abs(above.V[k].value - o.V[k].value) <= o.V[k].error);
    CHECK(std::abs(above.D[k].value - o.D[k].value) <= o.D[k].error);
    CHECK(o.V[k].error < 3e-9);
  }
  const auto t = e->two_point({{1, 1e-9}, {1.5, 1e-9}, {0.4, 1e-9}, {1.34, 3.3e-9}, false}, TwoPointNeed::derivatives);
  const double a = 1 + 1e-9, b = 1.5 - 1e-9, n = 0.4 + 1e-9;
  const auto moved = e->two_point(covariance(a, b, n, a * b - n * n), TwoPointNeed::derivatives);
  for (const auto& [x, y] : {std::pair{t.K, moved.K},
                             {t.Kdot, moved.Kdot},
                             {t.Ka, moved.Ka},
                             {t.Kb, moved.Kb},
                             {t.radial, moved.radial},
                             {t.mixed, moved.mixed},
                             {t.normal, moved.normal}}) {
    CHECK(std::abs(x.value - y.value) <= x.error);
    CHECK(x.error < 1e-7);
  }
}

TEST_CASE("gaussian: a block gives what its lanes give alone") {
  const auto activation = make_activation("silu");
  const auto block = quadrature_expectations<TrackedBlock>(activation);
  const auto single = quadrature_expectations<TrackedDouble>(activation);
  TrackedBlock q;
  for (std::size_t i = 0; i < Block::width; ++i) q.value.lane[i] = 0.1 + 0.2 * static_cast<double>(i);
  const auto all = block->one_point(q, 2);
  for (std::size_t i = 0; i < Block::width; ++i) {
    const auto one = single->one_point(TrackedDouble(q.value.lane[i]), 2);
    for (std::size_t k = 0; k < 3; ++k)
      CHECK(std::abs(all.D[k].value.lane[i] - one.D[k].value) <= all.D[k].error.lane[i]);
  }
}

TEST_CASE("gaussian: hundreds of digits of tanh agree with 60 more, and threads change nothing") {
  // 1000 digits take half a minute: in long runs.
  const unsigned digits = testing::test_effort() >= 5 ? 1000 : testing::test_effort() >= 1 ? 300 : 100;
  const Activation activation = make_activation("tanh");
  GaussianOptions two;
  two.threads = 2;
  OnePoint<Real> more;
  {
    const PrecisionScope precision(digits + 68);
    more = quadrature_expectations<Real>(activation, two)->one_point(Real(7) / 10, 1);
  }
  const PrecisionScope precision(digits + 8);
  const auto less = quadrature_expectations<Real>(activation)->one_point(Real(7) / 10, 1);
  const auto same = quadrature_expectations<Real>(activation, two)->one_point(Real(7) / 10, 1);
  const Real limit = pow_int(Real(10), -static_cast<long>(digits));
  for (int k = 0; k < 2; ++k) {
    CHECK(Real(abs(less.V[k] - more.V[k])) < limit * Real(abs(more.V[k])));
    CHECK(Real(abs(less.D[k] - more.D[k])) < limit * Real(abs(more.D[k])));
    CHECK(less.V[k] == same.V[k]);
    CHECK(less.D[k] == same.D[k]);
  }
}

TEST_CASE("gaussian: the Hermite series and the nested rule agree to 40 digits") {
  // 0.929 is summed by the series, 0.931 by the nested rule; a quadratic through neighbours would not tell: use the
  // exact erf law. erf(x): K = (2/pi) atan2(2n, sqrt((1+2a)(1+2b) - 4n^2))
  const auto e = quadrature_expectations<Real>(make_activation("erf"));
  const PrecisionScope precision(48);
  const Real a = Real(3) / 10, b = Real(12) / 10;
  for (const int part : {-999, -700, 10, 929, 931, 999}) {
    const Real rho = Real(part) / 1000, n = rho * sqrt(a * b), minor = a * b * (1 - rho) * (1 + rho);
    const auto t = e->two_point({a, b, n, minor, false}, TwoPointNeed::derivatives);
    const Real root = sqrt(1 + 2 * a + 2 * b + 4 * minor);
    CHECK(testing::relative_difference(t.K, Real(2 / pi<Real>() * atan2(Real(2 * n), root))) < 1e-38);
    CHECK(testing::relative_difference(t.Kdot, Real(4 / (pi<Real>() * root))) < 1e-38);
    CHECK(testing::relative_difference(
              t.normal, Real(2 * minor / a * (-4 / pi<Real>()) * (1 + 2 * a) / (root * root * root))) < 1e-36);
  }
}

TEST_CASE("gaussian: a pair of many panels lies within its error") {
  // E phi(u) E phi(v) by mpmath, 30 digits; one plain sum over 18000 panels missed it by 1.2e-13 with an error
  // of 1.0e-13.
  const auto steep = quadrature_expectations<TrackedDouble>(
      make_activation("1+0.366*exp(-((x-29.482)/1.31e-06)^2)+0.353*max(x+4.03204,sin(2*(x+4.03204)))"));
  const TrackedDouble a(112.34444336773946), b(14.374152225944576);
  const auto apart = steep->two_point({a, b, TrackedDouble(0), a * b, false}, TwoPointNeed::kernel);
  CHECK(std::abs(apart.K.value - 8.34243053232790076) <= apart.K.error);
  CHECK(apart.K.error < 1e-12);
}

TEST_CASE("gaussian: beside a steep step the rounding of v is not lost in phi'") {
  // v - u is a tenth of the width of the step: few nodes in z2, at places that doubles know to 1e-16 alone.
  const PrecisionScope precision(28);
  for (const double scale : {1e3, 1e5, 1e7}) {
    const Activation activation = make_activation("erf(" + std::to_string(scale) + "*(x-0.375))");
    const double sigma = 0.1 / scale, minor = sigma * sigma;
    const Real square(minor);
    const auto rough =
        quadrature_expectations<TrackedDouble>(activation)
            ->two_point({TrackedDouble(1), TrackedDouble(1), TrackedDouble(1), TrackedDouble(minor), false},
                        TwoPointNeed::derivatives);
    const auto fine = quadrature_expectations<Real>(activation)
                          ->two_point({Real(1), Real(1 + square), Real(1), square, false}, TwoPointNeed::derivatives);
    INFO(scale);
    CHECK(std::abs(static_cast<double>(Real(fine.K - rough.K.value))) <= rough.K.error);
    CHECK(std::abs(static_cast<double>(Real(fine.Kdot - rough.Kdot.value))) <= rough.Kdot.error);
    CHECK(std::abs(static_cast<double>(Real(fine.Ka - rough.Ka.value))) <= rough.Ka.error);
    CHECK(rough.Kdot.error <= 1e-12 * rough.Kdot.value);
  }
}

TEST_CASE("gaussian: Gauss-Hermite rules are exact for polynomials and within their bound for the exponential") {
  const BallPrecision bits(200);
  for (const unsigned count : {3U, 6U, 12U}) {
    const auto rule = gaussian::hermite_rule(count, 200);
    REQUIRE(rule->node.size() == count);
    Ball moment(1);
    for (unsigned k = 0; k < count; ++k) {
      Ball mean(0);
      for (unsigned j = 0; j < count; ++j) mean = mean + rule->weight[j] * pow_int(rule->node[j], 2 * k);
      CHECK(mean.overlaps(moment));
      CHECK(mean.radius() < 1e-40 * moment.midpoint());
      moment = moment * Ball(static_cast<int>(2 * k + 1));
    }
    // E exp(sigma z) = exp(sigma^2/2), and |exp(v)| <= exp(r) on the disc.
    for (const double sigma : {1e-1, 1e-3}) {
      for (const double r : {0.7, 2.0, 5.0}) {
        Ball mean(0);
        for (unsigned j = 0; j < count; ++j) mean = mean + rule->weight[j] * exp(Ball(sigma) * rule->node[j]);
        const Ball missed = abs(mean - exp(Ball(sigma) * Ball(sigma) / Ball(2)));
        const double bound = gaussian::log_hermite_error(count, 0, std::log(sigma / r)) + r;
        CHECK(log(missed + Ball(1e-50)).lower() <= std::max(bound, std::log(1e-50)));
      }
    }
  }
}

TEST_CASE("gaussian: the laws of phi^2 and phi'^2 have the means of the metric, spikes included") {
  const auto mean = [](const std::vector<std::pair<double, double>>& law) {
    double sum = 0;
    for (const auto& [value, probability] : law) sum += value * probability;
    return sum;
  };
  for (const char* name : {"erf", "relu", "tanh(x)+exp(-1e8*(x-0.3)^2)", "x+1e-3*tanh(1e6*(x-0.7))", "x^3", "cos(x)"}) {
    CAPTURE(name);
    const Activation activation = make_activation(name);
    for (const double q : {0.2, 3.0}) {
      const LawOfSquares law = law_of_squares(activation, q);
      const auto exact = quadrature_expectations<TrackedDouble>(activation)->one_point(TrackedDouble(q), 1);
      // e^-14 is what the nodes may miss.
      CHECK(mean(law.value) == doctest::Approx(exact.V[0].value).epsilon(1e-5));
      CHECK(mean(law.slope) == doctest::Approx(exact.D[0].value).epsilon(1e-5));
      // E z^2 f = q E f + 2 q^2 (E f)'
      CHECK(mean(law.radial) == doctest::Approx(q * exact.D[0].value + 2 * q * q * exact.D[1].value).epsilon(1e-4));
    }
  }
  CHECK(law_of_squares(make_activation("step(x-2)"), 1).slope.empty());
}
