// The promise of the double route: the true error is at most the stated one, for every closed form of the catalogue, on
// random models. Truth is the same recursion at 60 digits, whose own error is negligible; that it is the right
// recursion is the business of geometry_routes.cpp.
#include <doctest/doctest.h>

#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "closedform/closedform.hpp"
#include "geometry/radial.hpp"
#include "number/error.hpp"
#include "testing/checks.hpp"
#include "testing/fixtures.hpp"

using namespace widegeo;
using namespace widegeo::testing;

namespace {

constexpr unsigned digits = 60;

struct Entry {
  std::string name;
  std::unique_ptr<Expectations<TrackedDouble>> rough;
  std::unique_ptr<Expectations<Real>> exact;
};

std::vector<Entry> entries() {
  std::vector<Entry> r;
  for (const CatalogueEntry& c : catalogue()) {
    std::map<std::string, std::string> parameters;
    if (c.list_parameter) parameters["coefficients"] = "1/2,1,-1/3,1/4";
    const auto form = find_closed_form(make_activation(c.name, parameters));
    if (!form || !form->metric_exists) continue;
    r.push_back({c.name, closed_form_expectations<TrackedDouble>(*form), closed_form_expectations<Real>(*form)});
  }
  return r;
}

/// The promise holds above the smallest normal double: D' = exp(-1800 q) is 0 with error 0 once it has underflowed.
double ratio_of(const Real& truth, const TrackedDouble& x) {
  if (abs(truth - Real(x.value)) < Real(std::numeric_limits<double>::min())) return 0;
  return honesty_ratio(truth, x);
}

template <class T>
std::vector<std::pair<const char*, T>> quantities(const RadialGeometry<T>& g, unsigned long d) {
  std::vector<std::pair<const char*, T>> q = {
      {"A", g.A}, {"B", g.B}, {"radial eigenvalue", g.radial_eigenvalue}, {"log volume", g.log_volume}};
  if (d >= 2) {
    q.emplace_back("K_rad", g.sectional_radial);
    q.emplace_back("Ricci tangential", g.ricci_tangential);
    q.emplace_back("R", g.scalar_curvature);
  }
  if (d >= 3) q.emplace_back("K_tan", g.sectional_tangential);
  return q;
}

}  // namespace

TEST_CASE("geometry: on 10^4 random models the true error of double is at most the stated error") {
  PrecisionScope scope(digits);
  const std::vector<Entry> sources = entries();
  REQUIRE(sources.size() >= 10);
  auto random = generator_of_test("honest errors");
  const std::size_t count = trials(10000);
  std::size_t refused = 0, compared = 0;
  double worst = 0;
  std::string where;
  for (std::size_t trial = 0; trial < count; ++trial) {
    const Entry& entry = sources[random() % sources.size()];
    const Model model = random_model(random, 1 + static_cast<unsigned>(random() % 6));
    const unsigned long d = 1 + random() % 1000;
    const double t = log_uniform(random, 1e-3, 1e2);
    RadialGeometry<TrackedDouble> rough;
    RadialGeometry<Real> exact;
    try {
      rough = radial_geometry(radial_metric(model, *entry.rough, TrackedDouble(t), d), TrackedDouble(t), d);
      exact = radial_geometry(radial_metric(model, *entry.exact, Real(t), d), Real(t), d);
    } catch (const Error&) {
      ++refused;  // said so: out of range, or the expectation does not exist
      continue;
    }
    const auto a = quantities(rough, d);
    const auto b = quantities(exact, d);
    for (std::size_t i = 0; i < a.size(); ++i) {
      const double ratio = ratio_of(b[i].second, a[i].second);
      ++compared;
      if (ratio > worst) {
        worst = ratio;
        where = entry.name + ", depth " + std::to_string(model.depth) + ", " + a[i].first;
      }
      if (ratio > 1) {
        CAPTURE(entry.name);
        CAPTURE(model.depth);
        CAPTURE(t);
        CAPTURE(d);
        CAPTURE(std::string(a[i].first));
        CAPTURE(a[i].second.value);
        CAPTURE(a[i].second.error);
        CHECK(ratio <= 1);
      }
    }
  }
  MESSAGE(sources.size(), " activations, ", compared, " numbers, worst ratio of true to stated error ", worst, " (",
          where, "); ", refused, " of ", count, " models refused");
  CHECK(worst <= 1);
  // Some models overflow (exp) or lie beyond a variance limit; most must be answered.
  CHECK(refused < count / 3);
}
