// The model, the recursion's small cases and its range.
#include "kernel/kernel.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cmath>

#include "closedform/closedform.hpp"
#include "number/error.hpp"
#include "testing/checks.hpp"
#include "testing/fixtures.hpp"

using namespace widegeo;
using namespace widegeo::testing;

namespace {

const std::vector<Rational> x = {Rational(3, 10), Rational(-7, 10)}, y = {Rational(1, 2), Rational(1, 5)};

template <class F>
int code_of(const F& f) {
  try {
    f();
  } catch (const Error& e) {
    return static_cast<int>(e.code());
  }
  return 0;
}

constexpr int input = static_cast<int>(ErrorCode::input);

}  // namespace

TEST_CASE("model: wrong depths, counts and signs of variances are input errors") {
  const auto code = [](auto&& change) {
    Model m;
    m.depth = 3;
    change(m);
    return code_of([&] { m.validate(); });
  };
  CHECK(code([](Model&) {}) == 0);
  CHECK(code([](Model& m) { m.depth = 0; }) == input);
  CHECK(code([](Model& m) { m.depth = 100001; }) == input);
  CHECK(code([](Model& m) { m.weight_variance = {1, 2}; }) == input);
  CHECK(code([](Model& m) { m.weight_variance = {1, 2, 3}; }) == 0);
  CHECK(code([](Model& m) { m.weight_variance = {0}; }) == input);
  CHECK(code([](Model& m) { m.bias_variance = {}; }) == input);
  CHECK(code([](Model& m) { m.bias_variance = {Rational(-1, 10)}; }) == input);
  CHECK(code([](Model& m) { m.bias_variance = {0}; }) == 0);
}

TEST_CASE("kernel: the reference values of erf and relu at (a, b, n) = (1, 1, 1/2)") {
  PrecisionScope scope(40);
  const Real half = to_real(Rational(1, 2)), minor = to_real(Rational(3, 4));
  InputPair<Real> pair;
  pair.xx = pair.yy = 1;
  pair.xy = half;
  pair.minor = minor;
  // 17 digits: docs/math/kernels.md, "Reference values".
  const auto check = [&](const char* name, double K, double dot) {
    const auto k = nngp(Model(), HandExpectations<Real>(hand_form<Real>(name)), pair, 0);
    CHECK(ulp_distance(value_of(k.kernel), K) <= 1);
    CHECK(ulp_distance(value_of(*k.kernel_dot), dot) <= 1);
  };
  check("erf", .21634689593878546, .45015815807855303);
  check("relu", .30449889052211468, 1.0 / 3);
}

TEST_CASE("kernel: pre at depth 1 is the linear kernel and has no kernel_dot") {
  PrecisionScope scope(40);
  Model m;
  m.read_out = ReadOut::pre;
  m.weight_variance = {Rational(3, 2)};
  m.bias_variance = {Rational(1, 10)};
  const HandExpectations<Real> source(hand_form<Real>("erf"));
  const auto pair = pair_of<Real>(x, y);
  for (const auto& k : {nngp(m, source, pair, 2), ntk(m, source, pair, 2)}) {
    CHECK(k.kernel == to_real(Rational(3, 2)) * pair.xy + to_real(Rational(1, 10)));
    CHECK(!k.kernel_dot);
    CHECK(!k.kernel_dot_reason.empty());
    CHECK(k.identity == to_real(Rational(3, 2)));
    CHECK(k.gx[1] == to_real(Rational(3, 2)));
    CHECK(k.gx[0] == 0);
  }
  m.input_scale = InputScale::fan_in;
  CHECK(nngp(m, source, pair, 2).identity == to_real(Rational(3, 4)));
}

TEST_CASE("kernel: k(x, y) = k(y, x), with gradients and Hessian exchanged") {
  PrecisionScope scope(40);
  Model m;
  m.depth = 3;
  m.bias_variance = {Rational(1, 10)};
  for (const char* name : {"erf", "relu", "cube"}) {
    const HandExpectations<Real> source(hand_form<Real>(name));
    const auto k = nngp(m, source, pair_of<Real>(x, y), 2), l = nngp(m, source, pair_of<Real>(y, x), 2);
    CHECK(relative_difference(k.kernel, l.kernel) < 1e-35);
    for (int i = 0; i < 2; ++i) CHECK(relative_difference(k.gx[i], l.gy[1 - i]) < 1e-35);
    CHECK(relative_difference(k.h[0], l.h[3]) < 1e-35);
    CHECK(relative_difference(k.h[1], l.h[1]) < 1e-35);
    CHECK(relative_difference(k.h[2], l.h[2]) < 1e-35);
  }
}

TEST_CASE("kernel: what the NTK cannot know without E phi''^2 is an input error") {
  PrecisionScope scope(40);
  const HandExpectations<Real> source(hand_form<Real>("relu"));
  CHECK(code_of([&] { ntk(Model(), source, pair_of<Real>(x, y), 2); }) == input);
  CHECK(code_of([&] { ntk(Model(), source, pair_of<Real>(x, x), 1); }) == input);
  CHECK(code_of([&] { ntk(Model(), source, pair_of<Real>(x, y), 1); }) == 0);
  CHECK(code_of([&] { ntk(Model(), source, pair_of<Real>(x, x), 0); }) == 0);
  CHECK(code_of([&] { nngp(Model(), source, pair_of<Real>(x, y), 3); }) == input);
}

