// The real line divided at the points where phi may fail to be analytic, and the analytic function that phi equals on
// each part.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "activation/activation.hpp"
#include "number/ball/ball.hpp"

namespace widegeo::partition {

/// phi and phi' with every kinked function and every `if` replaced by the branch taken on one part of the line.
struct Branch {
  expr::Expr phi, derivative;
  expr::Tape tape;  ///< x -> (phi, phi')
  /// The replacement is valid at x exactly where every output of this tape is >= 0 (up to points where one is 0: these
  /// have measure 0, since each output was > 0 at the sample).
  expr::Tape conditions;
  expr::Tape slopes;  ///< their derivatives: a monotone condition is decided at an end point
};

/// The branch taken at an exact number. Throws Error(input) if a condition cannot be decided there.
std::shared_ptr<const Branch> branch_at(const Activation& activation, const Ball& sample);

/// Proves the conditions of a branch over [low, high] by bisection, with work bounded by the working precision. Next to
/// a multiple zero (x - sin(x) at 0) balls over an interval never decide, however short it is; the sign of the slope
/// does.
bool holds_on(const Branch& branch, const Ball& low, const Ball& high);

struct Part {
  Ball low, high;  ///< exact; infinite at the two ends of the line
  std::shared_ptr<const Branch> branch;
};

/// A small interval around a point where phi may fail to be analytic, excluded from the parts.
struct Gap {
  Ball low, high;                 ///< exact
  std::optional<Rational> place;  ///< the midpoint, if known exactly
};

struct Line {
  std::vector<Part> parts;  ///< in increasing order, gaps.size() + 1 of them
  std::vector<Gap> gaps;
};

/// Gaps have half-width 2^-gap_bits (relative where |x| > 1); the working precision of balls must be high enough to
/// decide the conditions at that distance. The analysis only suggests the points: branches are proved later, panel by
/// panel. Throws Error(input) if a condition cannot be decided.
Line cut_line(const Activation& activation, long gap_bits);

}  // namespace widegeo::partition
