#include "montecarlo/moments.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "montecarlo/statistics.hpp"
#include "number/error.hpp"
#include "random/random.hpp"
#include "statistics_stream.hpp"

using namespace widegeo;
using testing::moments_of;
using testing::stream;

namespace {
constexpr double epsilon = std::numeric_limits<double>::epsilon(), infinity = std::numeric_limits<double>::infinity(),
                 not_a_number = std::numeric_limits<double>::quiet_NaN();

std::vector<double> state_of(const Moments& m) {
  std::vector<double> state(Moments::state_size(m.size()));
  m.save(state);
  return state;
}
}  // namespace

TEST_CASE("moments: streamed moments are those of two passes in higher precision") {
  const auto rows = stream(1000, 6, 1);
  const Moments got = moments_of(rows);
  const auto n = static_cast<long double>(rows.size());
  std::vector<long double> mean(6, 0);
  for (const auto& row : rows)
    for (std::size_t i = 0; i < 6; ++i) mean[i] += row[i] / n;
  for (std::size_t i = 0; i < 6; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      long double c = 0;
      for (const auto& row : rows) c += (row[i] - mean[i]) * (row[j] - mean[j]) / (n - 1);
      // n kappa epsilon with kappa = sqrt(1 + mean^2/variance) < 6 [Chan, Golub and LeVeque 1983], in the scale of the
      // standard deviations (all below 2 times 10^(i-2)).
      const double scale = 4 * std::pow(10.0, static_cast<double>(i + j) - 4);
      CHECK(std::fabs(got.covariance(i, j) - static_cast<double>(c)) < 1000 * 6 * epsilon * scale);
      CHECK(got.covariance(i, j) == got.covariance(j, i));
    }
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(std::fabs(got.mean(i) - static_cast<double>(mean[i])) < 1000 * epsilon * 6 * std::pow(10.0, double(i) - 2));
  CHECK(got.count() == 1000);
}

TEST_CASE("moments: a small spread about a large mean keeps its digits") {
  std::vector<double> noise(10'000);
  fill_normals({testing::stream_seed, 0, 2, 0, 0}, 0, noise);
  Moments got(1);
  long double mean = 0, squares = 0;
  for (double& v : noise) v += 1e8;
  for (const double v : noise) mean += v / 1e4L;
  for (const double v : noise) squares += (v - mean) * (v - mean);
  for (const double& v : noise) got.add({&v, 1});
  // Each step errs by about epsilon 1e8 = 2e-8 in the mean; sums of squares about zero would lose all 16 digits.
  CHECK(got.variance(0) == doctest::Approx(static_cast<double>(squares / 9999)).epsilon(2e-8));
  CHECK(std::fabs(got.mean(0) - static_cast<double>(mean)) < 1e-6);
}

TEST_CASE("moments: merging parts is adding all, and one order gives one result") {
  const auto rows = stream(501, 5, 3);
  const Moments all = moments_of(rows);
  for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, std::size_t{250}, std::size_t{500}, std::size_t{501}}) {
    Moments parts = moments_of(rows, 0, cut);
    parts.merge(moments_of(rows, cut, 501));
    CHECK(parts.count() == 501);
    for (std::size_t i = 0; i < 5; ++i) {
      const double deviation = std::sqrt(all.variance(i));
      // Two orders of 501 additions, kappa < 5 as above.
      CHECK(std::fabs(parts.mean(i) - all.mean(i)) < 501 * 5 * epsilon * deviation);
      for (std::size_t j = 0; j < 5; ++j)
        CHECK(std::fabs(parts.covariance(i, j) - all.covariance(i, j)) <
              501 * 5 * epsilon * deviation * std::sqrt(all.variance(j)));
    }
    Moments again = moments_of(rows, 0, cut);
    again.merge(moments_of(rows, cut, 501));
    CHECK(state_of(again) == state_of(parts));
  }
}

