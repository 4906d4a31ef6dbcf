#include "random/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "number/error.hpp"
#include "random/loops.hpp"
#include "testing/checks.hpp"

using namespace widegeo;

namespace {
constexpr std::uint64_t seed = 20230118;

std::vector<double> sample(void (*fill)(const RandomAddress&, std::uint64_t, std::span<double>), std::size_t count) {
  std::vector<double> out(count);
  fill({seed, 1, 2, 3, 4}, 0, out);
  return out;
}

/// Kolmogorov's distance to a distribution, times sqrt(n).
template <class Cdf>
double kolmogorov(std::vector<double> values, const Cdf& cdf) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double distance = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double p = cdf(values[i]), k = static_cast<double>(i);
    distance = std::max({distance, (k + 1) / n - p, p - k / n});
  }
  return distance * std::sqrt(n);
}

// P(sqrt(n) D > 2.5) = 2 exp(-2 * 2.5^2) = 7.5e-6 (Kolmogorov's limit law); the seed is fixed, so a pass stays a pass.
constexpr double kolmogorov_limit = 2.5;
}  // namespace

TEST_CASE("random: Philox4x32-10 gives the known answers of Random123") {
  // Origin: Random123 1.14, tests/kat_vectors, the three lines "philox4x32 10" (counter, key, result).
  using Counter = std::array<std::uint32_t, 4>;
  CHECK(philox4x32_10({0, 0, 0, 0}, {0, 0}) == Counter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32_10({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        Counter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        Counter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("random: the documented layout of the counter is the one in use") {
  const RandomAddress address{0x299f31d0a4093822, 0x0370, 0x13198a2e, 0x7344, 0x85a308d3};
  const std::uint64_t entry = 2 * std::uint64_t{0x243f6a88};
  const std::uint64_t first = (std::uint64_t{0x94fdcceb} << 32 | 0xd16cfe09) >> 12,
                      second = (std::uint64_t{0x24126ea1} << 32 | 0x5001e420) >> 12;
  CHECK(uniform(address, entry) == std::ldexp(static_cast<double>(2 * first + 1), -53));
  CHECK(uniform(address, entry + 1) == std::ldexp(static_cast<double>(2 * second + 1), -53));
}

TEST_CASE("random: normals are the documented function of the uniforms") {
  for (std::uint64_t k = 0; k < 50; ++k) {
    const RandomAddress address{seed, 0, 0, 0, 9};
    const double radius = std::sqrt(-2 * std::log(uniform(address, 2 * k))),
                 angle = 2 * M_PI * uniform(address, 2 * k + 1);
    // Here 2 pi w is rounded, by up to 2^-51 (an ulp of 2 pi), and each side has the few roundings of its own.
    const double bound = 6 * std::numeric_limits<double>::epsilon() * radius;
    CHECK(std::abs(normal(address, 2 * k) - radius * std::cos(angle)) <= bound);
    CHECK(std::abs(normal(address, 2 * k + 1) - radius * std::sin(angle)) <= bound);
  }
}

TEST_CASE("random: any part of a sequence equals that part of the whole") {
  for (auto* fill : {fill_uniforms, fill_normals}) {
    const std::vector<double> whole = sample(fill, 1400);
    for (const std::size_t first : {0, 1, 2, 3, 7, 255, 510, 511, 512, 513})
      for (const std::size_t count : {0, 1, 2, 3, 4, 5, 8, 9, 509, 510, 511, 512, 513, 514, 515, 800}) {
        std::vector<double> part(count);
        fill({seed, 1, 2, 3, 4}, first, part);
        for (std::size_t i = 0; i < count; ++i) CHECK(part[i] == whole[first + i]);
      }
  }
  CHECK(uniform({seed, 1, 2, 3, 4}, 17) == sample(fill_uniforms, 18)[17]);
  CHECK(normal({seed, 1, 2, 3, 4}, 17) == sample(fill_normals, 18)[17]);
}

TEST_CASE("random: every set of instructions gives the same bits, those of Random123") {
  for (const auto& [step0, step1] : {std::pair{1U, 0U}, {0U, 1U}}) {
    const PhiloxCounters c{0xa4093822, 0x299f31d0, 0x243f6a88, 0xfffffff0 - 500, 0x13198a2e, 0x03707344, step0, step1};
    for (const std::size_t n : {0, 1, 2, 3, 4, 7, 8, 9, 500}) {
      std::vector<double> u(n), w(n), x, y;
      for (std::size_t i = 0; i < n; ++i) {
        const auto k = static_cast<std::uint32_t>(i);
        const auto r = philox4x32_10({c.word0 + k * step0, c.word1 + k * step1, c.word2, c.word3}, {c.key0, c.key1});
        u[i] = std::ldexp(static_cast<double>((std::uint64_t{r[1]} << 32 | r[0]) >> 12) + 0.5, -52);
        w[i] = std::ldexp(static_cast<double>((std::uint64_t{r[3]} << 32 | r[2]) >> 12) + 0.5, -52);
      }
      for (const RandomLoops* kernels : all_random_loops()) {
        CAPTURE(std::string(kernels->instruction_set));
        std::vector<double> a(n), b(n);
        kernels->uniform_pairs(c, a.data(), b.data(), n);
        CHECK(a == u);
        CHECK(b == w);
        kernels->box_muller(a.data(), b.data(), n);
        if (x.empty()) x = a, y = b;
        CHECK(a == x);
        CHECK(b == y);
      }
    }
  }
}

TEST_CASE("random: Box and Muller's pair has a relative error below 3 * 2^-52 for every kind of uniforms") {
  // The ends, the quarters of the turn and their neighbours on the grid, sqrt(1/2) where the logarithm changes
  // exponent, and random ones.
  const double step = 0x1p-53;
  std::vector<double> special{step, 3 * step, 5 * step, 1 - step, 1 - 3 * step};
  for (const double v : {0.0625, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 0x1.6a09e667f3bcdp-1})
    special.insert(special.end(), {v - 3 * step, v - step, v, v + step, v + 3 * step});
  std::vector<double> u, w;
  for (const double a : special)
    for (const double b : special) {
      u.push_back(a);
      w.push_back(b);
    }
  const auto more = sample(fill_uniforms, 20'000);
  for (std::size_t i = 0; i + 1 < more.size(); i += 2) {
    u.push_back(i % 4 == 0 ? more[i] : 1 - std::ldexp(std::floor(std::ldexp(more[i], 12)) + 1, -40));
    w.push_back(more[i + 1]);
  }
  std::vector<double> x = u, y = w;
  random_loops().box_muller(x.data(), y.data(), x.size());
  const PrecisionScope scope(40);
  const Real pi = 4 * atan(Real(1));
  double worst = 0;
  for (std::size_t i = 0; i < u.size(); ++i) {
    const Real radius = sqrt(Real(-2 * log(Real(u[i])))), angle = 2 * pi * Real(w[i]);
    const auto error = [](const Real& exact, double value) {
      // On an axis of the turn the true value is 0, which `exact` misses by its own 40 digits.
      return abs(exact) < Real(1e-30) ? std::fabs(value) * 1e60
                                      : testing::relative_difference(exact, Real(value)) * 0x1p52;
    };
    worst = std::max({worst, error(Real(radius * cos(angle)), x[i]), error(Real(radius * sin(angle)), y[i])});
  }
  MESSAGE("worst relative error ", worst, " * 2^-52");
  CHECK(worst <= 3);
}

TEST_CASE("random: arrays of units hold the normals of each unit") {
  const RandomAddress address{seed, 5, 6, 7, 0xfffffe00 - 100};
  for (const std::size_t units : {0, 1, 3, 255, 256, 257, 600})
    for (const std::size_t entries : {0, 1, 2, 3, 6}) {
      const std::size_t stride = units + 5;
      std::vector<double> out(stride * entries + 1, -7);
      fill_normals_of_units(address, units, entries, stride, out);
      std::size_t wrong = 0;
      for (std::size_t e = 0; e < entries; ++e)
        for (std::size_t u = 0; u < stride; ++u) {
          RandomAddress one = address;
          one.unit += static_cast<std::uint32_t>(u);
          wrong += out[e * stride + u] == (u < units ? normal(one, e) : -7) ? 0 : 1;
        }
      CHECK(wrong == 0);
      CHECK(out.back() == -7);
    }
  std::vector<double> out(20);
  CHECK_NOTHROW(fill_normals_of_units({seed, 0, 0, 0, ~0U - 3}, 4, 5, 4, out));
  CHECK_THROWS_AS(fill_normals_of_units({seed, 0, 0, 0, ~0U - 2}, 4, 5, 4, out), Error);
  CHECK_THROWS_AS(fill_normals_of_units({seed, 0, 0, 0, 0}, 4, 6, 4, out), Error);
  CHECK_THROWS_AS(fill_normals_of_units({seed, 0, 0, 0, 0}, 5, 2, 4, out), Error);
}

TEST_CASE("random: different addresses give different numbers") {
  std::set<double> seen;
  const RandomAddress origin{seed, 1, 2, 3, 4};
  for (std::uint32_t i = 0; i < 4; ++i)
    for (int field = 0; field < 6; ++field) {
      RandomAddress a = origin;
      std::uint64_t entry = 0;
      if (field == 0) a.seed += i + (std::uint64_t{i} << 40);
      if (field == 1) a.campaign += i;
      if (field == 2) a.network += i;
      if (field == 3) a.layer += i;
      if (field == 4) a.unit += i;
      if (field == 5) entry = i;
      seen.insert(uniform(a, entry));
    }
  CHECK(seen.size() == 1 + 6 * 3);
}

TEST_CASE("random: uniforms lie strictly inside (0, 1) and follow the uniform law") {
  const auto u = sample(fill_uniforms, 100'000);
  CHECK(*std::min_element(u.begin(), u.end()) > 0);
  CHECK(*std::max_element(u.begin(), u.end()) < 1);
  const double distance = kolmogorov(u, [](double x) { return x; });
  MESSAGE("seed ", seed, ", sqrt(n) D = ", distance);
  CHECK(distance < kolmogorov_limit);
}

TEST_CASE(
    "random: normals follow the normal law, and the two halves of a pair are uncorrelated with their squares too") {
  const auto z = sample(fill_normals, 200'000);
  const boost::math::normal law;
  const double distance = kolmogorov(z, [&](double x) { return cdf(law, x); });
  MESSAGE("seed ", seed, ", sqrt(n) D = ", distance);
  CHECK(distance < kolmogorov_limit);
  double product = 0, squares = 0;
  const auto pairs = static_cast<double>(z.size() / 2);
  for (std::size_t i = 0; i < z.size(); i += 2) {
    product += z[i] * z[i + 1];
    squares += (z[i] * z[i] - 1) * (z[i + 1] * z[i + 1] - 1);
  }
  // Independence: means 0, variances 1 and 4. Five standard errors: false alarm 6e-7, decided once by the fixed seed.
  CHECK(std::abs(product / pairs) < 5 / std::sqrt(pairs));
  CHECK(std::abs(squares / pairs) < 5 * 2 / std::sqrt(pairs));
}

TEST_CASE("random: an index beyond its range is refused, the last one is not") {
  std::vector<double> two(2);
  CHECK_THROWS_AS(fill_uniforms({seed, RandomAddress::max_campaign + 1, 0, 0, 0}, 0, two), Error);
  CHECK_THROWS_AS(fill_uniforms({seed, 0, 0, RandomAddress::max_layer + 1, 0}, 0, two), Error);
  CHECK_THROWS_AS(fill_normals({seed, 0, 0, 0, 0}, RandomAddress::max_entry, two), Error);
  CHECK_NOTHROW(fill_normals({seed, RandomAddress::max_campaign, ~0U, RandomAddress::max_layer, ~0U},
                             RandomAddress::max_entry - 1, two));
}
