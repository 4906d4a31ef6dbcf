// Three-valued logic over comparisons, and the margin of a formula.
#include <algorithm>
#include <limits>

#include "statement/claim/claim.hpp"

namespace widegeo::statement {

Truth logical_not(Truth a) {
  return a == Truth::holds ? Truth::fails : a == Truth::fails ? Truth::holds : Truth::undecided;
}

Truth logical_and(Truth a, Truth b) {
  if (a == Truth::fails || b == Truth::fails) return Truth::fails;
  return a == Truth::holds && b == Truth::holds ? Truth::holds : Truth::undecided;
}

Truth logical_or(Truth a, Truth b) { return logical_not(logical_and(logical_not(a), logical_not(b))); }

Truth truth_of(const Formula& formula, std::span<const Truth> comparisons) {
  Truth r = Truth::holds;
  switch (formula.kind) {
    case Formula::Kind::comparison:
      return comparisons[formula.comparison];
    case Formula::Kind::negation:
      return logical_not(truth_of(formula.parts.front(), comparisons));
    case Formula::Kind::conjunction:
      for (const Formula& part : formula.parts) r = logical_and(r, truth_of(part, comparisons));
      return r;
    case Formula::Kind::disjunction:
      r = Truth::fails;
      for (const Formula& part : formula.parts) r = logical_or(r, truth_of(part, comparisons));
      return r;
  }
  return Truth::undecided;
}

double margin_of(const Formula& formula, std::span<const double> margins) {
  double r = std::numeric_limits<double>::infinity();
  switch (formula.kind) {
    case Formula::Kind::comparison:
      return margins[formula.comparison];
    case Formula::Kind::negation:
      return -margin_of(formula.parts.front(), margins);
    case Formula::Kind::conjunction:
      for (const Formula& part : formula.parts) r = std::min(r, margin_of(part, margins));
      return r;
    case Formula::Kind::disjunction:
      r = -r;
      for (const Formula& part : formula.parts) r = std::max(r, margin_of(part, margins));
      return r;
  }
  return r;
}

}  // namespace widegeo::statement
