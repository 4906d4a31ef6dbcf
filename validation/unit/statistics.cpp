#include "montecarlo/statistics.hpp"

#include <doctest/doctest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "number/error.hpp"
#include "random/random.hpp"
#include "statistics_stream.hpp"

using namespace widegeo;
using testing::moments_of;
using testing::stream;

namespace {
constexpr double epsilon = std::numeric_limits<double>::epsilon(), infinity = std::numeric_limits<double>::infinity(),
                 not_a_number = std::numeric_limits<double>::quiet_NaN();

MeanEstimate estimate(double mean, double error, double degrees = infinity) { return {mean, error, degrees, 0}; }
}  // namespace

TEST_CASE("statistics: the controlled mean is the intercept of a least-squares fit, with its textbook error") {
  auto rows = stream(80, 4, 5);  // the value and three controls
  Eigen::MatrixXd x(80, 4);
  Eigen::VectorXd y(80);
  for (Eigen::Index k = 0; k < 80; ++k) {
    const auto& row = rows[static_cast<std::size_t>(k)];
    y(k) = row[0];
    x.row(k) << 1, row[1], row[2], row[3];
  }
  const Eigen::VectorXd solution = x.colPivHouseholderQr().solve(y);
  const double residual = (y - x * solution).squaredNorm() / (80 - 4);
  const double error = std::sqrt(residual * (x.transpose() * x).inverse()(0, 0));
  const Moments m = moments_of(rows);
  const MeanEstimate got = controlled_mean(m, 0, 1);
  // The columns are correlated at most 0.9 or so: a loss of some digits out of 15.
  CHECK(got.mean == doctest::Approx(solution(0)).epsilon(1e-11));
  CHECK(got.standard_error == doctest::Approx(error).epsilon(1e-11));
  CHECK(got.degrees_of_freedom == 76);
  CHECK(got.variance == m.variance(0));

  // Constant, repeated and dependent controls change nothing, not even the degrees of freedom.
  for (auto& row : rows) {
    row.push_back(0.1);
    row.push_back(row[2]);
    row.push_back(3 * row[1] - 0.1 * row[3]);
    row.push_back(0);
  }
  const MeanEstimate padded = controlled_mean(moments_of(rows), 0, 1);
  CHECK(padded.mean == doctest::Approx(got.mean).epsilon(1e-11));
  CHECK(padded.standard_error == doctest::Approx(got.standard_error).epsilon(1e-11));
  CHECK(padded.degrees_of_freedom == 76);
}

TEST_CASE("statistics: too few samples for the controls, or none, leave the plain mean") {
  const auto rows = stream(39, 5, 6);
  const MeanEstimate plain = plain_mean(moments_of(rows), 0), got = controlled_mean(moments_of(rows), 0, 1);
  CHECK(got.mean == plain.mean);
  CHECK(got.standard_error == plain.standard_error);
  CHECK(got.degrees_of_freedom == 38);
  const MeanEstimate none = controlled_mean(moments_of(rows), 0, 5);
  CHECK(none.mean == plain.mean);
  CHECK(none.degrees_of_freedom == 38);
  CHECK(plain_mean(moments_of(stream(40, 5, 6)), 0).degrees_of_freedom == 39);
  CHECK(controlled_mean(moments_of(stream(40, 5, 6)), 0, 1).degrees_of_freedom == 35);
}

TEST_CASE("statistics: a value explained wholly by its controls keeps an error of the size of rounding") {
  auto rows = stream(200, 3, 7);
  for (auto& row : rows) row[0] = 5 + 2 * row[1] - 3 * row[2];
  const MeanEstimate got = controlled_mean(moments_of(rows), 0, 1);
  CHECK(got.standard_error > 0);
  CHECK(got.standard_error < 1e-6 * plain_mean(moments_of(rows), 0).standard_error);
  CHECK(compare(got, 5).p_value > 1e-3);
}