TEST_CASE("kernel: double agrees with 60 digits within its error at depth 1 to 5, near-parallel inputs included") {
  auto random = generator_of_test("kernel double");
  double worst = 0;
  for (std::size_t trial = 0; trial < trials(100); ++trial) {
    const char* name = trial % 2 ? "erf" : "relu";
    const Model m = random_model(random, 1 + static_cast<unsigned>(random() % 5));
    const std::vector<Rational> p = random_point(random, 3);
    std::vector<Rational> q = random_point(random, 3);
    if (trial % 3 == 0) {
      q = p;
      q[0] += Rational(1, 1 << (random() % 30));
    }
    const unsigned derivatives = static_cast<unsigned>(random() % 3);
    PairKernel<TrackedDouble> k;
    try {
      k = nngp(m, HandExpectations<TrackedDouble>(hand_form<TrackedDouble>(name)), pair_of<TrackedDouble>(p, q),
               derivatives);
    } catch (const Error& e) {
      CHECK(e.code() == ErrorCode::accuracy);
      continue;
    }
    PrecisionScope scope(60);
    const auto exact = nngp(m, HandExpectations<Real>(hand_form<Real>(name)), pair_of<Real>(p, q), derivatives);
    const auto check = [&](const Real& truth, const TrackedDouble& v) {
      worst = std::max(worst, honesty_ratio(truth, v));
      CHECK(honesty_ratio(truth, v) <= 1);
    };
    check(exact.kernel, k.kernel);
    if (exact.kernel_dot) check(*exact.kernel_dot, *k.kernel_dot);
    if (derivatives >= 1)
      for (int i = 0; i < 2; ++i) {
        check(exact.gx[i], k.gx[i]);
        check(exact.gy[i], k.gy[i]);
      }
    if (derivatives < 2) continue;
    check(exact.identity, k.identity);
    for (int i = 0; i < 4; ++i) check(exact.h[i], k.h[i]);
  }
  MESSAGE("worst ratio of true to stated error ", worst);
}

TEST_CASE("kernel: depth 1000 is quick, and double says honestly what it lost") {
  Model m;
  m.depth = 1000;
  m.weight_variance = {2};
  const HandExpectations<TrackedDouble> source(hand_form<TrackedDouble>("relu"));
  PrecisionScope scope(400);
  const HandExpectations<Real> exact(hand_form<Real>("relu"));
  const auto honest = [&](const std::vector<Rational>& p, const std::vector<Rational>& q) {
    const Real truth = nngp(m, exact, pair_of<Real>(p, q), 0).kernel;
    CHECK(truth > 0);
    try {
      const TrackedDouble kernel = nngp(m, source, pair_of<TrackedDouble>(p, q), 0).kernel;
      CHECK(honesty_ratio(truth, kernel) <= 1);
    } catch (const Error& e) {
      CHECK(e.code() == ErrorCode::accuracy);
    }
  };
  const auto start = std::chrono::steady_clock::now();
  const Real kernel = nngp(m, exact, pair_of<Real>(x, y), 0).kernel;
  const Real tangent = ntk(m, exact, pair_of<Real>(x, y), 0).kernel;
  CHECK(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() < 5);
  {
    // The angle shrinks like 3 pi/l and costs digits by the layer; 60 of them leave far more than 15.
    PrecisionScope fewer(60);
    const HandExpectations<Real> rough(hand_form<Real>("relu"));
    CHECK(relative_difference(nngp(m, rough, pair_of<Real>(x, y), 0).kernel, kernel) < 1e-40);
    CHECK(relative_difference(ntk(m, rough, pair_of<Real>(x, y), 0).kernel, tangent) < 1e-40);
  }
  honest(x, x);
  honest(x, y);
  m.depth = 8;
  const auto shallow = nngp(m, source, pair_of<TrackedDouble>(x, y), 0).kernel;
  CHECK(shallow.error < 1e-9);
  honest(x, y);
  m.depth = 1000;
  m.weight_variance = {Rational(1, 2)};  // variances 4^-l: 4^-1000 is far below 1e-308
  honest(x, x);
  honest(x, y);
  m.weight_variance = {16};  // 8^1000
  CHECK(code_of([&] { nngp(m, source, pair_of<TrackedDouble>(x, x), 0); }) == static_cast<int>(ErrorCode::accuracy));
}

TEST_CASE("kernel: a large bias in a deep layer takes no digits of the angle between two inputs") {
  PrecisionScope scope(60);
  Model m;
  m.depth = 2;
  m.bias_variance = {0, 100000000};
  // ab - n^2 = 1e16 - 1e16 would be known to 1e-8 of itself, and the angle of 1e-4 to 1e-12.
  const ClosedForm relu = *find_closed_form(make_activation("relu"));
  const auto dot = [&]<class T>(T) {
    return *nngp(m, *closed_form_expectations<T>(relu), pair_of<T>(x, y), 0).kernel_dot;
  };
  const TrackedDouble found = dot(TrackedDouble(0));
  CHECK(honesty_ratio(dot(Real(0)), found) <= 1);
  CHECK(found.error < 1e-15);
}
