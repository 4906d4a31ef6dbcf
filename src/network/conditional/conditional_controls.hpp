// Module-internal: control variates of the conditional sampler, averages over the units of a layer of
//     p(z_0) w(z_1, ...),   E p w = 0 exactly,
// with the standard normals z_0 of the pre-activation, z_1 of its radial derivative and z_a of the tangential ones.
//
// To first order in 1/n the fluctuations of a layer's Gram matrix are averages over units of phi^2, phi phi' dh_1,
// (phi' dh_1)^2 and (phi' dh_a)^2, which are functions of z_0 times 1, z_1, He_2(z_1), He_2(z_a). So w is one of these,
// with He_2(z_a) averaged over the tangential directions a, and p is a Hermite polynomial, a bell, or, for a phi with a
// corner, the sign of z_0: for a rectifier, a square and erf these few span everything. Second derivatives add products
// of theirs.
//
// Variance without controls divided by variance with them, at width 1000, s = 1.5, b = 0.1, |x| = 0.8, d = 2, order 2,
// depths 1, 3, 6 (the remainder is of second order in 1/n, or outside the span; `all`: only rounding remains):
//             radial eigenvalue    tangential         log volume       scalar curvature
//     erf     all    220  100      all    180  70     470  410  510    6  5  5
//     tanh    290    360  130      5900   190  77     340  520  600    8  5  7
//     relu    all    190   70      all    100  38     350  280  190    (flat)
//     gelu    220     93   31      140     56  21     160  140  170    5  2  3
// at a cost of 12 to 24 percent more time at order 1.
#pragma once

#include <span>
#include <vector>

#include "network/conditional/conditional_loops.hpp"
#include "network/spec.hpp"

namespace widegeo {

/// A function p of z_0. With bell = exp(-2 q z_0^2), q the variance of h, the shape of phi'^2 for a sigmoidal phi,
///     decay = bell - (1 + 4 q)^(-1/2),   decay_he1 = z_0 bell,   decay_square = z_0^2 bell - (1 + 4 q)^(-3/2).
/// `one`, `modulus` and `bell` are not centred: they may only multiply a centred w.
enum class Height { one, he1, he2, he3, he4, sign, modulus, signed_square, decay, decay_he1, decay_square, bell };
/// A function w of the other normals, centred except for `one`; t denotes a mean over the tangential directions, z_ab
/// the normals of the second derivatives.
enum class Across {
  one,
  radial,                   ///< z_1
  radial_he2,               ///< z_1^2 - 1
  tangential_he2,           ///< t: z_a^2 - 1
  radial_tangential,        ///< z_1 times tangential_he2
  second_radial,            ///< z_11
  second_tangential,        ///< t: z_aa
  second_mixed,             ///< t: z_a z_1a
  second_product,           ///< z_11 times t: z_aa
  second_mixed_he2,         ///< t: z_1a^2 - 1
  radial_second_radial,     ///< z_1 z_11
  radial_second_tangential  ///< z_1 times t: z_aa
};

struct ControlTerm {
  Height height;
  Across across;
};

/// Units that must have been drawn before a fitted coefficient of the term can be trusted. A term of degree d in the
/// normals (a bell counts 0, its factor its degree: next to a bell it cancels the bulk) has, like He_d, the share
/// E[He_d^2; |z| > z_M] / d! of its variance beyond the largest normal z_M expected among M, P(|z| > z_M) = 1/M. Unless
/// that share is small, a fit to the observed values is offset by rare ones that no sample shows: the residual of E
/// erf^2 over 16 units from 200 networks is so small and so heavy-tailed that its mean fails a test at level 1e-3 in
/// one run of eight. The returned number makes the share 2 percent.
double units_for_coefficient(const ControlTerm& term);

/// The terms of one layer for this activation: few, and those that reduce variance.
std::vector<ControlTerm> control_terms(const Activation& activation, std::size_t dimension, unsigned order,
                                       bool activated);

/// Location of the normals of a layer: rows of the block, or -1 if the layer has no such normal.
struct NormalRows {
  double h_variance = 0;
  Eigen::Index h = -1, radial = -1, second_radial = -1;
  /// Those that exist of d_a h, of d_aa h, and of d_a h and d_1a h jointly, a >= 2.
  std::vector<Eigen::Index> tangential, second_tangential, paired_tangential, paired_mixed;
};

/// Adds the sums over the units of the block to `sums`, one per term. Terms without their normals add nothing. `buffer`
/// is resized once.
void add_controls(std::span<const ControlTerm> terms, const NormalRows& normals, const UnitBlock& z,
                  std::span<double> sums, std::vector<double>& buffer);

}  // namespace widegeo
