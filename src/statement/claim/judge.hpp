// What the difference of two sides, known with an error, says of a comparison; and of a whole formula.
#pragma once

#include <span>
#include <vector>

#include "statement/claim/claim.hpp"

namespace widegeo::statement {

/// left - right with its error.
struct Difference {
  double value = 0, error = 0;
  int side = 0;        ///< +1: certainly > 0, -1: certainly < 0, 0: not decided, or 0
  bool exact = false;  ///< side 0: it is 0
};
Difference difference_of(double value, double error);

struct Judgement {
  Truth truth = Truth::undecided;
  double margin = 0, error = 0;  ///< the margin of the formula and the error of the comparison that it comes from
  bool close = false;            ///< some comparison is not decided by the errors
};

/// Sides that agree within their errors: `==`, `<=` and `>=` hold then, and `<`, `>` and `!=` are undecided; under
/// `not` the other way round, so that no claim fails and no strict one holds for numbers that cannot be told apart.
Truth truth_of(expr::Op op, const Difference& difference, bool affirmed = true);

/// Positive where the comparison holds by so much: of `==` error - |left - right|.
double margin_of(expr::Op op, const Difference& difference);

Judgement judge(const Claim& claim, std::span<const Difference> differences);

}  // namespace widegeo::statement
