// The interpolant of the radial metric keeps its certified error, away from its nodes.
#include <doctest/doctest.h>

#include <cmath>

#include "closedform/closedform.hpp"
#include "geometry/interpolant.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {

double size_of(const Real& x) { return std::fabs(static_cast<double>(x)); }

}  // namespace

TEST_CASE("interpolant: curvature and volume at random points lie within the stated error of 40-digit values") {
  auto random = testing::generator_of_test("geometry_interpolant");
  for (const char* name : {"erf", "gelu", "sin"}) {
    CAPTURE(name);
    Model model;
    model.depth = 3;
    model.weight_variance = {Rational(3, 2)};
    model.bias_variance = {Rational(1, 10)};
    const auto form = find_closed_form(make_activation(name));
    const auto source = closed_form_expectations<TrackedDouble>(*form);
    const RadialInterpolant interpolant(
        [&](double t) { return radial_metric<TrackedDouble>(model, *source, TrackedDouble(t), 3); }, 0.01, 25);
    // The tolerance that the constructor was left to choose.
    CHECK(interpolant.certified_error() <= 5e-13);
    const PrecisionScope scope(40);
    const auto exact_source = closed_form_expectations<Real>(*form);
    double worst = 0;
    for (std::size_t trial = 0; trial < testing::trials(5); ++trial) {
      Block t;
      for (double& lane : t.lane) lane = testing::uniform(random, 0.01, 25);
      const auto metric = interpolant(t);
      const auto g = radial_geometry(metric, TrackedBlock(t), 3);
      for (std::size_t i = 0; i < Block::width; ++i) {
        const auto exact_metric = radial_metric<Real>(model, *exact_source, Real(t.lane[i]), 3);
        const auto exact = radial_geometry(exact_metric, Real(t.lane[i]), 3);
        const auto check = [&](const TrackedBlock& got, const Real& truth) {
          const double error = size_of(Real(got.value.lane[i]) - truth);
          CHECK(error <= got.error.lane[i]);
          worst = std::max(worst, error / got.error.lane[i]);
        };
        check(g.A, exact.A);
        check(g.B, exact.B);
        check(g.log_volume, exact.log_volume);
        check(g.scalar_curvature, exact.scalar_curvature);
      }
    }
    std::printf("%s: %zu panels, certified error %.1e, worst ratio of true to stated error %.3f\n", name,
                interpolant.panel_count(), interpolant.certified_error(), worst);
  }
}

TEST_CASE("interpolant: points outside of its range and empty ranges are refused") {
  Model model;
  const auto source = closed_form_expectations<TrackedDouble>(*find_closed_form(make_activation("erf")));
  const auto sampler = [&](double t) { return radial_metric<TrackedDouble>(model, *source, TrackedDouble(t), 3); };
  const RadialInterpolant interpolant(sampler, 1, 2);
  CHECK_THROWS_AS((void)interpolant(Block(2.5)), Error);
  CHECK_THROWS_AS(RadialInterpolant(sampler, 2, 2), Error);
}
