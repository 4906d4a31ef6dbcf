#include "network/weights.hpp"

#include <algorithm>
#include <cmath>

#include "network/pullback/decompositions.hpp"
#include "random/random.hpp"

namespace widegeo {
namespace {

constexpr std::uint64_t bias_entry = RandomAddress::max_entry;

void draw_entries(const NetworkSpec& spec, const RandomAddress& address, std::span<double> out) {
  switch (spec.weight_law) {
    case WeightLaw::gaussian:
    case WeightLaw::orthogonal:
      return fill_normals(address, 0, out);
    case WeightLaw::uniform:
      return fill_uniform_symmetric(address, 0, out);
    case WeightLaw::rademacher:
      return fill_rademacher(address, 0, out);
    case WeightLaw::sparse:
      return fill_sparse(address, 0, spec.weight_parameter, out);
    case WeightLaw::student_t:
      return fill_student_t(address, 0, spec.weight_parameter, out);
  }
}

RandomAddress address_of(const NetworkId& id, unsigned layer, Eigen::Index unit) {
  return {id.seed, id.campaign, id.index, layer, static_cast<std::uint32_t>(unit)};
}

void draw_matrix(const NetworkSpec& spec, const NetworkId& id, unsigned layer, Eigen::Index first, RowMatrix& out) {
  for (Eigen::Index i = 0; i < out.rows(); ++i)
    draw_entries(spec, address_of(id, layer, first + i), {out.row(i).data(), static_cast<std::size_t>(out.cols())});
}

}  // namespace

RowMatrix orthogonal_from_gaussian(const RowMatrix& gaussian) {
  const bool tall = gaussian.rows() >= gaussian.cols();
  const Eigen::MatrixXd a = tall ? Eigen::MatrixXd(gaussian) : Eigen::MatrixXd(gaussian.transpose());
  auto [q, r] = thin_qr(a);
  const double scale = std::sqrt(static_cast<double>(a.rows()));
  for (Eigen::Index j = 0; j < q.cols(); ++j) q.col(j) *= r(j, j) < 0 ? -scale : scale;
  if (tall) return q;
  return q.transpose();
}

LayerWeights::LayerWeights(const NetworkSpec& spec, const NetworkId& id, unsigned layer, Eigen::Index rows,
                           Eigen::Index columns)
    : spec_(spec), id_(id), layer_(layer), rows_(rows), columns_(columns) {
  if (spec.weight_law != WeightLaw::orthogonal) return;
  RowMatrix gaussian(rows, columns);
  draw_matrix(spec, id, layer, 0, gaussian);
  orthogonal_ = orthogonal_from_gaussian(gaussian);
}

void LayerWeights::draw(Eigen::Index block, WeightRows& out) const {
  out.first = block * block_rows;
  const Eigen::Index count = std::min(block_rows, rows_ - out.first);
  out.weights.resize(count, columns_);
  if (orthogonal_.size() > 0)
    out.weights = orthogonal_.middleRows(out.first, count);
  else
    draw_matrix(spec_, id_, layer_, out.first, out.weights);
  out.biases.setZero(count);
  if (spec_.b(layer_) > 0)
    for (Eigen::Index i = 0; i < count; ++i) out.biases(i) = normal(address_of(id_, layer_, out.first + i), bias_entry);
}

}  // namespace widegeo
