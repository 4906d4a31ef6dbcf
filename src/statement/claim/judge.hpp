// Truth of a comparison, and of a whole formula, when the difference of the sides is known with an error.
#pragma once

#include <span>
#include <vector>

#include "statement/claim/claim.hpp"

namespace widegeo::statement {

/// left - right with its error.
struct Difference {
  double value = 0, error = 0;
  int side = 0;        ///< +1: certainly > 0, -1: certainly < 0, 0: undecided or 0
  bool exact = false;  ///< side 0 means exactly 0
};
Difference difference_of(double value, double error);

struct Judgement {
  Truth truth = Truth::undecided;
  double margin = 0, error = 0;  ///< margin of the formula, and error of the comparison that determines it
  bool close = false;            ///< some comparison is not decided, given its error
};

/// For sides that agree within their errors, `==`, `<=` and `>=` hold, and `<`, `>` and `!=` are undecided; the other
/// way round under `not`: numbers that agree make no claim fail and no strict one hold.
Truth truth_of(expr::Op op, const Difference& difference, bool affirmed = true);

/// The amount by which the comparison holds (positive); for `==`: error - |left - right|.
double margin_of(expr::Op op, const Difference& difference);

Judgement judge(const Claim& claim, std::span<const Difference> differences);

}  // namespace widegeo::statement
