// What was found out about a statement.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "number/rational.hpp"

namespace widegeo::statement {

enum class Verdict {
  proved,     ///< by balls, over the whole of every range
  enclosed,   ///< an equality: its two sides differ by no more than the stated width, over the whole of every range
  searched,   ///< no counterexample on what was searched
  fails,      ///< a counterexample: violated by more than the error
  undecided,  ///< the hypothesis is never met, a quantity does not exist, or the accuracy does not suffice
};
std::string to_text(Verdict verdict);

/// One point, exact: what a user can put on the command line.
struct Point {
  std::string activation;
  unsigned depth = 1;
  unsigned long dimension = 0;
  std::vector<std::pair<std::string, Rational>> values;  ///< every other variable, in the order of `forall`
};
std::string to_text(const Point& point);  ///< "activation erf, depth 2, weight_variance = 0.5, radius = 1.25"

/// One comparison of the claim at the worst point.
struct Compared {
  std::string text;  ///< "scalar_curvature < 0"
  std::string left,
      right;          ///< decimal texts, each with all digits right; of a certified finding balls, point_values.hpp
  std::string error;  ///< of left - right
};

struct Finding {
  std::string id, claim;
  Verdict verdict = Verdict::undecided;
  std::string reason;  ///< one line: how it was decided or why not
  Point at;            ///< where the margin is smallest (of an equality: the residual largest); the counterexample
  bool has_point = false;
  /// At `at`: positive holds by so much, negative is violated by so much; and its error. NaN where a quantity does not
  /// exist at `at`. Of a proof, a lower bound over the ranges; of an enclosed equality, -error <= margin everywhere.
  double margin = 0, error = 0;
  bool certified = false;  ///< `margin` +- `error` is a ball
  std::vector<Compared> compared;
  std::size_t searched = 0;   ///< points at which the claim was evaluated
  std::size_t excluded = 0;   ///< points where the hypothesis does not hold
  std::size_t missing = 0;    ///< points where a quantity does not exist
  std::size_t boxes = 0;      ///< leaves of the bisection (proof)
  std::string first_missing;  ///< the reason at the first such point
};

}  // namespace widegeo::statement
