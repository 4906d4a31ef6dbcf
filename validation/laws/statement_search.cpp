// The search for counterexamples: what is true is not refuted, what is false gets a point at which it is false.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "closedform/closedform.hpp"
#include "geometry/radial.hpp"
#include "number/error.hpp"
#include "statement/search/search.hpp"
#include "testing/checks.hpp"

using namespace widegeo;
using namespace widegeo::statement;

namespace {

using Forall = std::vector<std::pair<std::string, std::vector<std::string>>>;

Program program_of(const std::string& claim, const Forall& forall, const std::string& hypothesis = "") {
  Statement s{.id = "test", .claim = claim, .hypothesis = hypothesis, .forall = {}};
  for (const auto& [variable, items] : forall) s.forall.push_back(parse_domain(variable, items));
  return Program(s);
}

Finding found(const std::string& claim, const Forall& forall, const std::string& hypothesis = "",
              std::size_t points = 2000) {
  SearchOptions options;
  options.points = points;
  return search(program_of(claim, forall, hypothesis), options);
}

Rational value_at(const Finding& f, const std::string& name) {
  for (const auto& [variable, value] : f.at.values)
    if (variable == name) return value;
  FAIL("no value of ", name);
  return 0;
}

/// The geometry at the reported point, computed again without statements, in 40 digits.
RadialGeometry<Real> geometry_at(const Finding& f) {
  Model model;
  model.depth = f.at.depth;
  model.weight_variance = {value_at(f, "weight_variance")};
  model.bias_variance = {value_at(f, "bias_variance")};
  const auto source = closed_form_expectations<Real>(*find_closed_form(make_activation(f.at.activation)));
  const Rational radius = value_at(f, "radius");
  const Real t = to_real(Rational(radius * radius));
  return radial_geometry(radial_metric(model, *source, t, f.at.dimension), t, f.at.dimension);
}

const Forall box{{"activation", {"erf"}},        {"depth", {"1"}},           {"dimension", {"2", "3", "10"}},
                 {"weight_variance", {"0.5:2"}}, {"bias_variance", {"0:1"}}, {"radius", {"0.1:10"}}};

Forall with(Forall forall, const std::string& variable, const std::vector<std::string>& items) {
  for (auto& [name, values] : forall)
    if (name == variable) values = items;
  return forall;
}

}  // namespace

TEST_CASE("search: a true claim is `searched`, with its worst point") {
  const Finding f = found("scalar_curvature < 0", box);
  CHECK(f.verdict == Verdict::searched);
  CHECK(f.missing == 0);
  CHECK(f.searched >= 3 * 512);
  REQUIRE(f.has_point);
  CHECK(f.margin > 0);
  const PrecisionScope scope(40);
  CHECK(testing::relative_difference(geometry_at(f).scalar_curvature, Real(-f.margin)) < 1e-12);
  REQUIRE(f.compared.size() == 1);
  CHECK(f.compared[0].right == "0");
}

TEST_CASE("search: a false claim gets a point at which an independent computation finds it false") {
  const PrecisionScope scope(40);
  const Finding curvature = found("scalar_curvature < 0", with(box, "depth", {"1", "2"}));
  REQUIRE(curvature.verdict == Verdict::fails);
  CHECK(curvature.at.depth == 2);
  CHECK(geometry_at(curvature).scalar_curvature >= 0);
  const Finding tangential =
      found("sectional_tangential <= 0", with(with(box, "activation", {"relu", "gelu"}), "depth", {"2"}),
            "radius > weight_variance/10");
  REQUIRE(tangential.verdict == Verdict::fails);
  CHECK(tangential.at.activation == "gelu");
  CHECK(geometry_at(tangential).sectional_tangential > 0);
  CHECK(value_at(tangential, "radius") > value_at(tangential, "weight_variance") / 10);
  // The point is one that can be typed.
  for (const auto& [name, value] : tangential.at.values) CHECK(to_text(value).size() <= 14);
}