TEST_CASE("statistics: control coefficients are those of the least-squares fit, of the controls that are let in") {
  const auto rows = stream(80, 4, 5);
  const auto fitted = [&](const std::vector<Eigen::Index>& used) {
    Eigen::MatrixXd x(80, 1 + static_cast<Eigen::Index>(used.size()));
    Eigen::VectorXd y(80);
    for (Eigen::Index k = 0; k < 80; ++k) {
      const auto& row = rows[static_cast<std::size_t>(k)];
      y(k) = row[0];
      x(k, 0) = 1;
      for (std::size_t c = 0; c < used.size(); ++c)
        x(k, 1 + static_cast<Eigen::Index>(c)) = row[static_cast<std::size_t>(used[c])];
    }
    return Eigen::VectorXd(x.colPivHouseholderQr().solve(y));
  };
  const Moments m = moments_of(rows);
  const Eigen::VectorXd all = fitted({1, 2, 3}), two = fitted({1, 3});
  const std::vector<double> beta = control_coefficients(m, 0, 1);
  REQUIRE(beta.size() == 3);
  for (int c = 0; c < 3; ++c) CHECK(beta[static_cast<std::size_t>(c)] == doctest::Approx(all(1 + c)).epsilon(1e-11));
  const std::vector<std::uint64_t> least{80, 81, 0};
  const std::vector<double> some = control_coefficients(m, 0, 1, least);
  REQUIRE(some.size() == 3);
  CHECK(some[0] == doctest::Approx(two(1)).epsilon(1e-11));
  CHECK(some[1] == 0);
  CHECK(some[2] == doctest::Approx(two(2)).epsilon(1e-11));
  CHECK(control_coefficients(moments_of(stream(15, 4, 5)), 0, 1).empty());  // 4 (3 + 1) samples at least
  CHECK(control_coefficients(m, 0, 1, std::vector<std::uint64_t>{81, 81, 81}).empty());
  CHECK(control_coefficients(m, 0, 4).empty());
}

TEST_CASE("statistics: the tail factor is that of a skewed mean, and 1 for a symmetric one") {
  CHECK(tail_factor({0, 1, 99, 100}, 1e-3) == 1);
  // z of the two-sided level 1e-3: 3.2905267; cosh(0.05 z^3 / 3) = cosh(0.593796).
  CHECK(tail_factor({0, 1, 99, 100, 0.05}, 1e-3) == doctest::Approx(1.18153).epsilon(1e-4));
  CHECK(tail_factor({0, 1, 99, 100, -0.05}, 1e-3) == tail_factor({0, 1, 99, 100, 0.05}, 1e-3));
  CHECK(tail_factor({0, 1, 99, 100, not_a_number}, 1e-3) == infinity);
  CHECK_THROWS_AS(tail_factor({0, 1, 99, 100}, 0), Error);
}

TEST_CASE("statistics: a skewness makes a p-value larger on its own side, as Hall's transformation says") {
  const auto p = [](double t, double g) { return compare({t, 1, infinity, 1, g}, 0).p_value; };
  // H(-4) with g = 0.15: ((1 - 0.2)^3 - 1) / 0.15 + 0.025 = -3.2283333; H(4) > 4 leaves T.
  CHECK(p(-4, 0.15) == doctest::Approx(boost::math::erfc(3.2283333333333 / std::numbers::sqrt2)).epsilon(1e-11));
  CHECK(p(4, 0.15) == p(4, 0));
  CHECK(p(4, -0.15) == p(-4, 0.15));
  CHECK(p(1e200, 0.5) == p(1e200, 0));
  CHECK(p(-1e200, 0.5) == p(1e200, 0));
  CHECK(p(-3, 1e-9) == doctest::Approx(p(-3, 0)).epsilon(1e-7));
  // What would be seen in half of all cases lies where that p-value reaches the level.
  const double level = 1e-3, seen = detectable_difference({0, 1, infinity, 1, 0.15}, level, 1, 0.5);
  CHECK(p(-seen, 0.15) == doctest::Approx(level).epsilon(1e-9));
  CHECK(seen > detectable_difference({0, 1, infinity, 1}, level, 1, 0.5));
}

TEST_CASE("statistics: the shape of an extrapolated limit is that of the sum it is") {
  // Two widths: limit = (n_2 y_2 - n_1 y_1) / (n_2 - n_1) = 2 y_2 - y_1 for 100 and 200. Cumulants add with the powers.
  const MeanEstimate one{1, 0.1, 99, 1, 0.3, 0.2}, two{1, 0.2, 99, 1, -0.1, 0.4};
  const WidthFit fit = extrapolate_in_width(std::vector<WidthPoint>{{100, one}, {200, two}});
  const double v1 = 0.01, v2 = 4 * 0.04, variance = v1 + v2;
  CHECK(fit.limit.skewness ==
        doctest::Approx((-0.3 * v1 * 0.1 - 0.1 * v2 * 0.4) / (variance * std::sqrt(variance))).epsilon(1e-12));
  CHECK(fit.limit.excess_kurtosis ==
        doctest::Approx((0.2 * v1 * v1 + 0.4 * v2 * v2) / (variance * variance)).epsilon(1e-12));
}

