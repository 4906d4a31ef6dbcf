// Evaluates a statement at one exact point: in double with running errors, and with more digits where these do not
// decide.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "statement/claim/judge.hpp"
#include "statement/evaluation/program.hpp"
#include "statement/finding.hpp"

namespace widegeo::statement {

struct Outcome {
  enum class Status { searched, excluded, missing };
  Status status = Status::missing;
  Judgement claim;
  double hypothesis_margin = 0;  ///< excluded: distance from being met (negative)
  std::string reason;            ///< missing: the reason
};

/// The point with these values of the ranges, in their order.
Point point_of(const Program& program, const Choice& choice, const std::vector<Rational>& ranges);

class PointEvaluator {
 public:
  PointEvaluator(const Program& program, const Choice& choice);

  /// In double.
  Outcome operator()(const std::vector<Rational>& ranges) const;
  /// To 60 digits, and to 120 if these do not decide: closed forms over balls; if there are none, or the balls are not
  /// finite, the difference from a computation with half as many digits is the error.
  Outcome refined(const std::vector<Rational>& ranges) const;
  /// To 240 digits and more, up to 960, for cancellation by many orders of magnitude. Only if quick().
  Outcome deep(const std::vector<Rational>& ranges) const;
  /// Left and right sides of every comparison of the claim, all printed digits correct.
  std::vector<Compared> compared(const std::vector<Rational>& ranges) const;
  Point point(const std::vector<Rational>& ranges) const;
  bool quick() const { return quick_; }  ///< no quadrature or Owen's T: hundreds of digits take milliseconds

 private:
  Outcome outcome(const std::vector<Difference>& claim, const std::vector<Difference>& hypothesis) const;
  Outcome at_digits(const std::vector<Rational>& ranges, unsigned digits) const;
  std::optional<Outcome> over_balls(const std::vector<Rational>& ranges, unsigned digits) const;

  const Program& program_;
  const Choice& choice_;
  Evaluator<TrackedDouble> in_double_;
  Evaluator<Real> in_real_;
  std::optional<Evaluator<Ball>> in_balls_;  ///< empty if balls would need quadrature
  bool quick_;
};

}  // namespace widegeo::statement
