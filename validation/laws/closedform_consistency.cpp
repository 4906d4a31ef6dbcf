// Laws that tie the formulas of one closed form to each other, for every entry. None of them knows how a formula was
// found.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>

#include "closedform/closedform.hpp"
#include "testing/checks.hpp"
#include "testing/closed_form_entries.hpp"

using namespace widegeo;
using namespace widegeo::testing;

namespace {

struct Point {
  const char *a, *b, *rho;
};

Covariance<Real> covariance(const Real& a, const Real& b, const Real& n) {
  return {a, b, n, Real(a * b - n * n), false};
}

double gap(const Real& x, const Real& y, const Real& scale) {
  return value_of(Real(abs(x - y) / max(max(abs(x), abs(y)), scale)));
}

/// The size of the terms a derivative is made of, below which only absolute accuracy is meant.
Real scale_of(const OnePoint<Real>& o) { return (abs(o.V[0]) + abs(o.D[0])) / 1000; }

}  // namespace

TEST_CASE("closedform: Kdot, dK/da, dK/db and the directional derivatives of Kdot are those of K") {
  const PrecisionScope precision(150);
  // Central differences with step h: error h^2 times a third derivative; rounding 10^-150 / h.
  const Real h = pow_int(Real(10), -40L), two(2);
  const double tolerance = 1e-60;
  const std::vector<Point> points{{"1.1", "0.9", "0.5"}, {"0.3", "2", "-0.7"}, {"4", "0.25", "0.1"}};
  for (const ClosedFormEntry& entry : closed_form_entries()) {
    const auto form = find_closed_form(entry.make());
    REQUIRE(form.has_value());
    const bool metric = form->metric_exists;
    const auto e = closed_form_expectations<Real>(*form);
    const auto K = [&](const Real& a, const Real& b, const Real& n) {
      return e->two_point(covariance(a, b, n), TwoPointNeed::kernel);
    };
    double worst = 0;
    for (const Point& p : points) {
      const Real a(p.a), b(p.b), n = Real(p.rho) * sqrt(a * b), m = a * b - n * n, root = sqrt(m);
      const TwoPoint<Real> t =
          e->two_point(covariance(a, b, n), metric ? TwoPointNeed::derivatives : TwoPointNeed::kernel);
      const OnePoint<Real> o = e->one_point(a, 0);
      const Real scale = metric ? scale_of(o) : o.V[0];
      const auto slope = [&](const Real& da, const Real& db, const Real& dn) {
        const TwoPoint<Real> up = K(a + h * da, b + h * db, n + h * dn), down = K(a - h * da, b - h * db, n - h * dn);
        return std::pair(Real((up.K - down.K) / (two * h)), Real((up.Kdot - down.Kdot) / (two * h)));
      };
      worst = std::max(worst, gap(t.Kdot, slope(0, 0, 1).first, scale));
      if (!metric) continue;
      worst = std::max({worst, gap(t.Ka, slope(1, 0, 0).first, scale), gap(t.Kb, slope(0, 1, 0).first, scale),
                        gap(t.radial, slope(two * a, two * n * n / a, two * n).second, scale),
                        gap(t.mixed, slope(0, two * n * root / a, root).second, scale),
                        gap(t.normal, slope(0, two * m / a, 0).second, scale)});
    }
    std::printf("  %-40s %.1e\n", entry.label.c_str(), worst);
    CHECK_MESSAGE(worst < tolerance, entry.label);
  }
}

TEST_CASE("closedform: at coincidence the two-point form is the one-point form, derivatives included") {
  const PrecisionScope precision(150);
  // At 1 - rho = 10^-100 kinked forms differ from their limit by sqrt(2e-100) relative, and q f''/f amplifies little.
  const double tolerance = 1e-45;
  for (const ClosedFormEntry& entry : closed_form_entries()) {
    const auto form = find_closed_form(entry.make());
    REQUIRE(form.has_value());
    const bool metric = form->metric_exists;
    const auto e = closed_form_expectations<Real>(*form);
    double worst = 0;
    for (const char* text : {"0.02", "0.8", "7"}) {
      const Real q(text), n = q * (1 - pow_int(Real(10), -100L));
      const OnePoint<Real> o = e->one_point(q, metric ? 1 : 0);
      const TwoPoint<Real> t =
          e->two_point(covariance(q, q, n), metric ? TwoPointNeed::derivatives : TwoPointNeed::kernel);
      worst = std::max(worst, gap(t.K, o.V[0], Real(0)));
      if (!metric) continue;
      const Real scale = scale_of(o);
      worst = std::max({worst, gap(t.Kdot, o.D[0], Real(0)), gap(t.Ka, Real((o.V[1] - o.D[0]) / 2), scale),
                        gap(t.Kb, Real((o.V[1] - o.D[0]) / 2), scale), gap(t.radial, Real(2 * q * o.D[1]), scale),
                        gap(t.mixed, Real(0), scale), gap(t.normal, Real(0), scale)});
    }
    CHECK_MESSAGE(worst < tolerance, entry.label, " ", worst);
  }
}

