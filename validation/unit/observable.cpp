// Names of quantities, and what is measured on the inner products of surfaces whose geometry is known.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "montecarlo/observe.hpp"
#include "network/pullback/pullback.hpp"
#include "number/error.hpp"
#include "testing/immersion.hpp"

using namespace widegeo;
using namespace widegeo::testing;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

namespace {

const char* const names[] = {"kernel",
                             "radial_eigenvalue",
                             "tangential_eigenvalue",
                             "A",
                             "B",
                             "log_volume",
                             "sectional_radial",
                             "sectional_tangential",
                             "ricci_radial",
                             "ricci_tangential",
                             "scalar_curvature"};

std::vector<double> measured(const FeatureJet& f, const VectorXd& x, const std::vector<Quantity>& quantities) {
  const MatrixXd frame = frame_along({x.data(), static_cast<std::size_t>(x.size())});
  std::vector<double> out(quantities.size());
  observe(rotated(gram_of(f), frame), frame, x.squaredNorm(), quantities, out);
  return out;
}

double measured(const FeatureJet& f, const VectorXd& x, const std::string& name) {
  return measured(f, x, parse_quantity(name, static_cast<std::size_t>(x.size())))[0];
}

/// The graph of c |x|^2 / 2 over R^d.
FeatureJet paraboloid(const VectorXd& x, double c) {
  const Index d = x.size();
  FeatureJet r{VectorXd(d + 1), MatrixXd::Zero(d + 1, d), MatrixXd::Zero(d + 1, pair_count(d))};
  r.value << x, c * x.squaredNorm() / 2;
  r.jacobian.topRows(d).setIdentity();
  r.jacobian.row(d) = c * x.transpose();
  for (Index a = 0; a < d; ++a) r.hessian(d, pair_index(d, a, a)) = c;
  return r;
}

VectorXd random_vector(std::mt19937_64& random, Index d) { return normal_matrix(random, d, 1); }

}  // namespace

TEST_CASE("observable: names read back as themselves, `metric` is all entries, g[j,i] is g[i,j]") {
  for (const std::string name : names) {
    const auto parsed = parse_quantity(name, 3);
    REQUIRE(parsed.size() == 1);
    CHECK(parsed[0].name() == name);
    CHECK(parse_quantity(parsed[0].name(), 3) == parsed);
  }
  const auto entries = parse_quantity("metric", 3);
  REQUIRE(entries.size() == 6);
  std::string text;
  for (const Quantity& q : entries) {
    text += q.name() + " ";
    CHECK(parse_quantity(q.name(), 3) == std::vector<Quantity>{q});
  }
  CHECK(text == "g[1,1] g[1,2] g[1,3] g[2,2] g[2,3] g[3,3] ");
  CHECK(parse_quantity("g[3,1]", 3)[0].name() == "g[1,3]");
}

TEST_CASE("observable: a wrong name is refused with the nearest one, and a quantity where it does not exist") {
  CHECK_THROWS_WITH_AS(parse_quantity("", 2), doctest::Contains("empty"), Error);
  CHECK_THROWS_WITH_AS(parse_quantity("scalar_curvture", 2), doctest::Contains("did you mean 'scalar_curvature'"),
                       Error);
  CHECK_THROWS_WITH_AS(parse_quantity("metrc", 2), doctest::Contains("did you mean 'metric'"), Error);
  CHECK_THROWS_WITH_AS(parse_quantity("something else", 2), doctest::Contains("known are metric, g[i,j], kernel"),
                       Error);
  for (const char* text :
       {"g[0,1]", "g[1,3]", "g[3,3]", "g[99999999999,1]", "g[1,1", "g[1]", "g[,]", "g[1,1]]", "g[-1,1]"})
    CHECK_THROWS_AS(parse_quantity(text, 2), Error);
  for (const char* text : {"A", "B", "tangential_eigenvalue", "scalar_curvature", "ricci_radial", "sectional_radial"})
    CHECK_THROWS_WITH_AS(parse_quantity(text, 1), doctest::Contains("needs dimension 2"), Error);
  CHECK_THROWS_WITH_AS(parse_quantity("sectional_tangential", 2), doctest::Contains("needs dimension 3"), Error);
  CHECK_THROWS_AS(parse_quantity("metric", 0), Error);
}

