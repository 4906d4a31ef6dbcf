// Boxes of a proof: exact end points, the bisection rule, and enclosures of a claim on a box.
#pragma once

#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "number/ball/ball.hpp"
#include "statement/claim/claim.hpp"
#include "statement/evaluation/program.hpp"

namespace widegeo::statement {

/// The numbers between two doubles; infinite ends if unknown.
struct Interval {
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
};
/// The doubles around a ball; the whole line if it is not finite.
Interval interval_of(const Ball& ball);
/// Intersection. Throws Error(accuracy) if it is empty: two enclosures of one number contradict each other.
Interval intersection_of(const Interval& a, const Interval& b);

/// One range of a box, low <= high.
struct Side {
  Rational low, high;
};
using Box = std::vector<Side>;

/// The bisection point of a side. high <= 2 low or low = 0: (low + high)/2. Else sqrt(low high) rounded down to 11
/// significant bits, since most quantities are powers of the variables far from 0. Both are exact.
Rational cut_of(const Side& side);
std::pair<Box, Box> bisected(const Box& box, std::size_t variable);
/// (low + high)/2 of every side: the centre of the centred form.
std::vector<Rational> centre_of(const Box& box);
std::vector<Ball> balls_of(const Box& box);
std::vector<Ball> balls_of(std::span<const Rational> point);

/// A digit of a tree (certificate.hpp): '0'..'9', 'a'..'z'.
char digit_of(std::size_t variable);
/// -1 if not a digit.
int variable_of(char digit);

/// The comparisons of a statement on boxes: the interface of a program at one choice used by proofs.
struct Problem {
  Claim claim;
  const Claim* hypothesis = nullptr;  ///< not owned; nullptr: none
  Box ranges;
  /// The gradient is by the square of this variable (a radius). Balls passed for it are of the radius itself.
  std::vector<bool> squared;
  std::function<Program::Sides<Ball>(std::span<const Ball>, unsigned)> sides;
};

struct Known {
  std::vector<Interval> claim, hypothesis;  ///< left - right, then the values of the conditions
};

/// The truth of a comparison, given an interval that contains left - right.
Truth truth_of(expr::Op op, const Interval& difference);

/// The truth of a formula from the intervals of its comparisons. An equality among comparisons joined only by `and`
/// holds if |left - right| <= width, a finite number.
Truth truth_of(const Claim& claim, std::span<const Interval> differences, double width);

/// Whether everything in a claim has a value, from the intervals of all its sides: `holds` on a whole box, or `fails`
/// on all of it.
Truth existence_of(const Claim& claim, std::span<const Interval> sides);
/// What does not exist if existence_of() fails.
std::string missing_in(const Claim& claim, std::span<const Interval> sides);

/// Encloses the margin: < and <=: right - left, > and >=: left - right, ==: -|left - right|, !=: |left - right|; min
/// over `and`, max over `or`, minus for `not`.
Interval margin_of(const Claim& claim, std::span<const Interval> differences);

bool has_equality(const Claim& claim);
/// True if all equalities are in comparisons joined only by `and`; others cannot be enclosed, because within `or`,
/// `not` and `implies` a small difference decides.
bool has_plain_equalities(const Claim& claim);

/// The problem of a program at one choice; keeps a reference to `program`, and owns an evaluator.
Problem problem_of(const Program& program, const Choice& choice);

/// problem.sides, with Error(input) and Error(accuracy) on a box reported as `does not exist`.
Program::Sides<Ball> sides_of(const Problem& problem, std::span<const Ball> variables, unsigned order);

/// X - c for every variable; of squares where the gradient is by the square.
std::vector<Ball> spread_of(const Problem& problem, const Box& box, std::span<const Rational> centre);

}  // namespace widegeo::statement
