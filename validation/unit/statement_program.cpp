// Statements as programs: quantities, calls and derivatives against the library's own functions, gradients against
// difference quotients in many digits, balls against points.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "closedform/closedform.hpp"
#include "geometry/radial.hpp"
#include "kernel/kernel.hpp"
#include "number/error.hpp"
#include "statement/evaluation/program.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using namespace widegeo::statement;

namespace {

Statement statement_of(const std::string& claim, const std::vector<std::pair<std::string, std::string>>& forall) {
  Statement s{.id = "test", .claim = claim, .hypothesis = "", .forall = {}};
  for (const auto& [variable, text] : forall) s.forall.push_back(parse_domain(variable, {text}));
  return s;
}

/// left - right of the only comparison, at values of the ranges.
template <class T>
Jet<T> difference(const Statement& s, const std::vector<Rational>& at, unsigned order) {
  const Program program(s);
  const Evaluator<T> evaluator(program, program.choices().front());
  std::vector<T> variables;
  for (const Rational& value : at) variables.push_back(from_rational<T>(value));
  const auto sides = evaluator(std::span<const T>(variables), order);
  REQUIRE_MESSAGE(sides.exists, sides.reason);
  return sides.claim.front();
}

std::string reason_at(const Statement& s, const std::vector<Rational>& at) {
  const Program program(s);
  const Evaluator<TrackedDouble> evaluator(program, program.choices().front());
  std::vector<TrackedDouble> variables;
  for (const Rational& value : at) variables.push_back(from_rational<TrackedDouble>(value));
  const auto sides = evaluator(std::span<const TrackedDouble>(variables), 0);
  CHECK(sides.exists == sides.reason.empty());
  return sides.reason;
}

void check_refused(const Statement& s, const std::string& part) {
  try {
    const Program program(s);
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::input);
    CHECK_MESSAGE(std::string(e.what()).find(part) != std::string::npos, e.what());
    return;
  }
  FAIL("accepted: ", s.claim);
}

const std::vector<std::pair<std::string, std::string>> box{{"activation", "erf"},    {"depth", "2"},
                                                           {"dimension", "3"},       {"weight_variance", "0.5:2"},
                                                           {"bias_variance", "0:1"}, {"radius", "0.1:10"}};

Rational random_rational(std::mt19937_64& generator, double low, double high) {
  return Rational(static_cast<long>(std::lround(testing::uniform(generator, low, high) * 1e6)), 1000000);
}

}  // namespace

TEST_CASE("program: every quantity is that of radial_geometry at the same point, within both errors") {
  auto generator = testing::generator_of_test("quantities");
  const std::size_t n = testing::trials(20);
  for (std::size_t i = 0; i < n; ++i) {
    const Rational s = random_rational(generator, 0.5, 2), b = random_rational(generator, 0, 1),
                   r = random_rational(generator, 0.1, 10);
    Model model;
    model.depth = 2;
    model.weight_variance = {s};
    model.bias_variance = {b};
    const auto source = closed_form_expectations<TrackedDouble>(*find_closed_form(make_activation("erf")));
    const TrackedDouble t = from_rational<TrackedDouble>(r * r);
    const auto metric = radial_metric(model, *source, t, 3);
    const auto g = radial_geometry(metric, t, 3);
    const std::vector<std::pair<std::string, TrackedDouble>> expected{
        {"A", g.A},
        {"B", g.B},
        {"preactivation_variance", *g.preactivation_variance},
        {"radial_eigenvalue", g.radial_eigenvalue},
        {"tangential_eigenvalue", g.tangential_eigenvalue},
        {"log_volume", g.log_volume},
        {"sectional_radial", g.sectional_radial},
        {"sectional_tangential", g.sectional_tangential},
        {"ricci_radial", g.ricci_radial},
        {"ricci_tangential", g.ricci_tangential},
        {"scalar_curvature", g.scalar_curvature},
        {"derivative(A)", g.dA},
        {"derivative(A, 2)", g.ddA},
        {"derivative(B)", g.dB},
        {"defect + 2*derivative(A)", g.B},
        {"derivative(log(A))*A", g.dA}};
    for (const auto& field : expected) {
      const auto& name = field.first;
      const auto& value = field.second;
      const auto found = difference<TrackedDouble>(statement_of(name + " > 0", box), {s, b, r}, 0).value();
      CHECK_MESSAGE(std::fabs(found.value - value.value) <= found.error + value.error, name);
      CHECK_MESSAGE(found.error <= 1e-9 * (1 + std::fabs(value.value)), name);
    }
  }
}