TEST_CASE("observable: which derivatives a quantity needs, and which are averages over units") {
  const auto order = [](const char* name) { return parse_quantity(name, 3)[0].order(); };
  CHECK(order("kernel") == 0);
  for (const char* name : {"g[1,2]", "radial_eigenvalue", "tangential_eigenvalue", "A", "B", "log_volume"})
    CHECK(order(name) == 1);
  for (const char* name :
       {"sectional_radial", "sectional_tangential", "ricci_radial", "ricci_tangential", "scalar_curvature"})
    CHECK(order(name) == 2);
  for (const std::string name : names) {
    const Quantity q = parse_quantity(name, 3)[0];
    CHECK(q.linear_in_gram() == (q.order() < 2 && name != "log_volume"));
  }
  // Averages over units are linear: measured on a sum of inner products they add up.
  auto random = generator_of_test("observable linear");
  const VectorXd x = random_vector(random, 3);
  const MatrixXd frame = frame_along({x.data(), 3});
  const FeatureGram a = gram_of(random_features(random, 9, 3)), b = gram_of(random_features(random, 9, 3));
  FeatureGram both = a;
  both.gram += b.gram;
  std::vector<Quantity> linear = parse_quantity("metric", 3);
  for (const std::string name : names)
    if (const Quantity q = parse_quantity(name, 3)[0]; q.linear_in_gram()) linear.push_back(q);
  std::vector<double> of_a(linear.size()), of_b = of_a, of_both = of_a;
  observe(a, frame, x.squaredNorm(), linear, of_a);
  observe(b, frame, x.squaredNorm(), linear, of_b);
  observe(both, frame, x.squaredNorm(), linear, of_both);
  for (std::size_t k = 0; k < linear.size(); ++k) CHECK(std::fabs(of_a[k] + of_b[k] - of_both[k]) < 1e-12);
}

TEST_CASE("observable: every quantity of a paraboloid is the analytic one") {
  // Graph of c r^2/2, w = 1 + c^2 r^2: g = I + c^2 x x^T, principal curvatures c/w^(3/2) along x and c/w^(1/2) across,
  // so planes through x have curvature c^2/w^2 and planes across x c^2/w.
  auto random = generator_of_test("observable paraboloid");
  for (std::size_t trial = 0; trial < trials(4); ++trial)
    for (const Index d : {2, 3, 4, 10}) {
      const double c = uniform(random, 0.3, 2);
      const VectorXd x = random_vector(random, d);
      const FeatureJet f = paraboloid(x, c);
      const double t = x.squaredNorm(), w = 1 + c * c * t, n = static_cast<double>(d), radial = c * c / (w * w),
                   across = c * c / w;
      CAPTURE(d);
      CAPTURE(c);
      // Rounding of d-term sums, with the condition number w of g squared by the inverse.
      const double tolerance = 16 * n * 0x1p-52 * w * w;
      const auto check = [&](const std::string& name, double expected) {
        CAPTURE(name);
        const double size = name == "B" ? w / t : std::fmax(1, std::fabs(expected));  // B is a difference over r^2
        CHECK(std::fabs(measured(f, x, name) - expected) <= tolerance * size);
      };
      check("kernel", t + c * c * t * t / 4);
      check("radial_eigenvalue", w);
      check("tangential_eigenvalue", 1);
      check("A", 1);
      check("B", c * c);
      check("log_volume", std::log(w) / 2);
      check("sectional_radial", radial);
      if (d > 2) check("sectional_tangential", across);
      check("ricci_radial", (n - 1) * radial);
      check("ricci_tangential", radial + (n - 2) * across);
      check("scalar_curvature", 2 * (n - 1) * radial + (n - 1) * (n - 2) * across);
      for (Index i = 0; i < d; ++i)
        for (Index j = i; j < d; ++j)
          check("g[" + std::to_string(i + 1) + "," + std::to_string(j + 1) + "]",
                (i == j ? 1 : 0) + c * c * x(i) * x(j));
      // An entry has the same bits whatever is measured beside it.
      const auto all = parse_quantity("metric", static_cast<std::size_t>(d));
      const auto together = measured(f, x, all);
      for (std::size_t k = 0; k < all.size(); ++k) CHECK(together[k] == measured(f, x, all[k].name()));
    }
}

