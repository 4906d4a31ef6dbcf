// The law by which a closed form is accepted: it equals quadrature, which shares nothing with it but the activation.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "closedform/closedform.hpp"
#include "gaussian/gaussian.hpp"
#include "number/error.hpp"
#include "testing/checks.hpp"
#include "testing/closed_form_entries.hpp"

using namespace widegeo;
using namespace widegeo::testing;

namespace {

/// |x - y| against the larger, but not below `scale` nor two thirds of the digits: far in a tail only absolute accuracy
/// is meant.
double gap(const Real& x, const Real& y, const Real& scale) {
  const Real size =
      max(max(abs(x), abs(y)), max(scale, pow_int(Real(10), -static_cast<long>(working_digits() * 2 / 3))));
  return size == 0 ? 0 : value_of(Real(abs(x - y) / size));
}

struct Point {
  const char *a, *b, *rho;
};

}  // namespace

TEST_CASE("closedform: every catalogue entry agrees with quadrature to 50, 30 or 22 digits") {
  const bool thorough = test_effort() >= 5;
  // The time grows with more than the square of the digits.
  const unsigned digits = thorough ? 50 : test_effort() >= 1 ? 30 : 22;
  const PrecisionScope precision(digits + 10);
  // Regular, unequal, near-parallel and near-antiparallel (1 - |rho| = 1e-12), tiny and large variances.
  const std::vector<Point> points{{"1", "1", "0.5"},
                                  {"0.6", "2.3", "-0.7"},
                                  {"1", "1", "0.999999999999"},
                                  {"1.5", "0.7", "-0.999999999999"},
                                  {"1e-6", "3e-6", "0.3"}};
  const double tolerance = std::pow(10.0, -static_cast<double>(digits));  // the digits less the guard of the quadrature
  std::size_t turn = 0;
  for (const ClosedFormEntry& entry : closed_form_entries()) {
    ++turn;
    if (test_effort() < 1 && turn % 3 != 0) continue;  // under sanitizers every third entry
    const auto start = std::chrono::steady_clock::now();
    const Activation activation = entry.make();
    const auto form = find_closed_form(activation);
    REQUIRE(form.has_value());
    const auto closed = closed_form_expectations<Real>(*form);
    const auto quadrature = quadrature_expectations<Real>(activation);
    const unsigned order = form->metric_exists ? 2 : 0;
    double worst = 0;
    // The entries take the points in turn; WIDEGEO_TEST_EFFORT=5 takes all of them for every entry.
    for (std::size_t i = 0; i < std::min(trials(1), points.size()); ++i) {
      const Point& p = points[(i + turn) % points.size()];
      const Real a(p.a), b(p.b), n = Real(p.rho) * sqrt(a * b), m = a * b - n * n;
      const OnePoint<Real> c = closed->one_point(a, order), q = quadrature->one_point(a, order);
      for (unsigned k = 0; k <= order; ++k) {
        const Real unit = pow_int(a, -static_cast<long>(k));  // the size of a derivative
        worst = std::max(worst, gap(c.V[k], q.V[k], abs(c.V[0]) * unit));
        if (form->metric_exists) worst = std::max(worst, gap(c.D[k], q.D[k], abs(c.D[0]) * unit));
      }
      // Kinked activations: K and Kdot away from parallel inputs have a series; what needs nested multiprecision
      // quadrature (minutes an entry) is left to the thorough run.
      const bool parallel = abs(m) < a * b * Real(0x1p-20), kinked = !form->smooth_at_coincidence;
      if (!thorough && kinked && (parallel || !form->metric_exists)) continue;
      const bool kernel_only = !form->metric_exists || (kinked && !thorough);
      const auto need = kernel_only ? TwoPointNeed::kernel : TwoPointNeed::derivatives;
      const auto pair = unless_refused([&] { return closed->two_point({a, b, n, m, false}, need); });
      if (!pair) continue;  // far in a joint tail: left to the quadrature
      const TwoPoint<Real>& t = *pair;
      const TwoPoint<Real> s = quadrature->two_point({a, b, n, m, false}, need);
      worst = std::max(worst, gap(t.K, s.K, abs(c.V[0])));
      if (!form->metric_exists) continue;
      const Real unit = abs(c.D[0]);
      worst = std::max(worst, gap(t.Kdot, s.Kdot, unit));
      if (kernel_only) continue;
      worst = std::max({worst, gap(t.Ka, s.Ka, unit), gap(t.Kb, s.Kb, unit), gap(t.radial, s.radial, unit),
                        gap(t.mixed, s.mixed, unit), gap(t.normal, s.normal, unit)});
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::printf("  %-40s worst relative difference %.1e  (%.1f s)\n", entry.label.c_str(), worst, seconds.count());
    std::fflush(stdout);
    CHECK_MESSAGE(worst < tolerance, entry.label);
  }
}
