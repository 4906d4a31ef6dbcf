// Search for a counterexample: a grid over the ranges for every choice, then local minimisation of the claim's margin
// from the worst points of each choice. Deterministic, whatever the number of threads.
#pragma once

#include <chrono>
#include <optional>

#include "statement/evaluation/program.hpp"
#include "statement/finding.hpp"

namespace widegeo::statement {

struct SearchOptions {
  std::size_t points = 20'000;  ///< over all grids together, but at least a few for every choice
  unsigned local_starts = 3;    ///< number of worst points of a choice from which the margin is minimised
  unsigned local_steps = 200;   ///< evaluations per minimisation
  unsigned threads = 0;         ///< 0: all cores
  /// No point is started after it; the search then throws Error(accuracy) "the time limit".
  std::optional<std::chrono::steady_clock::time_point> deadline;
};

/// Verdicts: searched, fails, undecided. A point counts against the claim only if the claim is violated by more than
/// the error; where double does not decide, multiprecision does. An equality holds at a point if the sides agree within
/// their errors.
Finding search(const Program& program, const SearchOptions& options = {});

}  // namespace widegeo::statement
