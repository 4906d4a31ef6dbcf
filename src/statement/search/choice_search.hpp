// The search at one choice of a statement: points of a grid, descents from the worst of them, and a recomputation with
// many digits where double does not decide.
#pragma once

#include <string>
#include <vector>

#include "statement/evaluation/point.hpp"
#include "statement/search/search.hpp"

namespace widegeo::statement {

struct Sample {
  std::vector<Rational> at;
  Outcome outcome;
};

/// Order of interest for the search: smallest margin first; then points that miss the hypothesis, the closest to
/// meeting it first; last, points where a quantity does not exist.
bool worse(const Sample& a, const Sample& b);

struct ChoiceResult {
  std::size_t searched = 0, excluded = 0, missing = 0, undecided = 0;
  std::string first_missing;
  Sample worst, open;  ///< `open`: the first point that remains undecided
  bool has_worst = false, fails = false;
  Point at, open_at;
};

/// About `budget` points and then the descents, on this many threads.
ChoiceResult search_choice(const Program& program, const Choice& choice, const SearchOptions& options,
                           std::size_t budget, unsigned threads);

}  // namespace widegeo::statement
