// Bisection of the ranges of several problems until every box is decided. The result does not depend on the number of
// threads: boxes are processed in rounds of a fixed size, and the results of a round are used in the order of its
// boxes.
#pragma once

#include "statement/proof/certificate.hpp"
#include "statement/proof/enclosure.hpp"
#include "statement/proof/prove.hpp"

namespace widegeo::statement {

/// Progress of one problem.
struct Covering {
  std::string tree;  ///< as in certificate.hpp; empty unless all boxes are decided
  std::vector<Leaf> leaves;
};

struct Bisection {
  enum class Kind {
    proved,          ///< every leaf holds or is excluded
    enclosed,        ///< the same, but equalities hold only within their widths
    counterexample,  ///< at `point` of `problem`
    missing,         ///< a quantity does not exist at `point` of `problem`: `reason`
    undecided,       ///< `reason`; `point` is the centre of the remaining box with the smallest margin
  };
  Kind kind = Kind::undecided;
  std::vector<Covering> problems;
  std::size_t problem = 0;
  std::vector<Rational> point;
  std::string reason;
  double margin = 0;    ///< smallest known lower bound of the margin, over all leaves or over what is left
  Interval smallest{};  ///< undecided: margin over all boxes too small to be bisected further
  std::size_t boxes = 0, leaves = 0, excluded = 0, left = 0;
  double share_left = 0;  ///< remaining share of the volume of the ranges, over all problems
  long bits = 64;         ///< maximum needed by a box
};

Bisection bisect(std::span<const Problem> problems, const ProofOptions& options);

/// An interval with both ends rounded outwards to 4 significant digits; +-max of double where one is infinite.
Leaf rounded_outwards(const Interval& margin);

}  // namespace widegeo::statement
