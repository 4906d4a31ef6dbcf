// phi, phi' and phi'' at many pre-activations at once, by the tape of the activation.
#pragma once

#include <array>
#include <span>

#include "activation/activation.hpp"
#include "number/block.hpp"

namespace widegeo {

/// phi'' is the derivative almost everywhere: a jump of phi' (ReLU) contributes nothing to it, so curvature computed
/// from it misses the part concentrated on the kinks. `misses_kinks()` tells whether there is such a part.
class ActivationJet {
 public:
  /// order 1: phi, phi'; order 2: phi, phi', phi''.
  ActivationJet(const Activation& activation, unsigned order);

  unsigned order() const { return order_; }
  bool misses_kinks() const { return misses_kinks_; }

  struct Workspace {
    expr::Tape::Workspace<Block> tape;
  };
  /// out[k][i] = phi^(k)(h[i]), k = 0..order; every span has the length of h, which is arbitrary. Non-finite values are
  /// passed on.
  void evaluate(std::span<const double> h, std::array<std::span<double>, 3> out, Workspace& workspace) const;

 private:
  expr::Tape tape_;
  unsigned order_;
  bool misses_kinks_;
};

}  // namespace widegeo