TEST_CASE("observable: turning input and coordinates together turns g and changes nothing else") {
  auto random = generator_of_test("observable turning");
  for (const Index d : {2, 3, 6}) {
    CAPTURE(d);
    const FeatureJet f = random_features(random, 25, d);
    const VectorXd x = random_vector(random, d);
    const MatrixXd turn = random_orthogonal(random, d);
    const FeatureJet turned = along_axes(f, turn.transpose());  // Phi'(x) = Phi(U^T x)
    const RoundingScale scale = rounding_scale(f);
    const MatrixXd g = gram_of(f).metric(), expected = turn * g * turn.transpose();
    // 200 roundings of what each quantity is a sum of; B is a difference over r^2.
    const auto tolerance = [&](const Quantity& q) {
      if (q.order() == 2) return scale.tolerance(200);
      if (q.observable == Observable::log_volume) return 200 * 0x1p-52 * scale.condition;
      if (q.observable == Observable::kernel) return 200 * 0x1p-52 * f.value.squaredNorm();
      return 200 * 0x1p-52 * g.norm() / (q.observable == Observable::B ? x.squaredNorm() : 1);
    };
    for (const std::string name : names) {
      if (name == "sectional_tangential" && d < 3) continue;
      CAPTURE(name);
      CHECK(std::fabs(measured(f, x, name) - measured(turned, turn * x, name)) <=
            tolerance(parse_quantity(name, static_cast<std::size_t>(d))[0]));
    }
    const auto entries = parse_quantity("metric", static_cast<std::size_t>(d));
    const auto values = measured(turned, turn * x, entries);
    for (std::size_t k = 0; k < entries.size(); ++k)
      CHECK(std::fabs(values[k] - expected(entries[k].i, entries[k].j)) <= tolerance(entries[k]));
  }
}

TEST_CASE("observable: inner products in a frame are those of the derivatives along its axes") {
  auto random = generator_of_test("observable rotated");
  for (const Index d : {1, 2, 5}) {
    const FeatureJet f = random_features(random, 14, d);
    const MatrixXd frame = random_orthogonal(random, d);
    const FeatureGram direct = gram_of(along_axes(f, frame)), turned = rotated(gram_of(f), frame);
    CHECK((direct.gram - turned.gram).norm() <= 64 * 0x1p-52 * direct.gram.norm());
    // Back in the coordinates of x, for a frame that is no reflection: Q and its transpose differ.
    const auto entries = parse_quantity("metric", static_cast<std::size_t>(d));
    std::vector<double> values(entries.size());
    observe(turned, frame, 1, entries, values);
    const MatrixXd g = f.jacobian.transpose() * f.jacobian;
    for (std::size_t k = 0; k < entries.size(); ++k)
      CHECK(std::fabs(values[k] - g(entries[k].i, entries[k].j)) <= 64 * 0x1p-52 * g.norm());
    CHECK(turned.units == 14);
    CHECK(turned.order == 2);
  }
}

TEST_CASE("observable: frames are orthonormal with x first, for x near an axis, tiny, huge or zero") {
  auto random = generator_of_test("observable frames");
  std::vector<VectorXd> inputs{VectorXd::Zero(3), VectorXd::Unit(3, 0), -VectorXd::Unit(3, 0), VectorXd::Unit(3, 2)};
  for (const double size : {1e-300, 1e-12, 1.0, 1e300}) inputs.emplace_back(size * random_vector(random, 4));
  for (const double slope : {1e-20, 1e-12, 1e-7})
    for (const double sign : {1.0, -1.0}) inputs.emplace_back(Eigen::Vector3d(sign, slope, -2 * slope));
  inputs.emplace_back(VectorXd::Constant(1, -2.5));
  for (const VectorXd& x : inputs) {
    CAPTURE(x.transpose());
    const Index d = x.size();
    const MatrixXd q = frame_along({x.data(), static_cast<std::size_t>(d)});
    CHECK((q.transpose() * q - MatrixXd::Identity(d, d)).cwiseAbs().maxCoeff() <= 8 * 0x1p-52);
    const VectorXd unit = x.isZero(0) ? VectorXd::Unit(d, 0) : VectorXd(x.stableNormalized());
    for (Index i = 0; i < d; ++i) CHECK(relative_difference(q(i, 0), unit(i)) <= 4 * 0x1p-52);
  }
  // Small angles keep their digits across x too.
  const Eigen::Vector3d x(1, 1e-12, 0);
  CHECK(relative_difference(frame_along({x.data(), 3})(0, 1), 1e-12) <= 4 * 0x1p-52);
  const double bad[] = {1.0, std::nan("")};
  CHECK_THROWS_AS(frame_along(bad), Error);
  CHECK_THROWS_AS(frame_along({}), Error);
}