TEST_CASE("program: derivative(E, k) is the k-th derivative in t = radius^2") {
  const auto at = [](const std::string& text) {
    return difference<TrackedDouble>(statement_of(text + " > 0", {{"radius", "0.1:10"}}), {Rational(3, 2)}, 0).value();
  };
  const double t = 2.25;
  // 1e-13: a few dozen roundings of numbers of size 1 to 100.
  CHECK(std::fabs(at("derivative(radius^3)").value - 1.5 * 1.5) < 1e-13);
  CHECK(std::fabs(at("derivative(sin(t), 3)").value + std::cos(t)) < 1e-13);
  CHECK(std::fabs(at("derivative(derivative(t^3), 1) - 6*t").value) < 1e-13);
  CHECK(std::fabs(at("derivative(t*derivative(t^2, 2))").value - 2) < 1e-13);
  CHECK(at("derivative(7)").value == 0);
}

TEST_CASE("program: V, D, K, Kdot, kernel and ntk are those of the library") {
  const auto closed = *find_closed_form(make_activation("erf"));
  const auto source = closed_form_expectations<TrackedDouble>(closed);
  const Rational s(6, 5), b(1, 5), r(13, 10);
  const auto value = [&](const std::string& text) {
    return difference<TrackedDouble>(statement_of(text + " > 0", box), {s, b, r}, 0).value();
  };
  const auto agree = [](const TrackedDouble& x, const TrackedDouble& y) {
    CHECK(std::fabs(x.value - y.value) <= x.error + y.error + 1e-15);
    CHECK(x.error < 1e-13);
  };
  const OnePoint<TrackedDouble> one = source->one_point(TrackedDouble(0.75), 0);
  agree(value("V(3/4)"), one.V[0]);
  agree(value("D(3/4)"), one.D[0]);
  agree(value("K(3/4, 3/4, 3/4)"), one.V[0]);
  const auto two = source->two_point(
      {TrackedDouble(1), TrackedDouble(2), TrackedDouble(0.5), TrackedDouble(1.75), false}, TwoPointNeed::kernel);
  agree(value("K(1, 2, 1/2)"), two.K);
  agree(value("Kdot(1, 2, 1/2)"), two.Kdot);
  Model model;
  model.depth = 2;
  model.weight_variance = {s};
  model.bias_variance = {b};
  const InputPair<TrackedDouble> pair{
      TrackedDouble(2), TrackedDouble(1.5), TrackedDouble(0.5), TrackedDouble(2.75), false, 3};
  agree(value("kernel(2, 1.5, 0.5)"), nngp(model, *source, pair, 0).kernel);
  agree(value("ntk(2, 1.5, 0.5)"), ntk(model, *source, pair, 0).kernel);
  agree(value("kernel(t, t, t) - variance"), TrackedDouble(0));
}

