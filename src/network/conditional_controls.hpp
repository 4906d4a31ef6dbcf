// Inside the module: control variates of the conditional sampler, averages over the units of a layer of
//     p(z_0) w(z_1, ...),   E p w = 0 exactly,
// of the standard normals z_0 of the preactivation, z_1 of its radial derivative and the others of the tangential ones.
//
// To first order in 1/n the Gram matrix of a layer moves by averages over units of phi^2, phi phi' dh_1, (phi' dh_1)^2
// and (phi' dh_a)^2, which are functions of z_0 times 1, z_1, He_2(z_1), He_2(z_a). So w is one of these, with
// He_2(z_a) averaged over the tangential directions a, and p a Hermite polynomial, or where phi has a corner at 0 also
// the sign of z_0: for a rectifier those few span all of it.
#pragma once

#include <span>
#include <vector>

#include "network/conditional_kernels.hpp"
#include "network/spec.hpp"

namespace widegeo {

/// A function of z_0; `one` and `modulus` have a mean and serve only beside a centred w.
enum class Height { one, he1, he2, he3, he4, he6, sign, modulus, signed_square };
/// A function of the other normals, each centred but `one`.
enum class Across { one, radial, radial_he2, tangential_he2, second_radial, second_tangential };

struct ControlTerm {
  Height height;
  Across across;
};

/// The terms of one layer for this activation: those that remove variance (measured: docs of the sampler).
std::vector<ControlTerm> control_terms(const Activation& activation, std::size_t dimension, unsigned order,
                                       bool activated);

/// Where the normals of a layer stand: row of the block, or -1 where the layer has no such normal.
struct NormalRows {
  Eigen::Index h = -1, radial = -1;
  std::vector<Eigen::Index> tangential;  ///< those that exist
  Eigen::Index second_radial = -1;
  std::vector<Eigen::Index> second_tangential;  ///< of d_aa h, a >= 2
};

/// Adds the sums over the units of the block to `sums`, one a term. Terms without their normals add nothing.
/// `buffer` is resized once.
void add_controls(std::span<const ControlTerm> terms, const NormalRows& normals, const UnitBlock& z,
                  std::span<double> sums, std::vector<double>& buffer);

}  // namespace widegeo
