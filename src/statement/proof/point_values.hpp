// Ball enclosures at one point as text: both sides of every comparison, and the margin. A certificate of a
// counterexample states them, and its verification recomputes them.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "statement/finding.hpp"
#include "statement/proof/enclosure_box.hpp"

namespace widegeo::statement {

/// Both sides of every comparison of the claim as balls of this many bits: "[0.982 +/- 3.1e-18]", every printed digit
/// certain up to the radius; a plain number is exact. `error` is the radius of left - right. Empty if a side has no
/// enclosure.
std::vector<Compared> compared_in_balls(const Program& program, const Choice& choice, std::span<const Rational> point,
                                        long bits);

/// Empty if two lists agree: the same comparisons, overlapping balls, radii and errors equal up to a factor of 4
/// (another version of Arb may round differently). Else a description of the discrepancy.
std::string difference_between(const std::vector<Compared>& stated, const std::vector<Compared>& again);

/// (m, e) with the interval contained in [m - e, m + e]; e = 0 for a point.
std::pair<double, double> middle_and_reach(const Interval& interval);

}  // namespace widegeo::statement