TEST_CASE("search: a violation narrower than the grid is found by local minimisation, and not without it") {
  const Forall radius{{"radius", {"0.1:10"}}};
  const std::string claim = "abs(radius - 1.2345) > 1/1000";
  const Finding f = found(claim, radius, "", 200);
  REQUIRE(f.verdict == Verdict::fails);
  CHECK(abs(Rational(value_at(f, "radius") - Rational(12345, 10000))) <= Rational(1, 1000));
  SearchOptions grid_only;
  grid_only.points = 200;
  grid_only.local_starts = 0;
  CHECK(search(program_of(claim, radius), grid_only).verdict == Verdict::searched);
  // In three dimensions, along a curved valley.
  const Finding valley = found("(radius - weight_variance)^2 + (bias_variance - 1/3)^2 > 1/10^6",
                               {{"radius", {"0.1:10"}}, {"weight_variance", {"0.5:2"}}, {"bias_variance", {"0:1"}}});
  CHECK(valley.verdict == Verdict::fails);
}

TEST_CASE("search: both ends of every range are searched, exactly") {
  const Forall ends{{"radius", {"0.123456789:9.87654321"}}, {"bias_variance", {"1.23456789:1.3"}}};
  CHECK(found("radius < 9.87654321", ends).verdict == Verdict::fails);
  CHECK(found("radius > 0.123456789", ends).verdict == Verdict::fails);
  CHECK(found("bias_variance > 1.23456789", ends).verdict == Verdict::fails);
  CHECK(found("0.123456789 <= radius <= 9.87654321 and bias_variance <= 1.3", ends).verdict == Verdict::searched);
}

TEST_CASE("search: where more digits cancel in a closed form than it carries quadrature decides") {
  // K is -11.634793723530780848 there: validation/reference/reported_faults.txt.
  const Forall elu{{"activation", {"elu"}}};
  CHECK(found("K(4500, 5, -90) > -11.6347937", elu).verdict == Verdict::fails);
  CHECK(found("K(4500, 5, -90) > -11.6347938", elu).verdict == Verdict::searched);
}

TEST_CASE("search: equalities hold within the errors where they are true, and fail where they are not") {
  Forall forall = with(box, "dimension", {"3"});
  const Finding holds = found("B == 2*derivative(A)", forall);
  CHECK(holds.verdict == Verdict::searched);
  const Finding fails = found("B == 2*derivative(A)", with(forall, "depth", {"1", "2"}));
  REQUIRE(fails.verdict == Verdict::fails);
  CHECK(fails.at.depth == 2);
  const PrecisionScope scope(40);
  const auto g = geometry_at(fails);
  CHECK(abs(g.B - 2 * g.dA) > abs(g.B) / 1000);
  CHECK(fails.margin < 0);
  // Other true ones, of which both sides are rounded.
  for (const std::string claim :
       {"kernel(t, t, t) == variance", "scalar_curvature == 2*ricci_radial/2 + 2*ricci_tangential",
        "omega == log(weight_variance*D(q))", "derivative(radius)*2*radius == 1"})
    CHECK_MESSAGE(found(claim, forall).verdict == Verdict::searched, claim);
  // A difference of 1e-14 of the number is far above the errors, one of 1e-25 below those of double.
  CHECK(found("A == A*(1 + 1/10^9)", forall).verdict == Verdict::fails);
}

TEST_CASE("search: strict claims between numbers that agree to all digits are undecided, weak ones hold") {
  const Forall radius{{"radius", {"0.5:2"}}};
  CHECK(found("log(exp(radius)^2) <= 2*radius", radius).verdict == Verdict::searched);
  CHECK(found("sin(radius)^2 + cos(radius)^2 <= 1", radius).verdict == Verdict::searched);
  CHECK(found("sin(radius)^2 + cos(radius)^2 < 1", radius).verdict != Verdict::searched);
  CHECK(found("not sin(radius)^2 + cos(radius)^2 > 1", radius).verdict == Verdict::searched);
  CHECK(found("not sin(radius)^2 + cos(radius)^2 == 1", radius).verdict != Verdict::searched);
  // Beyond the range of double.
  const Finding huge = found("exp(2000*radius) < 1", radius, "", 100);
  CHECK(huge.verdict == Verdict::fails);
  CHECK(std::isfinite(huge.margin));
  CHECK(found("exp(2000*radius) > 1", radius, "", 100).verdict == Verdict::searched);
  // Below the errors of double, but not of 30 digits.
  CHECK(found("sin(radius)^2 + cos(radius)^2 < 1 + 1/10^25", radius).verdict == Verdict::searched);
  CHECK(found("sin(radius)^2 + cos(radius)^2 > 1 + 1/10^25", radius).verdict == Verdict::fails);
}