TEST_CASE("statistics: an exact line in 1/width is recovered") {
  std::vector<WidthPoint> points;
  for (const double n : {50.0, 100.0, 400.0, 3000.0}) points.push_back({n, estimate(0.25 - 3 / n, 1e-3 * n, 99)});
  const WidthFit fit = extrapolate_in_width(points);
  CHECK(fit.limit.mean == doctest::Approx(0.25).epsilon(1e-14));
  CHECK(fit.slope == doctest::Approx(-3).epsilon(1e-13));
  REQUIRE(fit.fit_p_value);
  CHECK(*fit.fit_p_value == doctest::Approx(1));
  // Far from 1, weights of doubles squared would leave the range.
  for (auto& p : points) p.estimate.standard_error *= 1e-200;
  CHECK(extrapolate_in_width(points).slope == doctest::Approx(-3).epsilon(1e-13));
  CHECK(extrapolate_in_width(points).slope_error == doctest::Approx(1e-200 * fit.slope_error).epsilon(1e-13));
}

TEST_CASE("statistics: two widths give the line through them, and errors propagate linearly") {
  const std::vector<WidthPoint> points{{100, estimate(1.2, 0.03, 40)}, {300, estimate(1.1, 0.02, 60)}};
  const WidthFit fit = extrapolate_in_width(points);
  // limit = (300 y_2 - 100 y_1) / 200, slope = (y_1 - y_2) / (1/100 - 1/300) = 150 (y_1 - y_2).
  CHECK(fit.limit.mean == doctest::Approx(1.05).epsilon(1e-13));
  const double v1 = 0.25 * 0.03 * 0.03, v2 = 2.25 * 0.02 * 0.02;
  CHECK(fit.limit.standard_error == doctest::Approx(std::sqrt(v1 + v2)).epsilon(1e-13));
  CHECK(fit.limit.degrees_of_freedom ==
        doctest::Approx((v1 + v2) * (v1 + v2) / (v1 * v1 / 40 + v2 * v2 / 60)).epsilon(1e-12));
  CHECK(fit.slope == doctest::Approx(15).epsilon(1e-12));
  CHECK(fit.slope_error == doctest::Approx(150 * std::hypot(0.03, 0.02)).epsilon(1e-13));
  CHECK_FALSE(fit.fit_p_value);
}

TEST_CASE("statistics: an exact parabola in 1/width is recovered, and a line's answer to it is next_order") {
  // Weights that differ by 1e16 included: for two points they do not enter, for more the heaviest decide.
  for (const double ratio : {1.0, 1e3, 1e8}) {
    CAPTURE(ratio);
    std::vector<WidthPoint> points;
    double error = 1e-3;
    for (const double n : {1000.0, 4000.0, 16000.0}) {
      points.push_back({n, estimate(2 + 30 / n + 700 / n / n, error, 99)});
      error /= ratio;
    }
    const WidthFit parabola = extrapolate_in_width(points, 2);
    CHECK(parabola.limit.mean == doctest::Approx(2).epsilon(1e-14));
    CHECK(parabola.slope == doctest::Approx(30).epsilon(1e-9));
    CHECK(parabola.second == doctest::Approx(700).epsilon(1e-5));
    CHECK_FALSE(parabola.fit_p_value);
    CHECK(parabola.next_order == doctest::Approx(1 / (1000.0 * 4000.0 * 16000.0)).epsilon(1e-12));
    const WidthFit line = extrapolate_in_width(std::span(points).last(2));
    CHECK(line.next_order == doctest::Approx(-1 / (4000.0 * 16000.0)).epsilon(1e-12));
    CHECK(line.limit.mean - 2 == doctest::Approx(700 * line.next_order).epsilon(1e-6));
    const WidthFit three = extrapolate_in_width(points);
    CHECK(three.limit.mean - 2 == doctest::Approx(700 * three.next_order).epsilon(1e-5));
  }
  std::vector<WidthPoint> four;
  for (const double n : {500.0, 1000.0, 4000.0, 16000.0})
    four.push_back({n, estimate(2 - 30 / n + 9 / n / n, 0.1, 99)});
  const WidthFit fit = extrapolate_in_width(four, 2);
  CHECK(fit.limit.mean == doctest::Approx(2).epsilon(1e-13));
  REQUIRE(fit.fit_p_value);
  CHECK(*fit.fit_p_value > 0.999);
}

