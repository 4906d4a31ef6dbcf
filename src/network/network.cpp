#include "network/network.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/block.hpp"
#include "core/error.hpp"
#include "random/random.hpp"

namespace widegeo {
namespace {

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Row i holds (f_i, d_1 f_i, ..., d_d f_i) of one unit; f is the preactivation or the activation.
using State = RowMatrix;

/// The bias of a unit stands at a fixed entry far behind its weights, so that it does not depend on the width below.
constexpr std::uint64_t bias_entry = RandomAddress::max_entry;

/// Gaussian weights W (rows first..first + out.rows() of layer l) and the biases of these rows.
void draw_rows(const NetworkId& id, unsigned layer, Eigen::Index first, RowMatrix& weights, Eigen::VectorXd& biases,
               bool with_bias) {
  for (Eigen::Index i = 0; i < weights.rows(); ++i) {
    const RandomAddress address{id.seed, id.campaign, id.index, layer, static_cast<std::uint32_t>(first + i)};
    fill_normals(address, 0, {weights.row(i).data(), static_cast<std::size_t>(weights.cols())});
    biases(i) = with_bias ? normal(address, bias_entry) : 0;
  }
}

/// Calls use(first row, W rows, c rows) for blocks of rows that together are layer l. Row count: enough for an
/// efficient matrix product, and independent of everything else so that rounding is the same in every run.
template <class Use>
void for_row_blocks(const NetworkSpec& spec, const NetworkId& id, unsigned layer, Eigen::Index rows,
                    Eigen::Index columns, double scale, const Use& use) {
  constexpr Eigen::Index block = 64;
  const double sigma = std::sqrt(spec.s(layer)) * scale, zeta = std::sqrt(spec.b(layer));
  RowMatrix weights;
  Eigen::VectorXd biases;
  for (Eigen::Index first = 0; first < rows; first += block) {
    const Eigen::Index count = std::min(block, rows - first);
    weights.resize(count, columns);
    biases.resize(count);
    draw_rows(id, layer, first, weights, biases, spec.b(layer) > 0);
    use(first, sigma * weights, zeta * biases);
  }
}

State first_layer(const NetworkSpec& spec, const NetworkId& id, const Eigen::VectorXd& x) {
  State h(static_cast<Eigen::Index>(spec.n(1)), x.size() + 1);
  const double scale = spec.input_fan_in ? 1 / std::sqrt(static_cast<double>(x.size())) : 1;
  for_row_blocks(spec, id, 1, h.rows(), x.size(), scale,
                 [&](Eigen::Index first, const RowMatrix& w, const Eigen::VectorXd& c) {
                   h.block(first, 1, w.rows(), x.size()) = w;  // d h_1 / d x = W_1
                   h.col(0).segment(first, w.rows()) = w * x + c;
                 });
  return h;
}

State next_layer(const NetworkSpec& spec, const NetworkId& id, unsigned layer, const State& phi) {
  State h(static_cast<Eigen::Index>(spec.n(layer)), phi.cols());
  const double scale = 1 / std::sqrt(static_cast<double>(phi.rows()));
  for_row_blocks(spec, id, layer, h.rows(), phi.rows(), scale,
                 [&](Eigen::Index first, const RowMatrix& w, const Eigen::VectorXd& c) {
                   h.middleRows(first, w.rows()).noalias() = w * phi;
                   h.col(0).segment(first, w.rows()) += c;
                 });
  return h;
}

/// (h, dh) -> (phi(h), phi'(h) dh), a block of units at a time through the one evaluator.
void activate(const Activation& activation, State& state) {
  constexpr auto width = static_cast<Eigen::Index>(Block::width);
  expr::Tape::Workspace<Block> workspace;
  Block in, out[2];
  for (Eigen::Index first = 0; first < state.rows(); first += width) {
    const Eigen::Index count = std::min(width, state.rows() - first);
    for (Eigen::Index i = 0; i < width; ++i)
      in.lane[static_cast<std::size_t>(i)] = state(first + std::min(i, count - 1), 0);
    activation.tape.evaluate<Block>({&in, 1}, out, workspace);
    for (Eigen::Index i = 0; i < count; ++i) {
      state.row(first + i) *= out[1].lane[static_cast<std::size_t>(i)];
      state(first + i, 0) = out[0].lane[static_cast<std::size_t>(i)];
    }
  }
}

}  // namespace

FeatureMap feature_map(const NetworkSpec& spec, const Activation& activation, const NetworkId& id,
                       std::span<const double> x) {
  check_explicit_simulation(spec, activation, x);
  State state = first_layer(spec, id, Eigen::Map<const Eigen::VectorXd>(x.data(), static_cast<Eigen::Index>(x.size())));
  for (unsigned layer = 2; layer <= spec.depth; ++layer) {
    activate(activation, state);
    state = next_layer(spec, id, layer, state);
  }
  if (spec.activate_last) activate(activation, state);
  state /= std::sqrt(static_cast<double>(state.rows()));
  if (!state.allFinite())
    throw Error(ErrorCode::input, "a simulated network leaves the range of double",
                "network " + std::to_string(id.index), "use smaller variances or fewer layers");
  return {state.col(0), state.rightCols(state.cols() - 1)};
}

Eigen::MatrixXd pullback_metric(const FeatureMap& features) {
  return features.jacobian.transpose() * features.jacobian;
}

}  // namespace widegeo