TEST_CASE("program: gradients are difference quotients of the values, in 60 digits") {
  const PrecisionScope scope(60);
  const std::vector<std::string> texts{"scalar_curvature",     "B - 2*derivative(A)",          "V(q)*radius",
                                       "ntk(t, 2, radius/2)",  "derivative(log_volume, 2)",    "K(1, 1+t, radius/2)",
                                       "kernel(t, 1, -1/100)", "if(radius > 5, A, B)",         "omega + 0*A",
                                       "ricci_radial/A",       "log(radial_eigenvalue) + D(t)"};
  const std::vector<Rational> at{Rational(9, 10), Rational(1, 5), Rational(13, 10)};
  for (const std::string& text : texts) {
    auto forall = box;
    if (text.starts_with("omega")) forall[1].second = "1";
    const Statement s = statement_of(text + " > 0", forall);
    const Jet<Real> gradient = difference<Real>(s, at, 1);
    const Rational h(1, mpz_class("100000000000000000000"));  // 1e-20: the quotient is right to about 38 digits
    for (std::size_t i = 0; i < 3; ++i) {
      std::vector<Rational> up = at, down = at;
      up[i] += h;
      down[i] -= h;
      // The last variable is the radius, and series run in t.
      const Rational width = i == 2 ? Rational(up[2] * up[2] - down[2] * down[2]) : Rational(2 * h);
      const Real quotient =
          (difference<Real>(s, up, 0).value() - difference<Real>(s, down, 0).value()) / to_real(width);
      CHECK_MESSAGE(abs(quotient - gradient.coefficient(1 + i)) < Real(1e-25) * (1 + abs(quotient)), text << " " << i);
    }
  }
}

TEST_CASE("program: balls around a point, thin or wide, hold what 40 digits give inside") {
  const PrecisionScope scope(40);
  auto generator = testing::generator_of_test("balls hold points");
  const std::size_t n = testing::trials(15);
  for (const std::string text : {"scalar_curvature", "sectional_tangential*A + V(q)", "ntk(t, 2, radius/2)",
                                 "derivative(A, 2) - log_volume", "kernel(t, t, t)"}) {
    const Program program(statement_of(text + " > 0", box));
    const Evaluator<Ball> balls(program, program.choices().front());
    const Evaluator<Real> points(program, program.choices().front());
    for (std::size_t i = 0; i < n; ++i) {
      std::vector<Ball> around;
      std::vector<Real> inside;
      const double width = std::pow(10.0, -1 - static_cast<double>(generator() % 12));
      for (const auto& [low, high] : {std::pair{0.5, 2.0}, std::pair{0.01, 1.0}, std::pair{0.3, 5.0}}) {
        const double from = testing::uniform(generator, low, high), to = from * (1 + width);
        around.push_back(Ball::between(from, to));
        inside.emplace_back(testing::uniform(generator, from, to));
      }
      const auto enclosure = balls(std::span<const Ball>(around), 1).claim.at(0);
      const auto value = points(std::span<const Real>(inside), 1).claim.at(0);
      for (std::size_t k = 0; k < value.size(); ++k) {
        const Ball& e = enclosure.coefficient(k);
        const double v = value_of(value.coefficient(k));
        // A unit of the last place of double, in which the 40 digits are compared.
        const double slack = 1e-15 * std::fabs(v);
        if (is_finite(e)) CHECK_MESSAGE((e.lower() - slack <= v && v <= e.upper() + slack), text << " " << k);
        if (width < 1e-9) CHECK_MESSAGE(e.radius() < 1e-4 * (1 + std::fabs(v)), text << " " << k);
      }
    }
  }
}

TEST_CASE("program: layers have their own variances, and fan-in divides the first") {
  const std::vector<std::pair<std::string, std::string>> layered{{"activation", "erf"},
                                                                 {"depth", "2"},
                                                                 {"weight_variance_1", "0.5:2"},
                                                                 {"weight_variance_2", "3"},
                                                                 {"radius", "2"}};
  Model model;
  model.depth = 2;
  model.weight_variance = {Rational(7, 10), 3};
  const auto source = closed_form_expectations<TrackedDouble>(*find_closed_form(make_activation("erf")));
  const auto metric = radial_metric(model, *source, TrackedDouble(4), 3);
  const auto found = difference<TrackedDouble>(statement_of("A > 0", layered), {Rational(7, 10)}, 0).value();
  CHECK(std::fabs(found.value - metric.A.value().value) <= found.error + metric.A.value().error);
  CHECK(difference<TrackedDouble>(statement_of("weight_variance_2 > 0", layered), {Rational(1)}, 0).value().value == 3);
  Statement scaled = statement_of("A > 0", {{"activation", "erf"}, {"dimension", "4"}, {"radius", "2"}});
  Statement plain = statement_of("A > 0", {{"activation", "erf"}, {"weight_variance", "1/4"}, {"radius", "2"}});
  scaled.input_scale = InputScale::fan_in;
  CHECK(difference<TrackedDouble>(scaled, {}, 0).value().value ==
        doctest::Approx(difference<TrackedDouble>(plain, {}, 0).value().value).epsilon(1e-14));
  CHECK(difference<TrackedDouble>(statement_of("q < 3", {{"q", "1:2"}}), {Rational(1)}, 0).value().value == -2);
}