TEST_CASE("statistics: the shape of a histogram is that of its values") {
  std::vector<double> values;
  for (int i = 1; i < 4000; ++i) values.push_back(-std::log(i / 4000.0));  // exponential: skewness 2, excess 6
  Histogram histogram(values);
  for (const double v : values) histogram.add(v);
  // The largest value stands for a mass of 1/4000 beyond it and bins are 0.08 deviations wide: a few percent.
  CHECK(histogram.shape().skewness == doctest::Approx(2).epsilon(0.05));
  CHECK(histogram.shape().excess_kurtosis == doctest::Approx(6).epsilon(0.2));
  CHECK(Histogram(std::vector<double>{1, 1}).shape().skewness == 0);
}

TEST_CASE("statistics: an extrapolation refuses one width and errors that weigh nothing or all") {
  const auto fit = [](double n, double error) {
    return extrapolate_in_width(std::vector<WidthPoint>{{100, estimate(1, 0.1, 9)}, {n, estimate(2, error, 9)}});
  };
  CHECK_THROWS_AS(fit(100, 0.1), Error);
  CHECK_THROWS_AS(fit(0, 0.1), Error);
  CHECK_THROWS_AS(fit(200, 0), Error);
  CHECK_THROWS_AS(fit(200, infinity), Error);
  CHECK_THROWS_AS(fit(200, not_a_number), Error);
  CHECK_THROWS_AS(extrapolate_in_width({}), Error);
  const std::vector<WidthPoint> two{{100, estimate(1, 0.1, 9)}, {200, estimate(1, 0.1, 9)}};
  CHECK_THROWS_AS(extrapolate_in_width(two, 2), Error);
  CHECK_THROWS_AS(extrapolate_in_width(two, 0), Error);
}

TEST_CASE("statistics: p-values are those of Student's t, far into the tails") {
  for (const double t : {1e-3, 0.5, 2.0, 30.0, 1e4, 1e100}) {
    // One and two degrees of freedom have elementary tails.
    CHECK(compare(estimate(3 * t, 3, 1), 0).p_value ==
          doctest::Approx(2 / std::numbers::pi * std::atan2(1, t)).epsilon(1e-13));
    const double root = t < 1e50 ? std::sqrt(2 + t * t) : t;
    CHECK(compare(estimate(-3 * t, 3, 2), 0).p_value == doctest::Approx(2 / root / (root + t)).epsilon(1e-13));
  }
  for (const double t : {0.1, 1.0, 5.0, 30.0, 37.0}) {
    const double normal = boost::math::erfc(t / std::numbers::sqrt2);
    CHECK(compare(estimate(t, 1), 0).p_value == doctest::Approx(normal).epsilon(1e-13));
    CHECK(compare(estimate(t, 1, 1e300), 0).p_value == doctest::Approx(normal).epsilon(1e-13));
    // Fisher's expansion to first order, tail = normal tail + density t (t^2 + 1) / (4 nu); next: (t^4 / nu)^2 / 32.
    const double nu = 1e10, density = std::exp(-t * t / 2) / std::sqrt(2 * std::numbers::pi);
    CHECK(compare(estimate(t, 1, nu), 0).p_value ==
          doctest::Approx(normal + 2 * density * t * (t * t + 1) / (4 * nu)).epsilon(1e-8));
  }
  CHECK(compare(estimate(30, 1, 1e6), 0).p_value > 0);
  for (const double degrees : {1.0, 7.5, 1e3, 1e9, 1e17, infinity})
    for (const double t : {1e3, 1e20, 1e200, 1e300}) {
      const double p = compare(estimate(t, 1, degrees), 0).p_value;
      CHECK(p > 0);
      CHECK(p < 1e-3);
    }
}

