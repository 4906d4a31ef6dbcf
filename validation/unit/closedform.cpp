#include "closedform/closedform.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "number/error.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using namespace widegeo::testing;

namespace {

template <class T>
std::unique_ptr<Expectations<T>> source(const std::string& name,
                                        const std::map<std::string, std::string>& parameters = {}) {
  const auto form = find_closed_form(make_activation(name, parameters));
  REQUIRE(form.has_value());
  return closed_form_expectations<T>(*form);
}

TrackedDouble exact(double x) { return TrackedDouble(x); }

}  // namespace

TEST_CASE("closedform: reference values at (a, b, n) = (1, 1, 1/2)") {
  // docs/math/kernels.md, "Reference values": 17 digits from an independent computation; 2e-16 relative is their
  // rounding.
  struct Reference {
    const char *name, *K, *Kdot;
  };
  const PrecisionScope precision(40);
  for (const Reference& r : {Reference{"erf", ".21634689593878546", ".45015815807855303"},
                             Reference{"relu", ".30449889052211468", ".33333333333333333"},
                             Reference{"gelu", ".22729491502199154", ".34226724245944311"},
                             Reference{"elu", ".32478364895676244", ".61718421007825847"}}) {
    const TwoPoint<Real> t =
        source<Real>(r.name)->two_point({Real(1), Real(1), Real("0.5"), Real("0.75")}, TwoPointNeed::kernel);
    CHECK(relative_difference(t.K, Real(r.K)) < 2e-16);
    CHECK(relative_difference(t.Kdot, Real(r.Kdot)) < 2e-16);
  }
}

TEST_CASE("closedform: an expression that is a catalogue entry's has its closed form, another has none") {
  const auto form = find_closed_form(make_activation("x*Phi(x)"));
  REQUIRE(form.has_value());
  CHECK(form->name == "gelu");
  CHECK_FALSE(find_closed_form(make_activation("tanh")).has_value());
  CHECK_FALSE(find_closed_form(make_activation("x*Phi(x) + 1")).has_value());
}

TEST_CASE("closedform: parallel, antiparallel and zero inputs of a kinked activation give the limits") {
  const auto relu = source<TrackedDouble>("relu"), elu = source<TrackedDouble>("elu"),
             tanh = source<TrackedDouble>("hard-tanh");
  // u = 2 z, v = z: K = E relu relu = 2/2, Kdot = 1/2, no derivative across the ray.
  const TwoPoint<TrackedDouble> same =
      relu->two_point({exact(4), exact(1), exact(2), exact(0)}, TwoPointNeed::derivatives);
  CHECK(same.K.value == doctest::Approx(1).epsilon(1e-15));
  CHECK(same.Kdot.value == doctest::Approx(0.5).epsilon(1e-15));
  for (const TrackedDouble& x : {same.radial, same.mixed, same.normal, same.Ka, same.Kb})
    CHECK(std::fabs(x.value) < 1e-15);
  // v = -u: the product relu(u) relu(-u) is 0; hard-tanh is odd, so K = -V and Kdot = D.
  const TwoPoint<TrackedDouble> opposite =
      relu->two_point({exact(1), exact(1), exact(-1), exact(0)}, TwoPointNeed::kernel);
  CHECK(std::fabs(opposite.K.value) < 1e-15);
  CHECK(std::fabs(opposite.Kdot.value) < 1e-15);
  const TwoPoint<TrackedDouble> odd = tanh->two_point({exact(1), exact(1), exact(-1), exact(0)}, TwoPointNeed::kernel);
  const OnePoint<TrackedDouble> one = tanh->one_point(exact(1), 0);
  CHECK(odd.K.value == doctest::Approx(-one.V[0].value).epsilon(1e-14));
  CHECK(odd.Kdot.value == doctest::Approx(one.D[0].value).epsilon(1e-14));
  // One input is 0: K = phi(0) E phi(v), and phi'(0) counts as the mean of its sides, 1/2 for ReLU.
  const TwoPoint<TrackedDouble> zero = relu->two_point({exact(0), exact(1), exact(0), exact(0)}, TwoPointNeed::kernel);
  CHECK(std::fabs(zero.K.value) < 1e-15);
  CHECK(zero.Kdot.value == doctest::Approx(0.25).epsilon(1e-15));
  // q = 0: V = 0 and D = the mean of the squared slopes, both 1 for ELU.
  const OnePoint<TrackedDouble> origin = elu->one_point(exact(0), 0);
  CHECK(std::fabs(origin.V[0].value) < 1e-30);
  CHECK(origin.D[0].value == doctest::Approx(1).epsilon(1e-15));
  CHECK_THROWS_AS(elu->one_point(exact(0), 1), Error);  // D ~ 1 - c sqrt(q)
}

TEST_CASE("closedform: what vanishes at opposite inputs or without variance is exactly 0") {
  const TwoPoint<TrackedDouble> in_double =
      source<TrackedDouble>("relu")->two_point({exact(1), exact(4), exact(-2), exact(0)}, TwoPointNeed::kernel);
  CHECK(in_double.K.value == 0);
  CHECK(in_double.K.error < 1e-280);
  const PrecisionScope precision(30);
  const TwoPoint<Real> t = source<Real>("relu")->two_point({Real(1), Real(4), Real(-2), Real(0)}, TwoPointNeed::kernel);
  CHECK(t.K == 0);
  CHECK(t.Kdot == 0);
  for (const char* name : {"relu", "abs", "hard-tanh"}) CHECK(source<Real>(name)->one_point(Real(0), 0).V[0] == 0);
  // A certain zero has phi(0)^2, not the limit of small variances: step(0) = 1/2, sign(0) = 0.
  CHECK(source<Real>("step")->one_point(Real(0), 0).V[0] == Real(1) / 4);
  CHECK(source<Real>("sign")->one_point(Real(0), 0).V[0] == 0);
  CHECK(source<TrackedDouble>("sign")->one_point(exact(0), 0).V[0].value == 0);
  CHECK_THROWS_AS(source<Real>("relu")->two_point({Real(0), Real(1), Real(0), Real(0)}, TwoPointNeed::derivatives),
                  Error);
}