TEST_CASE("search: a hypothesis that no point meets is vacuous, and said so") {
  const Finding f = found("A > 0", box, "radius > 11");
  CHECK(f.verdict == Verdict::undecided);
  CHECK(f.reason.find("vacuous") != std::string::npos);
  CHECK(f.searched == 0);
  CHECK(f.excluded >= 3 * 512);
  const Finding exact = found("A > 0", {{"activation", {"erf"}}, {"radius", {"0.1:10"}}}, "radius == 1.5");
  CHECK(exact.verdict == Verdict::searched);
  CHECK(value_at(exact, "radius") == Rational(3, 2));
}

TEST_CASE(
    "search: a claim that has no meaning somewhere is undecided, and so is one of an activation without a metric") {
  const Finding f = found("log(radius - 1) < 5", {{"radius", {"0.1:10"}}});
  CHECK(f.verdict == Verdict::undecided);
  CHECK(f.missing > 0);
  CHECK(f.first_missing.find("not a number") != std::string::npos);
  CHECK(found("log(radius - 1) < 5", {{"radius", {"0.1:10"}}}, "radius > 1").verdict == Verdict::searched);
  const Finding jump = found("A > 0", {{"activation", {"sign"}}, {"radius", {"0.1:10"}}});
  CHECK(jump.verdict == Verdict::undecided);
  CHECK(jump.searched == 0);
}

TEST_CASE("search: connectives decide as their truth tables do") {
  const Forall radius{{"radius", {"0:2"}}};
  CHECK(found("radius < 1 or radius >= 1", radius).verdict == Verdict::searched);
  CHECK(found("radius < 1 or radius > 1", radius).verdict == Verdict::fails);
  CHECK(found("radius > 1 implies radius^2 > radius", radius).verdict == Verdict::searched);
  CHECK(found("radius > 0.9 implies radius^2 > radius", radius).verdict == Verdict::fails);
  CHECK(found("not (radius > 1 and radius < 1/2)", radius).verdict == Verdict::searched);
  CHECK(found("0 <= radius <= 2", radius).verdict == Verdict::searched);
  CHECK(found("0 <= radius < 2", radius).verdict == Verdict::fails);
}

TEST_CASE("search: 1, 2 and 7 threads find the same to the last bit") {
  for (const std::string claim : {"scalar_curvature < 0", "sectional_tangential <= 0", "A > 1/100"}) {
    const Program program = program_of(claim, with(box, "depth", {"1", "2"}), "radius > weight_variance/10");
    std::vector<Finding> findings;
    for (const unsigned threads : {1U, 2U, 7U}) {
      SearchOptions options;
      options.points = 1500;
      options.threads = threads;
      findings.push_back(search(program, options));
    }
    for (const Finding& f : findings) {
      CHECK(f.verdict == findings[0].verdict);
      CHECK(f.reason == findings[0].reason);
      CHECK(to_text(f.at) == to_text(findings[0].at));
      CHECK(f.margin == findings[0].margin);
      CHECK(f.searched == findings[0].searched);
    }
  }
}

TEST_CASE("search: activations without a closed form go by quadrature to the same verdicts") {
  const Forall forall{{"activation", {"sin(2*x)+x/9"}}, {"dimension", {"3"}}, {"radius", {"0.1:3"}}};
  CHECK(found("A > 0", forall, "", 100).verdict == Verdict::searched);
  CHECK(found("B == 2*derivative(A)", forall, "", 100).verdict == Verdict::searched);
  CHECK(found("derivative(A) < -1/100", forall, "", 100).verdict == Verdict::fails);
}