TEST_CASE("statistics: the error of the theory widens the agreement, and degenerate errors decide") {
  CHECK(compare(estimate(1.5, 0.1, 50), 1, 0.5).p_value == 1);
  CHECK(compare(estimate(1.5, 0.1, 50), 1, 0.3).p_value ==
        doctest::Approx(compare(estimate(1.2, 0.1, 50), 1).p_value).epsilon(1e-12));
  CHECK(compare(estimate(1.5, 0.1, 50), 1, 0.3).z == doctest::Approx(5));
  CHECK(compare(estimate(0.5, 0.1, 50), 1, 0.3).z == doctest::Approx(-5));
  CHECK(compare(estimate(1.5, 0.1, 50), 1, infinity).p_value == 1);
  CHECK(compare(estimate(2, 0, 9), 2).p_value == 1);
  CHECK(compare(estimate(2, 0, 9), 2).z == 0);
  CHECK(compare(estimate(2, 0, 9), 2.5).p_value == 0);
  CHECK(compare(estimate(2, 0, 9), 2.5, 0.5).p_value == 1);
  CHECK(compare(estimate(2, infinity, 9), 2.5).p_value == 1);
  CHECK(compare(estimate(2, infinity, 9), 2.5).z == 0);
  CHECK_THROWS_AS(compare(estimate(not_a_number, 1, 9), 0), Error);
  CHECK_THROWS_AS(compare(estimate(1, not_a_number, 9), 0), Error);
  CHECK_THROWS_AS(compare(estimate(1, 1, 9), not_a_number), Error);
  CHECK_THROWS_AS(compare(estimate(1, 1, 9), 0, -1), Error);
  CHECK_THROWS_AS(compare(estimate(1, 1, 0), 0), Error);
}

TEST_CASE("statistics: Holm's procedure on worked examples") {
  using Verdicts = std::vector<bool>;
  const auto holm = [](std::vector<double> p, double alpha) { return holm_rejections(p, alpha); };
  // Thresholds 0.0125, 0.0167, 0.025, 0.05: the third smallest, 0.03, fails and stops the procedure before 0.04.
  CHECK(holm({0.01, 0.04, 0.03, 0.005}, 0.05) == Verdicts{true, false, false, true});
  // 0.02 passes only because the two smaller ones were rejected.
  CHECK(holm({0.02, 0.001, 0.9, 0.012, 0.04}, 0.05) == Verdicts{false, true, false, true, false});
  CHECK(holm({0.02, 0.001, 0.012}, 0.05) == Verdicts{true, true, true});
  CHECK(holm({0.05}, 0.05) == Verdicts{true});
  CHECK(holm({0.0, 1.0}, 1e-3) == Verdicts{true, false});
  CHECK(holm({}, 0.05).empty());
  CHECK_THROWS_AS(holm({0.1, not_a_number}, 0.05), Error);
  CHECK_THROWS_AS(holm({1.1}, 0.05), Error);
  CHECK_THROWS_AS(holm({0.1}, 0), Error);
  CHECK_THROWS_AS(holm({0.1}, 1), Error);
}

TEST_CASE("statistics: the detectable difference at known quantiles") {
  // Normal quantiles 1.959963984540054 (0.975), 1.281551565544600 (0.9), 1.644853626951472 (0.95).
  CHECK(detectable_difference(estimate(7, 2), 0.05, 1) == doctest::Approx(2 * 3.241515550084654).epsilon(1e-13));
  CHECK(detectable_difference(estimate(7, 2), 0.1, 2, 0.95) == doctest::Approx(2 * 3.604817611491526).epsilon(1e-13));
  CHECK(detectable_difference(estimate(7, 0, 9), 0.05, 1) == 0);
  CHECK(std::isinf(detectable_difference(estimate(7, infinity, 9), 0.05, 1)));
  CHECK(detectable_difference(estimate(7, 1, 1), 1e-3, 1'000'000) > 1e8);
  CHECK_THROWS_AS(detectable_difference(estimate(7, 1, 9), 0.05, 0), Error);
  CHECK_THROWS_AS(detectable_difference(estimate(7, 1, 9), 0, 1), Error);
  CHECK_THROWS_AS(detectable_difference(estimate(7, 1, 9), 0.05, 1, 1), Error);
  CHECK_THROWS_AS(detectable_difference(estimate(7, 1, 0), 0.05, 1), Error);
}

TEST_CASE("statistics: a histogram counts every sample once, also outside of its range") {
  Histogram h(std::vector<double>{-1, 1});  // mean 0, standard deviation sqrt 2
  CHECK(h.high() == doctest::Approx(8 * std::numbers::sqrt2));
  CHECK(h.low() == -h.high());
  for (const double v : {-1e9, -infinity, h.low(), 0.0, h.high(), 1e9, infinity, 12.0}) h.add(v);
  CHECK(h.below() == 2);
  CHECK(h.above() == 3);
  CHECK(h.count(0) == 1);
  CHECK(h.count(Histogram::bins / 2) == 1);
  CHECK(h.count(Histogram::bins - 1) == 1);
  CHECK(h.total() == 8);
  CHECK_THROWS_AS(h.add(not_a_number), Error);
  CHECK_THROWS_AS(Histogram(std::vector<double>{1, not_a_number}), Error);
  Histogram unset;
  for (const double v : {-1.0, 0.0, 1.0}) unset.add(v);
  CHECK(unset.total() == 3);
  CHECK_FALSE(unset.quantile(0.5));
}

