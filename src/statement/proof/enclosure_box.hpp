// Boxes of a proof: exact end points, the rule that bisects them, and what is known of a claim on one.
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

/// Every number between two doubles; infinite where nothing is known.
struct Interval {
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
};
/// The doubles around a ball; all of the line where it is not finite.
Interval interval_of(const Ball& ball);
/// What is in both. Throws Error(accuracy) where nothing is: two enclosures of one number contradict each other.
Interval intersection_of(const Interval& a, const Interval& b);

/// One range of a box, low <= high.
struct Side {
  Rational low, high;
};
using Box = std::vector<Side>;

/// Where a side is bisected. high <= 2 low or low = 0: (low + high)/2. Else sqrt(low high) rounded down to 11
/// significant bits, since most quantities are powers of the variables far from 0. Both are exact.
Rational cut_of(const Side& side);
/// The two halves.
std::pair<Box, Box> bisected(const Box& box, std::size_t variable);
/// (low + high)/2 of every side: the centre of the centred form.
std::vector<Rational> centre_of(const Box& box);
std::vector<Ball> balls_of(const Box& box);
std::vector<Ball> balls_of(std::span<const Rational> point);

/// A digit of a tree (certificate.hpp): '0'..'9', 'a'..'z'.
char digit_of(std::size_t variable);
/// -1: not a digit.
int variable_of(char digit);

/// The statement's comparisons on boxes: what a proof needs to know of a program at one choice.
struct Problem {
  Claim claim;
  const Claim* hypothesis = nullptr;  ///< not owned; nullptr: none
  Box ranges;
  /// The gradient is by the square of this variable: a radius. Balls given for it are of the radius itself.
  std::vector<bool> squared;
  std::function<Program::Sides<Ball>(std::span<const Ball>, unsigned)> sides;
};

/// What the sides of a claim are known to be.
struct Known {
  std::vector<Interval> claim, hypothesis;  ///< left - right, then the values of the conditions
};

/// The truth of one comparison whose left - right lies in an interval.
Truth truth_of(expr::Op op, const Interval& difference);

/// The truth of a formula from the intervals of its comparisons. An equality that stands in comparisons joined by
/// `and` alone holds where |left - right| <= width, a finite number.
Truth truth_of(const Claim& claim, std::span<const Interval> differences, double width);

/// Whether everything that a claim speaks of has a value, from the intervals of all its sides: `holds` on all of a box,
/// or `fails` on all of it.
Truth existence_of(const Claim& claim, std::span<const Interval> sides);
/// What does not exist where existence_of() fails.
std::string missing_in(const Claim& claim, std::span<const Interval> sides);

/// Encloses the margin: < and <=: right - left, > and >=: left - right, ==: -|left - right|, !=: |left - right|; least
/// over `and`, largest over `or`, minus for `not`.
Interval margin_of(const Claim& claim, std::span<const Interval> differences);

bool has_equality(const Claim& claim);
/// Whether every equality stands in comparisons joined by `and` alone: others cannot be enclosed. Within `or`, `not`
/// and `implies` a small difference decides.
bool has_plain_equalities(const Claim& claim);

/// The problem of a program at one choice; it refers to `program`, and holds an evaluator.
Problem problem_of(const Program& program, const Choice& choice);

/// problem.sides, with Error(input) and Error(accuracy) of a box as `does not exist`.
Program::Sides<Ball> sides_of(const Problem& problem, std::span<const Ball> variables, unsigned order);

/// X - c of every variable, squares where the gradient is by the square.
std::vector<Ball> spread_of(const Problem& problem, const Box& box, std::span<const Rational> centre);

}  // namespace widegeo::statement
