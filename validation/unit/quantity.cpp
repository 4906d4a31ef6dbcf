// The table of quantities: every user knows every entry, or refuses it.
#include "quantity/quantity.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "closedform/closedform.hpp"
#include "geometry/read_quantity.hpp"
#include "montecarlo/observable.hpp"
#include "number/error.hpp"
#include "statement/evaluation/program.hpp"
#include "statement/proof/verify_route.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

const Rational weight(6, 5), bias(1, 5), radius(13, 10);
constexpr unsigned long dimension = 4;

std::unique_ptr<Expectations<TrackedDouble>> source() {
  return closed_form_expectations<TrackedDouble>(*find_closed_form(make_activation("erf")));
}

RadialGeometry<TrackedDouble> geometry_at(unsigned depth) {
  Model model;
  model.depth = depth;
  model.weight_variance = {weight};
  model.bias_variance = {bias};
  const TrackedDouble t = from_rational<TrackedDouble>(radius * radius);
  return radial_geometry(radial_metric(model, *source(), t, dimension), t, dimension);
}

statement::Statement claim_of(const std::string& claim, unsigned depth, unsigned long d) {
  statement::Statement s{.id = "test", .claim = claim, .hypothesis = "", .forall = {}};
  const std::vector<std::pair<std::string, std::string>> domains{
      {"activation", "erf"},        {"depth", std::to_string(depth)}, {"dimension", std::to_string(d)},
      {"weight_variance", "0.5:2"}, {"bias_variance", "0:1"},         {"radius", "0.1:10"}};
  for (const auto& [variable, text] : domains) s.forall.push_back(statement::parse_domain(variable, {text}));
  return s;
}

/// NAME - 1 where it exists.
template <class T>
statement::Program::Sides<T> sides_of(GeometricQuantity q, unsigned depth, unsigned long d) {
  const statement::Program program(claim_of(name_of(q) + " < 1", depth, d));
  const statement::Evaluator<T> evaluator(program, program.choices().front());
  const std::vector<T> at{from_rational<T>(weight), from_rational<T>(bias), from_rational<T>(radius)};
  return evaluator(std::span<const T>(at), 0);
}

}  // namespace

TEST_CASE("quantities: names are unique and found, and every entry says what it is") {
  std::set<std::string_view> names;
  for (const QuantityEntry& entry : quantity_table) {
    CHECK(names.insert(entry.name).second);
    CHECK(find_quantity(entry.name) == entry.quantity);
    CHECK(entry.name.data()[entry.name.size()] == 0);
    CHECK_FALSE(entry.meaning.empty());
    CHECK_FALSE(entry.latex.empty());
    CHECK(entry.order <= 2);
    CHECK((entry.least_dimension > 1) == !entry.absent_below.empty());
    for (unsigned long d = 1; d <= 5; ++d)
      CHECK(absent_reason(entry.quantity, d).empty() == (d >= entry.least_dimension));
  }
  for (const char* none : {"", "a", "scalar_curvatur", "scalar_curvature ", "q"}) CHECK_FALSE(find_quantity(none));
}

TEST_CASE("quantities: a claim, and the check of its proof, speak of the number that the geometry gives") {
  for (const unsigned depth : {1U, 3U}) {
    const RadialGeometry<TrackedDouble> g = geometry_at(depth);
    std::vector<double> values;
    for (const QuantityEntry& entry : quantity_table) {
      CAPTURE(entry.name);
      const TrackedDouble read = read_quantity(g, entry.quantity);
      const auto sides = sides_of<TrackedDouble>(entry.quantity, depth, dimension);
      if (entry.quantity == GeometricQuantity::omega && depth > 1) {
        CHECK_FALSE(sides.exists);
        continue;
      }
      REQUIRE(sides.exists);
      const TrackedDouble claimed = sides.claim.front().value() + TrackedDouble(1);
      CHECK(std::fabs(claimed.value - read.value) <= claimed.error + read.error);
      CHECK(read.error < 1e-12 * (1 + std::fabs(read.value)));
      const statement::Statement s = claim_of(name_of(entry.quantity) + " < 1", depth, dimension);
      const auto checked = statement::SecondRoute(s).differences(choices_of(s).front(), {weight, bias, radius});
      REQUIRE(checked.size() == 1);
      CHECK(std::fabs(checked[0].value + 1 - read.value) <= checked[0].error + read.error + 1e-15);
      const auto ball = sides_of<Ball>(entry.quantity, depth, dimension).claim.front().value() + Ball(1);
      CHECK(std::fabs(ball.midpoint() - read.value) <= ball.radius() + read.error + 1e-15);
      values.push_back(read.value);
    }
    // No value is another's: equal are A and the tangential eigenvalue alone.
    CHECK(std::set<double>(values.begin(), values.end()).size() == values.size() - 1);
  }
}

TEST_CASE("quantities: where one does not exist, a claim about it has no value") {
  for (const QuantityEntry& entry : quantity_table)
    for (unsigned long d = 1; d < entry.least_dimension; ++d) {
      if (entry.quantity == GeometricQuantity::tangential_eigenvalue) continue;  // A in claims
      const auto sides = sides_of<TrackedDouble>(entry.quantity, 1, d);
      CHECK_MESSAGE(!sides.exists, entry.name);
      CHECK_FALSE(sides.reason.empty());
    }
}

TEST_CASE("quantities: a geometry that was made without the variances has none") {
  RadialMetric<TrackedDouble> metric = radial_metric(Model(), *source(), TrackedDouble(1), 2);
  metric.q.reset();
  metric.variance.reset();
  const auto g = radial_geometry(metric, TrackedDouble(1), 2);
  for (const auto q : {GeometricQuantity::preactivation_variance, GeometricQuantity::variance})
    CHECK_THROWS_AS(read_quantity(g, q), Error);
  CHECK_NOTHROW(read_quantity(g, GeometricQuantity::omega));
}

TEST_CASE("quantities: simulated networks have each by its name, or refuse it") {
  for (const QuantityEntry& entry : quantity_table) {
    CAPTURE(entry.name);
    try {
      const std::vector<Quantity> parsed = parse_quantity(entry.name, dimension);
      REQUIRE(parsed.size() == 1);
      CHECK(parsed[0].name() == entry.name);
      CHECK((parsed[0].order() == 2) == (entry.order == 2));
    } catch (const Error& e) {
      CHECK(e.code() == ErrorCode::input);
      CHECK_MESSAGE(entry.quantity > GeometricQuantity::scalar_curvature, "`metric` prints what is not measured");
    }
    for (unsigned d = 1; d < entry.least_dimension; ++d) CHECK_THROWS_AS(parse_quantity(entry.name, d), Error);
  }
}
