// Counter-based random numbers: each number is a pure function of its address,
//     (seed, campaign, network, layer, unit, entry),
// so any thread can draw any number in any order, and a single network of a campaign can be redrawn on its own.
//
// Generator: Philox4x32-10 [SMDS11: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11],
// 64-bit key, 128-bit counter. Layout (least significant word first):
//     key     = seed
//     counter = ( entry / 2,  unit,  network,  layer + 2^16 campaign )
// The map is injective: two addresses share a number only if they are equal.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace widegeo {

/// The block function of the generator: ten Philox rounds on four 32-bit words.
std::array<std::uint32_t, 4> philox4x32_10(const std::array<std::uint32_t, 4>& counter,
                                           const std::array<std::uint32_t, 2>& key);

/// Start of a sequence of random numbers; the sequence runs over `entry` = 0, 1, ... < 2^33.
struct RandomAddress {
  std::uint64_t seed = 0;
  std::uint32_t campaign = 0;  ///< < 2^16: purpose of the numbers (see `campaigns` below)
  std::uint32_t network = 0;   ///< index of the network in its campaign
  std::uint32_t layer = 0;     ///< < 2^16
  std::uint32_t unit = 0;

  static constexpr std::uint32_t max_campaign = (1U << 16) - 1, max_layer = (1U << 16) - 1;
  static constexpr std::uint64_t max_entry = (std::uint64_t{1} << 33) - 1;
};

/// The campaigns in use; a new kind of experiment takes the next number, so no two ever share random numbers.
namespace campaigns {
inline constexpr std::uint32_t explicit_weights = 0;
}

/// Uniform on (0, 1): (2 k + 1) / 2^53 with k the upper 52 bits of a 64-bit half block. Never 0 or 1, symmetric about
/// 1/2. out[i] is the number at entry first + i. Throws Error(input) if an index is out of range.
void fill_uniforms(const RandomAddress& address, std::uint64_t first, std::span<double> out);

/// Standard normal by Box and Muller (1958), with a relative error of at most 3 * 2^-52 and the same bits on every
/// processor: with (u, w) the uniforms at entries 2 k and 2 k + 1,
///     normal(2 k) = sqrt(-2 log u) cos(2 pi w),     normal(2 k + 1) = sqrt(-2 log u) sin(2 pi w).
/// |normal| <= sqrt(2 * 53 log 2) = 8.57...; the probability beyond is below 2^-53.
void fill_normals(const RandomAddress& address, std::uint64_t first, std::span<double> out);

double uniform(const RandomAddress& address, std::uint64_t entry);
double normal(const RandomAddress& address, std::uint64_t entry);

/// The normals at entries 0, ..., entries - 1 of the units address.unit, ..., address.unit + units - 1, one array per
/// entry: out[e * stride + u] is the normal at entry e of unit address.unit + u, with the same bits as fill_normals.
/// Throws Error(input) if an index is out of range, stride < units, or `out` is too short.
void fill_normals_of_units(const RandomAddress& address, std::size_t units, std::size_t entries, std::size_t stride,
                           std::span<double> out);

// Distributions with mean 0 and variance 1. out[i] is the number at entry first + i. Those that need two uniforms per
// entry use (u, w) at entries 2 e and 2 e + 1 of fill_uniforms, so their entries end at 2^32.

/// Student's t with nu degrees of freedom divided by its standard deviation sqrt(nu / (nu - 2)), by Bailey (1994),
/// exact:
///     sqrt((nu - 2) (u^(-2/nu) - 1)) cos(2 pi w),     2 < nu < infinity, else Error(input)
void fill_student_t(const RandomAddress& address, std::uint64_t first, double nu, std::span<double> out);
/// Uniform on (-sqrt 3, sqrt 3): sqrt 3 (2 u - 1) with u the uniform at the same entry.
void fill_uniform_symmetric(const RandomAddress& address, std::uint64_t first, std::span<double> out);
/// +1 where the uniform at the same entry is above 1/2, else -1.
void fill_rademacher(const RandomAddress& address, std::uint64_t first, std::span<double> out);
/// With probability p a normal of variance 1/p, else 0; given u < p, u / p is reused as a uniform:
///     [u < p] sqrt(-2 log(u / p)) cos(2 pi w) / sqrt(p),     0 < p <= 1, else Error(input)
void fill_sparse(const RandomAddress& address, std::uint64_t first, double p, std::span<double> out);

}  // namespace widegeo
