// The result of checking a statement.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "number/rational.hpp"

namespace widegeo::statement {

enum class Verdict {
  proved,     ///< by balls, over all of every range
  enclosed,   ///< an equality whose sides differ by at most the stated width, over all of every range
  searched,   ///< no counterexample among the points searched
  fails,      ///< a counterexample: violated by more than the error
  undecided,  ///< the hypothesis is never met, a quantity does not exist, or the accuracy is insufficient
};
std::string to_text(Verdict verdict);

/// One exact point, as a user can enter it on the command line.
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
      right;          ///< decimal texts, all digits correct; certified findings: balls, point_values.hpp
  std::string error;  ///< error of left - right
};

struct Finding {
  std::string id, claim;
  Verdict verdict = Verdict::undecided;
  std::string reason;  ///< one line: how it was decided, or why it could not be
  Point at;            ///< where the margin is smallest (equality: the residual largest); the counterexample
  bool has_point = false;
  /// At `at`, positive: holds by that much, negative: violated by that much; with its error. NaN if a quantity does not
  /// exist at `at`. For a proof, a lower bound over the ranges; for an enclosed equality, -error <= margin everywhere.
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
