#include "network/activation_jet.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "number/error.hpp"
#include "number/functions.hpp"

namespace widegeo {
namespace {

using expr::Expr;
using expr::Op;

/// The double nearest to a tree without variables, or the tree itself if that double is not finite.
Expr nearest_double(const Expr& constant) {
  constexpr unsigned digits = 40;  // twice those of double, and some
  const PrecisionScope precision(digits);
  const expr::Tape tape(std::span<const Expr>(&constant, 1), {});
  expr::Tape::Workspace<Real> workspace;
  Real value;
  tape.evaluate<Real>({}, {&value, 1}, workspace);
  const double rounded = value_of(value);
  return std::isfinite(rounded) ? Expr::number(Rational(rounded)) : constant;
}

/// The tree with every part that has no variable, such as sqrt(pi), replaced by its double, and division by it by
/// multiplication: a tape would take the root and divide again for every block. In double alone, where it costs at most
/// one more rounding: the other scalars need the exact tree.
Expr fold_constants(const Expr& root) {
  std::map<const void*, Expr> folded;     // of parts that depend on x
  std::map<const void*, Expr> constants;  // of the others
  const auto part = [&](const Expr& e) {
    const auto found = folded.find(e.identity());
    return found != folded.end() ? found->second : constants.at(e.identity());
  };
  for (const Expr& e : expr::post_order(root)) {
    const std::span<const Expr> args = e.args();
    const bool varies = e.op() == Op::variable ||
                        std::ranges::any_of(args, [&](const Expr& arg) { return folded.contains(arg.identity()); });
    if (!varies) {
      constants.emplace(e.identity(), e.is_number() || e.is_comparison() ? e : nearest_double(e));
      continue;
    }
    std::vector<Expr> parts;
    if (e.op() == Op::divide && !folded.contains(e.arg(1).identity()) && !e.arg(1).is_number(0)) {
      const Expr inverse = nearest_double(Expr::number(1) / e.arg(1));
      if (inverse.is_number()) {
        folded.emplace(e.identity(), part(e.arg(0)) * inverse);
        continue;
      }
    }
    for (const Expr& arg : args) parts.push_back(part(arg));
    folded.emplace(e.identity(), args.empty() ? e : Expr::make(e.op(), std::move(parts)));
  }
  return part(root);
}

expr::Tape compile(const Activation& activation, unsigned order) {
  if (order < 1 || order > 2)
    throw Error(ErrorCode::input, "an activation is differentiated once or twice here",
                "order " + std::to_string(order));
  std::vector<Expr> outputs{activation.phi, activation.derivative};
  if (order == 2) outputs.push_back(expr::stabilise(expr::derivative(activation.derivative, "x")));
  for (Expr& output : outputs) output = fold_constants(output);
  return expr::Tape(outputs, {"x"});
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