TEST_CASE("observable: A and B lose nothing when the eigenvalues are far apart or the radius is small") {
  FeatureGram gram;
  gram.dimension = 3;
  gram.units = 10;
  gram.gram = MatrixXd::Identity(4, 4);
  const MatrixXd frame = MatrixXd::Identity(3, 3);
  const std::vector<Quantity> quantities{parse_quantity("A", 3)[0], parse_quantity("B", 3)[0]};
  double out[2];
  gram.gram(1, 1) = 1e30;  // tr g - u.g u would leave nothing of A
  observe(gram, frame, 4, quantities, out);
  CHECK(out[0] == 1);
  CHECK(out[1] == (1e30 - 1) / 4);
  gram.gram(1, 1) = 1 + 0x1p-50;  // r = 2^-25: B = 1 to the last bit
  observe(gram, frame, 0x1p-50, quantities, out);
  CHECK(out[0] == 1);
  CHECK(out[1] == 1);
}

TEST_CASE("observable: what does not exist for a network is NaN and leaves the rest alone; misuse is refused") {
  auto random = generator_of_test("observable degenerate");
  const auto number = [](double v) { return std::isfinite(v); };
  // Two units in three dimensions: a metric and a kernel, no volume and no curvature.
  const FeatureJet few = random_features(random, 2, 3);
  const VectorXd x = random_vector(random, 3), zero = VectorXd::Zero(3);
  for (const std::string name : {"kernel", "radial_eigenvalue", "tangential_eigenvalue", "A", "B", "g[2,3]"})
    CHECK(number(measured(few, x, name)));
  for (const std::string name : {"log_volume", "sectional_radial", "sectional_tangential", "ricci_radial",
                                 "ricci_tangential", "scalar_curvature"})
    CHECK(std::isnan(measured(few, x, name)));
  // B at the origin is a limit that one network does not have.
  CHECK(std::isnan(measured(random_features(random, 9, 3), zero, "B")));
  CHECK(number(measured(random_features(random, 9, 3), zero, "scalar_curvature")));
  // Numbers out of range: only what they touch.
  FeatureJet wild = random_features(random, 9, 3);
  wild.hessian(0, 0) = std::nan("");
  CHECK(std::isnan(measured(wild, x, "scalar_curvature")));
  CHECK(number(measured(wild, x, "log_volume")));
  wild.jacobian(0, 0) = HUGE_VAL;
  CHECK(std::isnan(measured(wild, x, "log_volume")));
  CHECK(std::isnan(measured(wild, x, "A")));
  CHECK(number(measured(wild, x, "kernel")));
  // Curvature of order-1 inner products, and sizes that do not fit, are the caller's mistakes.
  const FeatureJet full = random_features(random, 9, 3);
  const FeatureJet first{full.value, full.jacobian, {}};
  CHECK_THROWS_WITH_AS(measured(first, x, "scalar_curvature"), doctest::Contains("second derivatives"), Error);
  CHECK(number(measured(first, x, "log_volume")));
  double out[2];
  CHECK_THROWS_AS(observe(gram_of(first), MatrixXd::Identity(2, 2), 1, parse_quantity("A", 3), {out, 1}), Error);
  CHECK_THROWS_AS(observe(gram_of(first), MatrixXd::Identity(3, 3), 1, parse_quantity("A", 3), out), Error);
  CHECK_THROWS_AS(observe(gram_of(first), MatrixXd::Identity(3, 3), 1, parse_quantity("g[4,4]", 4), {out, 1}), Error);
}