TEST_CASE("closedform: double precision holds its accuracy where the formula alone cancels or overflows") {
  const PrecisionScope precision(60);
  const auto plain = source<TrackedDouble>("elu");
  const auto fine = source<Real>("elu");
  for (const double q : {1e-12, 1e-6, 1.0, 400.0, 1e6}) {
    const OnePoint<TrackedDouble> o = plain->one_point(exact(q), 2);
    const OnePoint<Real> r = fine->one_point(Real(q), 2);
    for (std::size_t k = 0; k <= 2; ++k) {
      // 1e-11: the error at which multiprecision takes over.
      CHECK(relative_difference(Real(o.V[k].value), r.V[k]) < 1e-11);
      CHECK(relative_difference(Real(o.D[k].value), r.D[k]) < 1e-11);
    }
  }
}

TEST_CASE("closedform: a block gives the lanes of the scalar") {
  for (const char* name : {"erf", "gelu", "relu", "elu", "hard-swish"}) {
    const auto block = source<TrackedBlock>(name);
    const auto scalar = source<TrackedDouble>(name);
    Block q;
    for (std::size_t i = 0; i < Block::width; ++i) q.lane[i] = std::pow(10.0, -6 + 0.3 * static_cast<double>(i));
    const OnePoint<TrackedBlock> o = block->one_point(TrackedBlock(q), 2);
    for (std::size_t i = 0; i < Block::width; ++i) {
      const OnePoint<TrackedDouble> s = scalar->one_point(exact(q.lane[i]), 2);
      for (std::size_t k = 0; k <= 2; ++k) {
        // The vector functions round differently; both state their error.
        CHECK(std::fabs(o.V[k].value.lane[i] - s.V[k].value) <= o.V[k].error.lane[i] + s.V[k].error);
        CHECK(std::fabs(o.D[k].value.lane[i] - s.D[k].value) <= o.D[k].error.lane[i] + s.D[k].error);
      }
    }
  }
}

TEST_CASE("closedform: what does not exist is refused") {
  const auto sign = source<TrackedDouble>("sign");
  CHECK(sign->one_point(exact(2), 0).V[0].value == 1);
  CHECK(std::isinf(sign->one_point(exact(2), 0).D[0].value));
  CHECK_THROWS_AS(sign->one_point(exact(2), 1), Error);
  CHECK_THROWS_AS(sign->two_point({exact(1), exact(1), exact(0.5), exact(0.75)}, TwoPointNeed::derivatives), Error);
  const auto steep = source<TrackedDouble>("gaussian", {{"b", "0.125"}});
  CHECK(steep->one_point(exact(1.5), 0).V[0].value == doctest::Approx(2).epsilon(1e-14));  // 1/sqrt(1 - q/2)
  CHECK_THROWS_AS(steep->one_point(exact(2), 0), Error);
  CHECK_THROWS_AS(steep->one_point(exact(-1), 0), Error);
  CHECK_THROWS_AS(source<TrackedDouble>("exp")->one_point(exact(1e6), 0), Error);
}

TEST_CASE("closedform: beyond far kinks, digits that a pair form has lost are seen by comparing two precisions") {
  // soft-shrink at parallel inputs u = 2v, v = sigma z, h = (1/2)/sigma: both exceed the kink where v does, so
  //   K = 2 E (2v - 1/2)(v - 1/2) [z > h] = 4 sigma^2 (h pdf(h) + Phi(-h)) - 3 sigma pdf(h) + Phi(-h)/2,
  // which loses about 4 log10 h digits; Kdot = 2 Phi(-h). The pair form loses all digits below those of Phi(-h/2).
  const auto pair = [](unsigned digits, const Real& variance, Real& K, Real& Kdot) {
    const PrecisionScope precision(digits);
    const Real q = at_working_precision(variance), sigma = sqrt(q), h = 1 / (2 * sigma);
    const TwoPoint<Real> t =
        source<Real>("soft-shrink")->two_point({Real(4 * q), q, Real(2 * q), Real(0)}, TwoPointNeed::kernel);
    K = 4 * q * (h * normal_pdf(h) + normal_cdf(Real(-h))) - 3 * sigma * normal_pdf(h) + normal_cdf(Real(-h)) / 2;
    Kdot = 2 * normal_cdf(Real(-h));
    return t;
  };
  for (const char* text : {"0.01", "0.001", "0.00025"}) {
    CAPTURE(text);
    const Real variance(text);
    Real K, Kdot;
    const TwoPoint<Real> enough = pair(300, variance, K, Kdot);
    // 217 digits are lost at the smallest variance; 40 of the others are asked for.
    CHECK(relative_difference(enough.K, K) < 1e-40);
    CHECK(relative_difference(enough.Kdot, Kdot) < 1e-40);
    const TwoPoint<Real> low = pair(50, variance, K, Kdot), next = pair(70, variance, K, Kdot);
    CHECK(abs(low.K - K) <= 2 * abs(low.K - next.K) + abs(K) * Real("1e-40"));
    CHECK(abs(low.Kdot - Kdot) <= 2 * abs(low.Kdot - next.Kdot) + abs(Kdot) * Real("1e-40"));
  }
}
