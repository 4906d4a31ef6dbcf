// The real line cut at the places where phi may fail to be analytic, and the analytic function that phi is on each
// part.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "activation/activation.hpp"
#include "number/ball/ball.hpp"

namespace widegeo::partition {

/// phi and phi' with every kinked function and every `if` replaced by the side taken on one part of the line.
struct Branch {
  expr::Expr phi, derivative;
  expr::Tape tape;  ///< x -> (phi, phi')
  /// What was replaced is right at x exactly where every output of this tape is >= 0 (places where one is 0 apart:
  /// they have measure 0, since each was > 0 at the sample).
  expr::Tape conditions;
  expr::Tape slopes;  ///< their derivatives: a condition that is monotone is decided at an end
};

/// The branch that is taken at an exact number. Throws Error(input) when a condition cannot be decided there.
std::shared_ptr<const Branch> branch_at(const Activation& activation, const Ball& sample);

/// Proves the conditions of a branch over [low, high] by bisection, with work bounded by the working precision. Next to
/// a multiple zero (x - sin(x) at 0) balls over an interval decide nothing, however short; its slope's sign does.
bool holds_on(const Branch& branch, const Ball& low, const Ball& high);

struct Part {
  Ball low, high;  ///< exact; not finite at the two ends of the line
  std::shared_ptr<const Branch> branch;
};

/// A small piece around a place where phi may fail to be analytic, left out of the parts.
struct Gap {
  Ball low, high;                 ///< exact
  std::optional<Rational> place;  ///< in the middle, when known exactly
};

struct Line {
  std::vector<Part> parts;  ///< in increasing order, gaps.size() + 1 of them
  std::vector<Gap> gaps;
};

/// Gaps have the half-width 2^-gap_bits (relative where |x| > 1); the working precision of balls is to be higher, by
/// enough to decide the conditions at that distance. Where the places are is only suggested by the analysis: that a
/// branch holds is proved later, panel by panel. Throws Error(input) when a condition cannot be decided.
Line cut_line(const Activation& activation, long gap_bits);

}  // namespace widegeo::partition