TEST_CASE("program: what does not exist at a point is said, not computed") {
  const auto at_depth = [](const std::string& depth, const std::string& dimension) {
    return std::vector<std::pair<std::string, std::string>>{
        {"activation", "erf"}, {"depth", depth}, {"dimension", dimension}, {"radius", "0:10"}};
  };
  CHECK(reason_at(statement_of("omega > 0", at_depth("2", "3")), {1}).find("depth 1") != std::string::npos);
  CHECK(reason_at(statement_of("scalar_curvature > 0", at_depth("1", "1")), {1}).find("planes") != std::string::npos);
  CHECK(reason_at(statement_of("sectional_tangential > 0", at_depth("1", "2")), {1}).find("plane") !=
        std::string::npos);
  CHECK(reason_at(statement_of("scalar_curvature > 0", at_depth("1", "2")), {1}).empty());
  CHECK(reason_at(statement_of("scalar_curvature > 0", at_depth("1", "2")), {0}).empty());
  CHECK(reason_at(statement_of("log(radius-2) > 0", at_depth("1", "2")), {1}).find("not a number") !=
        std::string::npos);
  CHECK(reason_at(statement_of("V(radius-2) > 0", at_depth("1", "2")), {1}).find("negative") != std::string::npos);
  CHECK(reason_at(statement_of("K(1, 1, radius) > 0", at_depth("1", "2")), {3}).find("n^2 > a b") != std::string::npos);
  CHECK(reason_at(statement_of("derivative(radius) > 0", at_depth("1", "2")), {0}).find("radius = 0") !=
        std::string::npos);
  CHECK_FALSE(reason_at(statement_of("A > 0", {{"activation", "sign"}, {"radius", "1:2"}}), {1}).empty());
}

TEST_CASE("program: names that mean nothing, or are not quantified, are refused with what to do") {
  check_refused(statement_of("scalar_curvatur < 0", box), "did you mean scalar_curvature?");
  check_refused(statement_of("A < weight_varianse", box), "did you mean weight_variance?");
  check_refused(statement_of("A < radius", {{"activation", "erf"}}), "add forall.radius");
  check_refused(statement_of("weight_variance < 1", {{"radius", "1:2"}}), "'weight_variance', which is not quantified");
  check_refused(statement_of("A < 1", {{"radius", "1:2"}}), "add forall.activation");
  check_refused(statement_of("scalar_curvature < 1", {{"activation", "erf"}, {"radius", "1"}}), "add forall.dimension");
  check_refused(statement_of("derivative(V(1)) < 1", {{"activation", "erf"}}), "add forall.radius");
  check_refused(statement_of("A < 1", {{"activation", "erv"}, {"radius", "1"}}), "erf");
  check_refused(statement_of("A < activation", box), "not a number");
  // What a misspelt variable ranges over would not be what the verdict is about.
  auto with_variable = [](const std::string& name) {
    auto wider = box;
    wider.emplace_back(name, "1:2");
    return statement_of("A > 0", wider);
  };
  check_refused(with_variable("weigth_variance"), "did you mean weight_variance?");
  check_refused(with_variable("weight_variance_0"), "neither the claim nor the hypothesis uses it");
  check_refused(with_variable("alpha"), "neither the claim nor the hypothesis uses it");
  Statement in_hypothesis = with_variable("alpha");
  in_hypothesis.hypothesis = "alpha > 1";
  CHECK_NOTHROW(Program{in_hypothesis});
  in_hypothesis = with_variable("alpha");
  in_hypothesis.claim = "V(alpha) > 0";
  CHECK_NOTHROW(Program{in_hypothesis});
}
