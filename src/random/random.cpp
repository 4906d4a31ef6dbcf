#include "random/random.hpp"

#include <Random123/philox.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "number/error.hpp"
#include "random/loops.hpp"
#include "simd/vector_math.hpp"

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

/// Counters of consecutive pairs k, k + 1, ... (entries 2 k and 2 k + 1) of one unit, or of pair k of consecutive
/// units.
enum class Along { pairs, units };
PhiloxCounters counters(const RandomAddress& address, std::uint64_t k, Along along) {
  const std::uint32_t pairs = along == Along::pairs ? 1 : 0;
  return {low(address.seed),
          high(address.seed),
          low(k),
          address.unit,
          address.network,
          address.layer + (address.campaign << 16),
          pairs,
          1 - pairs};
}

constexpr std::size_t chunk = 256;  // pairs at a time: they stay in the first-level cache
using Lanes = std::array<double, chunk>;

/// Passes the uniforms of the pairs k, k + 1, ... , k + n - 1 to use(first, second, done, count) some at a time.
template <class Use>
void for_pairs(const RandomAddress& address, std::uint64_t k, std::size_t n, const Use& use) {
  const RandomLoops& loops = random_loops();
  Lanes first, second;
  for (std::size_t done = 0; done < n; done += chunk) {
    const std::size_t count = std::min(chunk, n - done);
    loops.uniform_pairs(counters(address, k + done, Along::pairs), first.data(), second.data(), count);
    use(first.data(), second.data(), done, count);
  }
}

/// A sequence may start and end in the middle of a pair.
template <class Transform>
void fill(const RandomAddress& address, std::uint64_t first, std::span<double> out, const Transform& transform) {
  check(address, first, out.size());
  if (out.empty()) return;
  const std::uint64_t k = first / 2, last = (first + out.size() - 1) / 2;
  const auto skipped = static_cast<std::size_t>(first % 2);
  for_pairs(address, k, static_cast<std::size_t>(last - k) + 1,
            [&](double* a, double* b, std::size_t done, std::size_t count) {
              transform(a, b, count);
              std::size_t from = 0, to = count;
              if (done == 0 && skipped == 1) out[0] = b[from++];
              // The first number of pair i stands at out[2 i - skipped].
              const bool half = 2 * (done + count) - skipped > out.size();
              if (half) --to;
              if (half && to >= from) out[out.size() - 1] = a[to];
              double* target = out.data() + (2 * (done + from) - skipped);
              for (std::size_t i = from; i < to; ++i) {
                *target++ = a[i];
                *target++ = b[i];
              }
            });
}

void keep(double*, double*, std::size_t) {}
void to_normals(double* a, double* b, std::size_t n) { random_loops().box_muller(a, b, n); }

}  // namespace

std::array<std::uint32_t, 4> philox4x32_10(const Counter& counter, const Key& key) {
  const philox4x32_ctr_t c{{counter[0], counter[1], counter[2], counter[3]}};
  const philox4x32_key_t k{{key[0], key[1]}};
  const philox4x32_ctr_t r = philox4x32_R(10, c, k);
  return {r.v[0], r.v[1], r.v[2], r.v[3]};
}

void fill_uniforms(const RandomAddress& address, std::uint64_t first, std::span<double> out) {
  fill(address, first, out, keep);
}

void fill_normals(const RandomAddress& address, std::uint64_t first, std::span<double> out) {
  fill(address, first, out, to_normals);
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
  const RandomLoops& loops = random_loops();
  Lanes unused;
  for (std::size_t done = 0; done < units; done += chunk) {
    const std::size_t count = std::min(chunk, units - done);
    RandomAddress from = address;
    from.unit += static_cast<std::uint32_t>(done);
    for (std::size_t e = 0; e < entries; e += 2) {
      double* first = out.data() + e * stride + done;
      double* second = e + 1 < entries ? first + stride : unused.data();
      loops.uniform_pairs(counters(from, e / 2, Along::units), first, second, count);
      loops.box_muller(first, second, count);
    }
  }
}

namespace {

/// transform(u, w, n) leaves in u what entry e is of the uniforms at 2 e and 2 e + 1.
template <class Transform>
void fill_by_pairs(const RandomAddress& address, std::uint64_t first, std::span<double> out,
                   const Transform& transform) {
  constexpr std::uint64_t entries = RandomAddress::max_entry / 2 + 1;
  if (out.size() > entries || first > entries - out.size())
    throw Error(ErrorCode::input, "random numbers run out: the entry " + std::to_string(first) + " + " +
                                      std::to_string(out.size()) + " is too large");
  check(address, 0, 0);
  for_pairs(address, first, out.size(), [&](double* u, double* w, std::size_t done, std::size_t count) {
    transform(u, w, count);
    std::copy_n(u, count, out.data() + done);
  });
}

}  // namespace

void fill_student_t(const RandomAddress& address, std::uint64_t first, double nu, std::span<double> out) {
  if (!(nu > 2) || std::isinf(nu))
    throw Error(ErrorCode::input, "Student's t weights need a finite nu > 2, not " + std::to_string(nu));
  fill_by_pairs(address, first, out, [nu](double* u, double* w, std::size_t n) {
    const VectorFunctions& f = vector_functions();
    f.log(u, u, n);
    for (std::size_t i = 0; i < n; ++i) {
      u[i] *= -2 / nu;
      w[i] *= 2 * std::numbers::pi;
    }
    f.expm1(u, u, n);
    f.cos(w, w, n);
    for (std::size_t i = 0; i < n; ++i) u[i] = std::sqrt((nu - 2) * u[i]) * w[i];
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
    throw Error(ErrorCode::input, "the probability of a nonzero weight must lie in (0, 1], not " + std::to_string(p));
  fill_by_pairs(address, first, out, [p](double* u, double* w, std::size_t n) {
    Lanes chosen;
    for (std::size_t i = 0; i < n; ++i) {
      chosen[i] = u[i] < p ? 1 : 0;
      u[i] = u[i] < p ? u[i] / p : 1;
    }
    random_loops().box_muller(u, w, n);
    for (std::size_t i = 0; i < n; ++i) u[i] = chosen[i] != 0 ? u[i] / std::sqrt(p) : 0;
  });
}

}  // namespace widegeo
