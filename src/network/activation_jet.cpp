#include "network/activation_jet.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace widegeo {
namespace {

expr::Tape compile(const Activation& activation, unsigned order) {
  if (order < 1 || order > 2)
    throw Error(ErrorCode::input, "an activation is differentiated once or twice here",
                "order " + std::to_string(order));
  if (order == 1) return activation.tape;
  return expr::Tape(
      std::array{activation.phi, activation.derivative, expr::stabilise(expr::derivative(activation.derivative, "x"))},
      {"x"});
}

}  // namespace

ActivationJet::ActivationJet(const Activation& activation, unsigned order)
    : tape_(compile(activation, order)),
      order_(order),
      // A kink of phi' is absolutely continuous: its derivative almost everywhere is all there is.
      misses_kinks_(std::ranges::any_of(activation.derivative_analysis.points, [](const expr::SpecialPoint& point) {
        return point.kind != expr::SpecialPoint::Kind::kink;
      })) {}

void ActivationJet::evaluate(std::span<const double> h, std::array<std::span<double>, 3> out,
                             Workspace& workspace) const {
  Block in{Block::Uninitialised{}};
  std::array<Block, 3> result{Block{Block::Uninitialised{}}, Block{Block::Uninitialised{}},
                              Block{Block::Uninitialised{}}};
  const std::span<Block> results(result.data(), order_ + 1);
  for (std::size_t first = 0; first < h.size(); first += Block::width) {
    const std::size_t count = std::min(Block::width, h.size() - first);
    std::copy_n(h.data() + first, count, in.lane.data());
    std::fill(in.lane.begin() + count, in.lane.end(), h.back());  // lanes without a unit repeat the last
    tape_.evaluate<Block>({&in, 1}, results, workspace.tape);
    for (std::size_t k = 0; k <= order_; ++k) std::copy_n(result[k].lane.data(), count, out[k].data() + first);
  }
}

}  // namespace widegeo
