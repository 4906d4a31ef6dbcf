// What balls decide about a claim on one box X with centre c. In order of cost, each only where the one before does not
// decide:
//
//   natural extension   f(X)
//   thin point          f(c): a counterexample where the claim is certainly false
//   centred form        f(c) + f'(X) (X - c)
//   monotone variables  sup f <= f(corner) + sum over the other variables of f'_i(X) (X - c)_i, the corner being the
//   end
//                       of every variable in which f'(X) has one sign and the centre of every other; where the corner
//                       is 0 also f(face), the others running over the box
//
// What is known is the intersection [A. Neumaier, Interval Methods for Systems of Equations, 1990, ch. 2].
#pragma once

#include <chrono>
#include <optional>

#include "statement/proof/enclosure_box.hpp"

namespace widegeo::statement {

struct JudgeOptions {
  long bits = 64;
  long max_bits = 256;  ///< where the centre is not decided at fewer
  double equality_width = 1e-12;
};

struct BoxJudgement {
  enum class Kind {
    holds,           ///< the claim, on all of the box, where everything it speaks of exists
    excluded,        ///< the hypothesis exists and fails on all of it
    counterexample,  ///< at `point`: certainly
    missing,         ///< a quantity does not exist at `point`: `reason`
    split,           ///< not decided: bisect `variable`
    stuck,           ///< not decided, and the box is a point
  };
  Kind kind = Kind::split;
  Interval margin;           ///< of the claim, on all of the box
  bool exists = false;       ///< everything the claim and the hypothesis speak of, on all of the box
  bool by_width = false;     ///< holds because an equality's sides differ by equality_width at most
  std::size_t variable = 0;  ///< to bisect
  std::vector<Rational> point;
  std::string reason;
  long bits = 64;  ///< that the centre needed; for the halves
};

/// What balls know of the claim at one point.
struct PointTruth {
  Truth hypothesis = Truth::undecided, claim = Truth::undecided;
  Truth existence = Truth::undecided;  ///< of everything that both speak of
  Interval margin;
  std::string reason;  ///< what does not exist
  bool refuted() const { return existence == Truth::holds && hypothesis == Truth::holds && claim == Truth::fails; }
  /// Where the hypothesis fails the claim needs no meaning.
  bool missing() const { return existence == Truth::fails && hypothesis != Truth::fails; }
};
PointTruth truth_at(const Problem& problem, std::span<const Rational> point, long bits);

/// A corner of the ranges where a quantity does not exist though the hypothesis does not exclude it, and why: found
/// there at once, and not by bisection.
struct MissingCorner {
  std::vector<Rational> point;
  std::string reason;
};
/// No corner is begun after `deadline`.
std::optional<MissingCorner> missing_corner(
    const Problem& problem, long bits,
    const std::optional<std::chrono::steady_clock::time_point>& deadline = std::nullopt);

BoxJudgement judge_box(const Problem& problem, const Box& box, const JudgeOptions& options);

}  // namespace widegeo::statement
