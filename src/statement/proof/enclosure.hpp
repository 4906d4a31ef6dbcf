// Decides a claim by balls on one box X with centre c. By cost, each tried only if the previous do not decide:
//
//   natural extension   f(X)
//   thin point          f(c): a counterexample where the claim is certainly false
//   centred form        f(c) + f'(X) (X - c)
//   monotone variables  sup f <= f(corner) + sum over the other variables of f'_i(X) (X - c)_i; the corner is an end
//                       of every variable in which f'(X) has one sign, and the centre of every other; if the corner
//                       is 0, also f(face), the other variables running over the box
//
// The results are intersected [A. Neumaier, Interval Methods for Systems of Equations, 1990, ch. 2].
#pragma once

#include <chrono>
#include <optional>

#include "statement/proof/enclosure_box.hpp"

namespace widegeo::statement {

struct JudgeOptions {
  long bits = 64;
  long max_bits = 256;  ///< limit where the centre stays undecided
  double equality_width = 1e-12;
};

struct BoxJudgement {
  enum class Kind {
    holds,           ///< the claim, on the whole box, where everything in it exists
    excluded,        ///< the hypothesis exists and fails on the whole box
    counterexample,  ///< the claim certainly fails at `point`
    missing,         ///< a quantity does not exist at `point`: `reason`
    split,           ///< undecided: bisect `variable`
    stuck,           ///< undecided, and the box is a point
  };
  Kind kind = Kind::split;
  Interval margin;           ///< of the claim, on the whole box
  bool exists = false;       ///< everything in the claim and the hypothesis exists on the whole box
  bool by_width = false;     ///< holds because an equality's sides differ by at most equality_width
  std::size_t variable = 0;  ///< to bisect
  std::vector<Rational> point;
  std::string reason;
  long bits = 64;  ///< needed at the centre; inherited by the halves
};

/// Truth of the claim at one point, from balls.
struct PointTruth {
  Truth hypothesis = Truth::undecided, claim = Truth::undecided;
  Truth existence = Truth::undecided;  ///< of everything in both
  Interval margin;
  std::string reason;  ///< what does not exist
  bool refuted() const { return existence == Truth::holds && hypothesis == Truth::holds && claim == Truth::fails; }
  /// If the hypothesis fails, the claim need not be defined.
  bool missing() const { return existence == Truth::fails && hypothesis != Truth::fails; }
};
PointTruth truth_at(const Problem& problem, std::span<const Rational> point, long bits);

/// A corner of the ranges where a quantity does not exist although the hypothesis does not exclude it, with the reason:
/// found directly instead of by bisection.
struct MissingCorner {
  std::vector<Rational> point;
  std::string reason;
};
/// No corner is started after `deadline`.
std::optional<MissingCorner> missing_corner(
    const Problem& problem, long bits,
    const std::optional<std::chrono::steady_clock::time_point>& deadline = std::nullopt);

BoxJudgement judge_box(const Problem& problem, const Box& box, const JudgeOptions& options);

}  // namespace widegeo::statement
