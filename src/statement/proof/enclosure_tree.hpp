// Bisection of the ranges of several problems until every box is judged. The result does not depend on the number of
// threads: boxes are judged in rounds of a fixed size, and what a round found is used in the order of its boxes.
#pragma once

#include "statement/proof/certificate.hpp"
#include "statement/proof/enclosure.hpp"
#include "statement/proof/prove.hpp"

namespace widegeo::statement {

/// How far one problem got.
struct Covering {
  std::string tree;  ///< as in certificate.hpp; empty unless all boxes are judged
  std::vector<Leaf> leaves;
};

struct Bisection {
  enum class Kind {
    proved,          ///< every leaf holds or is excluded
    enclosed,        ///< the same, but equalities hold by their widths
    counterexample,  ///< `problem`, `point`
    missing,         ///< the same: a quantity does not exist there, `reason`
    undecided,       ///< `reason`; `point` is the centre of the box with the smallest margin of those left
  };
  Kind kind = Kind::undecided;
  std::vector<Covering> problems;
  std::size_t problem = 0;
  std::vector<Rational> point;
  std::string reason;
  double margin = 0;    ///< the least known lower bound of the margin: of all leaves, or of what is left
  Interval smallest{};  ///< undecided: of the margin on all boxes that were too small to be bisected further
  std::size_t boxes = 0, leaves = 0, excluded = 0, left = 0;
  double share_left = 0;  ///< of the volume of the ranges, of all problems together
  long bits = 64;         ///< the most that a box needed
};

Bisection bisect(std::span<const Problem> problems, const ProofOptions& options);

/// An interval with both ends rounded outwards to 4 significant digits; +-max of double where one is infinite.
Leaf rounded_outwards(const Interval& margin);

}  // namespace widegeo::statement
