// The search for a counterexample: a grid over the ranges for every choice, then local minimisation of the claim's
// margin from the worst points of each choice. Deterministic, and the same for any number of threads.
#pragma once

#include <chrono>
#include <optional>

#include "statement/evaluation/program.hpp"
#include "statement/finding.hpp"

namespace widegeo::statement {

struct SearchOptions {
  std::size_t points = 20'000;  ///< of the grids together, at least a few for every choice
  unsigned local_starts = 3;    ///< worst points of a choice from which the margin is minimised
  unsigned local_steps = 200;   ///< evaluations of one minimisation
  unsigned threads = 0;         ///< 0: all cores
  /// After it no point is begun, and the search throws Error(accuracy) "the time limit".
  std::optional<std::chrono::steady_clock::time_point> deadline;
};

/// Verdicts: searched, fails, undecided. A point decides against the claim only when it is violated by more than the
/// error; where double does not decide, multiprecision does. An equality holds at a point when the sides agree within
/// their errors.
Finding search(const Program& program, const SearchOptions& options = {});

}  // namespace widegeo::statement
