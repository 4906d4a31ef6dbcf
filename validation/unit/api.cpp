// The library as other programs call it: answers, and refusals of what makes no sense.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <thread>

#include "api/widegeo.hpp"
#include "number/functions.hpp"

using namespace widegeo;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(),
                 not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("library: a question is answered in double and to any digits, the same within the errors") {
  const Network network("tanh", {.depth = 2, .bias_variance = {decimal("1/10")}});
  const Point x{decimal("0.3"), decimal("-0.7")}, y{1, decimal("1/3")};
  const Answers quick = network.kernel(x, y), slow = network.kernel(x, y, {.digits = 30, .all_digits = true});
  for (const char* name : {"kernel", "kernel_dot"}) {
    const Estimate<double> a = in_double(quick[name]);
    const Estimate<Real> b = in_multiprecision(slow[name]);
    CHECK(std::fabs(a.value - b.value.to_double()) <= a.error + 0x1p-53 * std::fabs(a.value));
    CHECK(b.error <= abs(b.value) * Real("1e-30"));
  }
  const Answers metric = network.metric(x);
  CHECK(in_double(metric["metric[1,2]"]).value == doctest::Approx(in_double(metric["B"]).value * -0.21).epsilon(1e-10));
  CHECK_THROWS_AS((void)metric["mertic[1,2]"], Error);
  CHECK(std::holds_alternative<Missing>(metric["sectional_tangential"].value));
  const std::vector<double> rows{0.3, -0.7, 1, 2};
  const std::vector<Answers> many = network.metrics(rows, 2);
  CHECK(in_double(many[0]["A"]).value == doctest::Approx(in_double(metric["A"]).value).epsilon(1e-7));
}

TEST_CASE("library: matrices and regressions are those of single pairs") {
  const Network network("relu", {.depth = 2, .weight_variance = {2}});
  const std::vector<double> x{1, 0, 0.5, 0.25, -1, 2}, y{0.75, -0.5};
  std::vector<double> square(9), cross(3);
  const GramAnswer bound = network.gram(x, 3, {}, 0, square);
  network.gram(x, 3, y, 1, cross, KernelKind::ntk);
  CHECK(bound.error_bound <= 1e-12);
  const Estimate<double> k = in_double(network.kernel({1, 0}, {Rational(1, 2), Rational(1, 4)})["kernel"]);
  CHECK(std::fabs(square[1] - k.value) <= 2e-12 * k.value);
  const Point third{-1, 2}, other{Rational(3, 4), Rational(-1, 2)};
  const Estimate<double> t = in_double(network.kernel(third, other, {}, KernelKind::ntk)["kernel"]);
  CHECK(std::fabs(cross[2] - t.value) <= 1e-11 * (1 + std::fabs(t.value)));
  const std::vector<double> targets{1, 2, 3};
  const RegressionResult fit = network.regress(x, 3, targets, x, 3, 0);
  for (std::size_t i = 0; i < 3; ++i) CHECK(std::fabs(fit.prediction[i] - targets[i]) <= fit.error[i] + 1e-9);
}