TEST_CASE("moments: a saved and loaded state goes on to the same bits") {
  const auto rows = stream(97, 4, 4);
  Moments first = moments_of(rows, 0, 40), second(4);
  second.load(state_of(first));
  CHECK(state_of(second) == state_of(first));
  for (std::size_t k = 40; k < 97; ++k) second.add(rows[k]);
  CHECK(state_of(second) == state_of(moments_of(rows)));
  CHECK(Moments::state_size(4) == 1 + 4 + 10);
}

TEST_CASE("moments: they refuse what would make them silently wrong") {
  Moments m(2);
  const std::vector<double> one{1.0}, bad{1.0, not_a_number}, far{1.0, infinity}, good{1.0, 2.0};
  CHECK_THROWS_AS(m.add(one), Error);
  CHECK_THROWS_AS(m.add(bad), Error);
  CHECK_THROWS_AS(m.add(far), Error);
  CHECK(m.count() == 0);
  m.add(good);
  CHECK_THROWS_AS(m.covariance(0, 0), Error);
  CHECK_THROWS_AS(plain_mean(m, 0), Error);
  CHECK_THROWS_AS(m.merge(Moments(3)), Error);
  auto state = state_of(m);
  for (const double count : {not_a_number, -1.0, 0.5, 1e300}) {
    state[0] = count;
    CHECK_THROWS_AS(m.load(state), Error);
  }
  CHECK_THROWS_AS(m.load(std::vector<double>(5)), Error);
  Moments huge(2);
  for (const double sign : {1.0, -1.0, 1.0}) huge.add(std::vector<double>{sign * 1.7e308, -sign * 1.7e308});
  CHECK(std::isinf(huge.variance(0)));
  CHECK(std::isinf(huge.covariance(0, 1)));
  CHECK(huge.mean(0) == doctest::Approx(1.7e308 / 3).epsilon(1e-15));
  CHECK(compare(plain_mean(huge, 0), 0).p_value == 1);
}

TEST_CASE("moments: shape by updating and by merging is that of two passes, in any unit") {
  const auto rows = stream(700, 1, 9);
  for (const double unit : {1.0, 1e-90, 1e90}) {
    CAPTURE(unit);
    std::vector<double> v;
    for (const auto& row : rows) v.push_back(unit * (3 + std::exp(row[0] / 2)));
    const auto n = static_cast<long double>(v.size());
    long double mean = 0, two = 0, three = 0, four = 0;
    for (const double x : v) mean += x / unit / n;
    for (const double x : v) {
      const long double d = x / unit - mean;
      two += d * d / n;
      three += d * d * d / n;
      four += d * d * d * d / n;
    }
    const auto skewness = static_cast<double>(three / (two * std::sqrt(two)));
    const auto kurtosis = static_cast<double>(four / (two * two) - 3);
    ValueMoments all, head, tail;
    for (std::size_t k = 0; k < v.size(); ++k) {
      all.add(v[k]);
      (k < 211 ? head : tail).add(v[k]);
    }
    head.merge(tail);
    head.merge(ValueMoments{});
    for (const ValueMoments& got : {all, head}) {
      CHECK(got.count() == 700);
      CHECK(got.mean() / unit == doctest::Approx(static_cast<double>(mean)).epsilon(1e-13));
      // n epsilon = 1.6e-13 with some small factor
      CHECK(got.variance() / unit / unit == doctest::Approx(static_cast<double>(two * n / (n - 1))).epsilon(1e-12));
      CHECK(got.skewness() == doctest::Approx(skewness).epsilon(1e-12));
      CHECK(got.excess_kurtosis() == doctest::Approx(kurtosis).epsilon(1e-11));
    }
    std::vector<double> state(ValueMoments::state_size());
    all.save(state);
    ValueMoments restored;
    restored.load(state);
    CHECK(restored.skewness() == all.skewness());
    CHECK(restored.count() == all.count());
    state[2] = -1;
    CHECK_THROWS_AS(restored.load(state), Error);
  }
  ValueMoments constant;
  for (int k = 0; k < 5; ++k) constant.add(2);
  CHECK(constant.variance() == 0);
  CHECK(constant.skewness() == 0);
  CHECK(constant.excess_kurtosis() == 0);
  CHECK_THROWS_AS(constant.add(infinity), Error);
}