TEST_CASE("statistics: quantiles of evenly spaced samples are exact to the bin, and none stand outside of the range") {
  Histogram h(std::vector<double>{0.375, 0.625});  // 0.5 +- 8 sqrt(2)/8
  for (int k = 0; k < 10'000; ++k) h.add((k + 0.5) / 10'000);
  const double bin = (h.high() - h.low()) / Histogram::bins;
  for (const double p : {0.1, 0.25, 0.5, 0.9}) {
    const auto q = h.quantile(p);
    REQUIRE(q);
    CHECK(std::fabs(q->value - p) < 1e-3);
    const double binomial = std::sqrt(p * (1 - p) / 10'000);
    CHECK(q->error == doctest::Approx(bin / 2 + binomial).epsilon(0.02));
  }
  for (int k = 0; k < 2'000; ++k) h.add(1e6);
  CHECK_FALSE(h.quantile(0.9));
  CHECK(h.quantile(0.5));
  CHECK_FALSE(h.quantile(1e-6));  // below what 12000 samples tell
  for (int k = 0; k < 2'000; ++k) h.add(-1e6);
  REQUIRE(h.quantile(0.5));
  CHECK(std::fabs(h.quantile(0.5)->value - 0.5) < 1e-3);
  CHECK_FALSE(h.quantile(0.1));
  CHECK_THROWS_AS(h.quantile(0), Error);
  CHECK_THROWS_AS(h.quantile(1), Error);
  CHECK_THROWS_AS(h.quantile(not_a_number), Error);
}

TEST_CASE("statistics: constant pilot samples still give a range around them") {
  for (const double c : {0.0, 1.0, -1e8, 1e300, 1.7e308, 5e-324}) {
    Histogram h(std::vector<double>(10, c));
    CHECK(h.low() < h.high());
    CHECK(std::isfinite(h.high() - h.low()));
    if (std::fabs(c) > 1e305) continue;  // the range ends before
    for (int k = 0; k < 100; ++k) h.add(c);
    CHECK(h.below() + h.above() == 0);
    const auto q = h.quantile(0.5);
    REQUIRE(q);
    CHECK(std::fabs(q->value - c) <= q->error + epsilon * std::fabs(c));
  }
}

TEST_CASE("statistics: merged and restored histograms are those of all samples") {
  std::vector<double> v(1000);
  fill_normals({testing::stream_seed, 0, 8, 0, 0}, 0, v);
  const std::span<const double> pilot(v.data(), 50);
  Histogram all(pilot), first(pilot), second(pilot);
  for (std::size_t k = 0; k < v.size(); ++k) {
    all.add(v[k]);
    (k < 300 ? first : second).add(v[k]);
  }
  first.merge(second);
  std::vector<double> a(Histogram::state_size()), b(a.size());
  all.save(a);
  first.save(b);
  CHECK(a == b);
  Histogram loaded;
  loaded.load(a);
  loaded.save(b);
  CHECK(a == b);
  CHECK(loaded.quantile(0.3)->value == all.quantile(0.3)->value);
  CHECK_THROWS_AS(first.merge(Histogram()), Error);
  CHECK_THROWS_AS(loaded.load(std::vector<double>(7)), Error);
  a[5] = -1;
  CHECK_THROWS_AS(loaded.load(a), Error);
  a[5] = 0;
  a[0] = not_a_number;
  CHECK_THROWS_AS(loaded.load(a), Error);
}

TEST_CASE("statistics: batch means give the mean of batches and their spread") {
  const MeanEstimate got = batch_mean(std::vector<double>{1, 2, 4, 5});
  CHECK(got.mean == 3);
  CHECK(got.standard_error == doctest::Approx(std::sqrt(10.0 / 3 / 4)).epsilon(1e-15));
  CHECK(got.degrees_of_freedom == 3);
  CHECK_THROWS_AS(batch_mean(std::vector<double>{1}), Error);
}
