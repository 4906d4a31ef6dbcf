#include "random/random.hpp"

#include <Random123/philox.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace widegeo {
namespace {

using Counter = std::array<std::uint32_t, 4>;
using Key = std::array<std::uint32_t, 2>;

constexpr std::uint32_t low(std::uint64_t v) { return static_cast<std::uint32_t>(v); }
constexpr std::uint32_t high(std::uint64_t v) { return static_cast<std::uint32_t>(v >> 32); }

void check(const RandomAddress& address, std::uint64_t first, std::uint64_t count) {
  const auto refuse = [](const std::string& what) {
    throw Error(ErrorCode::input, "random numbers run out: " + what + " is too large");
  };
  if (address.campaign > RandomAddress::max_campaign) refuse("the campaign " + std::to_string(address.campaign));
  if (address.layer > RandomAddress::max_layer) refuse("the layer " + std::to_string(address.layer));
  if (count > RandomAddress::max_entry || first > RandomAddress::max_entry + 1 - count)
    refuse("the entry " + std::to_string(first) + " + " + std::to_string(count));
}

struct Pair {
  double first, second;
};

/// The uniforms at entries 2 k and 2 k + 1.
Pair uniform_pair(const RandomAddress& address, std::uint64_t k) {
  const Counter counter{low(k), address.unit, address.network, address.layer + (address.campaign << 16)};
  const Counter word = philox4x32_10(counter, Key{low(address.seed), high(address.seed)});
  const auto to_uniform = [](std::uint32_t lo, std::uint32_t hi) {
    const std::uint64_t bits = (std::uint64_t{hi} << 32 | lo) >> 12;
    return static_cast<double>(2 * bits + 1) * 0x1p-53;  // exact: 2 bits + 1 < 2^53
  };
  return {to_uniform(word[0], word[1]), to_uniform(word[2], word[3])};
}

Pair normal_pair(const RandomAddress& address, std::uint64_t k) {
  const Pair u = uniform_pair(address, k);
  const double radius = std::sqrt(-2 * std::log(u.first)), angle = 2 * std::numbers::pi * u.second;
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

/// A sequence may start and end in the middle of a pair.
template <class MakePair>
void fill(const RandomAddress& address, std::uint64_t first, std::span<double> out, const MakePair& make_pair) {
  check(address, first, out.size());
  std::size_t i = 0;
  if (i < out.size() && first % 2 == 1) out[i++] = make_pair(address, first / 2).second;
  for (; i + 1 < out.size(); i += 2) {
    const Pair p = make_pair(address, (first + i) / 2);
    out[i] = p.first;
    out[i + 1] = p.second;
  }
  if (i < out.size()) out[i] = make_pair(address, (first + i) / 2).first;
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32_10(const Counter& counter, const Key& key) {
  const philox4x32_ctr_t c{{counter[0], counter[1], counter[2], counter[3]}};
  const philox4x32_key_t k{{key[0], key[1]}};
  const philox4x32_ctr_t r = philox4x32_R(10, c, k);
  return {r.v[0], r.v[1], r.v[2], r.v[3]};
}

void fill_uniforms(const RandomAddress& address, std::uint64_t first, std::span<double> out) {
  fill(address, first, out, uniform_pair);
}

void fill_normals(const RandomAddress& address, std::uint64_t first, std::span<double> out) {
  fill(address, first, out, normal_pair);
}

double uniform(const RandomAddress& address, std::uint64_t entry) {
  double out;
  fill_uniforms(address, entry, {&out, 1});
  return out;
}

double normal(const RandomAddress& address, std::uint64_t entry) {
  double out;
  fill_normals(address, entry, {&out, 1});
  return out;
}

void fill_normals_of_units(const RandomAddress& address, std::size_t units, std::size_t entries, std::size_t stride,
                           std::span<double> out) {
  check(address, 0, entries);
  if (units == 0 || entries == 0) return;
  if (units - 1 > std::numeric_limits<std::uint32_t>::max() - address.unit)
    throw Error(ErrorCode::input, "random numbers run out: the unit is too large");
  if (stride < units || out.size() < units || (out.size() - units) / stride < entries - 1)
    throw Error(ErrorCode::input, "the array for random numbers of units is too short");
  std::vector<double> row(entries);
  for (std::size_t u = 0; u < units; ++u) {
    RandomAddress a = address;
    a.unit += static_cast<std::uint32_t>(u);
    fill_normals(a, 0, row);
    for (std::size_t e = 0; e < entries; ++e) out[e * stride + u] = row[e];
  }
}

namespace {

/// out[i] = value(u, w) with the uniforms at 2 e and 2 e + 1, e = first + i.
template <class Value>
void fill_by_pairs(const RandomAddress& address, std::uint64_t first, std::span<double> out, const Value& value) {
  constexpr std::uint64_t entries = RandomAddress::max_entry / 2 + 1;
  if (out.size() > entries || first > entries - out.size())
    throw Error(ErrorCode::input, "random numbers run out: the entry " + std::to_string(first) + " + " +
                                      std::to_string(out.size()) + " is too large");
  check(address, 0, 0);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const Pair p = uniform_pair(address, first + i);
    out[i] = value(p.first, p.second);
  }
}

}  // namespace

void fill_student_t(const RandomAddress& address, std::uint64_t first, double nu, std::span<double> out) {
  if (!(nu > 2) || std::isinf(nu))
    throw Error(ErrorCode::input, "Student's t has a variance for finite nu > 2 only, not " + std::to_string(nu));
  fill_by_pairs(address, first, out, [&](double u, double w) {
    return std::sqrt((nu - 2) * std::expm1(-2 / nu * std::log(u))) * std::cos(2 * std::numbers::pi * w);
  });
}

void fill_uniform_symmetric(const RandomAddress& address, std::uint64_t first, std::span<double> out) {
  fill_uniforms(address, first, out);
  for (double& x : out) x = std::numbers::sqrt3 * (2 * x - 1);
}

void fill_rademacher(const RandomAddress& address, std::uint64_t first, std::span<double> out) {
  fill_uniforms(address, first, out);
  for (double& x : out) x = x > 0.5 ? 1 : -1;
}

void fill_sparse(const RandomAddress& address, std::uint64_t first, double p, std::span<double> out) {
  if (!(p > 0 && p <= 1))
    throw Error(ErrorCode::input, "the probability of a nonzero weight lies in (0, 1], not " + std::to_string(p));
  fill_by_pairs(address, first, out, [&](double u, double w) {
    return u < p ? std::sqrt(-2 * std::log(u / p) / p) * std::cos(2 * std::numbers::pi * w) : 0;
  });
}

}  // namespace widegeo
