// Module-internal: loops over the units of the conditional sampler. A block of units stores one array per row
// (structure of arrays): entry j of unit u is at [j * stride + u].
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <vector>

#include "network/conditional/conditional_factor.hpp"

namespace widegeo {

/// Units processed together. Sums over units run in this order, so it affects the last bits of the result.
inline constexpr std::size_t units_in_block = 512;

/// A block of units, stored with the stride of a full one.
struct UnitBlock {
  std::size_t units = 0;
  double* data = nullptr;
  double* row(std::size_t j) const { return data + j * units_in_block; }
};

/// out_j = sum_k L_jk z_k for every row of the factor.
void apply_factor(const CovarianceFactor& factor, const UnitBlock& z, const UnitBlock& out);

/// out = factor * in, unit by unit.
void scale_units(double factor, const double* in, double* out, std::size_t units);

/// out = a x + b y, unit by unit.
void combine_units(double a, const double* x, double b, const double* y, double* out, std::size_t units);

/// sum_u a_u b_u, in sixteen lanes.
double sum_of_products(const double* a, const double* b, std::size_t units);

/// (h, dh, ddh) -> (phi, phi' dh, phi'' dh dh + phi' ddh), in place; phi[k] holds the k-th derivative at h. `rows` may
/// lack ddh as input (first layer: ddh = 0), but it is written whenever order is 2.
void apply_chain_rule(const std::array<const double*, 3>& phi, Eigen::Index dimension, unsigned order, bool has_ddh,
                      const UnitBlock& rows);

/// Lower triangle of the sums over units of f_j f_k. Blocks are added with compensated summation (Sum2 of Ogita, Rump
/// and Oishi 2005), so the error does not grow with the number of blocks.
class GramSum {
 public:
  void clear(Eigen::Index rows);
  void add(const UnitBlock& f);
  /// Both triangles of the sum over n units, divided by n.
  void mean(double n, Eigen::MatrixXd& out) const;

 private:
  Eigen::MatrixXd sum_, lost_, block_;
};

}  // namespace widegeo
