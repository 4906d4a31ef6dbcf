#include "network/conditional/conditional_loops.hpp"

#include <algorithm>

#include "network/feature.hpp"
#include "simd/clones.hpp"

namespace widegeo {
namespace {

using BlockMap = Eigen::Map<Eigen::MatrixXd, 0, Eigen::OuterStride<units_in_block>>;

BlockMap as_matrix(const UnitBlock& block, Eigen::Index rows) {
  return BlockMap(block.data, static_cast<Eigen::Index>(block.units), rows);
}

/// Up to this size plain loops over pairs of rows are faster than matrix products (measured).
constexpr Eigen::Index small_rows = 64;

constexpr std::size_t lanes = 16;

/// out[u] = sum_k factor[k] z[k][u].
WIDEGEO_CLONES void combine_rows(const double* factor, std::size_t count, const double* z, std::size_t units,
                                 double* out) {
  std::size_t u = 0;
  for (; u + lanes <= units; u += lanes) {
    double sum[lanes] = {};
    for (std::size_t k = 0; k < count; ++k)
      for (std::size_t i = 0; i < lanes; ++i) sum[i] += factor[k] * z[k * units_in_block + u + i];
    for (std::size_t i = 0; i < lanes; ++i) out[u + i] = sum[i];
  }
  for (; u < units; ++u) {
    double sum = 0;
    for (std::size_t k = 0; k < count; ++k) sum += factor[k] * z[k * units_in_block + u];
    out[u] = sum;
  }
}

WIDEGEO_CLONES void multiply(const double* a, double* b, std::size_t units) {
  for (std::size_t u = 0; u < units; ++u) b[u] *= a[u];
}

/// ddh <- phi'' dh_a dh_b + phi' ddh.
WIDEGEO_CLONES void second_derivative(const double* second, const double* first, const double* dh_a, const double* dh_b,
                                      double* ddh, std::size_t units) {
  for (std::size_t u = 0; u < units; ++u) ddh[u] = second[u] * dh_a[u] * dh_b[u] + first[u] * ddh[u];
}

WIDEGEO_CLONES void second_derivative_of_linear(const double* second, const double* dh_a, const double* dh_b,
                                                double* out, std::size_t units) {
  for (std::size_t u = 0; u < units; ++u) out[u] = second[u] * dh_a[u] * dh_b[u];
}

/// sum + lost + term without loss: Knuth's exact sum of two doubles; its error goes to `lost`.
WIDEGEO_CLONES void add_exactly(const double* term, double* sum, double* lost, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const double next = sum[i] + term[i], shift = next - sum[i];
    lost[i] += (sum[i] - (next - shift)) + (term[i] - shift);
    sum[i] = next;
  }
}

}  // namespace

WIDEGEO_CLONES double sum_of_products(const double* a, const double* b, std::size_t units) {
  double sum[lanes] = {};
  std::size_t u = 0;
  for (; u + lanes <= units; u += lanes)
    for (std::size_t i = 0; i < lanes; ++i) sum[i] += a[u + i] * b[u + i];
  for (std::size_t i = 0; u < units; ++u, ++i) sum[i] += a[u] * b[u];
  for (std::size_t half = lanes / 2; half > 0; half /= 2)
    for (std::size_t i = 0; i < half; ++i) sum[i] += sum[i + half];
  return sum[0];
}

void apply_factor(const CovarianceFactor& factor, const UnitBlock& z, const UnitBlock& out) {
  const Eigen::Index rows = factor.L.rows();
  if (rows <= small_rows) {
    for (Eigen::Index j = 0; j < rows; ++j)
      combine_rows(factor.L.row(j).data(), static_cast<std::size_t>(factor.count[static_cast<std::size_t>(j)]), z.data,
                   z.units, out.row(static_cast<std::size_t>(j)));
    return;
  }
  const BlockMap normals = as_matrix(z, factor.rank);
  BlockMap result = as_matrix(out, rows);
  constexpr Eigen::Index panel = 64;  // rows that are multiplied up to the last one's count
  for (Eigen::Index first = 0; first < rows; first += panel) {
    const Eigen::Index count = std::min(panel, rows - first),
                       columns = factor.count[static_cast<std::size_t>(first + count - 1)];
    result.middleCols(first, count).noalias() =
        normals.leftCols(columns) * factor.L.block(first, 0, count, columns).transpose();
  }
}

WIDEGEO_CLONES void scale_units(double factor, const double* in, double* out, std::size_t units) {
  for (std::size_t u = 0; u < units; ++u) out[u] = factor * in[u];
}

WIDEGEO_CLONES void combine_units(double a, const double* x, double b, const double* y, double* out,
                                  std::size_t units) {
  for (std::size_t u = 0; u < units; ++u) out[u] = a * x[u] + b * y[u];
}

void apply_chain_rule(const std::array<const double*, 3>& phi, Eigen::Index dimension, unsigned order, bool has_ddh,
                      const UnitBlock& rows) {
  const auto d = static_cast<std::size_t>(dimension);
  std::copy_n(phi[0], rows.units, rows.row(0));
  if (order == 2) {
    double* out = rows.row(1 + d);
    for (std::size_t a = 1; a <= d; ++a)
      for (std::size_t b = a; b <= d; ++b, out += units_in_block)
        if (has_ddh)
          second_derivative(phi[2], phi[1], rows.row(a), rows.row(b), out, rows.units);
        else
          second_derivative_of_linear(phi[2], rows.row(a), rows.row(b), out, rows.units);
  }
  for (std::size_t a = 1; a <= d; ++a) multiply(phi[1], rows.row(a), rows.units);
}

void GramSum::clear(Eigen::Index rows) {
  sum_.setZero(rows, rows);
  lost_.setZero(rows, rows);
  block_.setZero(rows, rows);
}

void GramSum::add(const UnitBlock& f) {
  const Eigen::Index rows = sum_.rows();
  if (rows <= small_rows) {
    for (Eigen::Index j = 0; j < rows; ++j)
      for (Eigen::Index k = j; k < rows; ++k)
        block_(k, j) = sum_of_products(f.row(static_cast<std::size_t>(k)), f.row(static_cast<std::size_t>(j)), f.units);
  } else {
    block_.setZero();
    block_.selfadjointView<Eigen::Lower>().rankUpdate(as_matrix(f, rows).transpose());
  }
  add_exactly(block_.data(), sum_.data(), lost_.data(), static_cast<std::size_t>(block_.size()));
}

void GramSum::mean(double n, Eigen::MatrixXd& out) const {
  out = (sum_ + lost_) / n;
  out.triangularView<Eigen::StrictlyUpper>() = out.transpose();
}

}  // namespace widegeo