TEST_CASE("closedform: K is symmetric in its two inputs and bounded by Cauchy and Schwarz") {
  const PrecisionScope precision(60);
  for (const ClosedFormEntry& entry : closed_form_entries()) {
    const auto e = closed_form_expectations<Real>(*find_closed_form(entry.make()));
    for (const char* rho : {"-0.999", "-0.4", "0.2", "0.95"}) {
      const Real a("0.6"), b("3.7"), n = Real(rho) * sqrt(a * b);
      const TwoPoint<Real> t = e->two_point(covariance(a, b, n), TwoPointNeed::kernel);
      const TwoPoint<Real> s = e->two_point(covariance(b, a, n), TwoPointNeed::kernel);
      // Far in a joint tail K is a small difference of terms of size V: absolute accuracy is meant.
      const OnePoint<Real> o = e->one_point(a, 0);
      CHECK_MESSAGE(gap(t.K, s.K, o.V[0]) < 1e-50, entry.label);
      CHECK_MESSAGE(gap(t.Kdot, s.Kdot, o.V[0]) < 1e-50, entry.label);
      CHECK_MESSAGE(t.K * t.K <= e->one_point(a, 0).V[0] * e->one_point(b, 0).V[0] * (1 + Real(1e-50)), entry.label);
    }
  }
}

TEST_CASE(
    "closedform: the true error in double is below the stated one, near-parallel and extreme variances included") {
  auto generator = generator_of_test("closedform honesty");
  // Enough for joint tails that are small differences of terms of size 1.
  const PrecisionScope precision(400);
  double worst_ratio = 0;
  for (const ClosedFormEntry& entry : closed_form_entries()) {
    const auto form = find_closed_form(entry.make());
    const bool metric = form->metric_exists;
    const auto plain = closed_form_expectations<TrackedDouble>(*form);
    const auto exact = closed_form_expectations<Real>(*form);
    double ratio = 0, stated = 0;
    const auto see = [&](const TrackedDouble& x, const Real& truth) {
      if (abs(truth) < Real(1e-290) && std::fabs(x.value) <= 1e-290) return;  // below the range of double
      ratio = std::max(ratio, honesty_ratio(truth, x));
      if (truth != 0) stated = std::max(stated, x.error / std::max(std::fabs(value_of(truth)), 1e-290));
    };
    for (std::size_t trial = 0; trial < trials(6); ++trial) {
      // Exponentials leave the range of double at large variances.
      const double top = entry.grows ? 20 : 1e5;
      const double q = log_uniform(generator, 1e-10, top);
      const OnePoint<TrackedDouble> o = plain->one_point(TrackedDouble(q), metric ? 2 : 0);
      const auto point = unless_refused([&] { return exact->one_point(Real(q), metric ? 2 : 0); });
      if (!point) continue;  // below the range of multiprecision
      const OnePoint<Real>& oo = *point;
      for (std::size_t k = 0; k < o.V.size(); ++k) {
        see(o.V[k], oo.V[k]);
        if (metric) see(o.D[k], oo.D[k]);
      }
      // Inputs exact in double, m their exact ab - n^2 rounded once, with its rounding as the error.
      const double a = log_uniform(generator, 1e-3, std::min(top, 1e3)), angle = log_uniform(generator, 1e-6, 3);
      const double b = trial % 2 == 0 ? a : a * uniform(generator, 0.3, 3),
                   n = std::sqrt(a) * std::sqrt(b) * std::cos(angle);
      const Real m = Real(a) * Real(b) - Real(n) * Real(n);
      if (m <= 0) continue;
      const double rounded = value_of(m);
      const auto need = metric ? TwoPointNeed::derivatives : TwoPointNeed::kernel;
      const TwoPoint<TrackedDouble> t = plain->two_point(
          {TrackedDouble(a), TrackedDouble(b), TrackedDouble(n), TrackedDouble(rounded, rounded * 0x1p-53)}, need);
      const auto pair = unless_refused([&] { return exact->two_point({Real(a), Real(b), Real(n), m}, need); });
      if (!pair) continue;  // far in a joint tail
      const TwoPoint<Real>& tt = *pair;
      see(t.K, tt.K);
      see(t.Kdot, tt.Kdot);
      if (!metric) continue;
      see(t.Ka, tt.Ka);
      see(t.Kb, tt.Kb);
      see(t.radial, tt.radial);
      see(t.mixed, tt.mixed);
      see(t.normal, tt.normal);
    }
    std::printf("  %-40s true/stated %.2f, largest stated %.1e\n", entry.label.c_str(), ratio, stated);
    worst_ratio = std::max(worst_ratio, ratio);
    CHECK_MESSAGE(ratio <= 1, entry.label);
  }
  std::printf("  worst ratio of true to stated error: %.2f\n", worst_ratio);
}
