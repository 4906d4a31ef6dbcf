#include "random/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "core/error.hpp"

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
    // Two roundings of each side at most differ: the same libm calls, perhaps contracted otherwise.
    const double bound = 4 * std::numeric_limits<double>::epsilon() * radius;
    CHECK(std::abs(normal(address, 2 * k) - radius * std::cos(angle)) <= bound);
    CHECK(std::abs(normal(address, 2 * k + 1) - radius * std::sin(angle)) <= bound);
  }
}

TEST_CASE("random: any part of a sequence equals that part of the whole") {
  for (auto* fill : {fill_uniforms, fill_normals}) {
    const std::vector<double> whole = sample(fill, 40);
    for (std::size_t first = 0; first < 8; ++first)
      for (std::size_t count = 0; count < 9; ++count) {
        std::vector<double> part(count);
        fill({seed, 1, 2, 3, 4}, first, part);
        for (std::size_t i = 0; i < count; ++i) CHECK(part[i] == whole[first + i]);
      }
  }
  CHECK(uniform({seed, 1, 2, 3, 4}, 17) == sample(fill_uniforms, 18)[17]);
  CHECK(normal({seed, 1, 2, 3, 4}, 17) == sample(fill_normals, 18)[17]);
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