TEST_CASE("library: what makes no sense throws, and is never a NaN or a crash") {
  const Network network("erf");
  std::vector<double> out(4);
  const std::vector<double> bad{not_a_number, 1}, wide{1, infinity}, good{1, 2, 3, 4};
  CHECK_THROWS_AS(network.metrics(bad, 1), Error);
  CHECK_THROWS_AS(network.metrics(wide, 1, {.digits = 30, .all_digits = true}), Error);
  CHECK_THROWS_AS(network.metrics(good, 3), Error);
  CHECK_THROWS_AS(network.metrics(good, 0), Error);
  CHECK_THROWS_AS(network.gram(bad, 1, {}, 0, std::span(out).first(1)), Error);
  CHECK_THROWS_AS(network.gram(good, 2, {}, 0, std::span(out).first(3)), Error);
  CHECK_THROWS_AS(network.gram(good, 2, {}, 0, out, KernelKind::nngp, 1e-20), Error);
  CHECK_THROWS_AS(network.kernel({}, {}), Error);
  CHECK_THROWS_AS(network.kernel({1}, {1, 2}), Error);
  CHECK_THROWS_AS(network.kernel({1}, {1}, {.digits = 0}), Error);
  CHECK_THROWS_AS(network.kernel({1}, {1}, {.digits = 100'000}), Error);
  Rational zero_denominator;
  mpz_set_si(mpq_denref(zero_denominator.get_mpq_t()), 0);
  CHECK_THROWS_AS(network.kernel_at_correlation(zero_denominator), Error);
  mpz_set_si(mpq_denref(zero_denominator.get_mpq_t()), 1);
  CHECK_THROWS_AS(network.kernel_at_correlation(2), Error);
  CHECK_THROWS_AS(network.formula("defect"), Error);
  CHECK_THROWS_AS(decimal("0x1"), Error);
  CHECK_THROWS_AS(Network("no-such-name"), Error);
  CHECK_THROWS_AS(Network("tanh", {}, {}, Route::closed), Error);
  CHECK_THROWS_AS(Network("erf", {.depth = 0}), Error);
  const std::vector<double> rows{1, 2, 3, 4, 5, 6}, huge{1e308, -1e308, 1e308};
  CHECK_THROWS_AS(network.regress(rows, 3, huge, rows, 3), Error);
  try {
    Network("sign").kernel({1}, {1}, {}, KernelKind::ntk);
    CHECK(false);
  } catch (const Error& error) {
    CHECK(error.where_is_argument());
    CHECK(error.where() == "kind ntk");
  }
}

TEST_CASE("library: theorems by name, none twice, and stopped between two") {
  const std::vector<TheoremResult> two = check({"ricci-published-coefficient", "parseval", "parseval"}, 1, 1, 2);
  REQUIRE(two.size() == 2);
  CHECK(two[0].id == "parseval");
  CHECK((two[0].as_expected() && two[0].verdict == "holds" && two[0].comparisons > 0));
  CHECK((two[1].as_expected() && two[1].verdict == "fails" && two[1].residual > two[1].tolerance));
  CHECK_THROWS_AS((void)check({"no-such-theorem"}), Error);
  std::stop_source stop;
  std::size_t told = 0;
  const auto progress = [&](const char*, double, double, double) {
    ++told;
    stop.request_stop();
  };
  CHECK_THROWS_AS((void)check({}, 1, 1, 1, {stop.get_token(), progress}), Stopped);
  CHECK(told == 1);
}

TEST_CASE("library: statements, simulations, stopping, threads") {
  statement::Statement claim;
  claim.claim = "scalar_curvature < 0";
  claim.forall = {statement::parse_domain("activation", {"erf"}), statement::parse_domain("dimension", {"3"}),
                  statement::parse_domain("radius", {"0.5:1"})};
  CHECK(prove(claim, 60).verdict == statement::Verdict::proved);
  claim.claim = "scalar_curvature > 0";
  CHECK(search(claim, 200).verdict == statement::Verdict::fails);

  const Network network("erf");
  SimulationQuestion question;
  question.x = {decimal("0.8"), decimal("0.3")};
  question.widths = {100};
  question.samples = 400;
  std::size_t held = 0;
  for (const SimulationRow& row : network.validate(question)) held += row.verdict == SimulationRow::Verdict::holds;
  CHECK(held > 0);

  std::stop_source stop;
  stop.request_stop();
  std::vector<double> out(4);
  const std::vector<double> rows{1, 2, 3, 4};
  CHECK_THROWS_AS(network.gram(rows, 2, {}, 0, out, KernelKind::ntk, 1e-12, {.stop = stop.get_token()}), Stopped);

  std::vector<double> values(4);
  {
    std::vector<std::jthread> threads;
    for (double& value : values)
      threads.emplace_back([&] { value = in_double(network.metric({1, 2})["scalar_curvature"]).value; });
  }
  for (const double value : values) CHECK(value == values[0]);
}
