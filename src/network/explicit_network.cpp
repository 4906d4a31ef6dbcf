#include "network/explicit_network.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "network/activation_jet.hpp"
#include "network/blocking.hpp"
#include "network/weights.hpp"
#include "number/error.hpp"

namespace widegeo {
namespace {

constexpr std::uint64_t max_stored_weights = std::uint64_t{1} << 30;  // 8 GiB

/// One row per unit: f; d_1 f, ..., d_d f; d_11 f, d_12 f, ..., d_dd f (order 2), f the pre-activation or the
/// activation. Column-major, so that a derivative of all units is contiguous.
using State = Eigen::MatrixXd;

std::span<double> span_of(Eigen::VectorXd& v) { return {v.data(), static_cast<std::size_t>(v.size())}; }

/// (h, dh, ddh) -> (phi, d phi, dd phi) in place.
void activate(const ActivationJet& phi, Eigen::Index d, State& state) {
  Eigen::VectorXd f(state.rows()), f1(state.rows()), f2(phi.order() == 2 ? state.rows() : 0);
  ActivationJet::Workspace workspace;
  phi.evaluate({state.data(), static_cast<std::size_t>(state.rows())}, {span_of(f), span_of(f1), span_of(f2)},
               workspace);
  if (phi.order() == 2)
    for (Eigen::Index a = 0, column = 1 + d; a < d; ++a)
      for (Eigen::Index b = a; b < d; ++b, ++column)
        state.col(column).array() =
            f2.array() * state.col(1 + a).array() * state.col(1 + b).array() + f1.array() * state.col(column).array();
  for (Eigen::Index a = 0; a < d; ++a) state.col(1 + a).array() *= f1.array();
  state.col(0) = f;
}

/// What a forward pass needs besides the weights.
struct Pass {
  const NetworkSpec& spec;
  const ActivationJet& phi;
  std::span<const double> x;

  Eigen::Index dimension() const { return static_cast<Eigen::Index>(x.size()); }
  Eigen::Index columns() const { return 1 + dimension() + (phi.order() == 2 ? pair_count(dimension()) : 0); }
  Eigen::Index units(unsigned layer) const { return static_cast<Eigen::Index>(spec.n(layer)); }
  Eigen::Index fan_in(unsigned layer) const { return layer == 1 ? dimension() : units(layer - 1); }
  double weight_scale(unsigned layer) const {
    const double fan = layer > 1 || spec.input_fan_in ? static_cast<double>(fan_in(layer)) : 1;
    return std::sqrt(spec.s(layer) / fan);
  }
};

/// Rows of layer `layer` from the weights of these units and the activations below (unused at layer 1).
void propagate(const Pass& pass, unsigned layer, const WeightRows& rows, const State& below, State& h) {
  const Eigen::Index d = pass.dimension();
  auto out = h.middleRows(rows.first, rows.weights.rows());
  if (layer == 1) {
    out.col(0).noalias() = rows.weights * Eigen::Map<const Eigen::VectorXd>(pass.x.data(), d);
    out.middleCols(1, d) = rows.weights;  // d h_1 / d x = W_1
    out.rightCols(h.cols() - 1 - d).setZero();
  } else {
    out.noalias() = rows.weights * below;
  }
  out *= pass.weight_scale(layer);
  out.col(0) += std::sqrt(pass.spec.b(layer)) * rows.biases;
}

/// for_rows(layer, use) calls use(rows) for blocks of rows that together are the layer.
template <class ForRows>
FeatureJet forward(const Pass& pass, const ForRows& for_rows) {
  const Eigen::Index d = pass.dimension();
  State state;
  for (unsigned layer = 1; layer <= pass.spec.depth; ++layer) {
    State h(pass.units(layer), pass.columns());
    for_rows(layer, [&](const WeightRows& rows) { propagate(pass, layer, rows, state, h); });
    state = std::move(h);
    if (layer < pass.spec.depth || pass.spec.activate_last) activate(pass.phi, d, state);
  }
  state /= std::sqrt(static_cast<double>(state.rows()));
  return {state.col(0), state.middleCols(1, d), state.rightCols(state.cols() - 1 - d)};
}

FeatureJet draw_and_forward(const Pass& pass, const NetworkId& id, const CancelFlag* cancel) {
  WeightRows rows;
  return forward(pass, [&](unsigned layer, const auto& use) {
    const LayerWeights weights(pass.spec, id, layer, pass.units(layer), pass.fan_in(layer));
    for (Eigen::Index block = 0; block < weights.block_count(); ++block) {
      throw_if(cancel);
      weights.draw(block, rows);
      use(rows);
    }
  });
}

}  // namespace

struct ExplicitSampler::Plan {
  NetworkSpec spec;
  ActivationJet phi;
  std::vector<double> x;
};

ExplicitSampler::ExplicitSampler(const NetworkSpec& spec, const Activation& activation, std::span<const double> x,
                                 unsigned order) {
  check_explicit_simulation(spec, activation, x, order);
  order = std::max(order, 1U);
  fix_blocking_of_products();
  plan_ = std::make_unique<Plan>(Plan{spec, ActivationJet(activation, order), {x.begin(), x.end()}});
}
ExplicitSampler::~ExplicitSampler() = default;
ExplicitSampler::ExplicitSampler(ExplicitSampler&&) noexcept = default;

FeatureJet ExplicitSampler::draw(const NetworkId& id, const CancelFlag* cancel) const {
  return draw_and_forward({plan_->spec, plan_->phi, plan_->x}, id, cancel);
}

FeatureJet feature_jet(const NetworkSpec& spec, const Activation& activation, const NetworkId& id,
                       std::span<const double> x, unsigned order) {
  return ExplicitSampler(spec, activation, x, order).draw(id);
}

struct ExplicitNetwork::Weights {
  NetworkSpec spec;
  Activation activation;
  ActivationJet first_order, second_order;
  std::size_t dimension;
  std::vector<std::vector<WeightRows>> layers;
};

ExplicitNetwork::ExplicitNetwork(const NetworkSpec& spec, const Activation& activation, const NetworkId& id,
                                 unsigned dimension) {
  check_explicit_simulation(spec, activation, std::vector<double>(dimension));
  fix_blocking_of_products();
  std::uint64_t total = 0;
  for (unsigned l = 1; l <= spec.depth; ++l) {
    const std::uint64_t fan_in = l == 1 ? dimension : spec.n(l - 1);
    const std::uint64_t room = max_stored_weights - total;
    if (spec.n(l) > room / fan_in)
      throw Error(ErrorCode::input, "the weights of the network need more than 8 GiB of memory",
                  "layer " + std::to_string(l), "use a smaller width");
    total += spec.n(l) * fan_in;
  }
  weights_ = std::make_unique<Weights>(
      Weights{spec, activation, ActivationJet(activation, 1), ActivationJet(activation, 2), dimension, {}});
  for (unsigned l = 1; l <= spec.depth; ++l) {
    const auto fan_in = static_cast<Eigen::Index>(l == 1 ? dimension : spec.n(l - 1));
    const LayerWeights layer(weights_->spec, id, l, static_cast<Eigen::Index>(spec.n(l)), fan_in);
    std::vector<WeightRows>& blocks = weights_->layers.emplace_back(static_cast<std::size_t>(layer.block_count()));
    for (std::size_t block = 0; block < blocks.size(); ++block)
      layer.draw(static_cast<Eigen::Index>(block), blocks[block]);
  }
}
ExplicitNetwork::~ExplicitNetwork() = default;
ExplicitNetwork::ExplicitNetwork(ExplicitNetwork&&) noexcept = default;

FeatureJet ExplicitNetwork::at(std::span<const double> x, unsigned order) const {
  if (x.size() != weights_->dimension)
    throw Error(ErrorCode::input, "the network takes inputs of another dimension",
                "dimension " + std::to_string(x.size()) + ", expected " + std::to_string(weights_->dimension));
  check_explicit_simulation(weights_->spec, weights_->activation, x, order);
  const Pass pass{weights_->spec, order == 2 ? weights_->second_order : weights_->first_order, x};
  return forward(pass, [&](unsigned layer, const auto& use) {
    for (const WeightRows& rows : weights_->layers[layer - 1]) use(rows);
  });
}

}  // namespace widegeo
